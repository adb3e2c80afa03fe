//! What the node holds.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use base::diagnostic::Diagnostic;
use incident::sector::Sector;
use jiff::Timestamp;
use release::conditions::Conditions;
use release::gate::{Asked, Gate};
use release::party::{OrganisationId, PersonId};
use serde_json::Value;
use stix::id::Id;
use stix::marking::{Definition, Tlp};
use stix::object::Object;
use stix::view::Relationship;
use store::database::{Reader, Writer};
use store::object::{Incoming, Put};

use crate::access::{Action, Caller};
use crate::conditions::{ConditionsView, restrict};
use crate::error::AppError;
use crate::feed::asked;
use crate::node::Node;
use crate::revocation::revocation;
use crate::sharing::ReleaseSummary;
use crate::values::values;
use crate::view::{one, released, sightings_of, summaries, summary};

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    /// The identifier.
    pub id: Id,
    /// The object type.
    pub kind: String,
    /// What a person would call it.
    pub title: String,
    /// The version, as received.
    pub version: Option<String>,
    /// The TLP label of the whole, or `unmarked`.
    pub marking: String,
    /// Whether it is revoked.
    pub revoked: bool,
}

/// What is asked of the objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectQuery {
    /// Words, or an exact value; empty for all.
    pub text: String,
    /// Only this type.
    pub kind: Option<String>,
    /// Goes on after the page whose `next` this is.
    pub before: Option<i64>,
    /// Most objects on the page, up to [`MAX_PAGE`]; 0 for the default.
    pub limit: u32,
}

/// A page of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects, the most recently received first.
    pub objects: Vec<ObjectSummary>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<i64>,
}

/// One object with what is around it.
#[derive(Debug, Clone)]
pub struct ObjectDetails {
    /// The object.
    pub summary: ObjectSummary,
    /// Its JSON, indented.
    pub json: String,
    /// Its properties, as text.
    pub properties: Vec<(String, String)>,
    /// The versions held, newest first.
    pub versions: Vec<String>,
    /// Its relationships.
    pub relations: Vec<Relation>,
    /// What else refers to it.
    pub referred: Vec<ObjectSummary>,
    /// Its sightings.
    pub sightings: Vec<SightingView>,
    /// The releases that name it.
    pub releases: Vec<ReleaseSummary>,
    /// Under which conditions it was given.
    pub conditions: ConditionsView,
    /// What it is an edition of, if it is one that this node gave out.
    pub edition_of: Option<Id>,
}

/// A relationship seen from one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The relationship object.
    pub relationship: Id,
    /// Its type.
    pub relationship_type: String,
    /// Whether it points away from here.
    pub outgoing: bool,
    /// The other end.
    pub other: ObjectSummary,
}

/// A sighting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightingView {
    /// The sighting object.
    pub id: Id,
    /// What was seen.
    pub of: ObjectSummary,
    /// By whom.
    pub by: Vec<String>,
    /// In which sectors.
    pub sectors: Vec<Sector>,
    /// How often.
    pub count: u64,
    /// When first.
    pub first_seen: Option<String>,
    /// When last.
    pub last_seen: Option<String>,
    /// Who told the node.
    pub source: String,
    /// The edition on which it came back, if it did.
    pub on_edition: Option<Id>,
}

/// What became of objects on their way in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many are held now that were not before.
    pub stored: u64,
    /// How many were held already.
    pub already_held: u64,
    /// How many are held under the same version with other content: what was held stays.
    pub conflicts: u64,
    /// Those that cannot be held, with the reasons.
    pub refused: Vec<Refused>,
    /// Those that are held, and of which a person should know something.
    pub warned: Vec<Warned>,
}

/// An object that is held, with what a person should know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warned {
    /// Its place in the document, from 0.
    pub index: u64,
    /// Its identifier.
    pub id: Id,
    /// What.
    pub diagnostic: Diagnostic,
}

/// An object that cannot be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the document, from 0.
    pub index: u64,
    /// Its identifier, where it can be read.
    pub id: Option<String>,
    /// Why.
    pub diagnostics: Vec<Diagnostic>,
}

impl AddAssign for ImportReport {
    fn add_assign(&mut self, other: Self) {
        self.stored += other.stored;
        self.already_held += other.already_held;
        self.conflicts += other.conflicts;
        self.refused.extend(other.refused);
        self.refused.truncate(MAX_REFUSED);
        self.warned.extend(other.warned);
        self.warned.truncate(MAX_WARNED);
    }
}

impl ImportReport {
    pub(crate) fn count(&mut self, put: Put) {
        match put {
            Put::Stored { .. } => self.stored += 1,
            Put::AlreadyHeld => self.already_held += 1,
            Put::Conflict => self.conflicts += 1,
            // Told with the reason.
            Put::Foreign => {}
        }
    }
}

impl Node {
    /// A page of objects.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn objects(&self, caller: &Caller, query: &ObjectQuery) -> Result<ObjectPage, AppError> {
        caller.require(Action::ReadObjects)?;
        let limit = if query.limit == 0 {
            DEFAULT_PAGE
        } else {
            query.limit.min(MAX_PAGE)
        };
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let text = query.text.trim();
        if !text.is_empty() {
            // What came last is to be found too; what is left after that many is being indexed beside.
            for _ in 0..INDEXED_BEFORE_SEARCH {
                if !self.index_words()? {
                    break;
                }
            }
        }
        self.through_gate(caller, |reader, gate| {
            let mut objects = Vec::new();
            let mut before = query.before;
            if before.is_none() && !text.is_empty() {
                let exact = reader.objects_with_value(&text.to_lowercase(), limit)?;
                let mut ids: Vec<Id> = Id::parse(text).into_iter().chain(exact).collect();
                ids.retain(|id| query.kind.as_ref().is_none_or(|kind| kind == id.kind()));
                objects = summaries(gate, &ids)?;
            }
            loop {
                let page: Vec<(i64, Id)> = if text.is_empty() {
                    reader.newest_objects(query.kind.as_deref(), before, limit)?
                } else {
                    let hits = reader.search(text, query.kind.as_deref(), before, limit)?;
                    hits.into_iter().map(|hit| (hit.seq, hit.id)).collect()
                };
                let last = page.last().map(|(seq, _)| *seq);
                let full = page.len() >= wanted;
                for (seq, id) in page {
                    if objects.len() >= wanted {
                        return Ok(ObjectPage {
                            objects,
                            next: before,
                        });
                    }
                    before = Some(seq);
                    let known = objects.iter().any(|known: &ObjectSummary| known.id == id);
                    if let (false, Some(released)) = (known, one(gate, &id)?) {
                        objects.push(summary(&released));
                    }
                }
                if !full {
                    return Ok(ObjectPage {
                        objects,
                        next: None,
                    });
                }
                before = last;
            }
        })
    }

    /// One object with what is around it; none if the caller may not know of it.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn object(&self, caller: &Caller, id: &Id) -> Result<Option<ObjectDetails>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.through_gate(caller, |reader, gate| {
            let edition_of = reader.edition_source(id)?;
            let source = edition_of.as_ref().unwrap_or(id);
            let Some(found) = one(gate, source)? else {
                return Ok(None);
            };
            let mut relations = Vec::new();
            for relationship in released(
                gate,
                &reader.referrers(source, Some("relationship"), MAX_AROUND)?,
            )? {
                let Some(view) = Relationship::of(relationship.object()) else {
                    continue;
                };
                let (Some(from), Some(to)) = (view.source(), view.target()) else {
                    continue;
                };
                let outgoing = from == *source;
                let Some(other) = one(gate, if outgoing { &to } else { &from })? else {
                    continue;
                };
                relations.push(Relation {
                    relationship: relationship.id().clone(),
                    relationship_type: view.relationship_type().unwrap_or_default().to_owned(),
                    outgoing,
                    other: summary(&other),
                });
            }
            let around = reader.referrers(source, None, MAX_AROUND)?;
            let others: Vec<Id> = around
                .into_iter()
                .filter(|id| !matches!(id.kind(), "relationship" | "sighting"))
                .collect();
            let mut releases = Vec::new();
            if caller.may(Action::ReadReleases) {
                for record in reader.releases_naming(source)? {
                    releases.push(crate::sharing::release_summary(reader, &record)?);
                }
            }
            let properties = found.object().properties();
            Ok(Some(ObjectDetails {
                summary: summary(&found),
                json: serde_json::to_string_pretty(properties)
                    .unwrap_or_else(|_| found.text().to_owned()),
                properties: properties
                    .iter()
                    .map(|(name, value)| (name.clone(), text(value)))
                    .collect(),
                versions: versions(reader, gate, source)?,
                relations,
                referred: summaries(gate, &others)?,
                sightings: sightings_of(reader, gate, source)?,
                releases,
                conditions: ConditionsView::of(reader, source)?,
                edition_of,
            }))
        })
    }

    /// The JSON of an object as received, or the edition of it that the caller may see.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn object_text(&self, caller: &Caller, id: &Id) -> Result<Option<String>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.through_gate(caller, |_, gate| {
            Ok(one(gate, id)?.map(|found| found.text().to_owned()))
        })
    }

    /// The types of object held, with how many there are of each.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn kinds(&self, caller: &Caller) -> Result<Vec<(String, u64)>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.store
            .read(|reader| Ok(reader.object_count_by_kind(caller.person)?))
    }

    /// All indicators that the caller may see, for a hunt.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn indicators(&self, caller: &Caller) -> Result<Vec<Object>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.through_gate(caller, |reader, gate| {
            let mut found = Vec::new();
            let mut before = None;
            loop {
                let page = reader.newest_objects(Some("indicator"), before, MAX_PAGE)?;
                let Some((last, _)) = page.last() else {
                    return Ok(found);
                };
                before = Some(*last);
                let ids: Vec<Id> = page.into_iter().map(|(_, id)| id).collect();
                found.extend(
                    released(gate, &ids)?
                        .into_iter()
                        .map(|one| one.object().clone()),
                );
            }
        })
    }

    pub(crate) fn put(
        &self,
        writer: &Writer<'_>,
        source: OrganisationId,
        entered_by: Option<PersonId>,
        conditions: &Conditions,
        objects: &[Object],
    ) -> Result<Vec<Put>, AppError> {
        self.put_of(writer, source, entered_by, conditions, false, objects)
    }

    /// As [`Node::put`]; with `only_own` what is held from another source stays as it is.
    pub(crate) fn put_of(
        &self,
        writer: &Writer<'_>,
        source: OrganisationId,
        entered_by: Option<PersonId>,
        conditions: &Conditions,
        only_own: bool,
        objects: &[Object],
    ) -> Result<Vec<Put>, AppError> {
        let found: Vec<BTreeSet<String>> = objects.iter().map(values).collect();
        let incoming: Vec<Incoming<'_>> = objects
            .iter()
            .zip(&found)
            .map(|(object, values)| Incoming {
                object,
                source,
                entered_by,
                conditions,
                values,
                only_own,
            })
            .collect();
        let now = self.clock.now();
        let puts = writer.put_objects(&incoming, now)?;
        for (object, put) in objects.iter().zip(&puts) {
            match put {
                Put::Stored { .. } => {}
                Put::AlreadyHeld if !only_own || writer.source_of(object.id())? == Some(source) => {
                    restrict(writer, object.id(), conditions, now)?;
                    continue;
                }
                _ => continue,
            }
            if object.kind() == "marking-definition" {
                marking_defined(writer, object, now)?;
            } else if object.is_revoked() {
                revocation(writer, source, entered_by, object, now)?;
            }
            if let Some(until) = conditions.embargo_until {
                writer.put_due(crate::catch_up::OBJECT, object.id().as_str(), until)?;
            }
        }
        self.apply_rules(writer, objects, &puts)?;
        Ok(puts)
    }
}

/// What a marking means can change what is seen of all that carries it, and so can the days on which a policy begins
/// and ends.
fn marking_defined(writer: &Writer<'_>, object: &Object, now: Timestamp) -> Result<(), AppError> {
    let id = object.id().as_str();
    if writer.marks_anything(object.id())? {
        writer.put_change(crate::catch_up::MARKING, id, now)?;
    }
    if let Definition::Iep(policy) = Definition::read(object) {
        for moment in [Some(policy.start), policy.end].into_iter().flatten() {
            if moment > now {
                writer.put_due(crate::catch_up::MARKING, id, moment)?;
            }
        }
    }
    Ok(())
}

impl Node {
    /// Puts words of objects into the index that are not in it yet, some at a time so that writers wait only a moment;
    /// returns whether more are left.
    ///
    /// # Errors
    /// If the database fails.
    pub fn index_words(&self) -> Result<bool, AppError> {
        if !self
            .store
            .read(|reader| Ok::<_, AppError>(reader.has_unindexed()?))?
        {
            return Ok(false);
        }
        self.store
            .write(|writer| Ok(writer.index_words(INDEXED_AT_ONCE)?))
    }
}

/// The versions of an object that the caller may see, newest first.
fn versions(
    reader: &Reader<'_>,
    gate: &Gate<'_, Reader<'_>>,
    object: &Id,
) -> Result<Vec<String>, AppError> {
    let keys = reader.version_keys(object)?;
    let asked: Vec<Asked> = keys.iter().map(|key| asked(object, &key.version)).collect();
    let decided = keys.into_iter().zip(gate.decide(&asked)?);
    Ok(decided
        .filter(|(_, decision)| decision.released().is_some())
        .map(|(key, _)| format!("{}Z", key.version))
        .collect())
}

/// The identifier of a text that may not be an object, for a report.
pub(crate) fn id_of(text: &str) -> Option<String> {
    // Only the identifier: a tree of a hostile text takes twenty times its length.
    #[derive(serde::Deserialize)]
    struct Identified {
        id: String,
    }
    let read: Identified = serde_json::from_str(text).ok()?;
    Some(read.id.chars().take(MAX_ID_CHARS).collect())
}

/// A value as a person reads it; markings by their labels.
fn text(value: &Value) -> String {
    let label = |text: &str| {
        Id::parse(text)
            .ok()
            .and_then(|id| Tlp::from_id(&id))
            .map_or_else(|| text.to_owned(), |level| level.to_string())
    };
    match value {
        Value::String(text) => label(text),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<String> = items.iter().filter_map(Value::as_str).map(label).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}

/// Objects on a page where none is asked for.
const DEFAULT_PAGE: u32 = 50;
/// Most objects on a page.
pub const MAX_PAGE: u32 = 500;
/// Relationships and referrers shown around one object.
const MAX_AROUND: u32 = 500;
/// Refused objects kept in a report.
const MAX_REFUSED: usize = 1_000;
/// Warnings kept in a report.
const MAX_WARNED: usize = 1_000;
/// An identifier is at most 288 characters; a longer one is none.
const MAX_ID_CHARS: usize = 300;
/// How often words are put into the index before a search.
const INDEXED_BEFORE_SEARCH: usize = 50;
/// Objects whose words are put into the index in one transaction.
pub(crate) const INDEXED_AT_ONCE: u32 = 1_000;
