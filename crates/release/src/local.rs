//! References between the observables that an observed data holds in itself (STIX 2.1 §4.14 `objects`, deprecated).
//!
//! Such an observable has a key of its own instead of an identifier, and others name it by that key. Whatever names one
//! that is withheld goes with it: a key that leads nowhere would say that something was there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};
use stix::selector::Step;

/// The embedded observables that are left and refer, directly or by way of others, to one that is not.
pub(crate) fn orphans(
    kind: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<Vec<Step>> {
    let embedded = |properties: &'_ Map<String, Value>| {
        let objects = properties.get(OBJECTS).and_then(Value::as_object);
        objects.cloned().unwrap_or_default()
    };
    if kind != "observed-data" || !before.contains_key(OBJECTS) {
        return Vec::new();
    }
    let (before, after) = (embedded(before), embedded(after));
    let mut gone: VecDeque<&str> = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .map(String::as_str)
        .collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut referrers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (key, observable) in &after {
        visit(observable, false, &mut |named| {
            if let Some((named, _)) = before.get_key_value(named) {
                referrers.entry(named).or_default().insert(key);
            }
        });
    }
    let mut orphans = BTreeSet::new();
    while let Some(key) = gone.pop_front() {
        for referrer in referrers.get(key).into_iter().flatten() {
            if orphans.insert(*referrer) {
                gone.push_back(referrer);
            }
        }
    }
    let path = |key: &str| {
        vec![
            Step::Property(OBJECTS.to_owned()),
            Step::Property(key.to_owned()),
        ]
    };
    orphans.into_iter().map(path).collect()
}

/// Tells `found` of every string in a property that refers by its name (§3.1: `_ref`, `_refs`).
fn visit<'v>(value: &'v Value, refers: bool, found: &mut dyn FnMut(&'v str)) {
    match value {
        Value::String(text) if refers => found(text),
        Value::Array(items) => {
            for item in items {
                visit(item, refers, found);
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                let refers = name.ends_with("_ref") || name.ends_with("_refs");
                visit(item, refers, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const OBJECTS: &str = "objects";
