//! Recorded verdicts of the reference validator on single objects.

use stix::object::Object;
use stix::validate::{Options, validate_document, validate_text};
use testkit::known::Failures;

/// Errors of a text that is an object or a bundle, as `code place message`.
fn errors(text: &str, is_bundle: bool) -> Vec<String> {
    let found = if is_bundle {
        validate_document(text.as_bytes(), &Options::ERRORS)
    } else {
        validate_text(text, &Options::ERRORS)
    };
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn agrees_with_the_reference_validator() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/objects.jsonl") else {
        return;
    };
    let mut known = Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/objects-disagreements.txt",
    );
    for case in cases {
        let name = case.value["case"].as_str().unwrap();
        let object = &case.value["object"];
        let must_valid = case.value["must_valid"].as_bool().unwrap();
        let is_bundle = object["type"] == "bundle";
        let text = object.to_string();
        let found = errors(&text, is_bundle);
        let result = match (must_valid, found.is_empty()) {
            (true, true) | (false, false) => Ok(()),
            (true, false) => Err(format!("we find {found:?}")),
            (false, true) => Err(format!("we find nothing; {}", case.value["errors"])),
        };
        known.case(name, result);
        // INVARIANT of `validate_text`.
        if !is_bundle && found.is_empty() {
            assert!(Object::parse(&text).is_ok(), "{name}");
        }
    }
    println!("{:?}", known.finish());
}

#[test]
fn disputed_objects_have_our_verdict_with_its_section() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/objects.jsonl") else {
        return;
    };
    let mut text = String::new();
    for case in cases {
        if case.text("verdict") != "disputed" {
            continue;
        }
        let object = &case.value["object"];
        let json = object.to_string();
        let found = if object["type"] == "bundle" {
            validate_document(json.as_bytes(), &Options::ERRORS)
        } else {
            validate_text(&json, &Options::ERRORS)
        };
        text.push_str(case.text("case"));
        if found.is_empty() {
            text.push_str("\tvalid\tno MUST is against it\n");
        } else {
            let mut rules: Vec<String> = found
                .iter()
                .map(|finding| {
                    format!("{} {}", finding.code, finding.section.unwrap_or("RFC 8259"))
                })
                .collect();
            rules.dedup();
            text.push_str("\tinvalid\t");
            text.push_str(&rules.join(", "));
            text.push('\n');
        }
    }
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/objects-disputed.txt",
        &text,
    );
}
