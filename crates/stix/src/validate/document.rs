//! Objects of one document, and what they say of each other.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher as _;

use base::diagnostic::{Diagnostic, Place, Severity};
use serde_json::Value;

use super::code;
use super::findings::{Findings, Path};
use super::{Options, validate_text};
use crate::id::Id;
use crate::object::Object;

/// A document being read. INVARIANT: what is kept of an object does not grow with the object: its identifier,
/// version, a hash, and a bounded number of references.
#[derive(Debug)]
pub(super) struct Document {
    findings: Findings,
    options: Options,
    count: usize,
    /// The last version and revocation of each identifier, and every version with a hash of its content.
    seen: BTreeMap<Id, Seen>,
    /// Targets not seen yet, with the first place that refers to them.
    wanted: BTreeMap<Id, Wanted>,
    /// Forms of translatable lists, for language contents that come before or after their object.
    lists: BTreeMap<(Id, String), usize>,
    translations: Vec<Translation>,
}

#[derive(Debug, Default)]
struct Seen {
    versions: BTreeMap<String, u64>,
    revoked: Option<crate::timestamp::Timestamp>,
    last: Option<(crate::timestamp::Timestamp, usize)>,
}

#[derive(Debug)]
struct Wanted {
    index: usize,
    pointer: String,
    count: usize,
}

#[derive(Debug)]
struct Translation {
    index: usize,
    object: Id,
    language: String,
    name: String,
    items: usize,
}

impl Document {
    pub(super) fn new(options: Options) -> Self {
        Self {
            findings: Findings::new(options),
            options,
            count: 0,
            seen: BTreeMap::new(),
            wanted: BTreeMap::new(),
            lists: BTreeMap::new(),
            translations: Vec::new(),
        }
    }

    /// Adds an object as received.
    pub(super) fn add_text(&mut self, text: &str) {
        if let Ok(object) = Object::parse(text) {
            self.add(&object);
        } else {
            let found = validate_text(text, &self.options);
            self.take(found);
            self.count += 1;
        }
    }

    /// Adds an object.
    pub(super) fn add(&mut self, object: &Object) {
        let found = super::validate(object, &self.options);
        self.take(found);
        let index = self.count;
        self.count += 1;
        self.versions(object, index);
        if self.options.least == Severity::Note {
            self.references(object, index);
        }
        self.contents(object, index);
    }

    /// Adds a member that could not be read.
    pub(super) fn add_unreadable(&mut self, found: Diagnostic) {
        self.findings.add_made(found);
        self.count += 1;
    }

    /// Adds findings about the document as a whole.
    pub(super) fn add_findings(&mut self, found: &[Diagnostic]) {
        for finding in found {
            self.findings.add_made(finding.clone());
        }
    }

    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        for (id, wanted) in std::mem::take(&mut self.wanted) {
            if self.seen.contains_key(&id) {
                continue;
            }
            let times = match wanted.count {
                1 => String::new(),
                count => format!(", {count} times"),
            };
            self.findings.add_made(Diagnostic {
                code: code::REFERENCE_OPEN.id,
                severity: code::REFERENCE_OPEN.severity,
                place: Place::Pointer(format!("/objects/{}{}", wanted.index, wanted.pointer)),
                message: format!("`{id}` is referred to{times} and not in the document"),
                help: None,
                section: Some(code::REFERENCE_OPEN.section),
            });
        }
        for translation in std::mem::take(&mut self.translations) {
            let key = (translation.object, translation.name);
            if let Some(items) = self.lists.get(&key)
                && *items != translation.items
            {
                self.findings.add_made(Diagnostic {
                    code: code::CONTENTS.id,
                    severity: code::CONTENTS.severity,
                    place: Place::Pointer(format!(
                        "/objects/{}/contents/{}/{}",
                        translation.index, translation.language, key.1
                    )),
                    message: format!(
                        "the translation has {} items, the list {items}",
                        translation.items
                    ),
                    help: Some("write `\"\"` for items without translation".to_owned()),
                    section: Some(code::CONTENTS.section),
                });
            }
        }
        self.findings.finish()
    }

    /// Takes the findings of the object that comes next, at its place in the document.
    fn take(&mut self, found: Vec<Diagnostic>) {
        for finding in found {
            let below = match &finding.place {
                Place::Pointer(pointer) => pointer.as_str(),
                Place::Whole | Place::Bytes { .. } => "",
            };
            let place = Place::Pointer(format!("/objects/{}{below}", self.count));
            self.findings.add_made(Diagnostic { place, ..finding });
        }
    }

    /// §3.6: a version has one content, and none comes after a revocation.
    fn versions(&mut self, object: &Object, index: usize) {
        if self.seen.len() >= MAX_TRACKED && !self.seen.contains_key(object.id()) {
            return;
        }
        let hash = content_hash(object.properties());
        let version = object
            .version()
            .map(ToString::to_string)
            .unwrap_or_default();
        let root = Path::Root;
        let objects = Path::Name(&root, "objects");
        let path = Path::Item(&objects, index);
        let seen = self.seen.entry(object.id().clone()).or_default();
        // SCOs have no versions: two with one identifier may say different amounts of one thing.
        let versioned = object.version().is_some();
        match seen.versions.get(&version) {
            Some(other) if *other != hash && versioned => self.findings.add(
                &code::DUPLICATE,
                path,
                format!(
                    "`{}` of {version} stands here with other content than before",
                    object.id()
                ),
            ),
            Some(other) if *other == hash => self.findings.add(
                &code::REPEATED,
                path,
                format!("`{}` stands here once more", object.id()),
            ),
            Some(_) => {}
            None => {
                if seen.versions.len() < MAX_VERSIONS {
                    seen.versions.insert(version, hash);
                }
            }
        }
        let Some(modified) = object.version() else {
            return;
        };
        if object.is_revoked() && seen.revoked.as_ref().is_none_or(|at| modified < at) {
            seen.revoked = Some(modified.clone());
        }
        if seen.last.as_ref().is_none_or(|(last, _)| last < modified) {
            seen.last = Some((modified.clone(), index));
        }
        if let (Some(revoked), Some((last, at))) = (&seen.revoked, &seen.last)
            && revoked < last
        {
            let path = Path::Item(&objects, *at);
            self.findings.add(
                &code::AFTER_REVOCATION,
                path,
                format!("`{}` was revoked in a version before this one", object.id()),
            );
            // Said once.
            seen.revoked = None;
        }
    }

    fn references(&mut self, object: &Object, index: usize) {
        for reference in crate::reference::references(object.properties()) {
            if self.seen.contains_key(&reference.target) {
                continue;
            }
            if let Some(wanted) = self.wanted.get_mut(&reference.target) {
                wanted.count += 1;
            } else if self.wanted.len() < MAX_TRACKED {
                let wanted = Wanted {
                    index,
                    pointer: reference.place.pointer(),
                    count: 1,
                };
                self.wanted.insert(reference.target, wanted);
            }
        }
    }

    /// §7.1.1: a translated list is as long as the list.
    fn contents(&mut self, object: &Object, index: usize) {
        if object.kind() != "language-content" {
            for (name, value) in object.properties() {
                if let Value::Array(items) = value
                    && self.lists.len() < MAX_TRACKED
                    && TRANSLATED_LISTS.contains(&name.as_str())
                {
                    self.lists
                        .insert((object.id().clone(), name.clone()), items.len());
                }
            }
            return;
        }
        let (Some(target), Some(Value::Object(languages))) = (
            object.reference("object_ref"),
            object.properties().get("contents"),
        ) else {
            return;
        };
        let mut said = BTreeSet::new();
        for (language, translations) in languages {
            for (name, value) in translations.as_object().into_iter().flatten() {
                if let Value::Array(items) = value
                    && self.translations.len() < MAX_TRACKED
                    && said.insert((language, name))
                {
                    self.translations.push(Translation {
                        index,
                        object: target.clone(),
                        language: language.clone(),
                        name: name.clone(),
                        items: items.len(),
                    });
                }
            }
        }
    }
}

/// A hash of the content: the order of names and white space do not count. Only compared within one run.
fn content_hash(properties: &serde_json::Map<String, Value>) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    for (name, value) in properties {
        hasher.write(name.as_bytes());
        hasher.write_u8(0xff);
        hash_value(value, &mut hasher);
    }
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut std::hash::DefaultHasher) {
    match value {
        Value::Object(map) => {
            hasher.write_u8(b'{');
            for (name, value) in map {
                hasher.write(name.as_bytes());
                hasher.write_u8(0xff);
                hash_value(value, hasher);
            }
            hasher.write_u8(b'}');
        }
        Value::Array(items) => {
            hasher.write_u8(b'[');
            for item in items {
                hash_value(item, hasher);
            }
            hasher.write_u8(b']');
        }
        Value::String(text) => {
            hasher.write_u8(b'"');
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            hasher.write(value.to_string().as_bytes());
            hasher.write_u8(0xff);
        }
    }
}

/// Most identifiers, references and lists that are kept: forty ATT&CKs. Beyond it documents are not compared.
const MAX_TRACKED: usize = 1_000_000;

/// Most versions of one object that are compared.
const MAX_VERSIONS: usize = 1_000;

/// Lists of text, whose items are translated one by one.
const TRANSLATED_LISTS: &[&str] = &["aliases", "authors", "goals", "labels", "modules", "roles"];
