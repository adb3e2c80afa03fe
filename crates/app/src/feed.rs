//! Bringing an audience's feed up to date, and reading pages of it.
//!
//! A feed is brought up to date when its audience asks: changes since the last time are looked at in commit order,
//! the gate decides about what they concern, and what is new for this audience is appended. So a position depends on
//! the time of a release and on what this audience was given before, and on nothing that it may not see.

use std::collections::BTreeSet;

use jiff::Timestamp;
use release::decision::Decision;
use release::gate::{Asked, Gate};
use release::party::{Audience, OrganisationId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stix::id::Id;
use store::database::{Reader, Writer};
use store::feed::{FeedEntry, FeedQuery, FeedState};
use store::journal::Change;
use store::object::ObjectKey;

use crate::error::AppError;
use crate::node::{Node, policy};

/// A release was confirmed.
pub(crate) const RELEASE: &str = "release";
/// A release was withdrawn.
pub(crate) const WITHDRAWAL: &str = "withdrawal";
/// An organisation joined a community.
pub(crate) const MEMBERSHIP: &str = "membership";

/// A page of a feed.
#[derive(Debug)]
pub(crate) struct FeedPage {
    /// The entries with what the gate says now.
    pub(crate) entries: Vec<(FeedEntry, Decision)>,
    /// Whether there are more.
    pub(crate) more: bool,
}

impl Node {
    /// A page of what an audience was given, brought up to date first.
    pub(crate) fn feed_page(
        &self,
        audience: &Audience,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<FeedPage, AppError> {
        if audience.is_own() {
            return Err(AppError::Forbidden);
        }
        let key = feed_key(audience);
        self.bring_up_to_date(&key, audience)?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        self.through_gate_as(audience, |reader, gate| {
            let mut entries: Vec<(FeedEntry, Decision)> = Vec::new();
            let mut query = query.clone();
            let mut bytes = 0;
            loop {
                // One more than asked tells whether there are more.
                let ask = limit.saturating_add(1);
                let page = reader.feed(&key, &query, ask)?;
                let last = page.len() < usize::try_from(ask).unwrap_or(usize::MAX);
                query.after = page.last().map(|entry| entry.position).or(query.after);
                for (entry, decision) in decide(gate, page)? {
                    if entries.len() >= wanted || bytes > MAX_PAGE_BYTES {
                        return Ok(FeedPage {
                            entries,
                            more: true,
                        });
                    }
                    bytes += decision
                        .released()
                        .map_or(0, |released| released.text().len());
                    entries.push((entry, decision));
                }
                if last {
                    return Ok(FeedPage {
                        entries,
                        more: false,
                    });
                }
            }
        })
    }

    fn bring_up_to_date(&self, key: &str, audience: &Audience) -> Result<(), AppError> {
        loop {
            let (state, changes) = self.store.read(|reader| {
                let state = reader.feed_state(key)?;
                Ok::<_, AppError>((state, reader.changes_after(state.change, CHANGES_AT_ONCE)?))
            })?;
            if changes.is_empty() {
                return Ok(());
            }
            self.store.write(|writer| {
                // Somebody else may have brought it further in between.
                let now_at = writer.feed_state(key)?;
                if now_at != state {
                    return Ok(());
                }
                let policy = policy(writer)?;
                let reader: &Reader<'_> = writer;
                let gate = Gate::new(&policy, reader, audience, self.clock.now());
                let mut state = state;
                for change in &changes {
                    let concerned = concerned(writer, key, audience, change)?;
                    refresh(writer, &gate, key, &concerned)?;
                    append(writer, &gate, key, &concerned, change.at, &mut state)?;
                    state.change = change.seq;
                }
                Ok::<_, AppError>(writer.set_feed_state(key, state)?)
            })?;
        }
    }
}

/// The name of an audience's feed. A person's is that person's own, because RED names persons.
fn feed_key(audience: &Audience) -> String {
    match audience {
        Audience::Own { person } => format!("person:{person}"),
        Audience::Member(member) => match member.person {
            Some(person) => format!("person:{person}"),
            None => format!("organisation:{}", member.organisation),
        },
        Audience::Public => "public".to_owned(),
    }
}

/// The versions whose decision a change may change for an audience.
fn concerned(
    writer: &Writer<'_>,
    key: &str,
    audience: &Audience,
    change: &Change,
) -> Result<BTreeSet<ObjectKey>, AppError> {
    let mut found = BTreeSet::new();
    match change.kind.as_str() {
        RELEASE | WITHDRAWAL => {
            let Ok(release) = change.subject.parse() else {
                return Ok(found);
            };
            for item in writer.release_items(release)? {
                // What refers to it may gain or lose a reference; it counts only if this audience was given it.
                for referrer in writer.referrers(&item.id, None, MAX_REFERRERS)? {
                    for entry in writer.feed_of_source(key, &referrer)? {
                        found.insert(ObjectKey {
                            id: entry.source,
                            version: entry.source_version,
                        });
                    }
                }
                found.insert(item);
            }
        }
        MEMBERSHIP => {
            let organisation = match audience {
                Audience::Member(member) => Some(member.organisation),
                Audience::Own { .. } | Audience::Public => None,
            };
            let joined = change.subject.parse().ok().map(OrganisationId);
            if organisation.is_some() && organisation == joined {
                for record in writer.releases_newest_first(MAX_RELEASES)? {
                    found.extend(writer.release_items(record.terms.id)?);
                }
            }
        }
        _ => {}
    }
    Ok(found)
}

/// Takes out the entries of these objects that are not what the audience gets any more.
fn refresh(
    writer: &Writer<'_>,
    gate: &Gate<'_, Reader<'_>>,
    key: &str,
    concerned: &BTreeSet<ObjectKey>,
) -> Result<(), AppError> {
    let sources: BTreeSet<&Id> = concerned.iter().map(|one| &one.id).collect();
    for source in sources {
        let entries = writer.feed_of_source(key, source)?;
        let kept: BTreeSet<Timestamp> = decide(gate, entries.clone())?
            .into_iter()
            .map(|(entry, _)| entry.position)
            .collect();
        for entry in entries
            .iter()
            .filter(|entry| !kept.contains(&entry.position))
        {
            writer.remove_from_feed(key, entry.position)?;
        }
    }
    Ok(())
}

/// Appends what is new for the audience, in an order that only what it sees decides.
fn append(
    writer: &Writer<'_>,
    gate: &Gate<'_, Reader<'_>>,
    key: &str,
    concerned: &BTreeSet<ObjectKey>,
    at: Timestamp,
    state: &mut FeedState,
) -> Result<(), AppError> {
    let keys: Vec<&ObjectKey> = concerned.iter().collect();
    let asked: Vec<Asked> = keys
        .iter()
        .map(|key| asked(&key.id, &key.version))
        .collect();
    let mut new = Vec::new();
    for (source, decision) in keys.into_iter().zip(gate.decide(&asked)?) {
        let Some(released) = decision.released() else {
            continue;
        };
        let digest = digest(released.object().properties());
        // A version of an edition that differs from the one before only in what was cut is no news.
        if writer.feed_digest(key, released.id())?.as_deref() == Some(digest.as_slice()) {
            continue;
        }
        new.push((released.clone(), source, digest));
    }
    new.sort_by(|(a, ..), (b, ..)| {
        (rank(a.id().kind()), a.id(), a.version()).cmp(&(rank(b.id().kind()), b.id(), b.version()))
    });
    for (released, source, digest) in new {
        let position = at.as_microsecond().max(state.position.saturating_add(1));
        let Ok(added) = Timestamp::from_microsecond(position) else {
            continue;
        };
        let entry = FeedEntry {
            position: added,
            id: released.id().clone(),
            // An object without versions has the time at which it was added (TAXII 2.1 §3.4.1).
            version: released
                .version()
                .map_or_else(|| version_of(added), ObjectKey::version_text),
            source: source.id.clone(),
            source_version: source.version.clone(),
        };
        if writer.append_feed(key, &entry, &digest)? {
            state.position = position;
            if entry.id != entry.source {
                writer.remember_edition(&entry.id, &entry.source)?;
            }
        }
    }
    Ok(())
}

/// What the gate says of entries now; those that it does not give under the same identifier are left out.
fn decide(
    gate: &Gate<'_, Reader<'_>>,
    entries: Vec<FeedEntry>,
) -> Result<Vec<(FeedEntry, Decision)>, AppError> {
    let asked: Vec<Asked> = entries
        .iter()
        .map(|entry| asked(&entry.source, &entry.source_version))
        .collect();
    let decided = gate.decide(&asked)?;
    let both = entries.into_iter().zip(decided);
    Ok(both
        .filter(|(entry, decision)| decision.released().is_some_and(|one| *one.id() == entry.id))
        .collect())
}

/// A version is asked for exactly; an object without versions as such.
fn asked(id: &Id, version: &str) -> Asked {
    let observable =
        stix::canonical::contributing_properties(id.kind()).is_some() || id.kind() == "process";
    let version = stix::timestamp::Timestamp::parse(&format!("{version}Z")).ok();
    Asked {
        id: id.clone(),
        version: version.filter(|_| !observable),
    }
}

fn version_of(added: Timestamp) -> String {
    ObjectKey::version_text(&stix::timestamp::Timestamp::from_instant(added))
}

/// The digest of an object apart from its version.
fn digest(properties: &serde_json::Map<String, Value>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for (name, value) in properties.iter().filter(|(name, _)| *name != "modified") {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(value.to_string().as_bytes());
        hash.update([0]);
    }
    hash.finalize().to_vec()
}

/// What others refer to comes first, so that a reader seldom meets a reference before its target.
fn rank(kind: &str) -> u8 {
    match kind {
        "marking-definition" | "extension-definition" => 0,
        "identity" => 1,
        "relationship" | "sighting" => 3,
        "report" | "grouping" | "note" | "opinion" | "language-content" => 4,
        _ => 2,
    }
}

/// Changes looked at in one transaction.
const CHANGES_AT_ONCE: u32 = 100;
/// Referrers looked at for one object.
const MAX_REFERRERS: u32 = 10_000;
/// Releases looked at when an organisation joins a community.
const MAX_RELEASES: u32 = 100_000;
/// A page ends when it holds this much, so that no page exhausts memory.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;
