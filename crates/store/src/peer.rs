//! Peers: what is exchanged with which server, how far, and what went wrong.

use ::release::party::OrganisationId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// Which way objects go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// From the peer to us.
    Pull,
    /// From us to the peer.
    Push,
}

/// A peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRow {
    /// Its identifier on this node.
    pub id: Uuid,
    /// Its name, unique on the node.
    pub name: String,
    /// The organisation that it belongs to.
    pub organisation: OrganisationId,
    /// What is exchanged and how, as `app` writes it.
    pub settings: String,
    /// Whether it rests.
    pub is_paused: bool,
    /// When it was added.
    pub added: Timestamp,
}

/// How synchronising goes, one way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WayRow {
    /// Not before.
    pub next_attempt: Timestamp,
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
    /// Objects that were taken in.
    pub moved: u64,
    /// Objects that were there already.
    pub unchanged: u64,
    /// Objects that were refused.
    pub refused: u64,
    /// How many objects are still to come, where that is known.
    pub behind: Option<u64>,
}

/// Where a way goes on in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorRow {
    /// Everything up to there is done.
    pub position: Timestamp,
    /// Since when the position has stood there, by our clock.
    pub since: Timestamp,
    /// Whether the overlap was read again after the position had stood long enough for latecomers: then the next pull
    /// begins at the position itself.
    pub is_settled: bool,
    /// How far before the position the next pull begins.
    pub overlap_secs: u32,
    /// When the collection was last read from its beginning.
    pub read_whole: Timestamp,
}

/// An object that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// By whom: by us where it was pulled, by the peer where it was pushed.
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

/// A line of a peer's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub way: Way,
    /// What happened.
    pub text: String,
}

/// A request that a peer has not decided yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRow {
    /// URL of the API root.
    pub root: String,
    /// Id of the status resource.
    pub status: String,
    /// When it was sent.
    pub at: Timestamp,
}

impl Way {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Pull, Self::Push];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|way| way.name() == text);
        found.ok_or(StoreError::Corrupt { what: "way" })
    }
}

const PEER: &str = "SELECT id, name, organisation, settings, paused, added FROM peer";

impl Reader<'_> {
    /// All peers, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peers(&self) -> Result<Vec<PeerRow>> {
        let sql = format!("{PEER} ORDER BY name LIMIT {MAX_PEERS}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| Ok(peer(row)))?;
        rows.map(|row| row?).collect()
    }

    /// One peer.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer(&self, id: Uuid) -> Result<Option<PeerRow>> {
        self.connection
            .prepare_cached(&format!("{PEER} WHERE id = ?1"))?
            .query_row([id.to_string()], |row| Ok(peer(row)))
            .optional()?
            .transpose()
    }

    /// The peer of this name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_named(&self, name: &str) -> Result<Option<PeerRow>> {
        self.connection
            .prepare_cached(&format!("{PEER} WHERE name = ?1"))?
            .query_row([name], |row| Ok(peer(row)))
            .optional()?
            .transpose()
    }

    /// How synchronising goes; as at the beginning where it was never tried.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_way(&self, peer: Uuid, way: Way) -> Result<WayRow> {
        let sql = "SELECT next_attempt, last_attempt, last_success, last_failure, failure, failures, moved, unchanged, refused, behind
                   FROM peer_way WHERE peer = ?1 AND way = ?2";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row((peer.to_string(), way.name()), |row| Ok(way_row(row)))
            .optional()?;
        Ok(found.transpose()?.unwrap_or_default())
    }

    /// Where a way goes on in a collection.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_cursor(&self, peer: Uuid, way: Way, collection: &str) -> Result<Option<CursorRow>> {
        let sql = "SELECT position, since, settled, overlap_secs, read_whole FROM peer_cursor WHERE peer = ?1 AND way = ?2 AND collection = ?3";
        self.connection
            .prepare_cached(sql)?
            .query_row((peer.to_string(), way.name(), collection), |row| {
                Ok(cursor(row))
            })
            .optional()?
            .transpose()
    }

    /// Where a peer's ways go on: way, collection, cursor.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_cursors(&self, peer: Uuid) -> Result<Vec<(Way, String, CursorRow)>> {
        let sql = "SELECT position, since, settled, overlap_secs, read_whole, way, collection FROM peer_cursor
                   WHERE peer = ?1 ORDER BY way, collection";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([peer.to_string()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let way = Way::read(&row.get::<_, String>(5)?)?;
            found.push((way, row.get(6)?, cursor(row)?));
        }
        Ok(found)
    }

    /// What was refused, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_refusals(&self, peer: Uuid, limit: u32) -> Result<Vec<RefusalRow>> {
        let sql = "SELECT way, object, version, reason, at FROM peer_refusal WHERE peer = ?1
                   ORDER BY at DESC, object, version LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((peer.to_string(), limit))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(RefusalRow {
                way: Way::read(&row.get::<_, String>(0)?)?,
                object: row.get(1)?,
                version: row.get(2)?,
                reason: row.get(3)?,
                at: timestamp(row.get(4)?)?,
            });
        }
        Ok(found)
    }

    /// The log of a peer, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_events(&self, peer: Uuid, limit: u32) -> Result<Vec<EventRow>> {
        let sql = "SELECT at, way, text FROM peer_event WHERE peer = ?1 ORDER BY seq DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((peer.to_string(), limit))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(EventRow {
                at: timestamp(row.get(0)?)?,
                way: Way::read(&row.get::<_, String>(1)?)?,
                text: row.get(2)?,
            });
        }
        Ok(found)
    }

    /// What a peer has not decided yet, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn peer_pendings(&self, peer: Uuid, limit: u32) -> Result<Vec<PendingRow>> {
        let sql = "SELECT root, status, at FROM peer_pending WHERE peer = ?1 ORDER BY at, status LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((peer.to_string(), limit))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(PendingRow {
                root: row.get(0)?,
                status: row.get(1)?,
                at: timestamp(row.get(2)?)?,
            });
        }
        Ok(found)
    }
}

impl Writer<'_> {
    /// Adds a peer.
    ///
    /// # Errors
    /// If the name is taken, or the database fails.
    pub fn add_peer(&self, row: &PeerRow) -> Result<()> {
        if self.peer_named(&row.name)?.is_some() {
            return Err(StoreError::Exists {
                what: "a peer of this name",
            });
        }
        let sql = "INSERT INTO peer (id, name, organisation, settings, paused, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.connection.prepare_cached(sql)?.execute((
            row.id.to_string(),
            &row.name,
            row.organisation.to_string(),
            &row.settings,
            row.is_paused,
            micros(row.added),
        ))?;
        Ok(())
    }

    /// Lets a peer rest, or ends its rest; false if it is not there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_peer_paused(&self, peer: Uuid, is_paused: bool) -> Result<bool> {
        let changed = self
            .connection
            .prepare_cached("UPDATE peer SET paused = ?2 WHERE id = ?1")?
            .execute((peer.to_string(), is_paused))?;
        Ok(changed > 0)
    }

    /// Changes what is exchanged with a peer and how; false if it is not there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_peer_settings(&self, peer: Uuid, settings: &str) -> Result<bool> {
        let changed = self
            .connection
            .prepare_cached("UPDATE peer SET settings = ?2 WHERE id = ?1")?
            .execute((peer.to_string(), settings))?;
        Ok(changed > 0)
    }

    /// Forgets where a way goes on in all collections.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_peer_cursors(&self, peer: Uuid, way: Way) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM peer_cursor WHERE peer = ?1 AND way = ?2")?
            .execute((peer.to_string(), way.name()))?;
        Ok(())
    }

    /// Forgets what the server of a peer said: what was refused, and what it had not decided yet.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_peer_answers(&self, peer: Uuid) -> Result<()> {
        for table in ["peer_refusal", "peer_pending"] {
            let sql = format!("DELETE FROM {table} WHERE peer = ?1");
            self.connection.execute(&sql, [peer.to_string()])?;
        }
        Ok(())
    }

    /// Takes a peer out with everything that is known of it; what came from it stays.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_peer(&self, peer: Uuid) -> Result<()> {
        for table in [
            "peer_way",
            "peer_cursor",
            "peer_refusal",
            "peer_pending",
            "peer_event",
        ] {
            let sql = format!("DELETE FROM {table} WHERE peer = ?1");
            self.connection.execute(&sql, [peer.to_string()])?;
        }
        self.connection
            .execute("DELETE FROM peer WHERE id = ?1", [peer.to_string()])?;
        Ok(())
    }

    /// Records how synchronising goes.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_peer_way(&self, peer: Uuid, way: Way, row: &WayRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO peer_way (peer, way, next_attempt, last_attempt, last_success, last_failure, failure, failures, moved, unchanged, refused, behind)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.connection.prepare_cached(sql)?.execute((
            peer.to_string(),
            way.name(),
            micros(row.next_attempt),
            row.last_attempt.map(micros),
            row.last_success.map(micros),
            row.last_failure.map(micros),
            &row.failure,
            row.failures,
            count(row.moved),
            count(row.unchanged),
            count(row.refused),
            row.behind.map(count),
        ))?;
        Ok(())
    }

    /// Records where a way goes on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_peer_cursor(
        &self,
        peer: Uuid,
        way: Way,
        collection: &str,
        row: &CursorRow,
    ) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO peer_cursor (peer, way, collection, position, since, settled, overlap_secs, read_whole)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.connection.prepare_cached(sql)?.execute((
            peer.to_string(),
            way.name(),
            collection,
            micros(row.position),
            micros(row.since),
            row.is_settled,
            row.overlap_secs,
            micros(row.read_whole),
        ))?;
        Ok(())
    }

    /// Forgets where a way goes on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_peer_cursor(&self, peer: Uuid, way: Way, collection: &str) -> Result<()> {
        self.connection
            .prepare_cached(
                "DELETE FROM peer_cursor WHERE peer = ?1 AND way = ?2 AND collection = ?3",
            )?
            .execute((peer.to_string(), way.name(), collection))?;
        Ok(())
    }

    /// Records that an object was refused; false where the same version was refused before. The oldest of more than
    /// [`MAX_REFUSALS`] are forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_peer_refusal(&self, peer: Uuid, row: &RefusalRow) -> Result<bool> {
        let sql = "SELECT 1 FROM peer_refusal WHERE peer = ?1 AND way = ?2 AND object = ?3 AND version = ?4";
        let known = self.connection.prepare_cached(sql)?.exists((
            peer.to_string(),
            row.way.name(),
            &row.object,
            &row.version,
        ))?;
        let sql = "INSERT OR REPLACE INTO peer_refusal (peer, way, object, version, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.connection.prepare_cached(sql)?.execute((
            peer.to_string(),
            row.way.name(),
            &row.object,
            &row.version,
            &row.reason,
            micros(row.at),
        ))?;
        if !known {
            let sql = "DELETE FROM peer_refusal WHERE (peer, way, object, version) IN
                       (SELECT peer, way, object, version FROM peer_refusal WHERE peer = ?1 ORDER BY at DESC, object, version LIMIT -1 OFFSET ?2)";
            self.connection
                .prepare_cached(sql)?
                .execute((peer.to_string(), MAX_REFUSALS))?;
        }
        Ok(!known)
    }

    /// Forgets that an object was refused: it has been taken in after all. Whether it had been.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_peer_refusals(&self, peer: Uuid, way: Way, object: &str) -> Result<bool> {
        let forgotten = self
            .connection
            .prepare_cached(
                "DELETE FROM peer_refusal WHERE peer = ?1 AND way = ?2 AND object = ?3",
            )?
            .execute((peer.to_string(), way.name(), object))?;
        Ok(forgotten > 0)
    }

    /// Records that a request is to be decided.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_peer_pending(&self, peer: Uuid, row: &PendingRow) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO peer_pending (peer, root, status, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((peer.to_string(), &row.root, &row.status, micros(row.at)))?;
        Ok(())
    }

    /// Forgets a request: it has been decided.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_peer_pending(&self, peer: Uuid, row: &PendingRow) -> Result<()> {
        self.connection
            .prepare_cached(
                "DELETE FROM peer_pending WHERE peer = ?1 AND root = ?2 AND status = ?3",
            )?
            .execute((peer.to_string(), &row.root, &row.status))?;
        Ok(())
    }

    /// Adds a line to the log of a peer; the oldest of more than [`MAX_EVENTS`] are forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_peer_event(&self, peer: Uuid, row: &EventRow) -> Result<()> {
        self.connection
            .prepare_cached("INSERT INTO peer_event (peer, at, way, text) VALUES (?1, ?2, ?3, ?4)")?
            .execute((peer.to_string(), micros(row.at), row.way.name(), &row.text))?;
        let sql = "DELETE FROM peer_event WHERE peer = ?1 AND seq <=
                   (SELECT seq FROM peer_event WHERE peer = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
        self.connection
            .prepare_cached(sql)?
            .execute((peer.to_string(), MAX_EVENTS))?;
        Ok(())
    }
}

fn peer(row: &Row<'_>) -> Result<PeerRow> {
    Ok(PeerRow {
        id: uuid(&row.get::<_, String>(0)?)?,
        name: row.get(1)?,
        organisation: OrganisationId(uuid(&row.get::<_, String>(2)?)?),
        settings: row.get(3)?,
        is_paused: row.get(4)?,
        added: timestamp(row.get(5)?)?,
    })
}

fn way_row(row: &Row<'_>) -> Result<WayRow> {
    let at = |index: usize| -> Result<Option<Timestamp>> {
        row.get::<_, Option<i64>>(index)?.map(timestamp).transpose()
    };
    let number = |index: usize| -> Result<u64> {
        Ok(u64::try_from(row.get::<_, i64>(index)?).unwrap_or_default())
    };
    Ok(WayRow {
        next_attempt: timestamp(row.get(0)?)?,
        last_attempt: at(1)?,
        last_success: at(2)?,
        last_failure: at(3)?,
        failure: row.get(4)?,
        failures: row.get(5)?,
        moved: number(6)?,
        unchanged: number(7)?,
        refused: number(8)?,
        behind: row
            .get::<_, Option<i64>>(9)?
            .map(|behind| u64::try_from(behind).unwrap_or_default()),
    })
}

fn cursor(row: &Row<'_>) -> Result<CursorRow> {
    Ok(CursorRow {
        position: timestamp(row.get(0)?)?,
        since: timestamp(row.get(1)?)?,
        is_settled: row.get(2)?,
        overlap_secs: row.get(3)?,
        read_whole: timestamp(row.get(4)?)?,
    })
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Most peers: every agency and operator of a country.
pub const MAX_PEERS: u32 = 5_000;
/// Most refused objects remembered of a peer: enough to see what is wrong, not a second store.
pub const MAX_REFUSALS: u32 = 1_000;
/// Most lines in a peer's log.
pub const MAX_EVENTS: u32 = 1_000;
