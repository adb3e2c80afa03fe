//! Two holdings that differ only in what an audience may not see give that audience the same bytes.

use proptest::prelude::*;
use release::gate::Asked;
use release::held::{Consent, Provenance};
use release::party::{Audience, OrganisationId};
use release::terms::{Cut, Recipient};
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;
use uuid::Uuid;

use crate::world::{
    CARRIER, TELECOM, World, carrier, id, id_of, member, provenance, release, sco, sdo,
};

/// Objects that the audience may or may not see are numbered below this; those of one holding only, above.
const SHARED: usize = 8;

/// How an object is kept from the audience.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// It is not.
    Not,
    Red,
    UnknownMarking,
    NoConsent,
    Embargo,
    NotReleased,
}

/// What two holdings have in common.
#[derive(Debug, Clone)]
struct Plan {
    objects: Vec<Node>,
    /// What the releaser cut by hand from all.
    hand: bool,
    as_community: bool,
}

#[derive(Debug, Clone)]
struct Node {
    kind: usize,
    kept: Kept,
    /// References to numbers; those beyond the plan lead to what is held in one holding only, or in none.
    refs: Vec<usize>,
    /// Whether the description is cut.
    cut: bool,
    /// Which of the labels are cut.
    labels: Vec<bool>,
    second: Option<Second>,
}

/// A second version, where there is one.
#[derive(Debug, Clone, Copy)]
enum Second {
    Visible,
    Red,
    /// All that it refers to is withheld.
    Stranded,
}

/// What differs: the content of everything that is withheld.
#[derive(Debug, Clone)]
struct Secrets {
    salt: u16,
    /// Which of the withheld objects are held at all.
    held: Vec<bool>,
    /// How many labels are cut before each that stays.
    more_labels: usize,
    /// To what withheld objects refer.
    refs: Vec<usize>,
    /// Whether more is released to others.
    others: bool,
}

const KINDS: [&str; 8] = [
    "campaign",
    "note",
    "report",
    "relationship",
    "sighting",
    "file",
    "directory",
    "language-content",
];

fn kind_of(plan: &Plan, number: usize) -> &'static str {
    plan.objects
        .get(number)
        .map_or("campaign", |node| KINDS[node.kind])
}

fn name_of(plan: &Plan, number: usize) -> String {
    id_of(kind_of(plan, number), number as u128 + 1)
}

/// One object with `secret` wherever the audience may not look.
fn build(plan: &Plan, number: usize, secrets: &Secrets, version: usize, hidden: bool) -> Value {
    let node = &plan.objects[number];
    let kind = KINDS[node.kind];
    let secret = format!("SECRET {} {number} {version}", secrets.salt);
    let refs = if hidden && !secrets.refs.is_empty() {
        &secrets.refs
    } else {
        &node.refs
    };
    let refs: Vec<String> = refs.iter().map(|to| name_of(plan, *to)).collect();
    let first = refs[0].clone();
    let last = refs[refs.len() - 1].clone();
    let text = if hidden {
        secret.clone()
    } else {
        format!("open {number} {version}")
    };
    let mut more = match kind {
        "note" => json!({"content": text, "object_refs": refs}),
        "report" => json!({"name": text, "published": "2026-02-01T00:00:00Z", "object_refs": refs}),
        "relationship" => {
            json!({"relationship_type": "related-to", "source_ref": first, "target_ref": last})
        }
        "sighting" => json!({"sighting_of_ref": first, "where_sighted_refs": refs}),
        "file" => json!({"name": text, "parent_directory_ref": first, "contains_refs": refs}),
        "directory" => json!({"path": text, "contains_refs": refs}),
        "language-content" => {
            json!({"object_ref": first, "contents": {"de": {"name": text, "description": format!("Übersetzt {number}")}}})
        }
        _ => json!({"name": text, "x_about": {"who_ref": first}}),
    };
    let mut selectors = Vec::new();
    if node.cut {
        more["description"] = json!(secret);
        selectors.push("description".to_owned());
    }
    let mut labels = Vec::new();
    for (at, cut) in node.labels.iter().enumerate() {
        if *cut {
            for more in 0..=secrets.more_labels {
                selectors.push(format!("labels.[{}]", labels.len()));
                labels.push(format!("{secret} {more}"));
            }
        } else {
            labels.push(format!("label {at}"));
        }
    }
    if !labels.is_empty() {
        more["labels"] = json!(labels);
    }
    let mut granular = Vec::new();
    if !selectors.is_empty() {
        granular.push(json!({"marking_ref": Tlp::Red.id_text(), "selectors": selectors}));
    }
    if let Some(at) = labels.iter().rposition(|label| label.starts_with("label")) {
        granular.push(
            json!({"marking_ref": Tlp::Green.id_text(), "selectors": [format!("labels.[{at}]")]}),
        );
    }
    if !granular.is_empty() {
        more["granular_markings"] = json!(granular);
    }
    let numbered = number as u128 + 1;
    let mut value = if matches!(kind, "file" | "directory") {
        sco(kind, numbered, Tlp::Green, more)
    } else {
        sdo(kind, numbered, more)
    };
    if version > 1 && !matches!(kind, "file" | "directory") {
        value["modified"] = json!("2026-03-01T00:00:00.000Z");
    }
    if hidden {
        value["object_marking_refs"] = match node.kept {
            Kept::UnknownMarking => json!([
                "marking-definition--00000000-0000-4000-8000-00000000bbbb",
                Tlp::Clear.id_text()
            ]),
            _ => json!([Tlp::Red.id_text()]),
        };
    }
    value
}

fn world(plan: &Plan, secrets: &Secrets) -> World {
    let mut world = World::new();
    let mut released: Vec<Id> = Vec::new();
    for (number, node) in plan.objects.iter().enumerate() {
        let hidden = !matches!(node.kept, Kept::Not);
        if hidden && !secrets.held.get(number).copied().unwrap_or(true) {
            continue;
        }
        let value = build(plan, number, secrets, 1, hidden);
        let provenance = Provenance {
            consent: if matches!(node.kept, Kept::NoConsent) {
                Consent::Refused
            } else {
                Consent::Given
            },
            embargo_until: matches!(node.kept, Kept::Embargo)
                .then(|| crate::world::at("2027-01-01T00:00:00Z")),
            ..provenance()
        };
        // What is kept back otherwise than by its marking carries none that would keep it.
        let mut value = value;
        if matches!(
            node.kept,
            Kept::NoConsent | Kept::Embargo | Kept::NotReleased
        ) {
            value["object_marking_refs"] = json!([Tlp::Clear.id_text()]);
        }
        let of = world.hold_from(&value, provenance.clone());
        if !matches!(node.kept, Kept::NotReleased) {
            released.push(of);
        }
        let held = secrets.held.get(number).copied().unwrap_or(true);
        match node.second {
            _ if matches!(KINDS[node.kind], "file" | "directory") => {}
            Some(Second::Visible) => {
                world.hold_from(&build(plan, number, secrets, 2, hidden), provenance);
            }
            Some(Second::Red) if held => {
                world.hold_from(&build(plan, number, secrets, 2, true), provenance);
            }
            Some(Second::Stranded) if held && matches!(KINDS[node.kind], "note" | "report") => {
                let mut value = build(plan, number, secrets, 2, true);
                value["object_marking_refs"] = json!([Tlp::Green.id_text()]);
                value["object_refs"] = json!([id_of("campaign", SHARED as u128 + 9)]);
                world.hold_from(&value, provenance);
            }
            _ => {}
        }
    }
    for extra in 0..usize::from(secrets.salt % 3) {
        let value = sdo(
            "campaign",
            (SHARED + 1 + extra) as u128,
            json!({"name": "SECRET extra", "object_marking_refs": [Tlp::Red.id_text()]}),
        );
        released.push(world.hold(&value));
    }
    let mut to_audience = release(
        [
            Recipient::Organisation(CARRIER),
            Recipient::Community(TELECOM),
        ],
        Tlp::AmberStrict,
    );
    if plan.hand {
        to_audience.cuts = ["x_about", "labels.[0]"]
            .map(|part| Cut {
                object: None,
                part: Selector::parse(part).unwrap(),
            })
            .into();
    }
    world.release_ids(released.clone(), to_audience);
    if secrets.others {
        let somebody = OrganisationId(Uuid::from_u128(0x77));
        let all = world.ids();
        world.release_ids(
            all,
            release([Recipient::Organisation(somebody)], Tlp::AmberStrict),
        );
    }
    world
}

fn node() -> impl Strategy<Value = Node> {
    (
        0..KINDS.len(),
        prop_oneof![
            4 => Just(Kept::Not),
            1 => Just(Kept::Red),
            1 => Just(Kept::UnknownMarking),
            1 => Just(Kept::NoConsent),
            1 => Just(Kept::Embargo),
            1 => Just(Kept::NotReleased),
        ],
        prop::collection::vec(0..SHARED + 3, 1..4),
        any::<bool>(),
        prop::collection::vec(any::<bool>(), 0..4),
        prop::option::of(prop_oneof![
            Just(Second::Visible),
            Just(Second::Red),
            Just(Second::Stranded)
        ]),
    )
        .prop_map(|(kind, kept, refs, cut, labels, second)| Node {
            kind,
            kept,
            refs,
            cut,
            labels,
            second,
        })
}

fn secrets() -> impl Strategy<Value = Secrets> {
    (
        any::<u16>(),
        prop::collection::vec(any::<bool>(), SHARED),
        0..3_usize,
        prop::collection::vec(0..SHARED + 3, 0..3),
        any::<bool>(),
    )
        .prop_map(|(salt, held, more_labels, refs, others)| Secrets {
            salt,
            held,
            more_labels,
            refs,
            others,
        })
}

fn texts(world: &World, audience: &Audience, plan: &Plan) -> Vec<Option<String>> {
    let numbers = 0..SHARED + 3;
    let names: Vec<Id> = numbers.map(|number| id(&name_of(plan, number))).collect();
    let newest = names.iter().map(|id| Asked {
        id: id.clone(),
        version: None,
    });
    let exact = ["2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"]
        .into_iter()
        .flat_map(|version| {
            let version = stix::timestamp::Timestamp::parse(version).unwrap();
            names.iter().map(move |id| Asked {
                id: id.clone(),
                version: Some(version.clone()),
            })
        });
    let asked: Vec<Asked> = newest.chain(exact).collect();
    let decisions = world.decide(audience, &asked);
    decisions
        .iter()
        .map(|decision| {
            decision
                .released()
                .map(|released| released.text().to_owned())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_withheld_leaves_no_trace(
        objects in prop::collection::vec(node(), SHARED),
        hand in prop::bool::weighted(0.2),
        as_community in any::<bool>(),
        a in secrets(),
        b in secrets(),
    ) {
        // A list cut by hand at a place is cut at the place where it stands as held: then lists are the same in both.
        let b = Secrets { more_labels: if hand { a.more_labels } else { b.more_labels }, ..b };
        let plan = Plan { objects, hand, as_community };
        let audience = if plan.as_community {
            let mut member = member(OrganisationId(Uuid::from_u128(0x66)));
            member.communities.insert(TELECOM);
            Audience::Member(member)
        } else {
            carrier()
        };
        let (first, second) = (world(&plan, &a), world(&plan, &b));
        let seen = texts(&first, &audience, &plan);
        prop_assert_eq!(&seen, &texts(&second, &audience, &plan));
        for text in seen.iter().flatten() {
            prop_assert!(!text.contains("SECRET"), "{}", text);
            // An edition or whole, it reads again, and whatever it refers to can be had or is the house.
            prop_assert!(stix::object::Object::parse(text).is_ok());
        }
        let known: Vec<&str> = seen.iter().flatten().filter_map(|text| text.split("\"id\":\"").nth(1)?.split('"').next()).collect();
        for text in seen.iter().take(SHARED).flatten() {
            let object = stix::object::Object::parse(text).unwrap();
            for reference in stix::reference::references(object.properties()) {
                let target = reference.target.as_str();
                prop_assert!(
                    reference.is_marking() || known.contains(&target) || target == crate::world::OWN.identity().as_str(),
                    "{} dangles in {}", target, text
                );
            }
        }
    }
}
