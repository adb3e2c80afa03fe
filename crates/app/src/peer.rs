//! Peers: other nodes and servers with which the node exchanges objects by itself.

use jiff::Timestamp;
use release::party::OrganisationId;
use store::database::Reader;
use store::peer::{CursorRow, EventRow, PeerRow, PendingRow, RefusalRow, WayRow};
use uuid::Uuid;

pub use store::peer::Way;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
pub use crate::peer_change::{Edit, PeerChange, PeerChanged, SecretsChange};
pub use crate::peer_secret::PeerSecrets;
pub use crate::peer_settings::{Direction, PeerSettings};
use crate::peer_sync::REREAD;

/// A peer as it is asked for.
#[derive(Debug, Clone)]
pub struct NewPeer {
    /// Its name: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The organisation that it belongs to: what comes from it is that organisation's, and what was released to that
    /// organisation goes to it.
    pub organisation: OrganisationId,
    /// What is exchanged, and how.
    pub settings: PeerSettings,
    /// Credentials.
    pub secrets: PeerSecrets,
}

/// A peer in a list.
#[derive(Debug, Clone)]
pub struct PeerSummary {
    /// Its identifier on this node.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The name of its organisation.
    pub organisation: String,
    /// What is exchanged, and how.
    pub settings: PeerSettings,
    /// Whether it rests.
    pub is_paused: bool,
    /// How the ways go that are synchronised.
    pub ways: Vec<WayView>,
}

/// How one way goes.
#[derive(Debug, Clone)]
pub struct WayView {
    /// Which.
    pub way: Way,
    /// How it is, in one word.
    pub state: WayState,
    /// When it was last tried.
    pub last_attempt: Option<Timestamp>,
    /// When it last went through to the end.
    pub last_success: Option<Timestamp>,
    /// When it last failed.
    pub last_failure: Option<Timestamp>,
    /// Why it last failed.
    pub failure: Option<String>,
    /// How often it failed since it last went through.
    pub failures: u32,
    /// When it is tried next.
    pub next_attempt: Timestamp,
    /// Objects that were taken in.
    pub moved: u64,
    /// Objects that were there already.
    pub unchanged: u64,
    /// Objects that were refused.
    pub refused: u64,
    /// How many objects are still to come, where that is known.
    pub behind: Option<u64>,
    /// How long ago it was known to be level; none where it never was.
    pub lag_secs: Option<u64>,
}

/// How a way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayState {
    /// It failed the last time.
    Failing,
    /// It went through the last time.
    Good,
    /// It was never tried.
    New,
    /// The peer rests.
    Paused,
}

/// A peer with everything that is known of it.
#[derive(Debug, Clone)]
pub struct PeerDetails {
    /// The peer.
    pub summary: PeerSummary,
    /// Where each collection goes on.
    pub cursors: Vec<PeerCursor>,
    /// What was refused, the latest first.
    pub refusals: Vec<Refusal>,
    /// What happened, the latest first.
    pub events: Vec<PeerEvent>,
    /// Requests that the peer has not decided yet.
    pub pending: u64,
}

/// Where a collection goes on.
#[derive(Debug, Clone)]
pub struct PeerCursor {
    /// Which way.
    pub way: Way,
    /// URL of the API root, `#`, id of the collection.
    pub collection: String,
    /// Everything up to there is done, by the clock of whoever gives.
    pub position: Timestamp,
    /// How far before that the next pull begins, in seconds.
    pub overlap_secs: u32,
}

/// An object that was refused, by us where it was pulled, by the peer where it was pushed.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Which way.
    pub way: Way,
    /// Its identifier as far as it could be read.
    pub object: String,
    /// Its version as far as it could be read.
    pub version: String,
    /// Why.
    pub reason: String,
    /// When last.
    pub at: Timestamp,
}

/// Something that happened while synchronising.
#[derive(Debug, Clone)]
pub struct PeerEvent {
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub way: Way,
    /// What.
    pub text: String,
}

impl WayState {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Good => "good",
            Self::New => "new",
            Self::Paused => "paused",
        }
    }
}

impl Node {
    /// Adds a peer; it is synchronised from now on.
    ///
    /// # Errors
    /// If the caller may not, the name is taken, or something in it cannot be used.
    pub fn add_peer(&self, caller: &Caller, new: &NewPeer) -> Result<Uuid, AppError> {
        caller.require(Action::ManageParties)?;
        check_name(&new.name)?;
        new.settings.check()?;
        crate::peer_sync::check_client(&new.settings, &new.secrets)?;
        let now = self.clock.now();
        let row = PeerRow {
            id: self.ids.uuid(),
            name: new.name.clone(),
            organisation: new.organisation,
            settings: new.settings.to_text(),
            is_paused: false,
            added: now,
        };
        let saved = self.store.write(|writer| {
            let organisation = writer
                .organisation(new.organisation)?
                .ok_or(AppError::NotFound)?;
            if organisation.own {
                let message = "a peer belongs to another organisation than this node";
                return Err(AppError::invalid("APP-PEER-06", message));
            }
            writer.add_peer(&row)?;
            self.record(writer, caller, "add-peer", &row.name)?;
            // Without its credentials the peer is not added.
            new.secrets
                .save(&self.dir, row.id, &new.settings.url)
                .map_err(|error| secret_file(&error))
        });
        if saved.is_err() {
            // It may not be there at all.
            let _ = PeerSecrets::remove(&self.dir, row.id);
        }
        saved.map(|()| row.id)
    }

    /// All peers, by name, with how it goes.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn peers(&self, caller: &Caller) -> Result<Vec<PeerSummary>, AppError> {
        caller.require(Action::ReadParties)?;
        let now = self.clock.now();
        self.store.read(|reader| {
            let rows = reader.peers()?;
            rows.iter().map(|row| summary(reader, row, now)).collect()
        })
    }

    /// One peer with everything that is known of it.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn peer(&self, caller: &Caller, name: &str) -> Result<Option<PeerDetails>, AppError> {
        caller.require(Action::ReadParties)?;
        let now = self.clock.now();
        self.store.read(|reader| {
            let Some(row) = reader.peer_named(name)? else {
                return Ok(None);
            };
            let cursors = reader.peer_cursors(row.id)?.into_iter();
            // How far reading again has come is nobody's business but the worker's.
            let cursors = cursors.filter(|(_, collection, _)| !collection.starts_with(REREAD));
            let refusals = reader.peer_refusals(row.id, MAX_SHOWN)?.into_iter();
            let events = reader.peer_events(row.id, MAX_SHOWN)?.into_iter();
            let pending: Vec<PendingRow> = reader.peer_pendings(row.id, MAX_SHOWN)?;
            Ok(Some(PeerDetails {
                summary: summary(reader, &row, now)?,
                cursors: cursors.map(cursor).collect(),
                refusals: refusals.map(refusal).collect(),
                events: events.map(event).collect(),
                pending: u64::try_from(pending.len()).unwrap_or_default(),
            }))
        })
    }

    /// Lets a peer rest.
    ///
    /// # Errors
    /// If the caller may not, or there is no such peer.
    pub fn pause_peer(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        self.set_paused(caller, name, true, "pause-peer")
    }

    /// Ends the rest of a peer; it is tried at once.
    ///
    /// # Errors
    /// If the caller may not, or there is no such peer.
    pub fn resume_peer(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        self.set_paused(caller, name, false, "resume-peer")?;
        self.hasten_peer(caller, name)
    }

    /// Lets the worker synchronise a peer at once.
    ///
    /// # Errors
    /// If the caller may not, or there is no such peer.
    pub fn hasten_peer(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let row = writer.peer_named(name)?.ok_or(AppError::NotFound)?;
            for way in Way::ALL {
                let state = WayRow {
                    next_attempt: now,
                    ..writer.peer_way(row.id, way)?
                };
                writer.set_peer_way(row.id, way, &state)?;
            }
            Ok(())
        })
    }

    /// Takes a peer out with its credentials; what came from it stays.
    ///
    /// # Errors
    /// If the caller may not, or there is no such peer.
    pub fn remove_peer(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let id = self.store.write(|writer| {
            let row = writer.peer_named(name)?.ok_or(AppError::NotFound)?;
            writer.remove_peer(row.id)?;
            self.record(writer, caller, "remove-peer", name)?;
            Ok::<_, AppError>(row.id)
        })?;
        PeerSecrets::remove(&self.dir, id).map_err(|error| secret_file(&error))
    }

    fn set_paused(
        &self,
        caller: &Caller,
        name: &str,
        is_paused: bool,
        action: &str,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            let row = writer.peer_named(name)?.ok_or(AppError::NotFound)?;
            writer.set_peer_paused(row.id, is_paused)?;
            self.record(writer, caller, action, name)
        })
    }
}

fn check_name(name: &str) -> Result<(), AppError> {
    let good = (1..=MAX_NAME_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !name.starts_with('.');
    if good {
        return Ok(());
    }
    let message =
        format!("the name of a peer has 1 to {MAX_NAME_CHARS} letters, digits, `-`, `_` and `.`");
    Err(AppError::invalid("APP-PEER-01", message))
}

pub(crate) fn secret_file(error: &std::io::Error) -> AppError {
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the credentials of a peer"
    );
    AppError::Conflict("the credentials of the peer cannot be kept in the node's folder".to_owned())
}

fn summary(reader: &Reader<'_>, row: &PeerRow, now: Timestamp) -> Result<PeerSummary, AppError> {
    let settings = PeerSettings::read(&row.settings);
    let organisation = reader.organisation(row.organisation)?;
    let mut ways = Vec::new();
    for way in Way::ALL {
        if settings.direction.has(way) {
            ways.push(view(way, reader.peer_way(row.id, way)?, row.is_paused, now));
        }
    }
    Ok(PeerSummary {
        id: row.id,
        name: row.name.clone(),
        organisation: organisation.map(|one| one.name).unwrap_or_default(),
        settings,
        is_paused: row.is_paused,
        ways,
    })
}

fn view(way: Way, row: WayRow, is_paused: bool, now: Timestamp) -> WayView {
    let state = match (is_paused, row.last_attempt, row.failures) {
        (true, _, _) => WayState::Paused,
        (false, None, _) => WayState::New,
        (false, Some(_), 0) => WayState::Good,
        (false, Some(_), _) => WayState::Failing,
    };
    let lag_secs = row
        .last_success
        .map(|success| u64::try_from(now.duration_since(success).as_secs()).unwrap_or_default());
    WayView {
        way,
        state,
        last_attempt: row.last_attempt,
        last_success: row.last_success,
        last_failure: row.last_failure,
        failure: row.failure,
        failures: row.failures,
        next_attempt: row.next_attempt,
        moved: row.moved,
        unchanged: row.unchanged,
        refused: row.refused,
        behind: row.behind,
        lag_secs,
    }
}

fn cursor((way, collection, row): (Way, String, CursorRow)) -> PeerCursor {
    PeerCursor {
        way,
        collection,
        position: row.position,
        overlap_secs: if row.is_settled { 0 } else { row.overlap_secs },
    }
}

fn refusal(row: RefusalRow) -> Refusal {
    Refusal {
        way: row.way,
        object: row.object,
        version: row.version,
        reason: row.reason,
        at: row.at,
    }
}

fn event(row: EventRow) -> PeerEvent {
    PeerEvent {
        at: row.at,
        way: row.way,
        text: row.text,
    }
}

/// A name stands in paths and on command lines.
const MAX_NAME_CHARS: usize = 64;
/// Refusals and lines of the log shown of one peer.
const MAX_SHOWN: u32 = 200;
