//! The whole policy as one table: who sees what, under which ceiling.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use release::held::{Consent, Provenance};
use release::party::{Audience, Member, OrganisationId};
use release::terms::{Recipient, Release};
use serde_json::{Value, json};
use stix::marking::Tlp;
use stix::marking::caveat::Caveat;
use uuid::Uuid;

use crate::policy::{caveat, iep};
use crate::world::{
    CARRIER, OTHER, OWN, TELECOM, World, at, letter, member, now, own, person, policy, provenance,
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
         the unknown one here calls itself TLP:CLEAR. Where several markings stand, the most restrictive counts.\n\
         What binds beside TLP (policies, caveats, consent, embargo) stands in terms.txt.\n\
         \n\
         凡例(参考訳): W は原本全体、E は編集版(印を付けた部分を除いたもの)、– は何も見えない(存在も分からない)ことを示す。\n\
         公開ごとに表を、対象に付いた印ごとに段を、部分に付いた印ごとに行を置く。同じ結果になるものはまとめてある。\n\
         TLP のない対象は、当機関の設定により AMBER として扱う。理解できない印は、内部の者以外に対して全てを閉ざす。\n\
         印が複数あるときは、最も厳しいものによる。TLP 以外の条件は terms.txt にある。\n\nThe columns:\n",
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

/// What else than TLP binds: the name of the row, the marking's extension if it is one, and what the giver said.
struct Term {
    name: &'static str,
    marking: Option<Value>,
    provenance: Provenance,
}

fn terms() -> Vec<Term> {
    let given = || provenance();
    let marking = |name, marking| Term {
        name,
        marking: Some(marking),
        provenance: given(),
    };
    let said = |name, provenance| Term {
        name,
        marking: None,
        provenance,
    };
    let caveat_of = |code: &str| Caveat {
        releasable_to_countries: [code.parse().unwrap()].into(),
        ..Caveat::default()
    };
    vec![
        said("nothing more", given()),
        marking("policy: CLEAR", iep(json!({"tlp": "white"}))),
        marking("policy: AMBER", iep(json!({"tlp": "amber"}))),
        marking("policy: RED", iep(json!({"tlp": "red"}))),
        marking(
            "policy not begun",
            iep(json!({"start_date": "2026-07-01T00:00:00Z"})),
        ),
        marking(
            "policy ended",
            iep(json!({"end_date": "2026-05-01T00:00:00Z"})),
        ),
        marking(
            "policy with a term unknown",
            iep(json!({"x_only": "Sundays"})),
        ),
        marking(
            "policy: name provider",
            iep(json!({"provider_attribution": "must"})),
        ),
        marking(
            "policy: no name",
            iep(json!({"provider_attribution": "must-not"})),
        ),
        marking(
            "caveat: to JP",
            caveat(json!({"releasable_to_countries": ["JP"]})),
        ),
        marking(
            "caveat: to US",
            caveat(json!({"releasable_to_countries": ["US"]})),
        ),
        marking(
            "caveat: to org",
            caveat(json!({"releasable_to_refs": [CARRIER.identity().as_str()]})),
        ),
        marking(
            "caveat: not to JP",
            caveat(json!({"not_releasable_to_countries": ["JP"]})),
        ),
        marking(
            "caveat: not to org",
            caveat(json!({"not_releasable_to_refs": [CARRIER.identity().as_str()]})),
        ),
        said(
            "giver: to US",
            Provenance {
                caveats: vec![caveat_of("US")],
                ..given()
            },
        ),
        said(
            "consent: anonymous",
            Provenance {
                consent: Consent::Anonymous,
                ..given()
            },
        ),
        said(
            "consent: refused",
            Provenance {
                consent: Consent::Refused,
                ..given()
            },
        ),
        said(
            "embargo: not over",
            Provenance {
                embargo_until: Some(at("2026-07-01T00:00:00Z")),
                ..given()
            },
        ),
        said(
            "embargo: over",
            Provenance {
                embargo_until: Some(at("2026-05-01T00:00:00Z")),
                ..given()
            },
        ),
    ]
}

/// The audiences of the first table, with countries.
fn audiences_of_countries() -> Vec<(&'static str, String, Audience)> {
    let countries = [
        ("pers", "JP"),
        ("org", "JP"),
        ("via", "US"),
        ("late", "JP"),
        ("clnt", "US"),
        ("oth", "JP"),
    ];
    let mut columns = Vec::new();
    for (column, who, audience) in audiences() {
        let country = countries.iter().find(|(name, _)| *name == column);
        match (audience, country) {
            (Audience::Member(mut member), Some((_, country))) => {
                member.country = country.parse().ok();
                let who = format!("{who}; of {country}");
                columns.push((column, who, Audience::Member(member)));
            }
            (Audience::Member(_), None) if column != "left" => {}
            (Audience::Member(member), None) => {
                let who = format!("{who}; its country is not known");
                columns.push((column, who, Audience::Member(member)));
            }
            (audience, _) => columns.push((column, who.to_owned(), audience)),
        }
    }
    columns
}

/// What an audience sees of an object of `level` under a term that is on the whole of it or on its description.
fn under(term: &Term, level: Option<Tlp>, on_part: bool, audience: &Audience) -> char {
    let mut world = World::new();
    let mut marks: Vec<Value> = level.iter().map(|level| json!(level.id_text())).collect();
    let mut more = json!({"name": "subject", "description": "part"});
    if let Some(marking) = &term.marking {
        world.hold(marking);
        if on_part {
            more["granular_markings"] =
                json!([{"marking_ref": marking["id"], "selectors": ["description"]}]);
        } else {
            marks.push(marking["id"].clone());
        }
    }
    more["object_marking_refs"] = if marks.is_empty() {
        Value::Null
    } else {
        json!(marks)
    };
    let id = world.hold_from(
        &sdo("campaign", 1, more),
        Provenance {
            entered_by: Some(person(2)),
            ..term.provenance.clone()
        },
    );
    world.release_all(to_all(Tlp::Red, true));
    letter(&world.see(audience, &id))
}

#[test]
fn the_table_of_terms() {
    let audiences = audiences_of_countries();
    let mut text = String::from(TERMS_PREFACE);
    for (column, who, _) in &audiences {
        writeln!(text, "  {column:<5}{who}").unwrap();
    }
    let head = columns(audiences.iter().map(|(column, ..)| (*column).to_owned()));
    for (title, on_part) in [
        ("The term is on the whole object.", false),
        ("The term is on a part of the object.", true),
    ] {
        for level in [
            None,
            Some(Tlp::Clear),
            Some(Tlp::Green),
            Some(Tlp::AmberStrict),
        ] {
            let named = level.map_or("without TLP", Tlp::label);
            write!(
                text,
                "\n{title} The object is {named}.\n{:<28}{head}\n",
                "term"
            )
            .unwrap();
            for term in terms() {
                // What the giver says, it says of the whole.
                if on_part && term.marking.is_none() {
                    continue;
                }
                let row =
                    columns(audiences.iter().map(|(_, _, audience)| {
                        under(&term, level, on_part, audience).to_string()
                    }));
                writeln!(text, "  {:<26}{row}", term.name).unwrap();
            }
        }
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/terms.txt", &text);
}

#[test]
fn no_term_opens_what_is_closed_without_it() {
    // The table says what each term does; this is the rule for all: a term takes away and never gives.
    let open = &terms()[0];
    let rank = |letter| {
        ['–', 'E', 'W']
            .iter()
            .position(|known| *known == letter)
            .unwrap()
    };
    for level in [
        Some(Tlp::Clear),
        Some(Tlp::Green),
        Some(Tlp::AmberStrict),
        Some(Tlp::Red),
    ] {
        for (column, _, audience) in audiences_of_countries() {
            let without = rank(under(open, level, false, &audience));
            for term in terms() {
                for on_part in [false, true] {
                    let with = rank(under(&term, level, on_part, &audience));
                    assert!(with <= without, "{} {level:?} {column}", term.name);
                }
            }
        }
    }
}

const TERMS_PREFACE: &str = "\
What binds beside TLP: policies (FIRST IEP 2.0), caveats of country and organisation, consent, embargo.

W is the whole object, E an edition of it (without what may not be seen, in the name of this house), – nothing, not even
that there is something. Everything here was released to two persons, an organisation, a community and everybody, with no
level above which nothing goes; it is the first of June 2026, noon UTC. So whatever is withheld is withheld by its term.

How to read it:
- Of several terms the most restrictive counts. No term opens what the marking of TLP keeps closed.
- A policy that has not begun or has ended permits nothing, and so does one with a single term that is not understood.
- Under a policy that wants its provider named, the object goes as it is or not at all: an edition would name this house.
- Under a policy or a consent that wants nobody named, it goes in the name of this house under another identifier,
  without all that names who gave it.
- A caveat speaks of the organisation that asks: of its country as this house knows it, or of itself. An organisation whose
  country is not known is of no country that may, and may be of any that may not. Everybody is among those kept out.
- Refused consent, an embargo, and caveats hold against everybody outside; inside the house, TLP and the levels of
  policies alone do.

凡例(参考訳):
W は原本全体、E は編集版(見せてはならない部分を除き、当機関の名義で作成したもの)、– は何も見えない(存在も分からない)ことを示す。
表の全対象は、個人二名、一組織、一コミュニティ及び一般に対し、上限なしで公開済みであり、時点は2026年6月1日正午(UTC)である。
- 条件が複数あるときは、最も厳しいものによる。いかなる条件も、TLP が閉ざすものを開くことはない。
- 開始前又は終了後のポリシーは何も許可しない。理解できない条項が一つでもあるポリシーも同じである。
- 提供者名の明示を求めるポリシーの下では、原本のまま渡すか、何も渡さない。
- 提供者名の秘匿を求めるポリシー又は同意の下では、提供者を示すものを全て除き、別の識別子で当機関の名義により渡す。
- 国・組織の限定は、照会する組織の国(当機関の登録による)又はその組織自身による。国が不明な組織は、許可された国に属さず、除外された国に属し得るものとして扱う。一般は常に除外される。
- 同意の拒否、公表禁止期間及び提供者による限定は、外部の全員に対して働く。内部では TLP とポリシーの水準のみが働く。

The columns:
";

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
