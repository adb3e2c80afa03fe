//! Recorded verdicts of the reference validator under its options: which recommendations are looked at.

use serde_json::Value;
use stix::validate::check::Checks;
use stix::validate::{Custom, Options, validate_document, validate_text};
use testkit::known::Failures;

/// Our options for those of a recorded run; none where they are about STIX 2.0.
fn options(recorded: &Value) -> Option<Options> {
    if recorded["version"] == "2.0" {
        return None;
    }
    let names = |key: &str| {
        recorded[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    };
    let mut checks = Checks::SHARED;
    if names("enabled").next().is_some() {
        checks = names("enabled").fold(Checks::NONE, |set, name| set.with(name).unwrap());
    }
    checks = names("disabled").fold(checks, |set, name| set.without(name).unwrap());
    let custom = |key: &str| {
        if recorded[key] == true {
            Custom::Refused
        } else {
            Custom::Allowed
        }
    };
    let base = if recorded["strict"] == true {
        Options::WARNINGS
    } else {
        Options::ERRORS
    };
    Some(Options {
        checks,
        custom_types: custom("strict_types"),
        custom_properties: custom("strict_properties"),
        ..base
    })
}

#[test]
fn agrees_with_the_reference_validator_under_its_options() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/validator-options.jsonl") else {
        return;
    };
    let mut known = Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/options-disagreements.txt",
    );
    for case in cases {
        // An input that is no object, or on which the reference broke off, has no verdict; nor has one that was
        // judged by a schema of the test's own.
        let no_verdict = !case.value["exception"].is_null() || case.value["custom_schema"] == true;
        let Some(options) = options(&case.value["options"]).filter(|_| !no_verdict) else {
            continue;
        };
        let place = case.place();
        let number = place.rsplit(':').next().unwrap();
        let instance = &case.value["instance"];
        let text = match instance {
            Value::String(text) => text.clone(),
            _ => instance.to_string(),
        };
        let found = if instance["type"] == "bundle" {
            validate_document(text.as_bytes(), &options)
        } else {
            validate_text(&text, &options)
        };
        let is_valid = case.value["is_valid"].as_bool().unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let result = match (is_valid, found.is_empty()) {
            (true, true) | (false, false) => Ok(()),
            (true, false) => Err(format!("we find {found:?}")),
            (false, true) => Err(format!("we find nothing; {}", case.value["errors"])),
        };
        let name = case.text("test").rsplit("::").next().unwrap();
        known.case(&format!("{number} {name}"), result);
    }
    println!("{:?}", known.finish());
}
