//! From us to the peer.
//!
//! INVARIANTS: what is sent stands before that in the log of the peer's organisation as delivered to the peer; the
//! cursor passes no object that the server has not decided on, and none that it refused as a whole before it has taken
//! another one in the same run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use release::party::OrganisationId;
use stix::id::Id;
use store::database::{Reader, Writer};
use store::feed::FeedQuery;
use store::peer::{CursorRow, PeerRow, PendingRow, Way};
use taxii::client::batches::BatchSize;
use taxii::client::error::ClientError;
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::Collection;
use taxii::message::status::{Progress, Status, StatusDetails};

use crate::effect::member;
use crate::error::AppError;
use crate::feed::{TextEntry, TextPage, organisation_key};
use crate::intake::FULL;
use crate::ledger::Handed;
use crate::node::Node;
use crate::peer_sync::{Run, Stop};

/// A collection that is pushed to.
struct Target<'t> {
    root: &'t str,
    collection: &'t Collection,
    key: String,
    size: BatchSize,
}

/// How pushing to a collection goes in this run.
#[derive(Default)]
struct Going {
    /// Whether the server took a request.
    is_accepted: bool,
    /// What it refused as a whole since it last took one; not recorded, because the server may be what is wrong.
    refused: Vec<Refused>,
}

/// An object that was refused.
struct Refused {
    id: String,
    version: String,
    reason: String,
}

impl Refused {
    fn of(one: &TextEntry, reason: &str) -> Self {
        Self {
            id: one.entry.id.to_string(),
            version: one.version.clone().unwrap_or_default(),
            reason: reason.to_owned(),
        }
    }
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
        let client = Arc::clone(&self.client);
        let found = client.find_collections(&self.settings.push, |one| one.can_write);
        for (root, collection) in found.map_err(|error| self.failed(&error))? {
            let about = client
                .api_root(&root)
                .map_err(|error| self.failed(&error))?;
            let objects = usize::try_from(self.settings.page_objects).unwrap_or(usize::MAX);
            self.push_to(&Target {
                key: format!("{root}#{}", collection.id),
                root: &root,
                collection: &collection,
                size: BatchSize::for_root(&about, objects),
            })?;
        }
        Ok(())
    }

    fn push_to(&mut self, target: &Target<'_>) -> Result<(), Stop> {
        let read = |reader: &Reader<'_>| {
            Ok::<_, AppError>(reader.peer_cursor(self.peer.id, Way::Push, &target.key)?)
        };
        let mut after = self.node.store.read(read)?.map(|cursor| cursor.position);
        let mut going = Going::default();
        loop {
            self.go_on()?;
            let organisation = self.peer.organisation;
            let page = self
                .node
                .released_page(organisation, after, self.settings.page_objects)?;
            let Some(last) = page.entries.last().map(|one| one.entry.position) else {
                break;
            };
            let mut sent = Vec::new();
            for one in &page.entries {
                if self.goes_out(one)? {
                    sent.push(one);
                }
            }
            self.send(target, &sent, &mut going)?;
            // What was passed over at the end of the page is done as well.
            if going.refused.is_empty() {
                let node = self.node;
                node.store.write(|writer| {
                    self.still_holds(writer)?;
                    Ok::<_, Stop>(self.move_to(writer, target, last)?)
                })?;
            }
            after = Some(last);
            if !page.more {
                break;
            }
        }
        match (going.refused.last(), after) {
            (Some(_), Some(last)) if going.is_accepted => {
                let node = self.node;
                node.store.write(|writer| {
                    self.still_holds(writer)?;
                    let refused = self.refuse_all(writer, &going.refused)?;
                    self.count(writer, 0, 0, refused)?;
                    Ok::<_, Stop>(self.move_to(writer, target, last)?)
                })?;
                Ok(())
            }
            (Some(refused), _) => Err(self.refuses_everything(&refused.reason)),
            (None, _) => Ok(()),
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
        sent: &[&TextEntry],
        going: &mut Going,
    ) -> Result<(), Stop> {
        let texts: Vec<&str> = sent.iter().map(|one| &*one.text).collect();
        let client = Arc::clone(&self.client);
        let mut batches =
            client.add_objects(target.root, &target.collection.id, &texts, target.size);
        loop {
            self.go_on()?;
            self.hand_over(sent.get(batches.coming()).unwrap_or_default())?;
            let Some(batch) = batches.next() else {
                return Ok(());
            };
            self.report.pages = self.report.pages.saturating_add(1);
            let part = sent.get(batch.range).unwrap_or_default();
            match batch.result {
                Ok(status) => {
                    let status = self.decided(target, status);
                    self.record(target, part, &status, going)?;
                }
                Err(ClientError::Refused {
                    status: 400 | 413 | 422,
                    message,
                    ..
                }) => {
                    if let [one] = part {
                        self.set_aside(going, one, &message)?;
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        self.send(target, first, going)?;
                        self.send(target, second, going)?;
                    }
                }
                Err(ClientError::TooLarge { max_bytes, .. }) => {
                    if let [one] = part {
                        let reason = format!("the server takes at most {max_bytes} bytes at once");
                        self.set_aside(going, one, &reason)?;
                    }
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Records that entries are about to be sent to the peer.
    fn hand_over(&self, coming: &[&TextEntry]) -> Result<(), Stop> {
        if coming.is_empty() {
            return Ok(());
        }
        let handed: Vec<_> = coming.iter().map(|one| Handed::of_text(one)).collect();
        let log = organisation_key(self.peer.organisation);
        Ok(self.node.hand_over(&log, self.peer.id, &handed)?)
    }

    /// Keeps in mind that an object was refused by itself.
    fn set_aside(&self, going: &mut Going, one: &TextEntry, reason: &str) -> Result<(), Stop> {
        going.refused.push(Refused::of(one, reason));
        if going.refused.len() < MAX_FRUITLESS {
            Ok(())
        } else {
            Err(self.refuses_everything(reason))
        }
    }

    fn refuses_everything(&self, reason: &str) -> Stop {
        self.failure(&format!(
            "the server refuses each object; the last time it said: {reason}"
        ))
    }

    /// Waits a moment for a decision; what is not decided then, or cannot be asked for, is followed up later.
    fn decided(&self, target: &Target<'_>, status: Status) -> Status {
        let pending = status.clone();
        match self.client.wait(target.root, status, DECISION_WAIT) {
            Ok(decided) => decided,
            Err(error) => {
                tracing::debug!(%error, peer = self.peer.name, "a request is not decided yet");
                pending
            }
        }
    }

    /// Records what the peer said of a request and what it refused before, and moves the cursor behind it.
    fn record(
        &mut self,
        target: &Target<'_>,
        part: &[&TextEntry],
        status: &Status,
        going: &mut Going,
    ) -> Result<(), Stop> {
        // What finds no room is sent again, with all that comes after it.
        let no_room = no_room(part, status);
        let part = part.get(..no_room.unwrap_or(part.len())).unwrap_or(part);
        if let Some(last) = part.last() {
            let named = named(part, &status.failures);
            let there = self.already_there(target, &named)?;
            // §4.3.1: the list of failures is optional, their count is not.
            let unnamed = match (named.is_empty(), no_room) {
                (true, None) => status.failure_count,
                _ => 0,
            };
            let failures = self.failures(part, unnamed, &named, &there);
            let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            let total = number(part.len());
            let unchanged = number(there.len());
            let moved = match status.status {
                Progress::Complete => total
                    .saturating_sub(number(named.len()))
                    .saturating_sub(unnamed),
                // They are counted when they are decided.
                Progress::Pending => 0,
            };
            let before = std::mem::take(&mut going.refused);
            let node = self.node;
            node.store.write(|writer| {
                self.still_holds(writer)?;
                let refused = self.refuse_all(writer, &before)?;
                let refused = refused.saturating_add(self.refuse_all(writer, &failures)?);
                self.count(writer, moved, unchanged, refused)?;
                if status.status == Progress::Pending {
                    let row = PendingRow {
                        root: target.root.to_owned(),
                        status: status.id.clone(),
                        at: node.clock.now(),
                    };
                    writer.put_peer_pending(self.peer.id, &row)?;
                }
                Ok::<_, Stop>(self.move_to(writer, target, last.entry.position)?)
            })?;
            going.is_accepted = true;
        }
        match no_room {
            Some(_) => Err(self.failure(
                "the peer has no room for more of our objects until its people have decided on some",
            )),
            None => Ok(()),
        }
    }

    fn refuse_all(&mut self, writer: &Writer<'_>, refused: &[Refused]) -> Result<u64, AppError> {
        let mut new: u64 = 0;
        for one in refused {
            new = new.saturating_add(self.refuse(writer, &one.id, &one.version, &one.reason)?);
        }
        Ok(new)
    }

    /// The failures that are ones.
    fn failures(
        &self,
        part: &[&TextEntry],
        unnamed: u64,
        named: &[&StatusDetails],
        there: &BTreeSet<usize>,
    ) -> Vec<Refused> {
        let real = named
            .iter()
            .enumerate()
            .filter(|(index, _)| !there.contains(index));
        let mut found: Vec<_> = real
            .map(|(_, one)| Refused {
                id: one.id.clone(),
                version: one.version.clone(),
                reason: self.clean(one.message.as_deref().unwrap_or(NO_REASON)),
            })
            .collect();
        if let (1.., Some(first)) = (unnamed, part.first()) {
            let reason = format!(
                "the server refused {unnamed} of {} objects without saying which",
                part.len()
            );
            found.push(Refused::of(first, &reason));
        }
        found
    }

    /// Which failures are of objects that the collection has in that very version: some servers call a double a
    /// failure (medallion 3.0.0), the standard does not (§5.5).
    fn already_there(
        &self,
        target: &Target<'_>,
        failures: &[&StatusDetails],
    ) -> Result<BTreeSet<usize>, Stop> {
        let mut there = BTreeSet::new();
        if !target.collection.can_read {
            return Ok(there);
        }
        for (chunk, some) in failures.chunks(IDS_AT_ONCE).enumerate() {
            self.go_on()?;
            let asked: BTreeSet<&str> = some.iter().map(|one| one.id.as_str()).collect();
            let ids = asked.iter().filter_map(|id| Id::parse(id).ok());
            let filter = Filter {
                ids: Some(ids.collect()),
                versions: vec![VersionMatch::All],
                ..Filter::everything(0)
            };
            let pages = self
                .client
                .manifest(target.root, &target.collection.id, &filter);
            let mut records = BTreeSet::new();
            for page in pages.take(MANIFEST_PAGES) {
                // A server without a manifest cannot tell.
                let Ok(page) = page else { break };
                let asked = page
                    .records
                    .into_iter()
                    .filter(|one| asked.contains(&*one.id));
                records.extend(asked.map(|one| (one.id, spelled(&one.version))));
            }
            let first = chunk.saturating_mul(IDS_AT_ONCE);
            let known = some
                .iter()
                .enumerate()
                .filter(|(_, one)| records.contains(&(one.id.clone(), spelled(&one.version))));
            there.extend(known.map(|(index, _)| first.saturating_add(index)));
        }
        Ok(there)
    }

    fn move_to(
        &self,
        writer: &Writer<'_>,
        target: &Target<'_>,
        position: Timestamp,
    ) -> Result<(), AppError> {
        let now = self.node.clock.now();
        let row = CursorRow {
            position,
            since: now,
            is_settled: true,
            overlap_secs: 0,
            read_whole: now,
        };
        Ok(writer.set_peer_cursor(self.peer.id, Way::Push, &target.key, &row)?)
    }

    /// Asks what became of requests that had not been decided. One of which the server says nothing that can be
    /// understood holds up nothing else.
    fn follow_pendings(&mut self) -> Result<(), Stop> {
        let node = self.node;
        let pendings = node.store.read(|reader| {
            Ok::<_, AppError>(reader.peer_pendings(self.peer.id, PENDINGS_AT_ONCE)?)
        })?;
        for pending in pendings {
            self.go_on()?;
            if self.taken() >= FOLLOWED_FOR {
                break;
            }
            let is_old = node.clock.now().duration_since(pending.at) >= MAX_PENDING_AGE;
            let status = match self.client.status(&pending.root, &pending.status) {
                Ok(status) if status.status == Progress::Complete => Some(status),
                Ok(_) if is_old => None,
                Ok(_) => continue,
                Err(ClientError::Refused {
                    status: 403 | 404 | 410,
                    ..
                }) => None,
                Err(error) if is_of_server(&error) => return Err(self.failed(&error)),
                Err(_) if is_old => None,
                Err(error) => {
                    tracing::warn!(%error, peer = self.peer.name, "a request cannot be followed up");
                    continue;
                }
            };
            node.store.write(|writer| {
                match &status {
                    Some(status) => self.count_decided(writer, status)?,
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

    /// Records what a server decided late; no more than could be in one request.
    fn count_decided(&mut self, writer: &Writer<'_>, status: &Status) -> Result<(), AppError> {
        let most = self.settings.page_objects;
        let mut refused: u64 = 0;
        let failures = status.failures.iter();
        for one in failures.take(usize::try_from(most).unwrap_or(usize::MAX)) {
            let reason = one.message.as_deref().unwrap_or(NO_REASON);
            refused = refused.saturating_add(self.refuse(writer, &one.id, &one.version, reason)?);
        }
        self.count(writer, status.success_count.min(most.into()), 0, refused)
    }
}

/// The first object of a request for which a node of our kind has no room, while too much waits there: refused only
/// for now.
fn no_room(part: &[&TextEntry], status: &Status) -> Option<usize> {
    let full: BTreeSet<&str> = status
        .failures
        .iter()
        .filter(|one| one.message.as_deref() == Some(FULL))
        .map(|one| one.id.as_str())
        .collect();
    part.iter()
        .position(|one| full.contains(one.entry.id.as_str()))
}

/// The failures of what was sent, no more than that.
fn named<'s>(part: &[&TextEntry], failures: &'s [StatusDetails]) -> Vec<&'s StatusDetails> {
    let ids: BTreeSet<&str> = part.iter().map(|one| one.entry.id.as_str()).collect();
    let known = failures.iter().filter(|one| ids.contains(one.id.as_str()));
    known.take(part.len()).collect()
}

/// Whether an error is one of the server as a whole, and not of what it was asked for.
fn is_of_server(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Transport { .. }
            | ClientError::Refused {
                status: 401 | 429 | 500..,
                ..
            }
    )
}

/// A version in one spelling, where it is a moment.
fn spelled(version: &str) -> String {
    match version.parse::<Timestamp>() {
        Ok(at) => at.to_string(),
        Err(_) => version.to_owned(),
    }
}

/// What stands where a server says nothing.
const NO_REASON: &str = "the server gives no reason";
/// Longest wait for a decision before going on; it is asked for again later.
const DECISION_WAIT: Duration = Duration::from_secs(2);
/// Objects in a row that a server refuses, each alone with a request as a whole, before it is the server that is wrong.
const MAX_FRUITLESS: usize = 20;
/// Identifiers in one query: its URL stays below 4,000 characters.
const IDS_AT_ONCE: usize = 50;
/// Pages of a manifest read for one query: servers in use give ten records a page or more.
const MANIFEST_PAGES: usize = 10;
/// Requests asked after in one run.
const PENDINGS_AT_ONCE: u32 = 100;
/// How long requests are asked after in one run: a slow server is to be given something as well.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_mins(2);
/// How long a decision is waited for: people decide on what waits within days, and servers keep a status for hours
/// (§4.3).
const MAX_PENDING_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Objects counted of those that wait.
const MAX_COUNTED: u32 = 1_000;
