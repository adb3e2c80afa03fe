//! Cutting an object and rewriting its references.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;
use stix::id::Id;
use stix::object::Object;
use stix::selector::{Selector, Step};

use crate::required::{required, required_any, required_in_item};

/// What becomes of a reference.
pub(crate) enum Fate {
    /// It stays as it is.
    Keep,
    /// It points to an edition.
    To(Id),
    /// It is cut.
    Cut,
}

/// What is left of an object, and a mask that says which parts those are.
pub(crate) struct Remainder {
    /// The properties that are left; `id` and `created_by_ref` are still the source's.
    pub(crate) properties: Map<String, Value>,
    /// Equal for two remainders of one source exactly when the same parts of it are left.
    ///
    /// It is made of the paths that are cut, without list positions, and of what is kept of the lists that lost an
    /// item. So it does not change with the number, place or content of what is withheld.
    pub(crate) mask: Mask,
}

/// See [`Remainder::mask`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mask {
    cut: BTreeSet<String>,
    kept: BTreeMap<String, Value>,
}

impl Mask {
    pub(crate) fn is_whole(&self) -> bool {
        self.cut.is_empty()
    }

    fn write(&self, text: &mut String) {
        for path in &self.cut {
            text.push_str(path);
            text.push('\u{1f}');
        }
        text.push('\u{1e}');
        for (path, list) in &self.kept {
            text.push_str(path);
            text.push('\u{1f}');
            text.push_str(&list.to_string());
            text.push('\u{1f}');
        }
        text.push('\u{1e}');
    }
}

/// Cuts `cuts` out of the object and gives every reference its fate; none if what is left is not an object any more.
pub(crate) fn remainder(
    object: &Object,
    cuts: &BTreeSet<Selector>,
    fate: &dyn Fn(&Id) -> Fate,
) -> Option<Remainder> {
    let mut walk = Walk {
        cuts,
        fate,
        mask: Mask::default(),
        moved: BTreeMap::new(),
    };
    let mut properties = Map::new();
    for (name, value) in object.properties() {
        let fixed = matches!(
            name.as_str(),
            "type"
                | "spec_version"
                | "id"
                | "created"
                | "modified"
                | "object_marking_refs"
                | "granular_markings"
        );
        let mut old = vec![Step::Property(name.clone())];
        if fixed {
            if cuts.contains(&Selector::from_steps(old)) {
                return None;
            }
            properties.insert(name.clone(), value.clone());
            continue;
        }
        let mut new = old.clone();
        if let Some(left) = walk.value(value, &mut old, &mut new) {
            properties.insert(name.clone(), left);
        }
    }
    let Walk { mask, moved, .. } = walk;
    if let Some(Value::Array(entries)) = properties.get("granular_markings") {
        let entries: Vec<Value> = entries
            .iter()
            .filter_map(|entry| moved_entry(entry, &moved))
            .collect();
        if entries.is_empty() {
            properties.remove("granular_markings");
        } else {
            properties.insert("granular_markings".to_owned(), Value::Array(entries));
        }
    }
    is_valid(object.kind(), object.properties(), &properties)
        .then_some(Remainder { properties, mask })
}

/// Whether nothing that the type requires was lost.
fn is_valid(kind: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let lost = |name: &&str| before.contains_key(*name) && !after.contains_key(*name);
    let any = required_any(kind);
    let lost_any = any.iter().any(|name| before.contains_key(*name))
        && !any.iter().any(|name| after.contains_key(*name));
    let common = |name: &String| {
        matches!(
            name.as_str(),
            "type"
                | "spec_version"
                | "id"
                | "created"
                | "modified"
                | "created_by_ref"
                | "revoked"
                | "lang"
                | "object_marking_refs"
                | "granular_markings"
                | "defanged"
        )
    };
    let hollow = !before.keys().all(common) && after.keys().all(common);
    !required(kind).iter().any(lost) && !lost_any && !hollow
}

struct Walk<'a> {
    cuts: &'a BTreeSet<Selector>,
    fate: &'a dyn Fn(&Id) -> Fate,
    mask: Mask,
    /// Where each part that is left stands now.
    moved: BTreeMap<Vec<Step>, Vec<Step>>,
}

impl Walk<'_> {
    /// What is left of a value that stood at `old` and will stand at `new`.
    fn value(&mut self, value: &Value, old: &mut Vec<Step>, new: &mut Vec<Step>) -> Option<Value> {
        if self.cuts.contains(&Selector::from_steps(old.clone())) {
            self.mask.cut.insert(unplaced(old));
            return None;
        }
        let left = match value {
            Value::String(text) => self.string(text, old)?,
            Value::Array(items) => self.list(items, old, new)?,
            Value::Object(map) => self.map(map, old, new)?,
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        };
        self.moved.insert(old.clone(), new.clone());
        Some(left)
    }

    fn string(&mut self, text: &str, old: &[Step]) -> Option<Value> {
        let Ok(target) = Id::parse(text) else {
            return Some(Value::String(text.to_owned()));
        };
        match (self.fate)(&target) {
            Fate::Keep => Some(Value::String(text.to_owned())),
            Fate::To(id) => Some(Value::String(id.to_string())),
            Fate::Cut => {
                self.mask.cut.insert(unplaced(old));
                None
            }
        }
    }

    fn list(&mut self, items: &[Value], old: &mut Vec<Step>, new: &mut Vec<Step>) -> Option<Value> {
        let needed = match old.last() {
            Some(Step::Property(name)) => required_in_item(name),
            _ => &[],
        };
        let mut left = Vec::new();
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            old.push(Step::Item(index));
            new.push(Step::Item(left.len()));
            let after = self.value(item, old, new);
            let whole = after.filter(|after| {
                needed
                    .iter()
                    .all(|name| item.get(name).is_none() || after.get(name).is_some())
            });
            old.pop();
            new.pop();
            if let Some(whole) = whole {
                // A reference counts by what it refers to, not by the edition it was rewritten to.
                kept.push(if item.is_string() {
                    item.clone()
                } else {
                    whole.clone()
                });
                left.push(whole);
            }
        }
        if left.len() < items.len() {
            self.mask.cut.insert(unplaced(old));
            self.mask.kept.insert(unplaced(old), Value::Array(kept));
        }
        (!left.is_empty() || items.is_empty()).then_some(Value::Array(left))
    }

    fn map(
        &mut self,
        map: &Map<String, Value>,
        old: &mut Vec<Step>,
        new: &mut Vec<Step>,
    ) -> Option<Value> {
        let mut left = Map::new();
        for (name, value) in map {
            old.push(Step::Property(name.clone()));
            new.push(Step::Property(name.clone()));
            if let Some(value) = self.value(value, old, new) {
                left.insert(name.clone(), value);
            }
            old.pop();
            new.pop();
        }
        (!left.is_empty() || map.is_empty()).then_some(Value::Object(left))
    }
}

/// A path without list positions: how many withheld items stand before a part must not show.
fn unplaced(path: &[Step]) -> String {
    let names: Vec<&str> = path
        .iter()
        .map(|step| match step {
            Step::Property(name) => name.as_str(),
            Step::Item(_) => "[]",
        })
        .collect();
    names.join("\u{1d}")
}

/// A granular marking whose selectors follow what moved; none if nothing is left that it marks.
fn moved_entry(entry: &Value, moved: &BTreeMap<Vec<Step>, Vec<Step>>) -> Option<Value> {
    let mut entry = entry.as_object()?.clone();
    let selectors: Vec<Value> = entry
        .get("selectors")?
        .as_array()?
        .iter()
        .filter_map(|selector| {
            let selector = Selector::parse(selector.as_str()?).ok()?;
            // A marking on a common property that is never cut stays where it is.
            let new = moved.get(selector.steps()).cloned();
            new.map(|steps| Value::String(Selector::from_steps(steps).to_string()))
        })
        .collect();
    if selectors.is_empty() {
        return None;
    }
    entry.insert("selectors".to_owned(), Value::Array(selectors));
    Some(Value::Object(entry))
}

/// The identifier of an edition: a keyed hash of the source and of what is left of it and of every edition that it
/// reaches, in the form of a random UUID, so that it says nothing.
///
/// `reached` holds the source's own entry too; it is sorted here, so that cycles and order play no part.
pub(crate) fn edition_id(
    key: &[u8; 32],
    source: &Id,
    mut reached: Vec<(&Id, &Mask)>,
) -> Option<Id> {
    reached.sort_by(|a, b| a.0.cmp(b.0));
    let mut text = format!("noroshi edition 1\u{1c}{source}\u{1c}");
    for (id, mask) in reached {
        text.push_str(id.as_str());
        text.push('\u{1e}');
        mask.write(&mut text);
    }
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(text.as_bytes());
    let digest = hash.finalize().into_bytes();
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    Id::new(
        source.kind(),
        uuid::Builder::from_random_bytes(bytes).into_uuid(),
    )
    .ok()
}
