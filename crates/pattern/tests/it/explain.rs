//! Patterns in words: `explain.in` has one pattern a line, `explain.out` both languages below it.

use std::fmt::Write as _;

use pattern::explain::{Language, explain};
use pattern::parse::parse;

#[test]
fn words() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/explain.in");
    let mut out = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let pattern = parse(line).unwrap();
        let _ = writeln!(
            out,
            "{line}\n{}{}",
            explain(&pattern, Language::English),
            explain(&pattern, Language::Japanese)
        );
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/explain.out", &out);
}

/// However large the pattern, the explanation is for people.
#[test]
fn limits() {
    let wide = format!("[{}]", vec!["a:b = 1"; 10_000].join(" OR "));
    let words = explain(&parse(&wide).unwrap(), Language::English);
    assert_eq!(words.sentences.len(), 53);
    assert_eq!(words.sentences.last().unwrap().text, "… and 9950 more");
    let inner = format!("({})", vec!["a:b = 1"; 50].join(" AND "));
    let large = format!("[{}]", vec![inner; 50].join(" OR "));
    let words = explain(&parse(&large).unwrap(), Language::Japanese);
    assert!(words.sentences.len() <= 1_001);
    let long = format!("[a:b = '{}']", "x".repeat(100_000));
    assert!(
        explain(&parse(&long).unwrap(), Language::English)
            .to_string()
            .len()
            < 200
    );
}
