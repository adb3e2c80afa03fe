//! What tells holders that they are given something no more.
//!
//! Who created an object may revoke it (STIX 2.1 §3.6): the house creates editions, so an edition is revoked. Of an
//! object that went out whole somebody else is the creator, and observables have no versions: there a note of the house
//! says that the object was withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::decision::{Decision, Released};
use crate::edition::named_in;
use crate::gate::{Asked, Gate, Holdings};
use crate::party::{Audience, ReleaseId};
use crate::required::{defines_type, essentials};

/// Something that an audience was given and gets no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The object, by the identifier under which the house holds it (as in [`Asked`]).
    pub id: Id,
    /// The version held (as in [`Asked`]); none for the newest that the audience had.
    pub version: Option<stix::timestamp::Timestamp>,
    /// The moment from which the audience gets it no more.
    pub at: Timestamp,
}

/// That objects which an audience was given were withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The release that was withdrawn, or that ended.
    pub release: ReleaseId,
    /// When.
    pub at: Timestamp,
    /// The objects, as the audience knows them: at most [`NOTICE_OBJECTS`].
    pub objects: Vec<Id>,
}

impl Notice {
    /// Notices of any number of objects, each of no more than [`NOTICE_OBJECTS`]; which objects stand together depends
    /// on nothing but their identifiers.
    pub fn of_all(release: ReleaseId, at: Timestamp, objects: BTreeSet<Id>) -> Vec<Self> {
        let objects: Vec<Id> = objects.into_iter().collect();
        objects
            .chunks(NOTICE_OBJECTS)
            .map(|objects| Self {
                release,
                at,
                objects: objects.to_vec(),
            })
            .collect()
    }
}

impl<H: Holdings> Gate<'_, H> {
    /// The revocation of each edition that is withdrawn, in the order asked: a version of it, `modified` at the moment
    /// of the withdrawal, with `revoked` and nothing but what its type requires, as the audience had it just before.
    ///
    /// None for what went out whole, for observables, for what was revoked before, and for what this audience had not:
    /// tell of the first two by a [`Notice`].
    ///
    /// The decision is taken again for the moment before, so that this says nothing which the audience was not given.
    /// So the gate's audience is to be what it was then: whoever left a community asks as a member of it. Where the
    /// edition had another identifier than the one found now, because what is held changed meanwhile without a release,
    /// the caller sees it by [`Released::id`] and sends a notice instead.
    ///
    /// # Errors
    /// Those of the holdings.
    pub fn revoked(&self, withdrawn: &[Withdrawn]) -> Result<Vec<Option<Released>>, H::Error> {
        let mut moments: BTreeMap<Timestamp, Vec<usize>> = BTreeMap::new();
        for (place, one) in withdrawn.iter().enumerate() {
            moments.entry(one.at).or_default().push(place);
        }
        let mut answers: Vec<Option<Released>> = withdrawn.iter().map(|_| None).collect();
        for (at, places) in moments {
            let Ok(before) = at.checked_sub(JUST_BEFORE) else {
                continue;
            };
            let gate = Gate::new(self.policy, self.holdings, self.audience, before);
            let asked: Vec<Asked> = places
                .iter()
                .filter_map(|place| withdrawn.get(*place))
                .map(|one| Asked {
                    id: one.id.clone(),
                    version: one.version.clone(),
                })
                .collect();
            for (place, decision) in places.into_iter().zip(gate.decide(&asked)?) {
                if let (Some(answer), Decision::Edition(edition)) =
                    (answers.get_mut(place), decision)
                {
                    *answer = revocation(edition.released.object(), at).map(Released::new);
                }
            }
        }
        Ok(answers)
    }

    /// A note of the house that objects were withdrawn, in words that are the same for all; none if there are no
    /// objects or more than [`NOTICE_OBJECTS`], and none for the house itself.
    ///
    /// The same objects of the same release have the same note, whoever is told.
    pub fn notice(&self, notice: &Notice) -> Option<Released> {
        let objects: BTreeSet<&Id> = notice.objects.iter().collect();
        if objects.is_empty() || objects.len() > NOTICE_OBJECTS {
            return None;
        }
        let level = match self.audience {
            Audience::Own { .. } => return None,
            Audience::Member(_) => Tlp::AmberStrict,
            // Everybody was given nothing but what is CLEAR, so the note of it may be as public.
            Audience::Public => Tlp::Clear,
        };
        let id = notice_id(&self.policy.edition_key.0, notice.release, &objects)?;
        let at = stix::timestamp::Timestamp::from_instant(notice.at);
        let refs: Vec<&str> = objects.into_iter().map(Id::as_str).collect();
        let note = json!({
            "type": "note",
            "spec_version": "2.1",
            "id": id.as_str(),
            "created_by_ref": self.policy.own_identity.as_str(),
            "created": at.as_str(),
            "modified": at.as_str(),
            "abstract": ABSTRACT,
            "content": CONTENT,
            "labels": [LABEL],
            "object_marking_refs": [level.id_text()],
            "object_refs": refs,
        });
        let Value::Object(properties) = note else {
            return None;
        };
        Object::from_properties(properties).ok().map(Released::new)
    }
}

/// The version of an edition that revokes it.
fn revocation(edition: &Object, at: Timestamp) -> Option<Object> {
    // STIX 2.1 §3.6.2: no versions come after a revocation; and what has no versions cannot be revoked.
    let given = edition.modified().filter(|_| !edition.is_revoked())?;
    // A version comes after those before it, also where a source's clock ran ahead.
    let earliest = given.instant().checked_add(TICK).ok()?;
    let modified = stix::timestamp::Timestamp::from_instant(at.max(earliest));
    let properties = edition.properties();
    let kept = essentials(edition.kind(), properties);
    let mut revoked: Map<String, Value> = properties
        .iter()
        .filter(|(name, _)| kept.contains(&name.as_str()) || *name == "created_by_ref")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(extensions) = type_extensions(properties) {
        revoked.insert("extensions".to_owned(), extensions);
    }
    revoked.remove("granular_markings");
    if let Some(marks) = marks_of(properties, &revoked) {
        revoked.insert("granular_markings".to_owned(), marks);
    }
    revoked.insert("modified".to_owned(), modified.as_str().into());
    revoked.insert("revoked".to_owned(), Value::Bool(true));
    Object::from_properties(revoked).ok()
}

/// The extensions that define the very type (STIX 2.1 §7.3), without what else they say.
fn type_extensions(properties: &Map<String, Value>) -> Option<Value> {
    let mut kept = Map::new();
    for (key, extension) in properties.get("extensions")?.as_object()? {
        let path = ["extensions", key].map(|name| stix::selector::Step::Property(name.to_owned()));
        if defines_type(&path, extension) {
            let kind = extension.get("extension_type")?;
            kept.insert(key.clone(), json!({ "extension_type": kind }));
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// The granular markings of the properties that are left.
fn marks_of(edition: &Map<String, Value>, left: &Map<String, Value>) -> Option<Value> {
    let mut entries = Vec::new();
    for entry in edition.get("granular_markings")?.as_array()? {
        let mut entry = entry.as_object()?.clone();
        let selectors = entry.get("selectors")?.as_array()?;
        let selectors: Vec<Value> = selectors
            .iter()
            .filter(|selector| selector.as_str().is_some_and(|text| named_in(left, text)))
            .cloned()
            .collect();
        if !selectors.is_empty() {
            entry.insert("selectors".to_owned(), Value::Array(selectors));
            entries.push(Value::Object(entry));
        }
    }
    (!entries.is_empty()).then_some(Value::Array(entries))
}

/// The identifier of a notice: a keyed hash, like that of an edition.
fn notice_id(key: &[u8; 32], release: ReleaseId, objects: &BTreeSet<&Id>) -> Option<Id> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(b"noroshi notice 1\0");
    hash.update(release.0.as_bytes());
    for id in objects {
        // An identifier holds no NUL.
        hash.update(id.as_str().as_bytes());
        hash.update(b"\0");
    }
    crate::edition::id_of_hash("note", hash)
}

/// Most objects of one notice: its references stay within what an object may have, and its text within a page.
pub const NOTICE_OBJECTS: usize = 1_000;
/// The label by which a machine knows a notice.
pub const LABEL: &str = "withdrawal";

/// The moment before: times are kept to the microsecond.
const JUST_BEFORE: SignedDuration = SignedDuration::from_micros(1);
/// The least step between two versions that every reader of STIX tells apart (§3.2: milliseconds).
const TICK: SignedDuration = SignedDuration::from_millis(1);
const ABSTRACT: &str = "Withdrawn / 撤回";
const CONTENT: &str = "The sender has withdrawn the objects to which this note refers. \
Delete them, or at least use them no longer, and do not pass them on.\n\n\
送付元は、この注記が参照するオブジェクトを撤回しました。\
削除するか、少なくとも今後は使用せず、第三者に提供しないでください。";
