//! RFC 8785 and the identifiers that rest on it.

use std::fs;

use stix::canonical::{canonical, contributing_properties, deterministic_id, sco_id};
use testkit::known::Failures;

#[test]
fn canonical_form_is_byte_for_byte() {
    let Some(folder) = testkit::shared::path("corpus/jcs") else {
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(folder.join("input")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let ours = canonical(&value).unwrap();
        let output =
            fs::read_to_string(folder.join("output").join(format!("{name}.json"))).unwrap();
        assert_eq!(ours, output, "{name}");
        let hex = fs::read_to_string(folder.join("outhex").join(format!("{name}.txt"))).unwrap();
        let bytes: Vec<u8> = hex
            .split_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect();
        assert_eq!(ours.as_bytes(), bytes, "{name}");
        count += 1;
    }
    println!("{count} texts");
    assert!(count > 0);
}

#[test]
fn deterministic_identifiers_follow_from_contributing_properties() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/deterministic-ids.jsonl") else {
        return;
    };
    let mut known = Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/it/deterministic-ids.txt");
    for case in cases {
        let place = case.place();
        let number = place.rsplit(':').next().unwrap();
        let case = case.value;
        let properties = &case["id_contributing"];
        assert_eq!(
            canonical(properties).unwrap(),
            case["canonical_json"].as_str().unwrap()
        );
        let kind = case["type"].as_str().unwrap();
        let contributing = properties.as_object().unwrap();
        let id = if contributing_properties(kind).is_some() {
            sco_id(kind, contributing)
        } else {
            deterministic_id(kind, contributing.clone())
        };
        let id = id.map(|id| id.to_string());
        let result = if id.as_deref() == case["id"].as_str() {
            Ok(())
        } else {
            Err(format!(
                "we compute {id:?}, the case has {}: {properties}",
                case["id"]
            ))
        };
        known.case(
            &format!("{number} {}", case["id"].as_str().unwrap()),
            result,
        );
    }
    println!("{:?}", known.finish());
}

#[test]
fn identifiers_of_whole_observables() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/sco-object-ids.jsonl") else {
        return;
    };
    let mut known = Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/it/sco-object-ids.txt");
    for case in cases {
        let place = case.place();
        let number = place.rsplit(':').next().unwrap();
        let object = case.value["object"].as_object().unwrap();
        let expected = case.value["id"].as_str().unwrap();
        let id = sco_id(object["type"].as_str().unwrap(), object).map(|id| id.to_string());
        // Where nothing contributes the identifier is random: there is none to compare.
        let random = expected.as_bytes()[expected.len() - 22] == b'4';
        let result = match id {
            Some(id) if id == expected => Ok(()),
            None if random => Ok(()),
            other => Err(format!(
                "we compute {other:?}, the case has {expected}: {object:?}"
            )),
        };
        known.case(&format!("{number} {expected}"), result);
    }
    println!("{:?}", known.finish());
}

#[test]
fn the_table_of_contributing_properties_is_the_standards() {
    let Some(table) = testkit::corpus::json("corpus/stix-2.1/sco-id-contributing-properties.json")
    else {
        return;
    };
    for (kind, names) in table.as_object().unwrap() {
        let names: Vec<_> = names
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let ours = contributing_properties(kind).unwrap_or_default();
        assert_eq!(ours, names, "{kind}");
    }
}
