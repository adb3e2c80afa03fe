//! What the matcher says of comparisons, of observed data and of limits.

use std::fmt::Write as _;

use pattern::matcher::set::PatternSet;
use pattern::matcher::{Matcher, observation};
use serde_json::{Value, json};

const MANIFEST: &str = env!("CARGO_MANIFEST_DIR");

fn seen(time: &str, objects: &Value) -> Value {
    json!({
        "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
        "first_observed": time, "last_observed": time, "number_observed": 1, "objects": objects,
    })
}

/// What comes of the comparison on the object alone.
fn answer(comparison: &str, object: &Value) -> String {
    let pattern = match pattern::parse::parse(&format!("[{comparison}]")) {
        Ok(pattern) => pattern,
        Err(findings) => return format!("refused: {}", findings[0]),
    };
    let compiled = match Matcher::compile(&pattern) {
        Ok(compiled) => compiled,
        Err(findings) => return format!("refused: {}", findings[0]),
    };
    let document = seen("2026-01-15T09:00:00Z", &json!({ "0": object }));
    let verdict = compiled.matches(&observation::read(&document).observations);
    format!(
        "{}{}",
        verdict.is_match(),
        if verdict.complete {
            ""
        } else {
            ", not complete"
        }
    )
}

#[test]
fn comparisons() {
    let cases = include_str!("../data/matching.in");
    let mut object = Value::Null;
    let mut out = String::new();
    for line in cases.lines() {
        if let Some(json) = line.strip_prefix("object ") {
            object = serde_json::from_str(json).unwrap();
        }
        if line.is_empty() || line.starts_with('#') || line.starts_with("object ") {
            writeln!(out, "{line}").unwrap();
        } else {
            writeln!(out, "{line}\n    {}", answer(line, &object)).unwrap();
        }
    }
    testkit::golden::check(MANIFEST, "tests/data/matching.out", &out);
}

#[test]
fn broken_observed_data_is_reported_and_left_out() {
    let one = |change: &dyn Fn(&mut Value)| {
        let mut data = seen("2026-01-15T09:00:00Z", &json!({ "0": { "type": "a" } }));
        change(&mut data);
        data
    };
    let documents = json!([
        one(&|_| ()),
        one(&|data| data["first_observed"] = json!("2026-01-15")),
        one(&|data| data["first_observed"] = json!("2026-01-16T09:00:00Z")),
        one(&|data| data["last_observed"] = json!(7)),
        one(&|data| {
            data.as_object_mut().unwrap().remove("first_observed");
        }),
        one(&|data| {
            data.as_object_mut().unwrap().remove("first_observed");
            data.as_object_mut().unwrap().remove("last_observed");
        }),
        one(&|data| data["number_observed"] = json!(0)),
        one(&|data| data["number_observed"] = json!("many")),
        one(&|data| data["objects"] = json!([])),
        one(&|data| data["object_refs"] = json!(["file--d4a7a685-e929-5eec-a746-4196e447d33d", 7])),
    ]);
    let reading = observation::read(&documents);
    let mut out = String::new();
    for finding in &reading.diagnostics {
        writeln!(out, "{finding}").unwrap();
    }
    writeln!(out, "{} observations", reading.observations.len()).unwrap();
    for wrong in [
        json!(7),
        json!({ "objects": 7 }),
        json!([7, null]),
        json!({ "type": "bundle" }),
    ] {
        let reading = observation::read(&wrong);
        writeln!(
            out,
            "{wrong}: {:?}",
            reading.diagnostics.first().map(|finding| finding.code)
        )
        .unwrap();
    }
    testkit::golden::check(MANIFEST, "tests/data/observations.out", &out);
}

#[test]
fn references_resolve_within_the_observation_only() {
    let document = json!({ "type": "bundle", "objects": [
        { "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
          "first_observed": "2026-01-15T09:00:00Z", "last_observed": "2026-01-15T09:00:00Z",
          "number_observed": 1, "object_refs": ["network-traffic--1", "ipv4-addr--1"] },
        { "type": "network-traffic", "id": "network-traffic--1", "src_ref": "ipv4-addr--1", "dst_ref": "ipv4-addr--2" },
        { "type": "ipv4-addr", "id": "ipv4-addr--1", "value": "198.51.100.1" },
        { "type": "ipv4-addr", "id": "ipv4-addr--2", "value": "198.51.100.2" },
    ]});
    let reading = observation::read(&document);
    let matches = |text: &str| {
        let pattern = pattern::parse::parse(text).unwrap();
        Matcher::compile(&pattern)
            .unwrap()
            .matches(&reading.observations)
            .is_match()
    };
    assert!(matches("[network-traffic:src_ref.value = '198.51.100.1']"));
    assert!(matches("[network-traffic:src_ref = 'ipv4-addr--1']"));
    assert!(!matches("[network-traffic:dst_ref.value = '198.51.100.2']"));
    assert!(!matches(
        "[network-traffic:dst_ref.value != '198.51.100.7']"
    ));
    assert!(!matches("[ipv4-addr:value = '198.51.100.2']"));
}

/// Observations, one a second, of `count` objects `a:x = 1`.
fn many(count: usize) -> Value {
    (0..count)
        .map(|n| {
            let time = format!(
                "2026-01-15T{:02}:{:02}:{:02}Z",
                n / 3600,
                n / 60 % 60,
                n % 60
            );
            seen(&time, &json!({ "0": { "type": "a", "x": 1 } }))
        })
        .collect()
}

#[test]
fn large_numbers_of_observations_are_searched_to_the_end() {
    let document = many(3_000);
    let observations = observation::read(&document).observations;
    let verdict = |text: &str| {
        let pattern = pattern::parse::parse(text).unwrap();
        Matcher::compile(&pattern).unwrap().matches(&observations)
    };
    for (text, expected) in [
        ("[a:x = 1] REPEATS 3000 TIMES", true),
        ("[a:x = 1] REPEATS 3001 TIMES", false),
        ("([a:x = 1] AND [a:x = 1]) REPEATS 1501 TIMES", false),
        ("[a:x = 1] REPEATS 9007199254740991 TIMES", false),
        ("[a:x = 1] REPEATS 100 TIMES WITHIN 100 SECONDS", true),
        ("[a:x = 1] REPEATS 100 TIMES WITHIN 99 SECONDS", false),
        ("([a:x = 1] FOLLOWEDBY [a:x = 2]) WITHIN 5 SECONDS", false),
        (
            "([a:x = 1] AND [a:x = 1] AND [a:x = 1]) WITHIN 3 SECONDS",
            true,
        ),
        (
            "([a:x = 1] AND [a:x = 1] AND [a:x = 1]) WITHIN 2 SECONDS",
            false,
        ),
        (
            "([a:x = 1] FOLLOWEDBY [a:x = 1]) REPEATS 20 TIMES WITHIN 41 SECONDS",
            true,
        ),
    ] {
        let verdict = verdict(text);
        assert_eq!(
            (verdict.is_match(), verdict.complete),
            (expected, true),
            "{text}"
        );
    }
}

#[test]
fn what_would_take_too_long_is_given_up_and_said() {
    let mut document = many(60);
    let others: Vec<Value> = (0..1_000)
        .map(|_| seen("2026-01-15T00:00:00Z", &json!({ "0": { "type": "b" } })))
        .collect();
    document.as_array_mut().unwrap().extend(others);
    let observations = observation::read(&document).observations;
    for text in [
        // More places than are filled.
        "([EXISTS b:type] AND [EXISTS b:type]) REPEATS 500 TIMES",
        // As many ways as there are orders.
        "([a:x = 1] AND [a:x = 1]) REPEATS 31 TIMES AND [EXISTS b:type]",
        &(vec!["[a:x = 1]"; 61].join(" AND ") + " AND [EXISTS b:type]"),
        // Deep groups that are repeated.
        &format!(
            "{}[a:x = 1] REPEATS 2 TIMES{}) REPEATS 29 TIMES",
            "(".repeat(100),
            ") WITHIN 9 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2027-01-01T00:00:00Z'"
                .repeat(99)
        ),
    ] {
        let pattern = pattern::parse::parse(text).unwrap();
        let verdict = Matcher::compile(&pattern).unwrap().matches(&observations);
        assert!(!verdict.is_match());
        assert!(!verdict.complete);
    }
}

#[test]
fn a_regular_expression_that_explodes_is_given_up() {
    let object = json!({ "type": "a", "x": "a".repeat(60) });
    assert_eq!(
        answer("a:x MATCHES '^(a|aa)+(?=b)$'", &object),
        "false, not complete"
    );
    assert_eq!(
        answer("a:x NOT MATCHES '^(a|aa)+(?=b)$'", &object),
        "false, not complete"
    );
    assert_eq!(answer("a:x MATCHES '^(a|aa)+$'", &object), "true");
}

#[test]
fn long_texts_and_lists_are_given_up() {
    let text = "a".repeat(200_000);
    let object = json!({ "type": "a", "x": text, "list": vec!["aaaaab"; 4_000] });
    assert_eq!(answer("a:x LIKE '%b%'", &object), "false");
    assert_eq!(answer("a:x LIKE '%a%a%a%a'", &object), "true");
    let wild = format!("a:x LIKE '%{}b%'", "a".repeat(10_000));
    assert_eq!(answer(&wild, &object), "false, not complete");
    assert_eq!(answer("a:list[*] MATCHES 'c$'", &object), "false");
    assert_eq!(
        answer("a:list[*] MATCHES 'c(?=d)'", &object),
        "false, not complete"
    );
}

#[test]
fn a_text_wakes_a_pattern_once() {
    // Were each of its places looked at, this would take hours.
    let text = "a".repeat(500_000);
    let objects = json!({ "0": { "type": "a", "x": text, "list": vec!["aaaab"; 5_000] } });
    let document = seen("2026-01-15T09:00:00Z", &objects);
    let mut set = PatternSet::new();
    for (key, pattern) in ["[a:x LIKE '%aaaa%b%']", "[a:list[*] MATCHES 'aaaa.$']"]
        .into_iter()
        .enumerate()
    {
        let pattern = pattern::parse::parse(pattern).unwrap();
        set.insert(key, Matcher::compile(&pattern).unwrap());
    }
    let verdict = set.matches(&observation::read(&document).observations);
    let keys: Vec<usize> = verdict.matches.iter().map(|found| *found.key).collect();
    assert_eq!(keys, [1]);
}

#[test]
fn references_that_go_round_end() {
    let refs: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let objects: serde_json::Map<String, Value> = refs
        .iter()
        .map(|id| (id.clone(), json!({ "type": "a", "all_refs": refs })))
        .collect();
    let document = seen("2026-01-15T09:00:00Z", &Value::Object(objects));
    let path = format!("a:{}", ["all_refs[*]"; 20].join("."));
    let pattern = pattern::parse::parse(&format!("[{path}.x = 1]")).unwrap();
    let verdict = Matcher::compile(&pattern)
        .unwrap()
        .matches(&observation::read(&document).observations);
    assert!(!verdict.is_match() && !verdict.complete);
}
