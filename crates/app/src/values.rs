//! Values under which an object is found again.

use std::collections::BTreeSet;

use stix::json::tree::{Items, Members, Value};
use stix::object::Object;

/// The values of an object: addresses, names, hashes, the constants of a pattern.
pub(crate) fn values(object: &Object) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in ["value", "name", "path", "key", "user_id", "account_login"] {
        add(&mut found, object.string(name));
    }
    for alias in object.strings("aliases") {
        add(&mut found, Some(alias));
    }
    let members = object.members();
    let hashes = members.get("hashes").and_then(Value::members);
    for hash in hashes.into_iter().flat_map(Members::values) {
        add(&mut found, hash.as_str());
    }
    let references = members.get("external_references").and_then(Value::items);
    for reference in references.into_iter().flat_map(Items::iter) {
        add(
            &mut found,
            reference.get("external_id").and_then(Value::as_str),
        );
    }
    if object.kind() == "indicator"
        && object.string("pattern_type") == Some("stix")
        && let Some(Ok(pattern)) = object.string("pattern").map(pattern::parse::parse)
    {
        for test in pattern.tests() {
            for constant in test.check.value.constants() {
                add(&mut found, constant.as_string());
            }
        }
    }
    found
}

fn add(found: &mut BTreeSet<String>, text: Option<&str>) {
    let Some(text) = text.filter(|text| !text.is_empty() && text.len() <= MAX_VALUE_BYTES) else {
        return;
    };
    if found.len() < MAX_VALUES {
        found.insert(text.to_lowercase());
    }
}

/// Longest value: longer ones are found by their words.
const MAX_VALUE_BYTES: usize = 512;
/// Most values of one object.
const MAX_VALUES: usize = 1_000;
