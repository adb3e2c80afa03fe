//! What holds of any input.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stix::bundle::Reader;
use stix::object::Object;
use stix::reference::references;
use stix::selector::Selector;
use stix::timestamp::Timestamp;
use stix::validate::{Options, validate_document, validate_text};

/// JSON that is often nearly STIX.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(NAMES).prop_map(str::to_owned),
        "\\PC{0,8}",
    ]
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    let kinds = prop::sample::select(KINDS);
    (kinds, prop::collection::btree_map(name(), value(), 0..12)).prop_map(|(kind, properties)| {
        let mut object: Map<String, Value> = properties.into_iter().collect();
        object.insert("type".to_owned(), kind.into());
        object.insert(
            "id".to_owned(),
            format!("{kind}--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6").into(),
        );
        object
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for member in Reader::new(bytes.as_slice()).flatten() {
            let start = usize::try_from(member.offset).unwrap();
            prop_assert_eq!(&bytes[start..start + member.text.len()], member.text.as_bytes());
        }
        validate_document(bytes.as_slice(), &Options::ALL);
    }

    #[test]
    fn any_json_like_text_is_read_without_panic(text in "[\\[\\]{}\",:\\\\ \na0]{0,60}") {
        let once: Vec<_> = Reader::new(text.as_bytes()).collect();
        // Every error takes the reader on: it ends.
        prop_assert!(once.len() <= text.len() + 1);
        validate_document(text.as_bytes(), &Options::ALL);
    }

    #[test]
    fn members_are_found_as_they_were_written(objects in prop::collection::vec(object(), 0..6)) {
        let objects: Vec<_> = objects.into_iter().filter(|object| object["type"] != "bundle").collect();
        let texts: Vec<String> = objects.iter().map(|object| Value::Object(object.clone()).to_string()).collect();
        let id = stix::id::Id::parse("bundle--5d0092c5-5f74-4287-9642-33f4c354e56d").unwrap();
        let bundle = stix::bundle::write(&id, texts.iter().map(String::as_str));
        let lines = texts.join("\n");
        let list = format!("[{}]", texts.join(","));
        for text in [bundle, lines, list] {
            let read: Vec<String> = Reader::new(text.as_bytes()).map(|member| member.unwrap().text).collect();
            prop_assert_eq!(&read, &texts);
        }
    }

    #[test]
    fn objects_are_validated_without_panic_and_valid_ones_are_held(object in object()) {
        let text = Value::Object(object).to_string();
        let found = validate_text(&text, &Options::ERRORS);
        match Object::parse(&text) {
            Ok(object) => prop_assert_eq!(object.text(), &text),
            Err(_) => prop_assert!(!found.is_empty()),
        }
    }

    #[test]
    fn every_reference_is_found(object in object()) {
        let found = references(&object);
        let root = Value::Object(object.clone());
        for reference in &found {
            let at = reference.place.resolve(&root).and_then(Value::as_str);
            prop_assert_eq!(at, Some(reference.target.as_str()));
        }
        let mut count = 0;
        for (name, value) in &object {
            if !matches!(name.as_str(), "id" | "type" | "spec_version") {
                count_ids(value, &mut count);
            }
        }
        prop_assert_eq!(found.len(), count);
    }

    #[test]
    fn selectors_are_read_as_they_are_written(text in "[a-z\\[\\]0-9.]{0,20}") {
        if let Ok(selector) = Selector::parse(&text) {
            prop_assert_eq!(Selector::parse(&selector.to_string()), Ok(selector));
        }
    }
}

fn count_ids(value: &Value, count: &mut usize) {
    match value {
        Value::String(text) => *count += usize::from(stix::id::Id::parse(text).is_ok()),
        Value::Array(items) => items.iter().for_each(|item| count_ids(item, count)),
        Value::Object(map) => map.values().for_each(|item| count_ids(item, count)),
        _ => {}
    }
}

#[test]
fn findings_are_bounded() {
    let many: Map<String, Value> = (0..5_000).map(|n| (format!("x_{n}"), json!([]))).collect();
    let mut object = many;
    object.insert("type".to_owned(), "file".into());
    let found = validate_text(&Value::Object(object).to_string(), &Options::ALL);
    assert_eq!(found.len(), base::limits::DIAGNOSTICS_PER_DOCUMENT);
    assert_eq!(found.last().unwrap().code, "STIX-LIMIT-01");
}

const KINDS: &[&str] = &[
    "artifact",
    "bundle",
    "event",
    "extension-definition",
    "file",
    "identity",
    "impact",
    "incident",
    "indicator",
    "language-content",
    "location",
    "malware",
    "marking-definition",
    "network-traffic",
    "observed-data",
    "process",
    "relationship",
    "sighting",
    "task",
    "x-new",
];

const NAMES: &[&str] = &[
    "contents",
    "count",
    "created",
    "definition",
    "definition_type",
    "end",
    "extension_types",
    "extensions",
    "external_references",
    "first_seen",
    "granular_markings",
    "hashes",
    "is_family",
    "labels",
    "lang",
    "last_seen",
    "marking_ref",
    "modified",
    "name",
    "object_marking_refs",
    "object_ref",
    "object_refs",
    "objects",
    "pattern",
    "selectors",
    "source_ref",
    "spec_version",
    "start",
    "target_ref",
    "value",
    "x_my_ref",
    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d",
    "archive-ext",
    "extension_type",
];

const WORDS: &[&str] = &[
    "2.1",
    "2024-02-16T09:30:00.000Z",
    "2024-02-16T09:30:00Z",
    "identity--0c7e22ad-b099-4dc3-b0df-2ea3f49ae2e6",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    "name",
    "labels.[0]",
    "property-extension",
    "new-sdo",
    "statement",
    "tlp",
];

#[test]
fn timestamps_are_the_moments_of_the_calendar() {
    for year in 0..=9999_i16 {
        let months: &[i8] = if year % 97 == 0 {
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        } else {
            &[2, 12]
        };
        for month in months {
            for day in [1, 28, 29, 30, 31] {
                let text = format!("{year:04}-{month:02}-{day:02}T21:59:58.25Z");
                let expected =
                    jiff::civil::DateTime::new(year, *month, day, 21, 59, 58, 250_000_000)
                        .and_then(|time| jiff::tz::Offset::UTC.to_timestamp(time));
                let found = Timestamp::parse(&text).map(|found| found.instant());
                assert_eq!(found.ok(), expected.ok(), "{text}");
            }
        }
    }
    for bad in [
        "2024-00-01T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z",
        "9999-12-31T23:59:59Z",
    ] {
        assert!(Timestamp::parse(bad).is_err(), "{bad}");
    }
}
