//! Cutting an object and rewriting its references.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use stix::id::Id;
use stix::object::Object;
use stix::selector::{Selector, Step};

use crate::cuts::{Cuts, resolves};
use crate::local;
use crate::required::{self, defines_type, is_common, required_any};

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
    /// The objects that are still referred to, in the order of the places.
    pub(crate) targets: Vec<Id>,
    /// Equal for two remainders of one version of a source exactly when the same parts of it are left.
    pub(crate) mask: Mask,
}

/// See [`Remainder::mask`].
///
/// It is made of the paths that are cut, as they would stand in what is left, and of what is kept of the lists that
/// lost an item. So it does not change with the number, place or content of what is withheld.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mask {
    cut: BTreeSet<Vec<Step>>,
    kept: BTreeMap<Vec<Step>, Value>,
}

impl Mask {
    pub(crate) fn is_whole(&self) -> bool {
        self.cut.is_empty()
    }

    /// Whether anything of a top-level property was cut.
    pub(crate) fn touches(&self, property: &str) -> bool {
        let first = vec![Step::Property(property.to_owned())];
        let mut from = self.cut.range(first.clone()..);
        from.next().is_some_and(|path| path.starts_with(&first))
    }

    /// Notes that something was cut at `path`, and what is kept there.
    fn keep(&mut self, path: &[Step], kept: Value) {
        self.cut.insert(path.to_vec());
        self.kept.insert(path.to_vec(), kept);
    }

    /// Forgets what was cut below `path`, because it goes as a whole.
    fn forget(&mut self, path: &[Step]) {
        for gone in below(self.cut.range(path.to_vec()..), path) {
            self.cut.remove(&gone);
            self.kept.remove(&gone);
        }
    }

    /// Feeds the mask to a hash such that two masks never feed the same.
    pub(crate) fn feed(&self, hash: &mut Sha256) {
        feed_count(hash, self.cut.len());
        for path in &self.cut {
            feed_path(hash, path);
        }
        feed_count(hash, self.kept.len());
        for (path, list) in &self.kept {
            feed_path(hash, path);
            feed_text(hash, &list.to_string());
        }
    }
}

/// Those of the paths from `path` on that are `path` or lie below it.
fn below<'p>(from: impl Iterator<Item = &'p Vec<Step>>, path: &[Step]) -> Vec<Vec<Step>> {
    from.take_while(|other| other.starts_with(path))
        .cloned()
        .collect()
}

fn feed_path(hash: &mut Sha256, path: &[Step]) {
    feed_count(hash, path.len());
    for step in path {
        match step {
            Step::Property(name) => {
                hash.update(b"p");
                feed_text(hash, name);
            }
            Step::Item(index) => {
                hash.update(b"i");
                feed_count(hash, *index);
            }
        }
    }
}

/// Feeds a text with its length before it, so that no text can end early and pass for two.
pub(crate) fn feed_text(hash: &mut Sha256, text: &str) {
    feed_count(hash, text.len());
    hash.update(text.as_bytes());
}

pub(crate) fn feed_count(hash: &mut Sha256, count: usize) {
    hash.update(u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
}

/// The object that a string refers to, if it is an identifier.
///
/// White space around it and upper case do not hide it: whoever reads the object may be as lenient.
pub(crate) fn referred(text: &str) -> Option<Id> {
    if !text.contains("--") {
        return None;
    }
    Id::parse(text)
        .or_else(|_| Id::parse(&text.trim().to_ascii_lowercase()))
        .ok()
}

/// The object that a key of a dictionary refers to, if it is an identifier.
///
/// The keys of `extensions` name the definition by which what stands below is read; they do not refer (§7.3).
pub(crate) fn referred_by_key(path: &[Step], key: &str) -> Option<Id> {
    let extension = matches!(path, [Step::Property(first)] if first == "extensions");
    referred(key).filter(|id| !(extension && id.kind() == "extension-definition"))
}

/// Cuts `cuts` out of the object and gives every reference its fate; none if what is left is not an object any more.
///
/// `renamed` is the new identifier where the object gets one: text that holds the old one's UUID follows.
pub(crate) fn remainder(
    object: &Object,
    cuts: &Cuts,
    renamed: Option<&Id>,
    fate: &dyn Fn(&Id) -> Fate,
) -> Option<Remainder> {
    let mut cuts = Cow::Borrowed(cuts);
    for _ in 0..MAX_PASSES {
        let mut walk = Walk {
            object,
            cuts: &cuts,
            fate,
            uuids: renamed.map(|new| (object.id().uuid().to_string(), new.uuid().to_string())),
            mask: Mask::default(),
            targets: Vec::new(),
            selected: selected(object.properties()),
            moved: BTreeMap::new(),
            type_lost: false,
            lean: Vec::new(),
        };
        let properties = walk.whole()?;
        if walk.lean.is_empty() {
            return Some(Remainder {
                properties,
                targets: walk.targets,
                mask: walk.mask,
            });
        }
        let lean = walk.lean;
        // What does not stand without what was cut is cut too, as if it had been marked: so what it refers to plays
        // no part any more.
        for path in lean {
            cuts.to_mut().insert(path);
        }
    }
    None
}

/// How often an object is gone through to find what leans on what was cut: the longest chain of the standard has three
/// links (STIX 2.1 §4.10, Incident Core Extension, `economic-ext`), and what refers to an embedded observable goes in
/// one pass. Beyond this nothing is left.
const MAX_PASSES: usize = 8;

/// Whether nothing that the type requires was lost.
fn is_valid(kind: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    let any = required_any(kind);
    let lost_any = any.iter().any(|name| before.contains_key(*name))
        && !any.iter().any(|name| after.contains_key(*name));
    let hollow =
        !before.keys().all(|name| is_common(name)) && after.keys().all(|name| is_common(name));
    required::is_part(required::table(kind), &[], before, after) && !lost_any && !hollow
}

/// Properties that are what they are in whatever is left.
pub(crate) fn is_fixed(name: &str) -> bool {
    matches!(
        name,
        "type" | "id" | "created" | "modified" | "object_marking_refs"
    )
}

/// What the granular markings of an object select.
fn selected(properties: &Map<String, Value>) -> BTreeSet<Vec<Step>> {
    properties
        .get("granular_markings")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("selectors")?.as_array())
        .flatten()
        .filter_map(|selector| Some(Selector::parse(selector.as_str()?).ok()?.steps().to_vec()))
        .collect()
}

struct Walk<'a> {
    object: &'a Object,
    cuts: &'a Cuts,
    fate: &'a dyn Fn(&Id) -> Fate,
    /// The UUID of the source and that of the edition.
    uuids: Option<(String, String)>,
    mask: Mask,
    targets: Vec<Id>,
    /// The parts whose new place is wanted.
    selected: BTreeSet<Vec<Step>>,
    /// Where each of them that is left stands now.
    moved: BTreeMap<Vec<Step>, Vec<Step>>,
    /// Whether the extension that defines the type was lost.
    type_lost: bool,
    /// What does not stand without something that was cut: to be cut in another pass.
    lean: Vec<Vec<Step>>,
}

impl Walk<'_> {
    /// What is left of the object.
    fn whole(&mut self) -> Option<Map<String, Value>> {
        let (kind, before) = (self.object.kind(), self.object.properties());
        let mut properties = Map::new();
        for (name, value) in before {
            let mut old = vec![Step::Property(name.clone())];
            if is_fixed(name) {
                if self.cuts.touches(name) {
                    return None;
                }
                properties.insert(name.clone(), value.clone());
                continue;
            }
            if name == "granular_markings" {
                continue;
            }
            let mut new = old.clone();
            if let Some(left) = self.value(value, &mut old, &mut new) {
                properties.insert(name.clone(), left);
            }
        }
        for name in required::leaning(required::table(kind), before, &properties) {
            self.lean.push(vec![Step::Property(name.to_owned())]);
        }
        self.lean.extend(local::orphans(kind, before, &properties));
        if let Some(Value::Array(entries)) = before.get("granular_markings") {
            let left: Vec<Value> = entries
                .iter()
                .enumerate()
                .filter_map(|(at, entry)| self.granular(entry, at))
                .collect();
            if !left.is_empty() {
                properties.insert("granular_markings".to_owned(), Value::Array(left));
            }
        }
        let whole = is_valid(kind, before, &properties) && !self.type_lost;
        whole.then_some(properties)
    }

    /// What is left of a value that stood at `old` and will stand at `new`.
    fn value(&mut self, value: &Value, old: &mut Vec<Step>, new: &mut Vec<Step>) -> Option<Value> {
        let before = self.targets.len();
        let left = if self.cuts.names(old) {
            None
        } else {
            match value {
                Value::String(text) => self.string(text),
                Value::Array(items) => self.list(items, old, new),
                Value::Object(map) => self.map(map, old, new),
                Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.clone()),
            }
        };
        let left = left.filter(|left| self.is_part(value, left, old));
        if left.is_none() {
            // What goes with a part that goes is neither referred to nor selected any more.
            self.targets.truncate(before);
            self.forget(old);
            self.mask.forget(new);
            // A list says what is left of it: the place at which an item was cut would tell of others cut there.
            if matches!(new.last(), Some(Step::Property(_))) {
                self.mask.cut.insert(new.clone());
            }
            self.type_lost |= defines_type(old, value);
        } else if self.selected.contains(old) {
            self.moved.insert(old.clone(), new.clone());
        }
        left
    }

    /// Whether what is left of a part still is one; notes what in it leans on what it lost.
    fn is_part(&mut self, before: &Value, after: &Value, path: &[Step]) -> bool {
        let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
            return true;
        };
        let shape = required::part(self.object.kind(), self.object.properties(), path);
        for name in required::leaning(shape, before, after) {
            let mut path = path.to_vec();
            path.push(Step::Property(name.to_owned()));
            self.lean.push(path);
        }
        required::is_part(shape, path, before, after)
    }

    fn forget(&mut self, old: &[Step]) {
        if self.moved.is_empty() {
            return;
        }
        let from = self.moved.range(old.to_vec()..).map(|(path, _)| path);
        for gone in below(from, old) {
            self.moved.remove(&gone);
        }
    }

    fn string(&mut self, text: &str) -> Option<Value> {
        let Some(target) = referred(text) else {
            return Some(Value::String(self.renamed(text)));
        };
        let left = match (self.fate)(&target) {
            Fate::Keep => text.to_owned(),
            Fate::To(id) => id.to_string(),
            Fate::Cut => return None,
        };
        self.targets.push(target);
        Some(Value::String(left))
    }

    fn renamed(&self, text: &str) -> String {
        match &self.uuids {
            Some((from, to)) if text.len() >= from.len() => text.replace(from, to),
            _ => text.to_owned(),
        }
    }

    fn list(&mut self, items: &[Value], old: &mut Vec<Step>, new: &mut Vec<Step>) -> Option<Value> {
        let mut left = Vec::new();
        for (index, item) in items.iter().enumerate() {
            old.push(Step::Item(index));
            new.push(Step::Item(left.len()));
            left.extend(self.value(item, old, new));
            old.pop();
            new.pop();
        }
        if left.len() < items.len() {
            self.mask.keep(new, Value::Array(left.clone()));
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
        let mut names = Vec::new();
        let mut name_cut = false;
        for (name, value) in map {
            let before = self.targets.len();
            let renamed = match referred_by_key(old, name) {
                None => Some(name.clone()),
                Some(target) => match (self.fate)(&target) {
                    Fate::Keep => {
                        self.targets.push(target);
                        Some(name.clone())
                    }
                    Fate::To(id) => {
                        self.targets.push(target);
                        Some(id.to_string())
                    }
                    Fate::Cut => None,
                },
            };
            let Some(renamed) = renamed else {
                name_cut = true;
                continue;
            };
            old.push(Step::Property(name.clone()));
            new.push(Step::Property(renamed.clone()));
            match self.value(value, old, new) {
                Some(value) => {
                    left.insert(renamed, value);
                    names.push(Value::String(name.clone()));
                }
                None => self.targets.truncate(before),
            }
            old.pop();
            new.pop();
        }
        if name_cut {
            // The name itself is withheld, so the mask says what is left beside it.
            self.mask.keep(new, Value::Array(names));
        }
        (!left.is_empty() || map.is_empty()).then_some(Value::Object(left))
    }

    /// A granular marking whose selectors follow what moved; none if nothing is left that it marks.
    fn granular(&mut self, entry: &Value, at: usize) -> Option<Value> {
        let before = entry.as_object()?;
        let mut left = Map::new();
        let mut old = vec![
            Step::Property("granular_markings".to_owned()),
            Step::Item(at),
        ];
        // The place of an entry would tell of others about what is cut.
        let mut new = vec![Step::Property("granular_markings".to_owned())];
        let mut selectors: Vec<Value> = Vec::new();
        for selector in before.get("selectors")?.as_array()? {
            let selector = Selector::parse(selector.as_str()?).ok()?;
            let moved = match selector.steps() {
                [Step::Property(first), ..] if is_fixed(first) => selector.steps().to_vec(),
                // Entries move when others go, so a marking on one of them marks them all.
                [Step::Property(first), ..] if first == "granular_markings" => new.clone(),
                steps => match self.moved.get(steps) {
                    Some(moved) => moved.clone(),
                    None => continue,
                },
            };
            let text = Value::String(Selector::from_steps(moved).to_string());
            if !selectors.contains(&text) {
                selectors.push(text);
            }
        }
        if selectors.is_empty() {
            return None;
        }
        for (name, value) in before {
            let kept = match name.as_str() {
                "selectors" => Some(Value::Array(std::mem::take(&mut selectors))),
                "marking_ref" => Some(value.clone()),
                _ => {
                    old.push(Step::Property(name.clone()));
                    new.push(Step::Property(name.clone()));
                    let kept = self.value(value, &mut old, &mut new);
                    old.pop();
                    new.pop();
                    kept
                }
            };
            if let Some(kept) = kept {
                left.insert(name.clone(), kept);
            }
        }
        (left.contains_key("marking_ref") || left.contains_key("lang"))
            .then_some(Value::Object(left))
    }
}

/// The identifier of an edition: a keyed hash of the source and of what is left of it and of every edition that it
/// reaches (`reached`), in the form of a random UUID, so that it says nothing.
pub(crate) fn edition_id(key: &[u8; 32], source: &Id, reached: &[u8]) -> Option<Id> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(b"noroshi edition 1\0");
    // An identifier holds no NUL, and what is reached has a fixed length.
    hash.update(source.as_str().as_bytes());
    hash.update(b"\0");
    hash.update(reached);
    id_of_hash(source.kind(), hash)
}

/// An identifier of type `kind` in the form of a random UUID.
pub(crate) fn id_of_hash(kind: &str, hash: Hmac<Sha256>) -> Option<Id> {
    let digest = hash.finalize().into_bytes();
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    Id::new(kind, uuid::Builder::from_random_bytes(bytes).into_uuid()).ok()
}

/// Whether a selector leads to something in these properties.
pub(crate) fn named_in(properties: &Map<String, Value>, selector: &str) -> bool {
    Selector::parse(selector).is_ok_and(|selector| resolves(properties, selector.steps()))
}
