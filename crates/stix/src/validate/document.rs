//! Objects of one document, and what they say of each other.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};

use base::diagnostic::{Diagnostic, Place};
use base::limits::REFERENCES_PER_OBJECT;
use foldhash::quality::{FoldHasher, RandomState};

use super::code;
use super::findings::{Findings, Path};
use super::{Options, held};
use crate::id::kind_of;
use crate::json::tree::{Members, Tree, Value, View};
use crate::timestamp::instant_of;

/// Validates the objects of one document, one after the other, and what they say of each other.
///
/// [`Validator::add`] takes an object as it stands in the text; findings are taken out with [`Validator::take`]
/// whenever the caller likes, and [`Validator::finish`] gives what could only be said at the end.
///
/// ```
/// use stix::validate::{Options, Validator};
///
/// let mut validator = Validator::new(Options::WARNINGS);
/// validator.add(r#"{"type":"mutex","id":"mutex--84e4d88f-44ea-4bcd-b5f3-2b17dd8de300"}"#, 0);
/// assert_eq!(validator.take()[0].code, "STIX-PROP-01");
/// assert!(validator.finish().is_empty());
/// ```
///
/// INVARIANT: what is kept of an object does not grow with the object: its identifier, version, a hash, and a
/// bounded number of references.
#[derive(Debug)]
pub struct Validator {
    findings: Findings,
    count: usize,
    tree: Tree,
    hashing: RandomState,
    /// The versions of each identifier.
    seen: HashMap<Box<str>, Seen>,
    /// Targets not seen yet, with the first place that refers to them.
    wanted: HashMap<Box<str>, Wanted>,
    /// Forms of translatable lists, for language contents that come before or after their object.
    lists: HashMap<(Box<str>, String), usize>,
    translations: Vec<Translation>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Every version with a hash of its content.
    versions: Vec<(Box<str>, u64)>,
    revoked: Option<jiff::Timestamp>,
    last: Option<(jiff::Timestamp, usize)>,
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
    object: Box<str>,
    language: String,
    name: String,
    items: usize,
}

impl Validator {
    /// A validator of one document.
    pub fn new(options: Options) -> Self {
        Self {
            findings: Findings::new(options),
            count: 0,
            tree: Tree::default(),
            hashing: RandomState::default(),
            seen: HashMap::new(),
            wanted: HashMap::new(),
            lists: HashMap::new(),
            translations: Vec::new(),
        }
    }

    /// Adds the object that comes next, as received; `offset` is the byte of the document where it begins.
    ///
    /// Places are `/objects/<index>/…`, or bytes of the document where the text is no JSON.
    pub fn add(&mut self, text: &str, offset: u64) {
        let mut tree = std::mem::take(&mut self.tree);
        let index = self.count;
        self.count += 1;
        match held(text, &mut tree) {
            Err(mut found) => {
                let base = usize::try_from(offset).unwrap_or_default();
                found.place = match found.place {
                    Place::Bytes { start, end } => Place::Bytes {
                        start: base + start,
                        end: base + end,
                    },
                    Place::Whole | Place::Pointer(_) => Place::Pointer(format!("/objects/{index}")),
                };
                self.findings.add_made(found);
            }
            Ok(members) => {
                let root = Path::Root;
                let objects = Path::Name(&root, "objects");
                super::object::check(members, Path::Item(&objects, index), &mut self.findings);
                if let Some(id) = members.get("id").and_then(Value::as_str)
                    && kind_of(id).is_ok()
                {
                    self.versions(id, members, index);
                    if self.findings.wants(&code::REFERENCE_OPEN) {
                        self.references(members, index);
                    }
                    self.contents(id, members, index);
                }
            }
        }
        self.tree = tree;
    }

    /// Adds a member that could not be read.
    pub fn add_unreadable(&mut self, found: Diagnostic) {
        self.findings.add_made(found);
        self.count += 1;
    }

    /// Adds findings about the document as a whole.
    pub fn add_findings(&mut self, found: &[Diagnostic]) {
        for finding in found {
            self.findings.add_made(finding.clone());
        }
    }

    /// How many objects were added, unreadable ones among them.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The findings so far, which are not given again. Whoever never takes gets
    /// [`base::limits::DIAGNOSTICS_PER_DOCUMENT`] of them at the most.
    pub fn take(&mut self) -> Vec<Diagnostic> {
        self.findings.take()
    }

    /// What is left to say when no object follows.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        let mut open: Vec<_> = std::mem::take(&mut self.wanted).into_iter().collect();
        open.retain(|(id, _)| !self.seen.contains_key(id));
        open.sort_unstable_by(|one, two| one.0.cmp(&two.0));
        for (id, wanted) in open {
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

    /// §3.6: a version has one content, and none comes after a revocation.
    fn versions(&mut self, id: &str, members: Members<'_>, index: usize) {
        if self.seen.len() >= MAX_TRACKED && !self.seen.contains_key(id) {
            return;
        }
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let version = text("modified").or_else(|| text("created"));
        let mut hasher = self.hashing.build_hasher();
        hash_members(members, &self.hashing, &mut hasher);
        let hash = hasher.finish();
        let root = Path::Root;
        let objects = Path::Name(&root, "objects");
        let path = Path::Item(&objects, index);
        let seen = match self.seen.get_mut(id) {
            Some(seen) => seen,
            None => self.seen.entry(id.into()).or_default(),
        };
        let known = seen
            .versions
            .iter()
            .find(|(other, _)| &**other == version.unwrap_or_default());
        match known {
            // SCOs have no versions: two with one identifier may say different amounts of one thing.
            Some((_, other)) if *other != hash => {
                if let Some(version) = version {
                    self.findings.add(
                        &code::DUPLICATE,
                        path,
                        format_args!(
                            "`{id}` of {version} stands here with other content than before"
                        ),
                    );
                }
            }
            Some(_) => self.findings.add(
                &code::REPEATED,
                path,
                format_args!("`{id}` stands here once more"),
            ),
            None => {
                if seen.versions.len() < MAX_VERSIONS {
                    seen.versions
                        .push((version.unwrap_or_default().into(), hash));
                }
            }
        }
        let Some(modified) = version.and_then(|version| instant_of(version).ok()) else {
            return;
        };
        let is_revoked = members.get("revoked").and_then(Value::as_bool) == Some(true);
        if is_revoked && seen.revoked.is_none_or(|at| modified < at) {
            seen.revoked = Some(modified);
        }
        if seen.last.is_none_or(|(last, _)| last < modified) {
            seen.last = Some((modified, index));
        }
        if let (Some(revoked), Some((last, at))) = (seen.revoked, seen.last)
            && revoked < last
        {
            self.findings.add(
                &code::AFTER_REVOCATION,
                Path::Item(&objects, at),
                format_args!("`{id}` was revoked in a version before this one"),
            );
            // Said once.
            seen.revoked = None;
        }
    }

    fn references(&mut self, members: Members<'_>, index: usize) {
        let mut left = REFERENCES_PER_OBJECT;
        for (name, value) in members {
            if !matches!(name, "id" | "type" | "spec_version") {
                self.wants(value, Path::Name(&Path::Root, name), index, &mut left);
            }
        }
    }

    fn wants(&mut self, value: Value<'_>, path: Path<'_>, index: usize, left: &mut usize) {
        match value.view() {
            View::String(text) if text.len() > 40 && kind_of(text).is_ok() => {
                let Some(fewer) = left.checked_sub(1) else {
                    return;
                };
                *left = fewer;
                if self.seen.contains_key(text) {
                    return;
                }
                if let Some(wanted) = self.wanted.get_mut(text) {
                    wanted.count += 1;
                } else if self.wanted.len() < MAX_TRACKED {
                    let wanted = Wanted {
                        index,
                        pointer: path.pointer(),
                        count: 1,
                    };
                    self.wanted.insert(text.into(), wanted);
                }
            }
            View::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.wants(item, Path::Item(&path, at), index, left);
                }
            }
            View::Object(members) => {
                for (name, item) in members {
                    self.wants(item, Path::Name(&path, name), index, left);
                }
            }
            _ => {}
        }
    }

    /// §7.1.1: a translated list is as long as the list.
    fn contents(&mut self, id: &str, members: Members<'_>, index: usize) {
        if members.get("type").and_then(Value::as_str) != Some("language-content") {
            for (name, value) in members {
                if let Some(items) = value.items()
                    && self.lists.len() < MAX_TRACKED
                    && TRANSLATED_LISTS.contains(&name)
                {
                    self.lists.insert((id.into(), name.to_owned()), items.len());
                }
            }
            return;
        }
        let target = members.get("object_ref").and_then(Value::as_str);
        let languages = members.get("contents").and_then(Value::members);
        let (Some(target), Some(languages)) = (target, languages) else {
            return;
        };
        for (language, translations) in languages {
            for (name, value) in translations.members().into_iter().flatten() {
                if let Some(items) = value.items()
                    && self.translations.len() < MAX_TRACKED
                {
                    self.translations.push(Translation {
                        index,
                        object: target.into(),
                        language: language.to_owned(),
                        name: name.to_owned(),
                        items: items.len(),
                    });
                }
            }
        }
    }
}

/// Feeds a hasher with the content of an object: the order of names and white space do not count. Only compared
/// within one run.
fn hash_members(members: Members<'_>, hashing: &RandomState, hasher: &mut FoldHasher<'_>) {
    let mut sum = 0_u64;
    for (name, value) in members {
        let mut one = hashing.build_hasher();
        one.write(name.as_bytes());
        hash_value(value, hashing, &mut one);
        sum = sum.wrapping_add(one.finish());
    }
    hasher.write_u8(b'{');
    hasher.write_u64(sum);
}

fn hash_value(value: Value<'_>, hashing: &RandomState, hasher: &mut FoldHasher<'_>) {
    match value.view() {
        View::Object(members) => hash_members(members, hashing, hasher),
        View::Array(items) => {
            hasher.write_u8(b'[');
            for item in items {
                hash_value(item, hashing, hasher);
            }
            hasher.write_u8(b']');
        }
        View::String(text) => {
            hasher.write_u8(b'"');
            hasher.write(text.as_bytes());
        }
        // RFC 8259 §6: `1`, `1.0` and `1e0` are one number.
        View::Number(text) => match value.as_f64() {
            Some(number) => hasher.write_u64(number.to_bits()),
            None => hasher.write(text.as_bytes()),
        },
        View::Bool(is) => hasher.write_u8(u8::from(is)),
        View::Null => hasher.write_u8(b'n'),
    }
}

/// Most identifiers, references and lists that are kept: forty ATT&CKs. Beyond it documents are not compared.
const MAX_TRACKED: usize = 1_000_000;

/// Most versions of one object that are compared.
const MAX_VERSIONS: usize = 1_000;

/// Lists of text, whose items are translated one by one.
const TRANSLATED_LISTS: &[&str] = &["aliases", "authors", "goals", "labels", "modules", "roles"];
