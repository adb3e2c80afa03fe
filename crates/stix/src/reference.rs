//! References from one object to others: every `…_ref` and `…_refs`, wherever it stands.

use base::limits::REFERENCES_PER_OBJECT;
use serde_json::{Map, Value};

use crate::id::{Id, recognised};
use crate::json::tree::{self, Members, View};
use crate::selector::{Selector, Step};

/// One reference and the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The property or list item that holds the identifier.
    pub place: Selector,
    /// The object referred to.
    pub target: Id,
}

impl Reference {
    /// Whether the reference is to a marking, and says how the object may be handled rather than what it is about.
    pub fn is_marking(&self) -> bool {
        matches!(self.place.steps().first(), Some(Step::Property(name)) if name == "object_marking_refs" || name == "granular_markings")
    }
}

/// All references of an object, in the order of the properties' names.
///
/// Only identifiers count: `object_ref` inside an observed-data of STIX 2.0 (a local number) is not one. Property
/// names of the standard end in `_ref` and `_refs` exactly when they refer (§3.1); custom properties follow.
/// Values of any other string property that *are* an identifier of an object are found too, so that an extension
/// which names its reference otherwise does not carry one past the gate unseen.
pub fn references(properties: &Map<String, Value>) -> Vec<Reference> {
    let mut found = Vec::new();
    for (name, value) in properties {
        if matches!(name.as_str(), "id" | "type" | "spec_version") {
            continue;
        }
        visit(value, &mut vec![Step::Property(name.clone())], &mut found);
    }
    found
}

fn visit(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Reference>) {
    if found.len() >= REFERENCES_PER_OBJECT {
        return;
    }
    match value {
        Value::String(text) => {
            if let Ok(target) = Id::parse(text) {
                found.push(Reference {
                    place: Selector::from_steps(path.clone()),
                    target,
                });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Item(index));
                visit(item, path, found);
                path.pop();
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                path.push(Step::Property(name.clone()));
                visit(item, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// As [`references`], of an object as it was read, in the order in which they stand.
pub fn references_in(members: Members<'_>) -> Vec<Reference> {
    fn visit(value: tree::Value<'_>, path: &mut Vec<Step>, found: &mut Vec<Reference>) {
        if found.len() >= REFERENCES_PER_OBJECT {
            return;
        }
        match value.view() {
            View::String(text) => {
                if let Ok(target) = Id::parse(text) {
                    found.push(Reference {
                        place: Selector::from_steps(path.clone()),
                        target,
                    });
                }
            }
            View::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Item(index));
                    visit(item, path, found);
                    path.pop();
                }
            }
            View::Object(members) => {
                for (name, item) in members {
                    path.push(Step::Property(name.to_owned()));
                    visit(item, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let mut path = Vec::new();
    for (name, value) in members {
        // A text that is too short for an identifier is not worth a path.
        let hopeless = value.text().len() < SHORTEST_REFERENCE_BYTES;
        if hopeless || matches!(name, "id" | "type" | "spec_version") {
            continue;
        }
        path.push(Step::Property(name.to_owned()));
        visit(value, &mut path, &mut found);
        path.pop();
    }
    found
}

/// Whether an object makes [`REFERENCES_PER_OBJECT`] references or more, as [`references`] counts them.
pub(crate) fn reaches_limit(members: Members<'_>) -> bool {
    fn visit(value: tree::Value<'_>, found: &mut usize) {
        if *found >= REFERENCES_PER_OBJECT {
            return;
        }
        match value.view() {
            View::String(text) => *found += usize::from(recognised(text).is_some()),
            View::Array(items) => items.iter().for_each(|item| visit(item, found)),
            View::Object(members) => members.values().for_each(|item| visit(item, found)),
            _ => {}
        }
    }
    if members.value().text().len() / SHORTEST_REFERENCE_BYTES < REFERENCES_PER_OBJECT {
        return false;
    }
    let mut found = 0;
    for (name, value) in members {
        if !matches!(name, "id" | "type" | "spec_version") {
            visit(value, &mut found);
        }
    }
    found >= REFERENCES_PER_OBJECT
}

/// A type of three letters, two hyphens, a UUID, quotation marks: shorter texts need not be counted through.
const SHORTEST_REFERENCE_BYTES: usize = 43;
