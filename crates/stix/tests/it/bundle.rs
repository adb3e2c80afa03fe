use std::io::{self, Read};

use base::diagnostic::{Diagnostic, Place};
use stix::bundle::{Form, Member, Reader};
use stix::id::Id;
use stix::json::{self, tree::Tree};

/// Gives its bytes one to a read, so that every place is once the end of a buffer.
struct Trickle<'b>(&'b [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), to.first_mut()) {
            (Some((byte, rest)), Some(to)) => {
                *to = *byte;
                self.0 = rest;
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

/// What a reader yields, one line each: `index@offset text` or `code start`.
fn shown(found: impl Iterator<Item = Result<Member, Diagnostic>>) -> Vec<String> {
    found
        .map(|found| match found {
            Ok(member) => format!("{}@{} {}", member.index, member.offset, member.text),
            Err(found) => match found.place {
                Place::Bytes { start, .. } => format!("{} {start}", found.code),
                place => format!("{} {place:?}", found.code),
            },
        })
        .collect()
}

fn check(text: &str, expected: &[&str]) {
    check_bytes(text.as_bytes(), expected);
}

fn check_bytes(text: &[u8], expected: &[&str]) {
    assert_eq!(shown(Reader::new(text)), expected);
    assert_eq!(shown(Reader::new(Trickle(text))), expected, "byte by byte");
    assert_eq!(shown(passing(Reader::new(text))), expected, "with trees");
    assert_eq!(
        shown(passing(Reader::new(Trickle(text)))),
        expected,
        "with trees, byte by byte"
    );
}

/// What a reader yields that reads into a tree on the way; what is in the tree must be what the text says.
fn passing(mut reader: Reader<impl Read>) -> impl Iterator<Item = Result<Member, Diagnostic>> {
    let mut tree = Tree::indexed();
    std::iter::from_fn(move || {
        let found = reader.next_into(&mut tree)?;
        Some(found.map(|member| {
            if member.in_tree {
                let read = json::parse(&member.text).unwrap();
                assert_eq!(tree.root(&member.text).to_value(), read);
                for (name, value) in read.as_object().unwrap() {
                    let found = tree.root(&member.text).get(name).unwrap();
                    assert_eq!(found.to_value(), *value, "{name}");
                }
            }
            Member {
                text: member.text.into_owned(),
                offset: member.offset,
                index: member.index,
            }
        }))
    })
}

#[test]
fn members_larger_and_smaller_than_the_buffer() {
    let mut text = String::from("[");
    let mut expected = Vec::new();
    for size in [10, 60_000, 100, 65_536, 65_537, 3, 200_000, 64_000, 1_000] {
        let index = expected.len();
        if index > 0 {
            text.push_str(" ,\n");
        }
        let member = format!(r#"{{"a":"{}","b":[]}}"#, "x".repeat(size));
        expected.push(format!("{index}@{} {member}", text.len()));
        text.push_str(&member);
    }
    text.push(']');
    check(
        &text,
        &expected.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn a_bundle_with_its_objects_anywhere() {
    check(
        r#"{"type":"bundle","id":"b","objects":[{"a":1}, {"b":"]}\"\\"}]}"#,
        &[r#"0@37 {"a":1}"#, r#"1@46 {"b":"]}\"\\"}"#],
    );
    check(
        " {\"objects\" : [ {\"a\":1}\n,{}\n] , \"type\":\"bundle\"} \n",
        &[r#"0@16 {"a":1}"#, "1@25 {}"],
    );
    check("{\"obj\\u0065cts\":[{\"a\":1}]}", &["0@17 {\"a\":1}"]);
}

#[test]
fn empty_containers_have_no_members() {
    for text in [
        "",
        " \n",
        "{}",
        "[]",
        r#"{"more":false}"#,
        r#"{"objects":[]}"#,
        r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"}"#,
    ] {
        check(text, &[]);
    }
}

#[test]
fn an_envelope_says_whether_there_is_more() {
    let mut reader = Reader::new(br#"{"more":true,"next":"7","objects":[{"a":1}]}"#.as_slice());
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!(reader.form(), Some(Form::Envelope));
    assert_eq!((reader.more(), reader.next_page()), (Some(true), Some("7")));
    let mut reader = Reader::new(br#"{"objects":[{"a":1}],"more":true,"next":"8"}"#.as_slice());
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!((reader.more(), reader.next_page()), (Some(true), Some("8")));
}

#[test]
fn single_objects_lists_and_lines() {
    check(
        r#"{"type":"file","objects":[1]}"#,
        &[r#"0@0 {"type":"file","objects":[1]}"#],
    );
    check(
        "{\n \"type\": \"file\"\n}\n",
        &["0@0 {\n \"type\": \"file\"\n}"],
    );
    check(
        r#"[{"a":1},{"b":2}]"#,
        &[r#"0@1 {"a":1}"#, r#"1@9 {"b":2}"#],
    );
    check(
        "{\"a\":1}\n{\"b\":2}\r\n\n{\"c\":3}",
        &[r#"0@0 {"a":1}"#, r#"1@8 {"b":2}"#, r#"2@18 {"c":3}"#],
    );
    check("\u{feff}{\"a\":1}", &[r#"0@3 {"a":1}"#]);
    check(
        "{\"type\":\"bundle\",\"id\":\"b\",\"objects\":[{\"a\":1}]}\n{\"objects\":[{\"b\":1}]}",
        &[r#"0@37 {"a":1}"#, r#"1@59 {"b":1}"#],
    );
}

#[test]
fn a_bad_line_costs_itself() {
    check(
        "{\"a\":1}\n{\"b\":\n{\"c\":3}\nx\n{\"d\":{\"e\":1}\n{\"f\":6}\n",
        &[
            r#"0@0 {"a":1}"#,
            "STIX-JSON-01 13",
            r#"2@14 {"c":3}"#,
            "STIX-JSON-02 22",
            "STIX-JSON-01 36",
            r#"4@37 {"f":6}"#,
        ],
    );
    check(
        "{\"a\":{\"b\":1\n{\"b\":2}\n",
        &["STIX-JSON-01 12", r#"1@12 {"b":2}"#],
    );
    check(
        "{\"a\" 1}\n{\"b\":2}\n",
        &["STIX-JSON-01 5", r#"1@8 {"b":2}"#],
    );
    check(
        "{\"a\":\"x\n{\"b\":2}\n",
        &["STIX-JSON-01 7", r#"1@8 {"b":2}"#],
    );
}

#[test]
fn a_bad_member_costs_itself() {
    check(
        r#"[{"a":1 "b":2},{"c":3},7,"x",{"d" 4,"e":[1]},{"f":5}]"#,
        &[
            "STIX-JSON-01 8",
            r#"1@15 {"c":3}"#,
            "STIX-JSON-02 23",
            "STIX-JSON-02 25",
            "STIX-JSON-01 34",
            r#"5@45 {"f":5}"#,
        ],
    );
    check(
        "[{\"a\":\"\n\"},{\"b\":2}]",
        &["STIX-JSON-01 7", "STIX-JSON-05 19"],
    );
    check(
        r#"[{"a":1} {"b":2},]"#,
        &[
            r#"0@1 {"a":1}"#,
            "STIX-JSON-01 9",
            r#"1@9 {"b":2}"#,
            "STIX-JSON-01 17",
        ],
    );
    check(
        r#"[{"a":[1},{"b":2}]"#,
        &["STIX-JSON-01 8", r#"1@10 {"b":2}"#],
    );
    check(r#"[{"a":{"x":1,{"b":2}]"#, &["STIX-JSON-01 13"]);
}

#[test]
fn bytes_that_are_not_text_cost_their_member() {
    check_bytes(
        b"[{\"a\":\"\xff\"},{\"b\":2}]",
        &["STIX-JSON-06 7", r#"1@11 {"b":2}"#],
    );
}

#[test]
fn a_text_that_breaks_off_says_where() {
    check(
        r#"{"objects":[{"a":1},{"b""#,
        &[r#"0@12 {"a":1}"#, "STIX-JSON-05 24"],
    );
    check(
        r#"{"objects":[{"a":1},"#,
        &[r#"0@12 {"a":1}"#, "STIX-JSON-05 20"],
    );
    check(
        r#"{"objects":[{"a":1}]"#,
        &[r#"0@12 {"a":1}"#, "STIX-JSON-05 20"],
    );
    check(r#"{"typ"#, &["STIX-JSON-05 5"]);
    check("no json", &["STIX-JSON-02 0"]);
}

#[test]
fn a_member_too_deep_or_too_large_costs_itself() {
    let deep = format!(
        r#"[{{"a":{}1{}}},{{"b":2}}]"#,
        "[".repeat(70),
        "]".repeat(70)
    );
    let after = deep.find(r#"{"b""#).unwrap();
    check(
        &deep,
        &["STIX-JSON-04 69", &format!(r#"1@{after} {{"b":2}}"#)],
    );
    let large = format!(
        r#"[{{"a":"{}"}},{{"b":2}}]"#,
        "x".repeat(base::limits::OBJECT_BYTES)
    );
    let after = large.find(r#"{"b""#).unwrap();
    assert_eq!(
        shown(Reader::new(large.as_bytes())),
        ["STIX-JSON-03 1", &format!(r#"1@{after} {{"b":2}}"#)]
    );
}

#[test]
fn a_source_that_fails_says_so() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _to: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let mut reader = Reader::new(br#"[{"a":1},{"#.chain(Failing));
    assert_eq!(
        shown(reader.by_ref()),
        [r#"0@1 {"a":1}"#, "STIX-JSON-07 10"]
    );
    assert!(reader.io_error().is_some());
}

#[test]
fn the_bundle_itself_is_judged() {
    let findings = |text: &str| {
        let mut reader = Reader::new(text.as_bytes());
        assert!(reader.by_ref().all(|member| member.is_ok()));
        let codes: Vec<_> = reader.findings().iter().map(|found| found.code).collect();
        codes
    };
    let good =
        r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[{}]}"#;
    assert!(findings(good).is_empty());
    assert_eq!(
        findings(&good.replace("{\"type", "{\"spec_version\":\"2.0\",\"type")),
        ["STIX-BUNDLE-02"]
    );
    assert_eq!(
        findings(&good.replace("bundle--", "bundel--")),
        ["STIX-BUNDLE-03"]
    );
    assert_eq!(
        findings(&good.replace("]}", "],\"x\":1}")),
        ["STIX-BUNDLE-04"]
    );
    assert_eq!(
        findings(&good.replace("]}", "],\"objects\":[{}]}")),
        ["STIX-BUNDLE-01"]
    );
}

#[test]
fn what_is_written_is_read() {
    let id = Id::parse("bundle--5d0092c5-5f74-4287-9642-33f4c354e56d").unwrap();
    let text = stix::bundle::write(&id, ["{\"a\":1}", "{ }"]);
    let read: Vec<_> = Reader::new(text.as_bytes())
        .map(|member| member.unwrap().text)
        .collect();
    assert_eq!(read, ["{\"a\":1}", "{ }"]);
    let empty = stix::bundle::write(&id, []);
    assert_eq!(Reader::new(empty.as_bytes()).count(), 0);
    assert!(!empty.contains("objects"));
}
