//! Objects from the standard and from others' exports.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::Instant;

use base::diagnostic::Severity;
use flate2::read::GzDecoder;
use stix::bundle::{Form, Reader};
use stix::object::Object;
use stix::validate::{Options, validate, validate_document, validate_text};
use testkit::known::Failures;

#[test]
fn the_examples_of_the_standard() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/spec-examples.jsonl") else {
        return;
    };
    let mut known = Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/it/spec-examples.txt");
    for case in cases {
        let place = case.place();
        let number = place.rsplit(':').next().unwrap();
        let object = &case.value["object"];
        let text = object.to_string();
        let found = if object["type"] == "bundle" {
            validate_document(text.as_bytes(), &Options::ERRORS)
        } else {
            validate_text(&text, &Options::ERRORS)
        };
        let must_valid = case.value["stix2validator_must_valid"].as_bool().unwrap();
        let result = if must_valid == found.is_empty() {
            Ok(())
        } else {
            Err(format!("{found:?}; {}", case.value["errors"]))
        };
        known.case(
            &format!("{number} {}", object["id"].as_str().unwrap_or("no id")),
            result,
        );
    }
    println!("{:?}", known.finish());
}

#[test]
fn bundles_made_by_misp() {
    let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/misp-stix-bundles.jsonl") else {
        return;
    };
    let mut survey = Survey::default();
    for case in cases {
        let text = case.value["bundle"].to_string();
        for member in Reader::new(text.as_bytes()) {
            survey.add(&Object::parse(&member.unwrap().text).unwrap());
        }
    }
    println!("{survey:?}");
    assert!(survey.objects > 0);
}

/// What a bundle holds: objects, findings by code, and each error's message.
#[derive(Debug, Default)]
struct Survey {
    objects: usize,
    codes: BTreeMap<(Severity, &'static str), usize>,
    errors: BTreeMap<String, usize>,
}

impl Survey {
    fn add(&mut self, object: &Object) {
        self.objects += 1;
        for finding in validate(object, &Options::ALL) {
            *self
                .codes
                .entry((finding.severity, finding.code))
                .or_insert(0) += 1;
            if finding.severity == Severity::Error {
                let error = format!("{} of {}: {}", finding.code, object.kind(), finding);
                *self.errors.entry(error).or_insert(0) += 1;
            }
        }
    }
}

#[test]
fn attack_for_industrial_control_systems() {
    let Some(text) = testkit::corpus::bytes("data/attack/ics-18.1.json") else {
        return;
    };
    let mut survey = Survey::default();
    let mut reader = Reader::new(text.as_slice());
    for member in reader.by_ref() {
        survey.add(&Object::parse(&member.unwrap().text).unwrap());
    }
    assert_eq!(reader.form(), Some(Form::Bundle));
    println!("{survey:?}");
    assert!(survey.objects > 1_000);
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn attack_for_enterprises() {
    let Some(packed) = testkit::corpus::bytes("data/attack/enterprise-18.1.json.gz") else {
        return;
    };
    let mut text = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    let megabytes = text.len() as f64 / 1e6;
    let speed = |what: &str, from: Instant| {
        let rate = megabytes / from.elapsed().as_secs_f64();
        println!("{what}: {rate:.0} MB/s of {megabytes:.1} MB");
    };

    let begin = Instant::now();
    let members: Vec<_> = Reader::new(text.as_slice()).map(Result::unwrap).collect();
    speed("reading members", begin);
    let begin = Instant::now();
    let objects: Vec<_> = members
        .iter()
        .map(|member| Object::parse(&member.text).unwrap())
        .collect();
    speed("parsing", begin);
    let begin = Instant::now();
    let mut survey = Survey::default();
    for object in &objects {
        survey.add(object);
    }
    speed("validating", begin);
    println!("{survey:?}");
    assert_eq!(survey.objects, 24_771);
}
