//! Objects of one document, and what they say of each other.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};

use base::diagnostic::{Diagnostic, Place};
use base::limits::REFERENCES_PER_OBJECT;
use foldhash::fast;
use foldhash::quality::{FoldHasher, RandomState};

use super::code;
use super::findings::{Findings, Path};
use super::{Options, Profile, followed, held};
use crate::bundle::Passing;
use crate::id::Id;
use crate::json::tree::{Members, Tree, Value, View};
use crate::marking::Tlp;
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
/// INVARIANT: what is kept of an object does not grow with the object: keyed hashes of its identifier, version and
/// content (about 60 bytes in all), and a bounded number of open references. Hashes have 64 bits and a random key:
/// among a million versions two are taken for one with a probability under 1 : 10,000,000.
#[derive(Debug)]
pub struct Validator {
    findings: Findings,
    count: usize,
    tree: Tree,
    hashing: RandomState,
    /// The last version of each identifier.
    latest: ByHash<Latest>,
    /// The content of each version.
    versions: ByHash<u64>,
    /// When identifiers were revoked first.
    revoked: ByHash<jiff::Timestamp>,
    /// Targets not seen yet, with the first place that refers to them.
    wanted: ByHash<Wanted>,
    /// Forms of translatable lists, for language contents that come before or after their object.
    lists: ByHash<usize>,
    translations: Vec<Translation>,
}

/// What is kept under a keyed hash of what it is about.
type ByHash<T> = HashMap<u64, T, fast::RandomState>;

/// What is kept of the last version of an identifier.
#[derive(Debug, Clone, Copy)]
struct Latest {
    /// Microseconds since 1970: as fine as versions are compared here; the least where there is none.
    version: i64,
    /// Where it stands.
    index: u32,
    /// A hash of what no version changes: `created` and `created_by_ref`.
    origin: u32,
}

#[derive(Debug)]
struct Wanted {
    id: Box<str>,
    index: usize,
    pointer: Box<str>,
    count: usize,
}

#[derive(Debug)]
struct Translation {
    index: usize,
    list: u64,
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
            tree: Tree::indexed(),
            hashing: RandomState::default(),
            latest: ByHash::default(),
            versions: ByHash::default(),
            revoked: ByHash::default(),
            wanted: ByHash::default(),
            lists: ByHash::default(),
            translations: Vec::new(),
        }
    }

    /// Adds the object that comes next, as received; `offset` is the byte of the document where it begins.
    ///
    /// Places are `/objects/<index>/…`, or bytes of the document where the text is no JSON.
    pub fn add(&mut self, text: &str, offset: u64) {
        let mut tree = std::mem::take(&mut self.tree);
        self.add_held(held(text, &mut tree), offset);
        self.tree = tree;
    }

    /// As [`Validator::add`], a member as its reader gives it with the tree: where the tree holds it, it is not read
    /// again, else the tree holds it afterwards if it is JSON.
    pub fn add_passing(&mut self, member: &Passing<'_>, tree: &mut Tree) {
        let held = if member.in_tree {
            followed(&member.text, tree)
        } else {
            held(&member.text, tree)
        };
        self.add_held(held, member.offset);
    }

    fn add_held(&mut self, held: Result<Members<'_>, Diagnostic>, offset: u64) {
        let index = self.count;
        self.count += 1;
        match held {
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
                if let Some((id, _)) = members.get("id").and_then(Value::as_identifier) {
                    self.versions(id, members, index);
                    if self.findings.wants(&code::REFERENCE_OPEN) || self.wants_producers() {
                        self.references(members, index);
                    }
                    self.contents(id, members, index);
                }
            }
        }
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
        let mut open: Vec<_> = std::mem::take(&mut self.wanted).into_values().collect();
        open.sort_unstable_by(|one, two| one.id.cmp(&two.id));
        for wanted in open {
            let id = &wanted.id;
            let times = match wanted.count {
                1 => String::new(),
                count => format!(", {count} times"),
            };
            if self.wants_producers() && &*wanted.pointer == "/created_by_ref" {
                let place = Path::Name(&Path::Root, "objects");
                let place = Path::Item(&place, wanted.index);
                self.findings.add(
                    &code::INTEROP_PRODUCER,
                    Path::Name(&place, "created_by_ref"),
                    format_args!("the producer `{id}` is not in the document"),
                );
                continue;
            }
            // Everybody knows the markings of TLP: they need not come along.
            let is_tlp = Id::parse(id).is_ok_and(|id| Tlp::from_id(&id).is_some());
            if is_tlp || !self.findings.wants(&code::REFERENCE_OPEN) {
                continue;
            }
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
            if let Some(items) = self.lists.get(&translation.list)
                && *items != translation.items
            {
                self.findings.add_made(Diagnostic {
                    code: code::CONTENTS.id,
                    severity: code::CONTENTS.severity,
                    place: Place::Pointer(format!(
                        "/objects/{}/contents/{}/{}",
                        translation.index, translation.language, translation.name
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

    /// Whether the producers of objects must come with them.
    fn wants_producers(&self) -> bool {
        self.findings.options().profile == Profile::Interoperability
    }

    /// §3.6: a version has one content, and none comes after a revocation.
    fn versions(&mut self, id: &str, members: Members<'_>, index: usize) {
        let key = self.hashing.hash_one(id);
        self.wanted.remove(&key);
        if self.latest.len() >= MAX_TRACKED && !self.latest.contains_key(&key) {
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
        let version_key = self.hashing.hash_one((id, version));
        match self.versions.get(&version_key) {
            // SCOs have no versions: two with one identifier may say different amounts of one thing.
            Some(other) if *other != hash => {
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
                if self.versions.len() < MAX_TRACKED {
                    self.versions.insert(version_key, hash);
                }
            }
        }
        let modified = version.and_then(|version| instant_of(version).ok());
        let origin = self
            .hashing
            .hash_one((text("created"), text("created_by_ref")));
        let here = Latest {
            version: modified.map_or(i64::MIN, jiff::Timestamp::as_microsecond),
            index: u32::try_from(index).unwrap_or(u32::MAX),
            origin: u32::try_from(origin >> 32).unwrap_or_default(),
        };
        let last = self.latest.entry(key).or_insert(here);
        if last.origin != here.origin && modified.is_some() {
            self.findings.add(
                &code::ORIGIN,
                path,
                format_args!("another version of `{id}` has another `created` or `created_by_ref`"),
            );
        }
        if last.version < here.version {
            *last = here;
        }
        let last = *last;
        let Some(modified) = modified else {
            return;
        };
        if members.get("revoked").and_then(Value::as_bool) == Some(true) {
            let first = self.revoked.entry(key).or_insert(modified);
            *first = modified.min(*first);
        }
        if let Some(revoked) = self.revoked.get(&key)
            && revoked.as_microsecond() < last.version
        {
            let at = usize::try_from(last.index).unwrap_or(index);
            self.findings.add(
                &code::AFTER_REVOCATION,
                Path::Item(&objects, at),
                format_args!("`{id}` was revoked in a version before this one"),
            );
            // Said once.
            self.revoked.remove(&key);
        }
    }

    fn references(&mut self, members: Members<'_>, index: usize) {
        let own = [
            members.get("id"),
            members.get("type"),
            members.get("spec_version"),
        ];
        let refers = |value: Value<'_>| !own.iter().flatten().any(|own| own.holds(value));
        for (value, text) in members
            .identifiers()
            .filter(|(value, _)| refers(*value))
            .take(REFERENCES_PER_OBJECT)
        {
            let key = self.hashing.hash_one(text);
            if let Some(wanted) = self.wanted.get_mut(&key) {
                wanted.count += 1;
            } else if self.wanted.len() < MAX_WANTED && !self.latest.contains_key(&key) {
                let wanted = Wanted {
                    id: text.into(),
                    index,
                    pointer: members.pointer_to(value).into(),
                    count: 1,
                };
                self.wanted.insert(key, wanted);
            }
        }
    }

    /// §7.1.1: a translated list is as long as the list.
    fn contents(&mut self, id: &str, members: Members<'_>, index: usize) {
        if members.get("type").and_then(Value::as_str) != Some("language-content") {
            for (name, value) in members {
                if let Some(items) = value.items()
                    && self.lists.len() < MAX_WANTED
                    && TRANSLATED_LISTS.contains(&name)
                {
                    let list = self.hashing.hash_one((id, name));
                    self.lists.insert(list, items.len());
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
                    && self.translations.len() < MAX_WANTED
                {
                    self.translations.push(Translation {
                        index,
                        list: self.hashing.hash_one((target, name)),
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

/// Most identifiers and versions that are kept, under 60 MB with their tables while they grow: beyond it documents are not compared.
/// A bundle of 1 GB has about 700,000 objects.
const MAX_TRACKED: usize = 900_000;

/// Most open references, lists and translations that are kept, under 10 MB: twice what ATT&CK has of lists.
const MAX_WANTED: usize = 50_000;

/// Lists of text, whose items are translated one by one.
const TRANSLATED_LISTS: &[&str] = &["aliases", "authors", "goals", "labels", "modules", "roles"];
