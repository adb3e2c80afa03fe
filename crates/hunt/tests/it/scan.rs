//! The fast scan finds what a full parser finds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use hunt::scan::{self, Raw};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e15..1e15_f64).prop_map(Value::from),
        "\\PC{0,24}".prop_map(Value::from),
        "[\"\\\\\\n\\t/a{}\\[\\],:]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"\\\\._]{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("([a-z_.]{1,12}|[\"\\\\\\nü]{0,4})", json(), 0..12)
        .prop_map(|map| map.into_iter().collect())
}

/// Members as the scan finds them, each value parsed on its own.
fn scanned(line: &[u8]) -> Option<BTreeMap<String, Value>> {
    let mut found = BTreeMap::new();
    let mut scratch = String::new();
    scan::members(line, |name, value, start| {
        let name = name.text(&mut scratch).expect("a name").to_owned();
        let (Raw::Nested(bytes) | Raw::Scalar(bytes) | Raw::String(scan::Quoted { bytes, .. })) =
            value;
        assert_eq!(&line[start..start + bytes.len()], bytes);
        let value = match value {
            Raw::Nested(bytes) | Raw::Scalar(bytes) => {
                serde_json::from_slice(bytes).expect("a value")
            }
            Raw::String(text) => Value::from(text.text(&mut scratch).expect("a text")),
        };
        found.insert(name, value);
        ControlFlow::Continue(())
    })
    .ok()?;
    Some(found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn as_serde_json_finds(object in object(), pretty: bool) {
        let value = Value::Object(object.clone());
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let reparsed: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(scanned(text.as_bytes()), Some(reparsed));
    }

    #[test]
    fn strings_of_a_list(items in prop::collection::vec(json(), 0..8)) {
        let text = serde_json::to_string(&items).unwrap();
        let mut found = Vec::new();
        let mut scratch = String::new();
        scan::strings(text.as_bytes(), |item| found.push(item.text(&mut scratch).unwrap().to_owned())).unwrap();
        let expected: Vec<_> = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn truncation_is_noticed(object in object(), cut: prop::sample::Index) {
        let text = serde_json::to_string(&Value::Object(object)).unwrap();
        let at = cut.index(text.len());
        prop_assert_eq!(scan::members(&text.as_bytes()[..at], |_, _, _| ControlFlow::Continue(())), Err(scan::Malformed));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = scan::members(&bytes, |name, value, _| {
            let mut scratch = String::new();
            let _ = name.text(&mut scratch);
            if let Raw::Nested(list) = value {
                let _ = scan::strings(list, |_| {});
            }
            ControlFlow::Continue(())
        });
    }
}
