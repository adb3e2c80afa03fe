use std::collections::BTreeSet;
use std::path::Path;

use stix::validate::{check, code};

use super::*;

/// Sources in which the codes are written that `validate` and `pattern` show.
const SOURCES: &[&str] = &[
    "../stix/src",
    "../pattern/src",
    "src/command/validate.rs",
    "src/command/validate",
];

/// Adds every literal that is a code of `STIX-…` or `PATTERN-…`.
fn collect(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), found);
        }
        return;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let literals = text.split('"').filter(|part| {
        let areas = part.strip_prefix("STIX-").or(part.strip_prefix("PATTERN-"));
        areas
            .and_then(|rest| rest.split_once('-'))
            .is_some_and(|(area, number)| {
                area.bytes().all(|byte| byte.is_ascii_uppercase())
                    && number.len() == 2
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            })
    });
    found.extend(literals.map(str::to_owned));
}

#[test]
fn every_code_and_check_has_its_sentence_and_no_other() {
    let mut names = BTreeSet::new();
    for source in SOURCES {
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(source),
            &mut names,
        );
    }
    for code in code::ALL {
        assert!(names.contains(code.id), "{} is not found", code.id);
    }
    assert!(names.contains("STIX-JSON-01") && names.contains(pattern::code::EXPECTED));
    // The name of a vocabulary is the same in both languages.
    let described = check::LIST
        .iter()
        .filter(|check| check.meaning.contains(' '));
    names.extend(described.map(|check| check.name.to_owned()));
    let known: Vec<&str> = RULES
        .lines()
        .map(|line| line.split_once(' ').unwrap().0)
        .collect();
    assert_eq!(known, names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn every_sentence_is_one_in_japanese() {
    for line in RULES.lines() {
        let (name, sentence) = line.split_once(' ').unwrap();
        assert_eq!(rule(name), Some(sentence));
        let is_japanese = |character| matches!(character, 'ぁ'..='ヿ' | '一'..='龥');
        assert!(sentence.contains(is_japanese), "{line}");
        assert!(!sentence.contains('。'), "{line}");
        assert_eq!(sentence.matches('`').count() % 2, 0, "{line}");
    }
    assert_eq!(rule("STIX-ID"), None);
    assert_eq!(rule(""), None);
}
