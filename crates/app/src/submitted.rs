//! What an organisation sent and reads back.
//!
//! INVARIANT: what is found here is what the organisation was told is taken in, as it sent it, and depends on nothing
//! else: an object that is held from another source, or set aside without its sender's knowing, is there like any other.

use release::gate::Gate;
use release::party::{OrganisationId, PersonId};
use stix::object::Object;
use store::database::Writer;
use store::feed::{FeedEntry, FeedQuery};

use crate::access::{Action, Caller};
use crate::claim::digest;
use crate::error::AppError;
use crate::feed::{MAX_PAGE_BYTES, TextEntry, TextPage};
use crate::node::{Node, policy};

impl Node {
    /// A page of what the caller's organisation sent and was told is taken in; none if it takes longer than a request
    /// to make it ready, which goes on with the next one.
    pub(crate) fn submitted_page(
        &self,
        caller: &Caller,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<Option<TextPage>, AppError> {
        caller.require(Action::SubmitObjects)?;
        let organisation = caller.organisation;
        let mut left = SPREAD_PER_REQUEST;
        loop {
            if let Some(page) = self.ready_page(caller, query, limit)? {
                return Ok(Some(page));
            }
            if left <= 0 {
                return Ok(None);
            }
            // What was sent a moment ago counts too, so that this ends.
            left -= self
                .store
                .write(|writer| {
                    Ok::<_, AppError>(writer.spread_submitted_run(organisation, SPREAD_AT_ONCE)?)
                })?
                .max(1);
        }
    }

    /// A page, if all of what was sent is recorded entry by entry.
    fn ready_page(
        &self,
        caller: &Caller,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<Option<TextPage>, AppError> {
        let organisation = caller.organisation;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        self.store.read(|reader| {
            // INVARIANT: whoever has seen an entry misses none before it. A run may stand before what is recorded.
            if reader.has_submitted_runs(organisation)? {
                return Ok(None);
            }
            let policy = policy(reader)?;
            let gate = Gate::new(&policy, reader, caller.audience(), self.clock.now());
            let (mut entries, mut bytes) = (Vec::new(), 0_usize);
            let mut query = query.clone();
            loop {
                // One more than asked tells whether there are more.
                let ask = limit.saturating_add(1);
                let (page, all) = reader.submitted(organisation, &query, ask, MAX_PAGE_BYTES)?;
                query.after = page.last().map(|one| one.position).or(query.after);
                for one in page {
                    let Some(released) = gate.returned(&one.held) else {
                        continue;
                    };
                    if entries.len() >= wanted || bytes > MAX_PAGE_BYTES {
                        return Ok(Some(TextPage {
                            entries,
                            more: true,
                        }));
                    }
                    bytes = bytes.saturating_add(released.text().len());
                    entries.push(TextEntry {
                        entry: FeedEntry {
                            position: one.position,
                            id: released.id().clone(),
                            version: one.version.clone(),
                            source: released.id().clone(),
                            source_version: one.version,
                            withdrawn: None,
                        },
                        text: released.text().into(),
                        version: released.version().map(ToString::to_string),
                    });
                }
                if all {
                    return Ok(Some(TextPage {
                        entries,
                        more: false,
                    }));
                }
            }
        })
    }
}

/// Records that an organisation was told that an object which one of its people sent is taken in.
pub(crate) fn record(
    writer: &Writer<'_>,
    organisation: OrganisationId,
    sender: PersonId,
    object: &Object,
    at: jiff::Timestamp,
) -> Result<(), AppError> {
    Ok(writer.put_submitted(organisation, sender, object, &digest(object.text()), at)?)
}

/// Entries made ready in one transaction, so that other writers wait only a moment.
const SPREAD_AT_ONCE: i64 = 2_000;
/// Entries made ready for one request: a few seconds' work.
const SPREAD_PER_REQUEST: i64 = 200_000;
