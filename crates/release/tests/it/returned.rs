//! What goes back to who gave it: everybody × marking, as a table.

use std::fmt::Write as _;

use release::gate::Gate;
use release::held::{Held, Provenance};
use release::party::{Audience, Member};
use serde_json::{Value, json};
use stix::marking::Tlp;

use crate::world::{CARRIER, World, member, now, object, other, own, person, policy, sdo};

const UNKNOWN: &str = "marking-definition--00000000-0000-4000-8000-00000000cccc";

#[test]
fn what_goes_back_to_whom_is_as_the_table_says() {
    let sender = Audience::Member(Member {
        person: Some(person(1)),
        ..member(CARRIER)
    });
    let colleague = Audience::Member(Member {
        person: Some(person(2)),
        ..member(CARRIER)
    });
    let somebody_else = Audience::Member(Member {
        organisation: crate::world::OTHER,
        person: Some(person(1)),
        ..member(CARRIER)
    });
    let audiences = [
        ("sender", sender),
        ("colleague", colleague),
        ("the organisation", Audience::Member(member(CARRIER))),
        ("the sender elsewhere", somebody_else),
        ("another", other()),
        ("the house", own()),
        ("public", Audience::Public),
    ];
    let marked = |refs: Value| {
        let more = json!({"name": "a", "description": "b", "object_marking_refs": refs});
        sdo("campaign", 1, more)
    };
    let part = |marking: &str| {
        let part = json!([{"marking_ref": marking, "selectors": ["description"]}]);
        sdo(
            "campaign",
            1,
            json!({"name": "a", "description": "b", "granular_markings": part}),
        )
    };
    let red = Tlp::Red.id_text();
    let rows = [
        ("no marking", sdo("campaign", 1, json!({"name": "a"}))),
        ("TLP:CLEAR", marked(json!([Tlp::Clear.id_text()]))),
        (
            "TLP:AMBER+STRICT",
            marked(json!([Tlp::AmberStrict.id_text()])),
        ),
        ("TLP:RED", marked(json!([red]))),
        ("TLP:RED of TLP 1", marked(json!([Tlp::RED_1_ID]))),
        ("CLEAR and RED", marked(json!([Tlp::Clear.id_text(), red]))),
        ("a part RED", part(red)),
        ("not a level", marked(json!([UNKNOWN]))),
        ("a part not a level", part(UNKNOWN)),
    ];
    let names: Vec<&str> = audiences.iter().map(|(name, _)| *name).collect();
    let mut table = format!("marking | {}\n", names.join(" | "));
    let (world, policy) = (World::new(), policy());
    for (name, value) in &rows {
        write!(table, "{name}").unwrap();
        for (_, audience) in &audiences {
            let provenance = Provenance {
                entered_by: Some(person(1)),
                ..Provenance::given_by(CARRIER)
            };
            let held = Held::seal(object(value), provenance);
            let gate = Gate::new(&policy, &world, audience, now());
            let returned = gate.returned(&held);
            if let Some(returned) = &returned {
                assert_eq!(returned.text(), value.to_string(), "as it was given");
            }
            write!(table, " | {}", if returned.is_some() { "W" } else { "–" }).unwrap();
        }
        table.push('\n');
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/returned.txt", &table);
}
