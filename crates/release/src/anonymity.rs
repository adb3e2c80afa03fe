//! What names the giver of an object, and goes when the giver is not to be named.
//!
//! An edition is the house's in any case, so `created_by_ref` names the house. What goes besides:
//! every reference to the giver's identity and every string that holds its UUID; external references but for numbers of
//! public catalogues; `authors` and `contact_information`; every property and extension that the standard does not have.
//! Nothing goes of the giver's identity itself, and of types that the standard does not have: nobody can say what in
//! them names whom.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use stix::id::Id;
use stix::marking::caveat::CAVEAT_EXTENSION;
use stix::marking::iep::IEP_2_EXTENSION;
use stix::model::{Shape, incident, shared_property};
use stix::object::Object;
use stix::selector::Step;

use crate::cuts::Cuts;
use crate::required::{IDENTITY, is_listed, part, table};

/// What is cut of an object whose giver is not to be named; none if nothing of it may go.
///
/// `hidden` are the identities that stand for the giver.
pub(crate) fn cuts(object: &Object, hidden: &BTreeSet<Id>) -> Option<Cuts> {
    let shape = table(object.kind())?;
    let properties = object.properties();
    if hidden.contains(object.id()) || object.kind() == "extension-definition" {
        return None;
    }
    // Beside a marking the entry may say anything.
    let entries = properties
        .get("granular_markings")
        .and_then(Value::as_array);
    let mut entry_names = entries.into_iter().flatten().filter_map(Value::as_object);
    let known = |name: &String| matches!(name.as_str(), "selectors" | "marking_ref" | "lang");
    if !entry_names.all(|entry| entry.keys().all(known)) {
        return None;
    }
    let mut search = Search {
        object,
        uuids: hidden.iter().map(|id| id.uuid().to_string()).collect(),
        cuts: Cuts::default(),
    };
    for (name, value) in properties {
        let path = vec![Step::Property(name.clone())];
        let listed = is_listed(shape.properties, name)
            || is_listed(shared_property::PROPERTIES, name)
            || matches!(name.as_str(), "type" | "id");
        match name.as_str() {
            _ if !listed => search.cuts.insert(path),
            _ if IDENTITY.contains(&name.as_str()) => {}
            "authors" | "contact_information" => search.cuts.insert(path),
            "external_references" => search.external_references(value),
            "extensions" => search.extensions(value),
            _ => search.visit(value, path),
        }
    }
    Some(search.cuts)
}

struct Search<'o> {
    object: &'o Object,
    uuids: Vec<String>,
    cuts: Cuts,
}

impl Search<'_> {
    fn visit(&mut self, value: &Value, path: Vec<Step>) {
        match value {
            Value::String(text) if self.names(text) => self.cuts.insert(path),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(item, join(&path, Step::Item(index)));
                }
            }
            Value::Object(map) => {
                let shape = part(self.object.kind(), self.object.properties(), &path);
                self.visit_map(map, shape, &path);
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The members of a part: those that its table does not have go, if it has one.
    fn visit_map(&mut self, map: &Map<String, Value>, shape: Option<&Shape>, path: &[Step]) {
        for (name, item) in map {
            let here = join(path, Step::Property(name.clone()));
            // An extension says its type, an embedded observable its type and what all have.
            let strange = shape.is_some_and(|shape| {
                !is_listed(shape.properties, name)
                    && !is_listed(shared_property::PROPERTIES, name)
                    && !matches!(name.as_str(), "type" | "id" | "extension_type")
            });
            if strange || self.names(name) {
                self.cuts.insert(here);
            } else {
                self.visit(item, here);
            }
        }
    }

    /// Those that give the number of something in a public catalogue stay, without what else they say.
    fn external_references(&mut self, value: &Value) {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let path = vec![
                Step::Property("external_references".to_owned()),
                Step::Item(index),
            ];
            let text = |name: &str| item.get(name).and_then(Value::as_str);
            let catalogue = text("source_name").is_some_and(|name| CATALOGUES.contains(&name))
                && text("external_id").is_some_and(is_number);
            if !catalogue {
                self.cuts.insert(path);
                continue;
            }
            for name in item.as_object().into_iter().flat_map(Map::keys) {
                if !matches!(name.as_str(), "source_name" | "external_id") {
                    self.cuts.insert(join(&path, Step::Property(name.clone())));
                }
            }
        }
    }

    fn extensions(&mut self, value: &Value) {
        let kind = self.object.kind();
        for (key, extension) in value.as_object().into_iter().flatten() {
            let path = vec![
                Step::Property("extensions".to_owned()),
                Step::Property(key.clone()),
            ];
            let shape = part(kind, self.object.properties(), &path);
            let of_type = incident::extension_of(kind).is_some_and(|(known, _)| known == key);
            match extension.as_object() {
                Some(map) if shape.is_some() => self.visit_map(map, shape, &path),
                // A policy or a caveat is understood as a whole, or the marking is not understood.
                Some(map) if kind == "marking-definition" && MARKINGS.contains(&key.as_str()) => {
                    self.visit_map(map, None, &path);
                }
                // It says which type the object is, and is to say no more.
                Some(map) if of_type => {
                    for name in map.keys().filter(|name| *name != "extension_type") {
                        self.cuts.insert(join(&path, Step::Property(name.clone())));
                    }
                }
                _ => self.cuts.insert(path),
            }
        }
    }

    fn names(&self, text: &str) -> bool {
        // A UUID has 36 characters; shorter texts hold none.
        text.len() >= 36 && {
            let text = text.to_ascii_lowercase();
            self.uuids.iter().any(|uuid| text.contains(uuid))
        }
    }
}

fn join(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

/// Whether a text is the number of something in a catalogue and nothing else: `CVE-2026-12345`, `T1059.003`.
fn is_number(text: &str) -> bool {
    text.len() <= 24
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

/// The extensions that make a marking and are read.
const MARKINGS: [&str; 2] = [IEP_2_EXTENSION, CAVEAT_EXTENSION];
/// Public catalogues by the names that the standard (§4.1, §4.19) and MITRE give them.
const CATALOGUES: [&str; 6] = [
    "capec",
    "cve",
    "cwe",
    "mitre-attack",
    "mitre-ics-attack",
    "mitre-mobile-attack",
];
