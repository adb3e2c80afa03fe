//! The flat tree beside the strict reader of `serde_json`, and each fault at its byte.

use proptest::prelude::*;
use stix::json::tree::{Tree, parse};

use crate::strict;

/// Both readers take the same texts, and read the same out of them.
fn same(text: &str) {
    match (parse(text), strict::parse(text)) {
        (Ok(tree), Ok(value)) => {
            let root = tree.root(text);
            assert_eq!(root.to_value(), value, "{text}");
            assert!(root.says_same(root), "{text}");
            let written = value.to_string();
            let again = parse(&written).unwrap();
            assert!(root.says_same(again.root(&written)), "{text}");
            assert_eq!(root.text(), text.trim_matches([' ', '\n', '\r', '\t']));
        }
        (Err(fault), Err(_)) => assert!(fault.offset <= text.len(), "{text}"),
        (ours, theirs) => panic!("{text}: {ours:?} {theirs:?}"),
    }
}

#[test]
fn faults_stand_at_their_bytes() {
    for (text, code, offset) in [
        ("", "STIX-JSON-05", 0),
        ("{", "STIX-JSON-05", 1),
        (r#"{"a":1"#, "STIX-JSON-05", 6),
        (r#"{"a":tru"#, "STIX-JSON-05", 5),
        (r#"{"a":1,"b":2,"a":3}"#, "STIX-JSON-08", 13),
        (r#"{"a":1,"\u0061":3}"#, "STIX-JSON-08", 7),
        (r#"{"a":"\ud800"}"#, "STIX-JSON-09", 6),
        (r#"{"a":"\ud800\u0041"}"#, "STIX-JSON-09", 6),
        (r#"{"a":"\udc00"}"#, "STIX-JSON-09", 6),
        (r#"{"a":1e400}"#, "STIX-JSON-10", 5),
        (r#"{"a":01}"#, "STIX-JSON-01", 5),
        (r#"{"a":1.}"#, "STIX-JSON-01", 7),
        (r#"{"a":.5}"#, "STIX-JSON-01", 5),
        (r#"{"a":"\x"}"#, "STIX-JSON-01", 6),
        ("{\"a\":\"\n\"}", "STIX-JSON-01", 6),
        (r#"{"a":1,}"#, "STIX-JSON-01", 7),
        (r#"{"a" 1}"#, "STIX-JSON-01", 5),
        (r"{'a':1}", "STIX-JSON-01", 1),
        (r#"{"a":1} x"#, "STIX-JSON-01", 8),
        (r"[1,2", "STIX-JSON-05", 4),
    ] {
        let fault = parse(text).unwrap_err();
        assert_eq!((fault.code(), fault.offset), (code, offset), "{text}");
        same(text);
    }
    let deep = "[".repeat(base::limits::JSON_DEPTH + 1);
    assert_eq!(parse(&deep).unwrap_err().code(), "STIX-JSON-04");
}

#[test]
fn numbers_at_the_edges() {
    for text in [
        "0",
        "-0",
        "0.0",
        "-0.0",
        "9007199254740991",
        "9007199254740993",
        "18446744073709551615",
        "1e308",
        "1.7976931348623157e308",
        "5e-324",
        "1E+2",
        "1e-400",
        "123456789012345678901234567890",
    ] {
        same(text);
    }
    let long = "9".repeat(400);
    same(&long);
}

#[test]
fn many_names_cost_their_number() {
    let names: Vec<String> = (0..200_000)
        .map(|number| format!("\"n{number}\":0"))
        .collect();
    let text = format!("{{{}}}", names.join(","));
    assert_eq!(
        parse(&text).unwrap().root(&text).members().unwrap().len(),
        200_000
    );
    let twice = format!("{{{},\"n7\":1}}", names.join(","));
    assert_eq!(parse(&twice).unwrap_err().code(), "STIX-JSON-08");
}

#[test]
fn places() {
    let text = r#"{"a/b": ["x", {"~": "\u00e9"}]}"#;
    let tree = parse(text).unwrap();
    let root = tree.root(text);
    let value = root.pointer("/a~1b/1/~0").unwrap();
    assert_eq!(value.as_str(), Some("é"));
    assert_eq!(text.get(value.span()), Some(r#""\u00e9""#));
    assert!(root.pointer("/a~1b/2").is_none());
    let name = root.members().unwrap().name_span("a/b").unwrap();
    assert_eq!(text.get(name), Some(r#""a/b""#));
}

#[test]
fn a_tree_reads_again_and_again() {
    let mut tree = Tree::default();
    for text in [r#"{"a":"\n"}"#, "[1,", r#"["b"]"#] {
        let fresh = parse(text).is_ok();
        assert_eq!(tree.read(text).is_ok(), fresh);
    }
    assert_eq!(
        tree.root(r#"["b"]"#)
            .items()
            .unwrap()
            .get(0)
            .unwrap()
            .as_str(),
        Some("b")
    );
}

#[test]
fn fuzz_corpora_are_read_alike() {
    for target in ["stix_object", "stix_validate", "stix_bundle", "stix_tree"] {
        testkit::fuzz::replay(&testkit::fuzz::corpus(target), |bytes| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                same(text);
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn json_like_texts_are_read_alike(text in "[\\[\\]{}\",:\\\\/ \nae0-9+.\\-ud8tfn]{0,40}") {
        same(&text);
    }

    #[test]
    fn strings_are_read_alike(inside in "([a-z\"é😀 ]|\\\\[\"\\\\/bfnrtux]|\\\\u[dD0][89abcC0][0-9a-f]{2}){0,12}") {
        same(&format!("\"{inside}\""));
        same(&format!("{{\"{inside}\":1,\"k\":\"{inside}\"}}"));
    }

    #[test]
    fn numbers_are_read_alike(text in "-?[0-9]{0,4}(\\.[0-9]{0,4})?([eE][+-]?[0-9]{0,4})?") {
        same(&text);
    }
}
