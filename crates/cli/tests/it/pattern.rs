//! `pattern check`, `pattern format`, `pattern explain` and `pattern match`.

use crate::tool::{run, run_with};

const BAD: &str = "tests/data/validate/bad.json";
const PATTERNS: &str = "tests/data/pattern/patterns.txt";
const OBSERVED: &str = "tests/data/pattern/observed.json";

#[track_caller]
fn check(name: &str, arguments: &[&str], code: i32) {
    let mut all = vec!["pattern"];
    all.extend(arguments);
    let ran = run(&all).ended(code);
    let golden = format!("tests/data/pattern/{name}");
    let said = if ran.stderr.is_empty() {
        ran.stdout
    } else {
        format!("{}==== standard error\n{}", ran.stdout, ran.stderr)
    };
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), &golden, &said);
}

#[test]
fn mistakes_are_shown_at_their_place() {
    let all = [
        "check",
        "[file:name == '北斗'",
        "--from",
        PATTERNS,
        "--from",
        BAD,
    ];
    // Parts of the bundle are no objects, so not all of its patterns may have been seen.
    check("check.txt", &all, 2);
    let mut json = all.to_vec();
    json.push("--json");
    check("check.jsonl", &json, 2);
    let mut japanese = all.to_vec();
    japanese.extend(["--lang", "ja"]);
    check("check-ja.txt", &japanese, 2);
    run(&["pattern", "check", "[file:name = 'a']"]).ended(0);
    run(&["pattern", "check", "[file:name == 'a']"]).ended(0);
    run(&["pattern", "check", "[file:name == 'a']", "--strict"]).ended(1);
    assert_eq!(
        run(&["pattern", "check", "[", "--quiet"]).ended(1).stdout,
        ""
    );
    // A name that no object has is advice, because such a pattern is valid and never matches.
    let ran = run(&["pattern", "check", "[file:nane = 'a']"]).ended(0);
    assert!(ran.stdout.contains("argument 1:1:"), "{}", ran.stdout);
    run(&["pattern", "check"]).ended(2);
    // A terminal is given no control characters of others.
    run(&["pattern", "format", "[file:name = '\u{1b}[31m']"]).ended(2);
    let escape = "{\"\\u001b[31m\":1,\"\\u001b[31m\":2}";
    let ran = run_with(
        &["pattern", "match", "[file:size = 1]", "--observations", "-"],
        escape.as_bytes(),
    )
    .ended(2);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    run_with(&["pattern", "check", "-"], b"").ended(2);
    run_with(
        &["pattern", "check", "-"],
        br#"{"type":"bundle","objects":[{"type""#,
    )
    .ended(2);
    let ran = run(&["pattern", "check", "[file:name MATCHES '(']"]).ended(0);
    assert!(
        ran.stdout.contains("warning[PATTERN-MATCH-01]"),
        "{}",
        ran.stdout
    );
    run(&["pattern", "check", "--from", "no-such-file"]).ended(2);
}

#[test]
fn patterns_are_written_in_one_form() {
    check("format.txt", &["format", "--from", PATTERNS], 1);
    check(
        "format-check.txt",
        &["format", "--check", "--from", PATTERNS],
        1,
    );
    let once = run(&["pattern", "format", "[file:name='a'OR file:size<  3]"])
        .ended(0)
        .stdout;
    assert_eq!(once, "[file:name = 'a' OR file:size < 3]\n");
    let again = run_with(&["pattern", "format", "--check", "-"], once.as_bytes()).ended(0);
    assert_eq!(again.stdout, "");
}

#[test]
fn patterns_are_said_in_words() {
    let patterns = [
        "[file:name = '北斗.dll' AND file:size > 100] FOLLOWEDBY [ipv4-addr:value IN ('198.51.100.1', '198.51.100.2')] WITHIN 60 SECONDS",
        "[file:name = 'a'] REPEATS 2 TIMES",
    ];
    check("explain.txt", &["explain", patterns[0], patterns[1]], 0);
    check(
        "explain-ja.txt",
        &["explain", patterns[0], "--lang", "ja"],
        0,
    );
    check("explain.jsonl", &["explain", patterns[1], "[", "--json"], 1);
}

#[test]
fn patterns_match_what_was_observed() {
    let patterns = [
        "[file:name = '北斗.dll']",
        "[file:name = '北斗.dll'] FOLLOWEDBY [ipv4-addr:value ISSUBSET '198.51.100.0/24']",
        "[file:name = 'other.dll']",
    ];
    let mut all = vec!["match", "--observations", OBSERVED];
    all.extend(patterns);
    check("match.txt", &all, 0);
    all.push("--json");
    check("match.jsonl", &all, 0);
    run(&["pattern", "match", patterns[2], "--observations", OBSERVED]).ended(1);
    let ran = run(&["pattern", "match", "[", "--observations", OBSERVED]).ended(2);
    assert!(ran.stderr.contains("argument 1:1:2"), "{}", ran.stderr);
    run(&["pattern", "match", "-", "--observations", "-"]).ended(2);
    run(&[
        "pattern",
        "match",
        patterns[0],
        "--observations",
        "no-such-file",
    ])
    .ended(2);
}
