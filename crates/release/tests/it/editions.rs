//! One golden for each type that refers: what is held, and what the carrier gets of it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use release::decision::Decision;
use serde_json::Value;
use stix::selector::Selector;
use stix::validate::{Options, validate};

use crate::world::{World, carrier, to_carrier};

/// Reads `NAME.in.json` (a list of objects that the centre holds and releases to the carrier up to AMBER+STRICT) and
/// compares what the carrier gets of each with `NAME.out.json`.
fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/editions");
    let input = fs::read_to_string(folder.join(format!("{name}.in.json"))).unwrap();
    let held: Vec<Value> = serde_json::from_str(&input).unwrap();
    let mut world = World::new();
    world.hold_all(&held);
    world.release_all(to_carrier());
    let mut text = String::from("[\n");
    for (at, value) in held.iter().enumerate() {
        let id = crate::world::id(value["id"].as_str().unwrap());
        let (how, cut, seen) = match world.see(&carrier(), &id) {
            Decision::Nothing => ("nothing", Vec::new(), None),
            Decision::Whole(released) => {
                assert_eq!(released.text(), crate::world::object(value).text());
                ("whole", Vec::new(), None)
            }
            Decision::Edition(edition) => {
                // The house answers for what it creates, but not for what it was given.
                let given = validate(&crate::world::object(value), &Options::ERRORS);
                let found = validate(edition.released.object(), &Options::ERRORS);
                assert!(found.is_empty() || !given.is_empty(), "{id}: {found:?}");
                let value: Value = serde_json::from_str(edition.released.text()).unwrap();
                ("edition", edition.cut, Some(value))
            }
        };
        assert!(
            seen.as_ref()
                .is_none_or(|seen| !seen.to_string().contains("SECRET")),
            "{seen:?}"
        );
        let mut entry = serde_json::Map::new();
        entry.insert("of".to_owned(), id.as_str().into());
        entry.insert("seen".to_owned(), how.into());
        if !cut.is_empty() {
            let cut: Vec<Value> = cut
                .iter()
                .map(Selector::to_string)
                .map(Value::from)
                .collect();
            entry.insert("cut".to_owned(), cut.into());
        }
        if let Some(seen) = seen {
            entry.insert("edition".to_owned(), seen);
        }
        let comma = if at + 1 < held.len() { "," } else { "" };
        writeln!(
            text,
            "{}{comma}",
            serde_json::to_string_pretty(&entry).unwrap()
        )
        .unwrap();
    }
    text.push_str("]\n");
    testkit::golden::check_file(&folder.join(format!("{name}.out.json")), &text);
}

macro_rules! goldens {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        #[test]
        fn every_file_has_its_test() {
            let names = [$(stringify!($name)),*];
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/editions");
            for entry in fs::read_dir(folder).unwrap() {
                let file = entry.unwrap().file_name().into_string().unwrap();
                let name = file.split('.').next().unwrap();
                assert!(names.contains(&name), "{file} is checked by no test");
            }
        }
    };
}

goldens!(
    custom_object,
    email_message,
    embedded_observables,
    external_references,
    file,
    grouping,
    incident,
    incident_suite,
    indicator,
    labels,
    language_content,
    location,
    malware_analysis,
    network_traffic,
    note,
    observed_data,
    opinion,
    process,
    relationship,
    report,
    sighting,
);
