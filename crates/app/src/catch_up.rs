//! Bringing an audience's feed up to date.
//!
//! A feed is brought up to date when its audience asks: changes since the last time are looked at in commit order,
//! the gate decides about what they concern, and what is new for this audience is appended. So a position depends on
//! the time of a release and on what this audience was given before, and on nothing that it may not see.
//!
//! The gate decides on a snapshot, beside other readers and the writer; what it decided is written in short
//! transactions, and only if nobody else has moved the feed in between.

mod plan;

use jiff::Timestamp;
use release::party::Audience;
use release::withdrawal::Withdrawn;
use store::database::{Reader, Writer};
use store::feed::{FeedEntry, FeedState};
use store::object::ObjectKey;

use crate::catch_up::plan::{Plan, plan};
use crate::error::AppError;
use crate::node::Node;

/// A release was confirmed.
pub(crate) const RELEASE: &str = "release";
/// A release was withdrawn, or is over.
pub(crate) const WITHDRAWAL: &str = "withdrawal";
/// An organisation joined a community or left it.
pub(crate) const MEMBERSHIP: &str = "membership";
/// What holds of an object changed: an embargo ended, a version that revokes it came.
pub(crate) const OBJECT: &str = "object";
/// A marking was defined, or defined anew.
pub(crate) const MARKING: &str = "marking";

impl Node {
    /// Brings the feed of an audience up to date.
    pub(crate) fn bring_up_to_date(&self, key: &str, audience: &Audience) -> Result<(), AppError> {
        let now = self.clock.now();
        if self
            .store
            .read(|reader| Ok::<_, AppError>(reader.is_due(now)?))?
        {
            self.store
                .write(|writer| Ok::<_, AppError>(writer.settle_due(now)?))?;
        }
        loop {
            let seen = self.looked_at.get(key);
            let plan = self.view_feed(key, audience, |view| {
                if seen.is_some_and(|seen| seen >= view.reader.last_change().unwrap_or(i64::MAX)) {
                    return Ok(None);
                }
                plan(view, seen.unwrap_or_default())
            })?;
            let Some(plan) = plan else { return Ok(()) };
            let unwritten = plan.change.saturating_sub(plan.before.change);
            if plan.steps.is_empty() && plan.step == 0 && unwritten < MAX_UNWRITTEN {
                // Nothing of it concerns this audience: that it was looked at need not be on the disk.
                self.looked_at.set(key, plan.change);
            } else {
                let written = self.store.write(|writer| {
                    // Somebody else may have brought it further in between.
                    let current = writer.feed_state(key)? == plan.before;
                    if current {
                        apply(writer, key, &plan)?;
                    }
                    Ok::<_, AppError>(current)
                })?;
                if written && plan.step == 0 {
                    self.looked_at.set(key, plan.change);
                } else {
                    self.looked_at.forget(key);
                }
            }
            if !plan.more {
                return Ok(());
            }
        }
    }
}

/// Whether everything that can change what an audience was given has been looked at, as of a snapshot.
pub(crate) fn is_current(
    reader: &Reader<'_>,
    key: &str,
    seen: Option<i64>,
    now: Timestamp,
) -> Result<bool, AppError> {
    let state = reader.feed_state(key)?;
    let looked_at = state.change.max(seen.unwrap_or_default());
    Ok(state.step == 0 && looked_at >= reader.last_change()? && !reader.is_due(now)?)
}

/// What the gate is asked of an entry that was withdrawn.
pub(crate) fn withdrawn(entry: &FeedEntry, at: Timestamp) -> Withdrawn {
    let asked = crate::feed::asked(&entry.source, &entry.source_version);
    Withdrawn {
        id: asked.id,
        version: asked.version,
        at,
    }
}

/// Writes what was planned.
fn apply(writer: &Writer<'_>, key: &str, plan: &Plan) -> Result<(), AppError> {
    let mut position = plan.before.position;
    for step in &plan.steps {
        // In the order of the feed: that of the sources is none of the audience's business.
        let mut gone: Vec<&FeedEntry> = step.gone.iter().collect();
        gone.sort_by_key(|entry| entry.position);
        for entry in gone {
            writer.remove_from_feed(key, entry.position)?;
            crate::ledger::withdrawn(writer, key, entry, step.at)?;
        }
        let before = position;
        for (row, _) in &step.notices {
            writer.put_notice(key, row)?;
        }
        let notices = step.notices.iter().map(|(_, new)| new);
        for new in step.new.iter().chain(notices) {
            let next = step.at.as_microsecond().max(position.saturating_add(1));
            let Ok(added) = Timestamp::from_microsecond(next) else {
                continue;
            };
            let entry = FeedEntry {
                position: added,
                id: new.id.clone(),
                // An object without versions has the time at which it was added (TAXII 2.1 §3.4.1).
                version: new.version.clone().unwrap_or_else(|| version_of(added)),
                source: new.source.clone(),
                source_version: new.source_version.clone(),
                withdrawn: new.withdrawn,
            };
            if writer.append_feed(key, &entry, &new.digest, &new.kept)? {
                position = next;
                crate::ledger::given(writer, key, &entry, new.text, &new.digest)?;
                if entry.id != entry.source {
                    writer.remember_edition(&entry.id, &entry.source)?;
                }
            }
        }
        if step.void {
            writer.void_passes(key)?;
        }
        if let Some(release) = step.release.filter(|_| position > before) {
            crate::ledger::decided(writer, key, release, step.at)?;
        }
    }
    let after = FeedState {
        change: plan.change,
        step: plan.step,
        position,
    };
    Ok(writer.set_feed_state(key, after)?)
}

fn version_of(added: Timestamp) -> String {
    ObjectKey::version_text(&stix::timestamp::Timestamp::from_instant(added))
}

/// How many changes that do not concern an audience may be looked at again after a restart.
const MAX_UNWRITTEN: i64 = 1_000;
