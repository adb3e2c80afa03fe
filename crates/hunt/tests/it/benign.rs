//! Which patterns and observables name what is benign.

use std::fmt::Write as _;

use hunt::benign::{Hit, List, Lists, known, object_hits, pattern_hits};
use stix::object::Object;

/// The lists of a house that serves one organisation.
fn house() -> Lists {
    let mut lists = Lists::default();
    lists.add(List::Network, "203.0.113.0/24").unwrap();
    lists.add(List::Network, "2001:db8:77::/48").unwrap();
    lists.add(List::Network, "hokuto.example").unwrap();
    lists.add(List::House, "198.51.100.77").unwrap();
    lists
}

fn hits(lists: &[&Lists], case: &str) -> Vec<Hit> {
    if case.starts_with('{') {
        object_hits(lists, &Object::parse(case).unwrap())
    } else {
        pattern_hits(lists, &pattern::parse::parse(case).unwrap())
    }
}

#[test]
fn each_list_and_combination_has_its_verdict() {
    let house = house();
    let path = "tests/data/benign.txt";
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(file).unwrap();
    let mut actual = String::new();
    let mut cases = 0;
    for line in text.lines() {
        if line.starts_with("    ") {
            continue;
        }
        writeln!(actual, "{line}").unwrap();
        if !line.starts_with(['[', '(', '{']) {
            continue;
        }
        cases += 1;
        let public = hits(&[known()], line);
        let all = hits(&[known(), &house], line);
        for hit in &all {
            writeln!(actual, "    {hit}").unwrap();
        }
        if all.is_empty() {
            writeln!(actual, "    -").unwrap();
        }
        if public != all {
            // What anybody may be told.
            let told: Vec<String> = public.iter().map(ToString::to_string).collect();
            writeln!(actual, "    told: {}", told.join("; ")).unwrap();
        }
    }
    assert!(cases > 50);
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), path, &actual);
}

#[test]
fn what_is_no_address_or_name_is_not_listed() {
    let mut lists = Lists::default();
    for text in ["", "a b", "10.0.0.0/33", "https://hokuto.example/", ".."] {
        assert!(lists.add(List::House, text).is_err(), "{text}");
    }
    assert!(lists.is_empty());
}
