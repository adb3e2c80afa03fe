use super::*;

#[track_caller]
fn check(text: &str, pointer: &str, expected: &str) {
    let spots = locate(text, &[pointer]);
    assert_eq!(text.get(spots[0].value.clone()), Some(expected));
}

#[test]
fn pointers_lead_to_values() {
    let text = r#" {"a": [1, {"b~/c": "x\"y"}], "é\u0041": {"d": -1.5e3 , "e":null}} "#;
    check(text, "/a/0", "1");
    check(text, "/a/1/b~0~1c", r#""x\"y""#);
    check(text, "/éA/d", "-1.5e3");
    check(text, "/éA/e", "null");
    check(text, "/a/1", r#"{"b~/c": "x\"y"}"#);
    assert_eq!(
        text.get(locate(text, &["/éA/d"])[0].name.clone().unwrap()),
        Some("\"d\"")
    );
}

#[test]
fn what_is_missing_is_at_the_nearest_thing_that_is_there() {
    let text = r#"{"a": [1, {"b": "x"}], "c": "text"}"#;
    check(text, "/z", "{");
    check(text, "/a/7", "[");
    check(text, "/a/1/z/y", "{");
    check(text, "/c/z", "\"text\"");
    check(text, "", text);
    assert_eq!(locate(text, &["/a/1/z"])[0].value, 10..11);
}

#[test]
fn a_text_that_breaks_off_gives_what_was_found() {
    let text = r#"{"a": {"b": 1, "c": [{"#;
    check(text, "/a/b", "1");
    check(text, "/a/c/0/d", "{");
    check("", "/a", "");
    check("[}", "/0", "[");
    check(r#"{"a" 1}"#, "/a", "{");
    check(r#"{"a":"\"#, "/a", "\"");
}

#[test]
fn many_pointers_are_found_in_one_walk() {
    let text = format!("{{\"list\":[{}]}}", vec!["7"; 1000].join(","));
    let pointers: Vec<String> = (0..1000).map(|at| format!("/list/{at}")).collect();
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let spots = locate(&text, &pointers);
    for (at, spot) in spots.iter().enumerate() {
        assert_eq!(spot.value, 9 + 2 * at..10 + 2 * at);
    }
}

#[test]
fn deep_nesting_does_not_recurse() {
    let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let pointer = "/0".repeat(100_000);
    assert_eq!(locate(&text, &[&pointer]).len(), 1);
}

#[test]
fn bytes_of_what_a_string_says_are_found_in_its_text() {
    let text = r#""[a = '\\' \u00e9\ud83d\ude00北]""#;
    let value = 0..text.len();
    let said: String = serde_json::from_str(text).unwrap();
    let check = |word: &str, expected: &str| {
        let start = said.find(word).unwrap();
        let range = within_string(text, &value, &(start..start + word.len()));
        assert_eq!(text.get(range), Some(expected));
    };
    check("a", "a");
    check("'", "'");
    check("\\", r"\\");
    check("é", r"\u00e9");
    check("😀", r"\ud83d\ude00");
    check("北", "北");
    check("]", "]");
    let end = said.len();
    assert_eq!(
        within_string(text, &value, &(end..end)).start,
        text.len() - 1
    );
}

#[test]
fn a_token_is_what_begins_somewhere() {
    let text = r#"{"a\"b": -1.5, 北"#;
    assert_eq!(token(text, 1), 1..7);
    assert_eq!(token(text, 9), 9..13);
    assert_eq!(token(text, 7), 7..8);
    assert_eq!(token(text, 15), 15..18);
    assert_eq!(token(text, 18), 18..18);
    assert_eq!(token("\"open", 0), 0..1);
}

#[test]
fn no_text_leads_outside_of_itself() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/validate/bad.json");
    let text = std::fs::read_to_string(path).unwrap();
    let pointers = [
        "",
        "/objects/0/malware_types/1",
        "/objects/1/pattern",
        "/objects/9/z",
        "/備考",
    ];
    let inside = |text: &str| {
        for spot in locate(text, &pointers) {
            assert!(text.get(spot.value.clone()).is_some(), "{spot:?} of {text}");
            assert!(spot.name.is_none_or(|name| text.get(name).is_some()));
            let within = within_string(text, &spot.value, &(3..7));
            assert!(text.get(within).is_some(), "{text}");
        }
    };
    for (at, _) in text.char_indices() {
        let (before, after) = text.split_at(at);
        inside(before);
        assert!(text.get(token(&text, at)).is_some(), "{at}");
        if at % 7 == 0 {
            for wedge in ["\"", "\\", "{", "]", ",", ":"] {
                inside(&format!("{before}{wedge}{after}"));
            }
        }
    }
}
