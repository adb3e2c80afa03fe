//! Patterns against the tables of the standard: `pattern_model.in` has one pattern a line, `pattern_model.out` what
//! is said of it.

use std::fmt::Write as _;

use pattern::model::Model as _;
use pattern::path_type;
use stix::pattern_model::StandardModel;

const MANIFEST: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn messages() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pattern_model.in");
    let mut out = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let _ = writeln!(out, "{line}");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let pattern = pattern::parse::parse(line)
            .unwrap_or_else(|findings| panic!("`{line}`: {}", findings[0]));
        for finding in path_type::check(&pattern, &StandardModel) {
            let base::diagnostic::Place::Bytes { start, end } = finding.place else {
                panic!("{finding} has no place");
            };
            let _ = writeln!(out, "    `{}` {finding}", line.get(start..end).unwrap());
        }
    }
    testkit::golden::check(MANIFEST, "tests/data/pattern_model.out", &out);
}

/// Every property of every table is reached, and what it leads to is known.
#[test]
fn every_property_has_a_value() {
    for object_type in StandardModel.object_types() {
        let object = StandardModel.object(object_type).unwrap();
        for name in object.names() {
            assert!(object.value(name).is_some(), "{object_type}:{name}");
        }
    }
}

/// The codes of what is found in the patterns of the corpora, so that a change of the rules shows.
#[test]
fn corpora() {
    let mut out = String::new();
    for name in ["spec-patterns", "misp-patterns", "patterns"] {
        let Some(cases) = testkit::corpus::json_lines(&format!("corpus/pattern-2.1/{name}.jsonl"))
        else {
            return;
        };
        for case in cases {
            let text = case
                .value
                .as_str()
                .or_else(|| case.value["pattern"].as_str());
            let Ok(pattern) = pattern::parse::parse(text.unwrap()) else {
                continue;
            };
            let findings = path_type::check(&pattern, &StandardModel);
            let codes: Vec<&str> = findings
                .iter()
                .filter(|finding| finding.severity > base::diagnostic::Severity::Note)
                .map(|finding| finding.code)
                .collect();
            if !codes.is_empty() {
                let _ = writeln!(out, "{name}:{} {}", case.line, codes.join(" "));
            }
        }
    }
    testkit::golden::check(MANIFEST, "tests/data/pattern_model_corpora.out", &out);
}
