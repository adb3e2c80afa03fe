//! Pages of what an audience was given, each entry let through on the gate's pass or decided on once more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use release::decision::{Decision, Released};
use release::gate::{Asked, Gate, Holdings, Policy};
use release::held::Held;
use release::party::{Audience, Member, OrganisationId};
use release::pass::PassCheck;
use release::terms::Release;
use release::withdrawal::Notice;
use stix::id::Id;
use store::database::Reader;
use store::error::StoreError;
use store::feed::{FeedEntry, FeedQuery, FeedText};

use crate::catch_up::{is_current, withdrawn};
use crate::effect::member;
use crate::error::AppError;
use crate::node::{Node, policy};

/// How far the feeds were looked at, where nothing new was found for them.
///
/// It saves a write for each audience and each change that does not concern it; what is forgotten is looked at again.
#[derive(Debug, Default)]
pub(crate) struct LookedAt(Mutex<HashMap<String, i64>>);

impl LookedAt {
    pub(crate) fn get(&self, key: &str) -> Option<i64> {
        self.lock().get(key).copied()
    }

    pub(crate) fn set(&self, key: &str, change: i64) {
        let mut known = self.lock();
        if known.len() >= MAX_LOOKED_AT {
            known.clear();
        }
        known.insert(key.to_owned(), change);
    }

    pub(crate) fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is held, as it is given to one audience: under no identifier that was revoked for it.
pub(crate) struct Given<'a, 'c> {
    reader: &'a Reader<'c>,
    key: &'a str,
    /// Only revocations before this moment count.
    before: Option<Timestamp>,
}

impl Holdings for Given<'_, '_> {
    type Error = StoreError;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, StoreError> {
        self.reader.versions(id)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, StoreError> {
        self.reader.releases(held)
    }

    fn is_spent(&self, edition: &Id) -> Result<bool, StoreError> {
        self.reader.is_spent(self.key, edition, self.before)
    }
}

/// The feed of an audience at one moment.
///
/// INVARIANT: the audience is as it is in the snapshot that `reader` reads: a membership that ended a moment ago, while
/// its holder was asking, counts no more.
#[derive(Clone, Copy)]
pub(crate) struct FeedView<'a, 'c> {
    pub(crate) reader: &'a Reader<'c>,
    pub(crate) key: &'a str,
    pub(crate) audience: &'a Audience,
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
}

impl<'a, 'c> FeedView<'a, 'c> {
    /// What is given to the audience.
    pub(crate) fn given(&self) -> Given<'a, 'c> {
        Given {
            reader: self.reader,
            key: self.key,
            before: None,
        }
    }

    /// A gate for the audience.
    pub(crate) fn gate<'g>(&'g self, given: &'g Given<'a, 'c>) -> Gate<'g, Given<'a, 'c>> {
        Gate::new(self.policy, given, self.audience, self.now)
    }

    /// What the gate says of entries now; those that it does not give under the same identifier are left out.
    pub(crate) fn decide(
        &self,
        entries: Vec<FeedEntry>,
    ) -> Result<Vec<(FeedEntry, Decision)>, AppError> {
        let (entries, told): (Vec<FeedEntry>, Vec<FeedEntry>) = entries
            .into_iter()
            .partition(|entry| entry.withdrawn.is_none());
        let asked: Vec<Asked> = entries
            .iter()
            .map(|entry| asked(&entry.source, &entry.source_version))
            .collect();
        let given = self.given();
        let decided = self.gate(&given).decide(&asked)?;
        let mut found: Vec<(FeedEntry, Decision)> = entries
            .into_iter()
            .zip(decided)
            .filter(|(entry, decision)| {
                decision.released().is_some_and(|one| *one.id() == entry.id)
            })
            .collect();
        if !told.is_empty() {
            for entry in told {
                if let Some(released) = self.withdrawal(&entry)? {
                    found.push((entry, Decision::Whole(released)));
                }
            }
            found.sort_by_key(|(entry, _)| entry.position);
        }
        Ok(found)
    }

    /// What tells of a withdrawal: the note, or the edition revoked.
    fn withdrawal(&self, entry: &FeedEntry) -> Result<Option<Released>, AppError> {
        let Some(at) = entry.withdrawn else {
            return Ok(None);
        };
        // The identifier that is revoked was not spent yet when it was given.
        let given = Given {
            before: Some(at),
            ..self.given()
        };
        let gate = self.gate(&given);
        let released = if entry.id == entry.source {
            self.reader.notice(self.key, &entry.id)?.and_then(|row| {
                gate.notice(&Notice {
                    release: row.release,
                    at: row.at,
                    objects: row.objects,
                })
            })
        } else {
            gate.revoked(std::slice::from_ref(&withdrawn(entry, at)))?
                .pop()
                .flatten()
        };
        Ok(released.filter(|released| *released.id() == entry.id))
    }

    /// Lets through what has a pass, and decides on the rest; in order.
    fn let_through(
        &self,
        check: Option<&PassCheck>,
        page: Vec<FeedText>,
    ) -> Result<Vec<TextEntry>, AppError> {
        let mut through = Vec::with_capacity(page.len());
        let mut rest = Vec::new();
        for FeedText { entry, kept } in page {
            let again = match (check, kept.pass, kept.text) {
                (Some(check), Some(pass), Some(text)) => check.readmit(&pass, text),
                _ => None,
            };
            match again {
                Some(readmitted) => through.push(TextEntry {
                    entry,
                    text: readmitted.into_text(),
                    version: kept.spelled,
                }),
                None => rest.push(entry),
            }
        }
        if !rest.is_empty() {
            for (entry, decision) in self.decide(rest)? {
                if let Some(released) = decision.released() {
                    through.push(TextEntry {
                        entry,
                        text: released.text().into(),
                        version: released.version().map(ToString::to_string),
                    });
                }
            }
            through.sort_by_key(|one| one.entry.position);
        }
        Ok(through)
    }
}

/// A page of texts.
#[derive(Debug)]
pub(crate) struct TextPage {
    /// The entries with their texts and the versions as those spell them.
    pub(crate) entries: Vec<TextEntry>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// An entry with its text.
#[derive(Debug)]
pub(crate) struct TextEntry {
    /// The entry.
    pub(crate) entry: FeedEntry,
    /// The text, which has passed the gate.
    pub(crate) text: Arc<str>,
    /// The version as the object spells it; none for an object without versions.
    pub(crate) version: Option<String>,
}

impl Node {
    /// Reads the feed of an audience at one moment.
    pub(crate) fn view_feed<T>(
        &self,
        key: &str,
        audience: &Audience,
        work: impl FnOnce(FeedView<'_, '_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        self.store.read(|reader| {
            work(FeedView {
                reader,
                key,
                audience: &as_now(reader, audience)?,
                policy: &policy(reader)?,
                now: self.clock.now(),
            })
        })
    }

    /// A page of what an audience was given, brought up to date first.
    pub(crate) fn feed_page(
        &self,
        audience: &Audience,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<Vec<(FeedEntry, Decision)>, AppError> {
        if audience.is_own() {
            return Err(AppError::Forbidden);
        }
        let key = feed_key(audience);
        self.bring_up_to_date(&key, audience)?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        self.view_feed(&key, audience, |view| {
            let mut entries: Vec<(FeedEntry, Decision)> = Vec::new();
            let mut query = query.clone();
            let mut bytes: usize = 0;
            loop {
                let ask = limit.min(DECIDED_AT_ONCE);
                let page = view.reader.feed(&key, &query, ask)?;
                let last = page.len() < usize::try_from(ask).unwrap_or(usize::MAX);
                query.after = page.last().map(|entry| entry.position).or(query.after);
                for (entry, decision) in view.decide(page)? {
                    if entries.len() >= wanted || bytes > MAX_PAGE_BYTES {
                        return Ok(entries);
                    }
                    let length = decision.released().map_or(0, |one| one.text().len());
                    bytes = bytes.saturating_add(length);
                    entries.push((entry, decision));
                }
                if last {
                    return Ok(entries);
                }
            }
        })
    }

    /// As [`Node::feed_page`], without deciding anew on what has the gate's pass.
    pub(crate) fn text_page(
        &self,
        audience: &Audience,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<TextPage, AppError> {
        if audience.is_own() {
            return Err(AppError::Forbidden);
        }
        let key = feed_key(audience);
        self.bring_up_to_date(&key, audience)?;
        let seen = self.looked_at.get(&key);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        self.view_feed(&key, audience, |view| {
            let given = view.given();
            // Something may have changed since the feed was brought up to date: then everything is decided on.
            let is_current = is_current(view.reader, &key, seen, view.now)?;
            let check = is_current.then(|| view.gate(&given).pass_check());
            let mut entries: Vec<TextEntry> = Vec::new();
            let mut query = query.clone();
            let mut bytes: usize = 0;
            loop {
                // One more than asked tells whether there are more.
                let ask = limit.saturating_add(1);
                let (page, all) = view.reader.feed_texts(&key, &query, ask, MAX_PAGE_BYTES)?;
                query.after = page.last().map(|one| one.entry.position).or(query.after);
                for one in view.let_through(check.as_ref(), page)? {
                    if entries.len() >= wanted || bytes > MAX_PAGE_BYTES {
                        return Ok(TextPage {
                            entries,
                            more: true,
                        });
                    }
                    bytes = bytes.saturating_add(one.text.len());
                    entries.push(one);
                }
                if all {
                    return Ok(TextPage {
                        entries,
                        more: false,
                    });
                }
            }
        })
    }
}

/// An audience with the communities, the country and the clients that its organisation has in a snapshot.
pub(crate) fn as_now(reader: &Reader<'_>, audience: &Audience) -> Result<Audience, AppError> {
    let Audience::Member(before) = audience else {
        return Ok(audience.clone());
    };
    Ok(match member(reader, before.organisation)? {
        Audience::Member(now) => Audience::Member(Member {
            person: before.person,
            ..now
        }),
        other => other,
    })
}

/// Whether an audience was given an object in any version.
pub(crate) fn was_given(
    reader: &Reader<'_>,
    audience: &Audience,
    id: &str,
) -> Result<bool, AppError> {
    let query = FeedQuery {
        ids: vec![id.to_owned()],
        ..FeedQuery::default()
    };
    Ok(!reader.feed(&feed_key(audience), &query, 1)?.is_empty())
}

/// The name of an audience's feed. A person's is that person's own, because RED names persons.
pub(crate) fn feed_key(audience: &Audience) -> String {
    match audience {
        Audience::Own { person } => format!("person:{person}"),
        Audience::Member(member) => match member.person {
            Some(person) => format!("person:{person}"),
            None => organisation_key(member.organisation),
        },
        Audience::Public => "public".to_owned(),
    }
}

/// The name of the feed of an organisation as a whole.
pub(crate) fn organisation_key(organisation: OrganisationId) -> String {
    format!("organisation:{organisation}")
}

/// A version is asked for exactly, and so is each content of an object without versions, by the time of its receipt.
pub(crate) fn asked(id: &Id, version: &str) -> Asked {
    Asked {
        id: id.clone(),
        version: stix::timestamp::Timestamp::parse(&format!("{version}Z")).ok(),
    }
}

/// A page ends when it holds this much, so that no page exhausts memory.
pub(crate) const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;
/// Entries decided on at once where each is decided on: their objects are all in memory meanwhile.
const DECIDED_AT_ONCE: u32 = 100;
/// Feeds remembered in memory.
const MAX_LOOKED_AT: usize = 100_000;
