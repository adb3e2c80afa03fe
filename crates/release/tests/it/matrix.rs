//! The whole policy as one table: who sees what, under which ceiling.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use release::held::Provenance;
use release::party::{Audience, Member, OrganisationId};
use release::terms::{Recipient, Release};
use serde_json::{Value, json};
use stix::marking::Tlp;
use uuid::Uuid;

use crate::world::{
    CARRIER, OTHER, OWN, TELECOM, World, letter, member, now, own, person, policy, provenance,
    release, sdo,
};

const LATER: OrganisationId = OrganisationId(Uuid::from_u128(0x4));
const NAMED_BY_COMMUNITY: OrganisationId = OrganisationId(Uuid::from_u128(0x5));
const TLP_1: [(&str, &str); 4] = [
    (
        "WHITE (TLP 1)",
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    ),
    (
        "GREEN (TLP 1)",
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    ),
    (
        "AMBER (TLP 1)",
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    ),
    (
        "RED (TLP 1)",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    ),
];
const STATEMENT: &str = "marking-definition--00000000-0000-4000-8000-00000000aaaa";
const UNKNOWN: &str = "marking-definition--00000000-0000-4000-8000-00000000bbbb";

/// Those who ask, with the column that stands for each.
fn audiences() -> Vec<(&'static str, &'static str, Audience)> {
    let of = |organisation, change: &dyn Fn(&mut Member)| {
        let mut member = member(organisation);
        change(&mut member);
        Audience::Member(member)
    };
    let joined = |member: &mut Member| {
        member.communities.insert(TELECOM);
    };
    vec![
        ("own", "a person of the house", own()),
        (
            "entr",
            "the person of the house who entered the object",
            Audience::Own { person: person(2) },
        ),
        (
            "ownP",
            "a person of the house whom the release names",
            Audience::Own { person: person(3) },
        ),
        (
            "pers",
            "a person of another organisation whom the release names",
            of(OTHER, &|m| m.person = Some(person(4))),
        ),
        (
            "org",
            "an organisation that the release names (its service account)",
            of(CARRIER, &|_| ()),
        ),
        (
            "orgP",
            "a person, not named, of an organisation that the release names",
            of(CARRIER, &|m| m.person = Some(person(5))),
        ),
        (
            "via",
            "an organisation that was a member of the community when the release was confirmed, and was named by way of it",
            of(NAMED_BY_COMMUNITY, &joined),
        ),
        (
            "left",
            "the same after it left the community",
            of(NAMED_BY_COMMUNITY, &|_| ()),
        ),
        (
            "late",
            "an organisation that joined the community after the release was confirmed",
            of(LATER, &joined),
        ),
        (
            "clnt",
            "a client of an organisation that the release names",
            of(OTHER, &|m| {
                m.client_of.insert(CARRIER);
            }),
        ),
        (
            "oth",
            "an organisation that the release does not reach",
            of(OTHER, &|_| ()),
        ),
        ("publ", "everybody", Audience::Public),
    ]
}

fn object_markings() -> Vec<(String, Vec<&'static str>)> {
    let mut rows = vec![("with nothing".to_owned(), Vec::new())];
    for level in Tlp::ALL {
        let name = level.label().trim_start_matches("TLP:").to_owned();
        rows.push((name, vec![level.id_text()]));
    }
    rows.push(("statement".to_owned(), vec![STATEMENT]));
    rows.push((
        "statement, GREEN".to_owned(),
        vec![STATEMENT, Tlp::Green.id_text()],
    ));
    rows.push(("unknown".to_owned(), vec![UNKNOWN]));
    rows.push((
        "CLEAR, unknown".to_owned(),
        vec![Tlp::Clear.id_text(), UNKNOWN],
    ));
    for (name, id) in TLP_1 {
        rows.push((name.to_owned(), vec![id]));
    }
    rows.push((
        "CLEAR, RED".to_owned(),
        vec![Tlp::Clear.id_text(), Tlp::Red.id_text()],
    ));
    rows.push((
        "RED, CLEAR".to_owned(),
        vec![Tlp::Red.id_text(), Tlp::Clear.id_text()],
    ));
    rows
}

fn part_markings() -> [(&'static str, Option<&'static str>); 7] {
    [
        ("none", None),
        ("CLEAR", Some(Tlp::Clear.id_text())),
        ("GREEN", Some(Tlp::Green.id_text())),
        ("AMBER", Some(Tlp::Amber.id_text())),
        ("AMBER+STRICT", Some(Tlp::AmberStrict.id_text())),
        ("RED", Some(Tlp::Red.id_text())),
        ("unknown", Some(UNKNOWN)),
    ]
}

fn to_all(ceiling: Tlp, public: bool) -> Release {
    let mut recipients = vec![
        Recipient::Person(person(3)),
        Recipient::Person(person(4)),
        Recipient::Organisation(CARRIER),
        Recipient::Community(TELECOM),
    ];
    if public {
        recipients.push(Recipient::Public);
    }
    let mut release = release(recipients, ceiling);
    release.named = BTreeSet::from([CARRIER, NAMED_BY_COMMUNITY]);
    release
}

fn subject(marks: &[&str], part: Option<&str>) -> Value {
    let mut more = json!({"name": "subject", "description": "part"});
    more["object_marking_refs"] = if marks.is_empty() {
        Value::Null
    } else {
        json!(marks)
    };
    if let Some(part) = part {
        more["granular_markings"] = json!([{"marking_ref": part, "selectors": ["description"]}]);
    }
    sdo("campaign", 1, more)
}

fn world(release: Option<Release>, marks: &[&str], part: Option<&str>) -> (World, stix::id::Id) {
    let mut world = World::new();
    world.hold(&json!({
        "type": "marking-definition", "spec_version": "2.1", "id": STATEMENT, "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement", "definition": {"statement": "Copyright 2026"},
    }));
    world.hold(&json!({
        "type": "marking-definition", "spec_version": "2.1", "id": UNKNOWN, "created": "2026-01-01T00:00:00.000Z",
        "name": "TLP:CLEAR", "definition_type": "tlp", "definition": {"tlp": "clear"},
    }));
    let id = world.hold_from(
        &subject(marks, part),
        Provenance {
            source: OWN,
            entered_by: Some(person(2)),
            ..provenance()
        },
    );
    if let Some(release) = release {
        world.release_all(release);
    }
    (world, id)
}

fn columns(cells: impl Iterator<Item = String>) -> String {
    cells.fold(String::new(), |mut line, cell| {
        write!(line, "{cell:>5}").unwrap();
        line
    })
}

/// The lines for objects with these marks, one for each run of part markings that read the same.
fn block(
    release: Option<&Release>,
    marks: &[&str],
    audiences: &[(&str, &str, Audience)],
) -> String {
    let mut lines: Vec<(String, &str, &str)> = Vec::new();
    for (part, part_mark) in part_markings() {
        let (world, id) = world(release.cloned(), marks, part_mark);
        let row = columns(
            audiences
                .iter()
                .map(|(_, _, audience)| letter(&world.see(audience, &id)).to_string()),
        );
        match lines.last_mut() {
            Some((known, _, last)) if *known == row => *last = part,
            _ => lines.push((row, part, part)),
        }
    }
    let mut text = String::new();
    for (row, first, last) in lines {
        let parts = if first == last {
            first.to_owned()
        } else {
            format!("{first} to {last}")
        };
        writeln!(text, "  {parts:<22}{row}").unwrap();
    }
    text
}

#[test]
fn the_table() {
    let audiences = audiences();
    let mut text = String::from(
        "Who sees what: W the whole object, E an edition of it (without the marked part), – nothing, not even that there is something.\n\
         One table for each release, a block for each marking of the object, a line for each marking of its part.\n\
         What reads the same stands together: markings of objects with a bar between them, markings of parts as a range\n\
         in the order none, CLEAR, GREEN, AMBER, AMBER+STRICT, RED, unknown.\n\
         An object without TLP is handled as AMBER (this house's setting). A marking is unknown if it is none of TLP 1 or 2 and no statement;\n\
         the unknown one here calls itself TLP:CLEAR. Where several markings stand, the most restrictive counts.\n\nThe columns:\n",
    );
    for (column, who, _) in &audiences {
        writeln!(text, "  {column:<5}{who}").unwrap();
    }
    let mut releases: Vec<(String, Option<Release>)> =
        vec![("Nothing was released.".to_owned(), None)];
    for ceiling in Tlp::ALL {
        releases.push((
            format!("Released to two persons, an organisation and a community; ceiling {ceiling}."),
            Some(to_all(ceiling, false)),
        ));
    }
    for ceiling in [Tlp::Clear, Tlp::Red] {
        releases.push((
            format!("Released to everybody besides; ceiling {ceiling}."),
            Some(to_all(ceiling, true)),
        ));
    }
    for (title, release) in releases {
        let head = columns(audiences.iter().map(|(column, _, _)| (*column).to_owned()));
        write!(text, "\n{title}\n{:<24}{head}\n", "part").unwrap();
        let mut blocks: Vec<(Vec<String>, String)> = Vec::new();
        for (marking, marks) in object_markings() {
            let block = block(release.as_ref(), &marks, &audiences);
            match blocks.iter_mut().find(|(_, known)| *known == block) {
                Some((markings, _)) => markings.push(marking),
                None => blocks.push((vec![marking], block)),
            }
        }
        for (markings, block) in blocks {
            write!(text, " an object marked {}\n{block}", markings.join(" | ")).unwrap();
        }
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/matrix.txt", &text);
}

#[test]
fn the_clearance_follows_the_clearest_reading_of_tlp() {
    // The table says what the gate does; these are the rules as FIRST words them, stated a second time.
    let release = to_all(Tlp::Red, true);
    let expected = [
        ("own", Some(Tlp::Clear)),
        ("entr", Some(Tlp::Clear)),
        ("ownP", Some(Tlp::Red)),
        ("pers", Some(Tlp::Red)),
        ("org", Some(Tlp::AmberStrict)),
        ("orgP", Some(Tlp::AmberStrict)),
        ("via", Some(Tlp::AmberStrict)),
        ("left", Some(Tlp::AmberStrict)),
        ("late", Some(Tlp::Green)),
        ("clnt", Some(Tlp::Amber)),
        ("oth", Some(Tlp::Clear)),
        ("publ", Some(Tlp::Clear)),
    ];
    for ((column, who, audience), (name, level)) in audiences().into_iter().zip(expected) {
        assert_eq!(column, name);
        assert_eq!(release.clearance(&audience, now()), level, "{who}");
    }
    assert_eq!(policy().unmarked, Tlp::Amber);
}
