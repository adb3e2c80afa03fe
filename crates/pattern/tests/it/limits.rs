use pattern::code;
use pattern::parse::{NESTING_DEPTH, NODES, parse};
use pattern::token::PATTERN_BYTES;

fn codes(text: &str) -> Vec<&'static str> {
    parse(text)
        .unwrap_err()
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn nesting() {
    let outer = |depth: usize| format!("{}[a:b = 1]{}", "(".repeat(depth), ")".repeat(depth));
    let inner = |depth: usize| format!("[{}a:b = 1{}]", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&outer(NESTING_DEPTH)).is_ok());
    assert!(parse(&inner(NESTING_DEPTH)).is_ok());
    assert_eq!(codes(&outer(NESTING_DEPTH + 1)), [code::TOO_DEEP]);
    assert_eq!(codes(&inner(NESTING_DEPTH + 1)), [code::TOO_DEEP]);
    assert_eq!(codes(&"(".repeat(100_000)), [code::TOO_DEEP]);
    assert_eq!(
        codes(&format!("[{}", "(".repeat(100_000))),
        [code::TOO_DEEP]
    );
}

#[test]
fn parts() {
    let set = |constants: usize| format!("[a:b IN ({}1)]", "1, ".repeat(constants - 1));
    assert!(parse(&set(NODES - 10)).is_ok());
    assert_eq!(codes(&set(NODES + 1)), [code::TOO_MANY_NODES]);
    let path = |steps: usize| format!("[a:b{} = 1]", ".c".repeat(steps));
    assert!(parse(&path(NODES - 10)).is_ok());
    assert_eq!(codes(&path(NODES + 1)), [code::TOO_MANY_NODES]);
}

#[test]
fn bytes() {
    let string = |bytes: usize| format!("[a:b = '{}']", "x".repeat(bytes - "[a:b = '']".len()));
    assert!(parse(&string(PATTERN_BYTES)).is_ok());
    assert_eq!(codes(&string(PATTERN_BYTES + 1)), [code::TOO_LONG]);
}

#[test]
fn findings() {
    let many = "[a:b = \\] ".repeat(10_000);
    let findings = parse(&many).unwrap_err();
    assert!(findings.len() <= base::limits::DIAGNOSTICS_PER_DOCUMENT);
    // However many warnings come first, an error is told of.
    let aliases = format!("[{}a:b == ]", "a:b == 1 OR ".repeat(2_000));
    let findings = parse(&aliases).unwrap_err();
    assert!(
        findings
            .iter()
            .any(|finding| finding.severity == base::diagnostic::Severity::Error)
    );
}

/// Types are found in one walk: a wide OR below many nested ANDs does not multiply.
#[test]
fn nested_and_over_wide_or() {
    use std::fmt::Write as _;
    let mut text = String::from("a:b = 1");
    for index in 0..20_000 {
        let _ = write!(text, " OR t{index}:b = 1");
    }
    for _ in 0..NESTING_DEPTH - 1 {
        text = format!("a:b = 1 AND ({text})");
    }
    assert!(parse(&format!("[{text}]")).is_ok());
}
