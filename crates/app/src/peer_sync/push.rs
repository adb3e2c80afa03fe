//! From us to the peer.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use release::party::OrganisationId;
use stix::id::Id;
use store::feed::FeedQuery;
use store::peer::{CursorRow, PeerRow, PendingRow, Way};
use taxii::client::batches::BatchSize;
use taxii::client::error::ClientError;
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::Collection;
use taxii::message::status::{Progress, Status, StatusDetails};

use crate::effect::member;
use crate::error::AppError;
use crate::feed::{TextEntry, TextPage};
use crate::node::Node;
use crate::peer_sync::{Run, Stop};

/// A collection that is pushed to.
struct Target<'t> {
    root: &'t str,
    collection: &'t Collection,
    key: String,
    size: BatchSize,
}

/// An object on its way out.
struct Sent<'s> {
    position: Timestamp,
    text: &'s str,
    id: &'s str,
    version: String,
}

impl Node {
    /// What was released to an organisation after a position: the one place where pushing reads the feed.
    fn released_page(
        &self,
        organisation: OrganisationId,
        after: Option<Timestamp>,
        limit: u32,
    ) -> Result<TextPage, AppError> {
        let audience = self.store.read(|reader| member(reader, organisation))?;
        let query = FeedQuery {
            after,
            ..FeedQuery::default()
        };
        self.text_page(&audience, &query, limit)
    }

    /// How many objects wait for a peer, up to a bound; none where no collection is known yet.
    pub(super) fn unsent(&self, peer: &PeerRow) -> Result<Option<u64>, AppError> {
        let cursors = self
            .store
            .read(|reader| Ok::<_, AppError>(reader.peer_cursors(peer.id)?))?;
        let pushed = cursors.into_iter().filter(|(way, ..)| *way == Way::Push);
        let after = pushed.map(|(.., cursor)| cursor.position).min();
        let page = self.released_page(peer.organisation, after, MAX_COUNTED)?;
        Ok(u64::try_from(page.entries.len()).ok())
    }
}

impl Run<'_> {
    pub(super) fn push(&mut self) -> Result<(), Stop> {
        self.follow_pendings()?;
        let named = self.settings.push.clone();
        for (root, collection) in self.collections(&named, |one| one.can_write)? {
            let client = Arc::clone(&self.client);
            let about = client
                .api_root(&root)
                .map_err(|error| self.failed(&error))?;
            // A root that says nothing of it takes what most take.
            let limit = Some(about.max_content_length).filter(|limit| *limit > 0);
            let bytes = limit.unwrap_or(DEFAULT_BODY_BYTES).min(MAX_BODY_BYTES);
            let target = Target {
                key: format!("{root}#{}", collection.id),
                root: &root,
                collection: &collection,
                size: BatchSize {
                    objects: usize::try_from(self.settings.page_objects).unwrap_or(usize::MAX),
                    bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
                },
            };
            self.push_to(&target)?;
        }
        Ok(())
    }

    fn push_to(&mut self, target: &Target<'_>) -> Result<(), Stop> {
        let read = |reader: &store::database::Reader<'_>| {
            Ok::<_, AppError>(reader.peer_cursor(self.peer.id, Way::Push, &target.key)?)
        };
        let mut after = self.node.store.read(read)?.map(|cursor| cursor.position);
        loop {
            self.go_on()?;
            let organisation = self.peer.organisation;
            let page = self
                .node
                .released_page(organisation, after, self.settings.page_objects)?;
            let Some(last) = page.entries.last().map(|one| one.entry.position) else {
                return Ok(());
            };
            let mut sent = Vec::new();
            for one in &page.entries {
                if self.goes_out(one)? {
                    sent.push(Sent {
                        position: one.entry.position,
                        text: &one.text,
                        id: one.entry.id.as_str(),
                        version: one.version.clone().unwrap_or_default(),
                    });
                }
            }
            let mut fruitless = 0;
            self.send(target, &sent, &mut fruitless)?;
            // What was passed over at the end of the page is done as well.
            self.move_to(target, last)?;
            after = Some(last);
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Whether an entry of the feed goes to this peer: not what came from it, and only what was asked for.
    fn goes_out(&self, one: &TextEntry) -> Result<bool, Stop> {
        let types = &self.settings.types;
        if !types.is_empty() && !types.iter().any(|kind| kind == one.entry.id.kind()) {
            return Ok(false);
        }
        let from = self
            .node
            .store
            .read(|reader| Ok::<_, AppError>(reader.source_of(&one.entry.source)?))?;
        Ok(from != Some(self.peer.organisation))
    }

    /// Sends objects in their order; where a server refuses a request as a whole, its halves are sent, so that one bad
    /// object costs no good one.
    fn send(
        &mut self,
        target: &Target<'_>,
        sent: &[Sent<'_>],
        fruitless: &mut u32,
    ) -> Result<(), Stop> {
        let texts: Vec<&str> = sent.iter().map(|one| one.text).collect();
        let client = Arc::clone(&self.client);
        let root = target.root;
        for batch in client.add_objects(root, &target.collection.id, &texts, target.size) {
            self.go_on()?;
            self.report.pages += 1;
            let part = sent.get(batch.range).unwrap_or_default();
            match batch.result {
                Ok(status) => {
                    *fruitless = 0;
                    let status = self.decided(target, status)?;
                    self.record(target, part, &status)?;
                }
                Err(ClientError::Refused {
                    status: 400 | 413 | 422,
                    message,
                    ..
                }) => {
                    if let [one] = part {
                        *fruitless += 1;
                        if *fruitless >= MAX_FRUITLESS {
                            return Err(self.failure(&format!(
                                "the server refuses each object; the last time it said: {message}"
                            )));
                        }
                        self.record_refused(target, one, &message)?;
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        self.send(target, first, fruitless)?;
                        self.send(target, second, fruitless)?;
                    }
                }
                Err(ClientError::TooLarge { max_bytes, .. }) => {
                    if let [one] = part {
                        let reason = format!("the server takes at most {max_bytes} bytes at once");
                        self.record_refused(target, one, &reason)?;
                    }
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Ok(())
    }

    /// Waits a moment for a decision.
    fn decided(&self, target: &Target<'_>, status: Status) -> Result<Status, Stop> {
        if status.status == Progress::Complete {
            return Ok(status);
        }
        let pending = status.clone();
        match self.client.wait(target.root, status, DECISION_WAIT) {
            Ok(decided) => Ok(decided),
            // It is followed up later.
            Err(ClientError::StillPending { .. }) => Ok(pending),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Records what the peer said of a request, and moves the cursor behind it.
    fn record(
        &mut self,
        target: &Target<'_>,
        part: &[Sent<'_>],
        status: &Status,
    ) -> Result<(), Stop> {
        let there = self.already_there(target, &status.failures)?;
        let failures = self.failures(part, status, &there);
        let failed = u64::try_from(status.failures.len()).unwrap_or(u64::MAX);
        let total = u64::try_from(part.len()).unwrap_or(u64::MAX);
        let pending = match status.status {
            Progress::Complete => 0,
            Progress::Pending => total
                .saturating_sub(status.success_count)
                .saturating_sub(failed),
        };
        let moved = total.saturating_sub(failed).saturating_sub(pending);
        let unchanged = u64::try_from(there.len()).unwrap_or_default();
        let node = self.node;
        node.store.write(|writer| {
            let mut refused = 0;
            for (id, version, reason) in &failures {
                refused += self.refuse(writer, id, version, reason)?;
            }
            self.count(writer, moved, unchanged, refused)?;
            if status.status == Progress::Pending {
                let row = PendingRow {
                    root: target.root.to_owned(),
                    status: status.id.clone(),
                    at: node.clock.now(),
                };
                writer.put_peer_pending(self.peer.id, &row)?;
            }
            Ok::<_, AppError>(())
        })?;
        match part.last() {
            Some(last) => self.move_to(target, last.position),
            None => Ok(()),
        }
    }

    /// The failures that are ones, each with identifier, version and reason.
    fn failures(
        &self,
        part: &[Sent<'_>],
        status: &Status,
        there: &[StatusDetails],
    ) -> Vec<(String, String, String)> {
        let real = status.failures.iter().filter(|one| !there.contains(one));
        let mut found: Vec<_> = real
            .map(|one| {
                let reason = one
                    .message
                    .as_deref()
                    .unwrap_or("the server gives no reason");
                (one.id.clone(), one.version.clone(), self.clean(reason))
            })
            .collect();
        // §4.3.1: the list of failures is optional, their count is not.
        if status.failures.is_empty() && status.failure_count > 0 {
            let reason = format!(
                "the server refused {} of {} objects without saying which",
                status.failure_count,
                part.len()
            );
            let first = part.first();
            let id = first.map(|one| one.id.to_owned()).unwrap_or_default();
            let version = first.map(|one| one.version.clone()).unwrap_or_default();
            found.push((id, version, reason));
        }
        found
    }

    /// Which failures are of objects that the collection has in that very version: some servers call a double a
    /// failure (medallion 3.0.0), the standard does not (§5.5).
    fn already_there(
        &self,
        target: &Target<'_>,
        failures: &[StatusDetails],
    ) -> Result<Vec<StatusDetails>, Stop> {
        if !target.collection.can_read {
            return Ok(Vec::new());
        }
        let mut there = Vec::new();
        for some in failures.chunks(IDS_AT_ONCE) {
            self.go_on()?;
            let ids = some.iter().filter_map(|one| Id::parse(&one.id).ok());
            let filter = Filter {
                ids: Some(ids.collect()),
                versions: vec![VersionMatch::All],
                ..Filter::everything(0)
            };
            let pages = self
                .client
                .manifest(target.root, &target.collection.id, &filter);
            let mut records = Vec::new();
            for page in pages {
                // A server without a manifest cannot tell.
                let Ok(page) = page else { break };
                records.extend(page.records);
            }
            let same = |one: &StatusDetails| {
                records.iter().any(|record| {
                    record.id == one.id
                        && (record.version == one.version
                            || moment(&record.version)
                                .is_some_and(|at| Some(at) == moment(&one.version)))
                })
            };
            there.extend(some.iter().filter(|one| same(one)).cloned());
        }
        Ok(there)
    }

    fn record_refused(
        &mut self,
        target: &Target<'_>,
        one: &Sent<'_>,
        reason: &str,
    ) -> Result<(), Stop> {
        let node = self.node;
        node.store.write(|writer| {
            let refused = self.refuse(writer, one.id, &one.version, reason)?;
            self.count(writer, 0, 0, refused)
        })?;
        self.move_to(target, one.position)
    }

    fn move_to(&self, target: &Target<'_>, position: Timestamp) -> Result<(), Stop> {
        let now = self.node.clock.now();
        let row = CursorRow {
            position,
            since: now,
            is_settled: true,
            overlap_secs: 0,
            read_whole: now,
        };
        Ok(self.node.store.write(|writer| {
            Ok::<_, AppError>(writer.set_peer_cursor(self.peer.id, Way::Push, &target.key, &row)?)
        })?)
    }

    /// Asks what became of requests that had not been decided.
    fn follow_pendings(&mut self) -> Result<(), Stop> {
        let node = self.node;
        let pendings = node.store.read(|reader| {
            Ok::<_, AppError>(reader.peer_pendings(self.peer.id, PENDINGS_AT_ONCE)?)
        })?;
        for pending in pendings {
            self.go_on()?;
            let status = match self.client.status(&pending.root, &pending.status) {
                Ok(status) if status.status == Progress::Pending => continue,
                Ok(status) => Some(status),
                Err(ClientError::Refused {
                    status: 403 | 404 | 410,
                    ..
                }) => None,
                Err(error) => return Err(self.failed(&error)),
            };
            node.store.write(|writer| {
                match &status {
                    Some(status) => {
                        let mut refused = 0;
                        for one in &status.failures {
                            let reason = one.message.as_deref().unwrap_or_default();
                            refused += self.refuse(writer, &one.id, &one.version, reason)?;
                        }
                        self.count(writer, status.success_count, 0, refused)?;
                    }
                    None => self.event(
                        writer,
                        "the server does not tell what became of a request that it had not decided",
                    )?,
                }
                Ok::<_, AppError>(writer.forget_peer_pending(self.peer.id, &pending)?)
            })?;
        }
        Ok(())
    }
}

/// The moment of a version as a server spells it.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Longest wait for a decision before going on; it is asked for again later.
const DECISION_WAIT: Duration = Duration::from_secs(2);
/// Bodies of requests where a server says nothing of it, and in any case: what we could send at once must fit in memory
/// for each peer.
const DEFAULT_BODY_BYTES: u64 = 1024 * 1024;
const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;
/// Objects in a row that a server refuses, each alone with a request as a whole, before it is the server that is wrong.
const MAX_FRUITLESS: u32 = 20;
/// Identifiers in one query: its URL stays below 4,000 characters.
const IDS_AT_ONCE: usize = 50;
/// Requests asked after in one run.
const PENDINGS_AT_ONCE: u32 = 100;
/// Objects counted of those that wait.
const MAX_COUNTED: u32 = 1_000;
