//! The Merkle logs: leaves in order, the nodes over them in tiles, and what was given by which leaf.
//!
//! INVARIANT: a leaf is appended in the transaction of what it tells of, and its log's head in the same, so there is
//! no moment at which one can be read without the other. Whenever the log of an audience grew, the log of the house
//! has its new head.

use std::cell::RefCell;
use std::collections::HashMap;

use ledger::checkpoint::Origin;
use ledger::error::FormatError;
use ledger::frontier::{Frontier, Node};
use ledger::hash::Hash;
use ledger::leaf::Leaf;
use ledger::tile::{Edge, Nodes, Place, Span};
use rusqlite::OptionalExtension;

use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// The name of the log of the house; those of audiences are named as their feeds.
pub const HOUSE: &str = "house";

/// The head of a log, not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// How many leaves there are.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// How many entries were given and not handed over yet.
    pub pending: u64,
}

/// What became of a version of an object that an audience was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRow {
    /// The leaf that gave it.
    pub leaf: u64,
    /// The leaf that tells of its delivery.
    pub delivered: Option<u64>,
    /// The leaf that took it back.
    pub withdrawn: Option<u64>,
}

/// The nodes of a log.
#[derive(Debug)]
pub struct LogNodes<'r, 'c> {
    reader: &'r Reader<'c>,
    log: i64,
    tiles: RefCell<HashMap<Place, Vec<u8>>>,
}

/// A log that is being appended to.
#[derive(Debug)]
pub(crate) struct OpenLog {
    id: i64,
    frontier: Frontier,
    edge: Edge,
    pending: i64,
    grew: bool,
}

impl Reader<'_> {
    /// The head of a log; nothing if there is no such log yet.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_head(&self, log: &str) -> Result<Option<LogHead>> {
        let sql = "SELECT size, root, pending FROM ledger_log WHERE name = ?1";
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row([log], |row| {
                let root: Vec<u8> = row.get(1)?;
                Ok((row.get::<_, i64>(0)?, root, row.get::<_, i64>(2)?))
            })
            .optional()?;
        row.map(|(size, root, pending)| {
            Ok(LogHead {
                size: number(size)?,
                root: Hash::from_slice(&root).map_err(corrupt)?,
                pending: number(pending)?,
            })
        })
        .transpose()
    }

    /// The roots that appending to a log needs, as kept.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_frontier(&self, log: &str) -> Result<Vec<u8>> {
        let sql = "SELECT frontier FROM ledger_log WHERE name = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([log], |row| row.get(0))?)
    }

    /// The names of all logs, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_names(&self) -> Result<Vec<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name FROM ledger_log ORDER BY name")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The leaves of a log from a place on, at most `limit`, with their places as they stand in the database.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_leaves(&self, log: &str, from: u64, limit: u32) -> Result<Vec<(u64, Vec<u8>)>> {
        let sql = "SELECT leaf, bytes FROM ledger_leaf
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) AND leaf >= ?2 ORDER BY leaf LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((log, signed(from)?, limit), |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            let (leaf, bytes) = row?;
            Ok((number(leaf)?, bytes))
        })
        .collect()
    }

    /// The nodes of a log.
    ///
    /// # Errors
    /// If there is no such log.
    pub fn log_nodes(&self, log: &str) -> Result<LogNodes<'_, '_>> {
        let id = self
            .connection
            .prepare_cached("SELECT id FROM ledger_log WHERE name = ?1")?
            .query_row([log], |row| row.get(0))?;
        Ok(LogNodes {
            reader: self,
            log: id,
            tiles: RefCell::default(),
        })
    }

    /// The places of all tiles of a log, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_tiles(&self, log: &str) -> Result<Vec<Place>> {
        let sql = "SELECT level, tile FROM ledger_tile
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) ORDER BY level, tile";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([log], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?))
        })?;
        rows.map(|row| {
            let (level, tile) = row?;
            let index = number(tile)?;
            Ok(Place { level, index })
        })
        .collect()
    }

    /// The hashes of one tile; nothing if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn log_tile(&self, log: &str, place: Place) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT hashes FROM ledger_tile
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) AND level = ?2 AND tile = ?3";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((log, place.level, signed(place.index)?), |row| row.get(0))
            .optional()?)
    }

    /// What became of a version of an object that was given.
    ///
    /// # Errors
    /// If the database fails.
    pub fn given(&self, log: &str, id: &str, version: &str) -> Result<Option<GivenRow>> {
        let sql = "SELECT leaf, delivered, withdrawn FROM ledger_given
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) AND id = ?2 AND version = ?3";
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row((log, id, version), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        row.map(given_row).transpose()
    }

    /// The newest version of an object that was given, with what became of it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn given_last(&self, log: &str, id: &str) -> Result<Option<GivenRow>> {
        let sql = "SELECT leaf, delivered, withdrawn FROM ledger_given
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) AND id = ?2
                   ORDER BY version DESC LIMIT 1";
        let row = self
            .connection
            .prepare_cached(sql)?
            .query_row((log, id), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        row.map(given_row).transpose()
    }

    /// Everything that was given by a log, with what became of it: identifier, version, row.
    ///
    /// # Errors
    /// If the database fails.
    pub fn given_all(&self, log: &str) -> Result<Vec<(String, String, GivenRow)>> {
        let sql = "SELECT leaf, delivered, withdrawn, id, version FROM ledger_given
                   WHERE log = (SELECT id FROM ledger_log WHERE name = ?1) ORDER BY id, version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([log], |row| {
            let given = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((given, row.get(3)?, row.get(4)?))
        })?;
        rows.map(|row| {
            let (given, id, version) = row?;
            Ok((id, version, given_row(given)?))
        })
        .collect()
    }
}

impl Writer<'_> {
    /// Appends a leaf to a log, which begins with its first; answers the leaf's place.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append_leaf(&self, log: &str, leaf: &Leaf) -> Result<u64> {
        self.with_log(log, |open| self.append(open, &leaf.to_bytes()))
    }

    /// Appends a leaf that gives a version of an object, and keeps where it stands.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append_given(&self, log: &str, id: &str, version: &str, leaf: &Leaf) -> Result<u64> {
        self.with_log(log, |open| {
            let place = self.append(open, &leaf.to_bytes())?;
            let row = (open.id, id, version, signed(place)?);
            let new = self
                .connection
                .prepare_cached("INSERT OR IGNORE INTO ledger_given (log, id, version, leaf) VALUES (?1, ?2, ?3, ?4)")?
                .execute(row)?;
            let mut pending = new > 0;
            if !pending {
                let sql = "SELECT 1 FROM ledger_given WHERE log = ?1 AND id = ?2 AND version = ?3
                           AND (delivered IS NOT NULL OR withdrawn IS NOT NULL)";
                let key = (open.id, id, version);
                pending = self.connection.prepare_cached(sql)?.exists(key)?;
                let sql = "UPDATE ledger_given SET leaf = ?4, delivered = NULL, withdrawn = NULL
                           WHERE log = ?1 AND id = ?2 AND version = ?3";
                self.connection.prepare_cached(sql)?.execute(row)?;
            }
            open.pending += i64::from(pending);
            Ok(place)
        })
    }

    /// Keeps that something given was handed over, as a leaf tells.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_delivered(&self, log: &str, id: &str, version: &str, by: u64) -> Result<()> {
        self.with_log(log, |open| {
            let sql = "UPDATE ledger_given SET delivered = ?4
                       WHERE log = ?1 AND id = ?2 AND version = ?3 AND delivered IS NULL AND withdrawn IS NULL";
            let changed = self.connection.prepare_cached(sql)?.execute((
                open.id,
                id,
                version,
                signed(by)?,
            ))?;
            open.pending -= i64::from(changed > 0);
            Ok(())
        })
    }

    /// Keeps that something given was taken back, as a leaf tells.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_withdrawn(&self, log: &str, id: &str, version: &str, by: u64) -> Result<()> {
        self.with_log(log, |open| {
            let select = "SELECT delivered IS NULL FROM ledger_given
                          WHERE log = ?1 AND id = ?2 AND version = ?3 AND withdrawn IS NULL";
            let pending: Option<bool> = self
                .connection
                .prepare_cached(select)?
                .query_row((open.id, id, version), |row| row.get(0))
                .optional()?;
            let sql = "UPDATE ledger_given SET withdrawn = ?4 WHERE log = ?1 AND id = ?2 AND version = ?3";
            self.connection
                .prepare_cached(sql)?
                .execute((open.id, id, version, signed(by)?))?;
            open.pending -= i64::from(pending == Some(true));
            Ok(())
        })
    }

    /// Writes the heads of the logs that grew, those of audiences into the log of the house too.
    pub(crate) fn close_logs(&self) -> Result<()> {
        let mut open = std::mem::take(&mut *self.logs.borrow_mut());
        let house = open.remove(HOUSE);
        let mut heads = Vec::new();
        for (name, log) in &open {
            self.save(log)?;
            if log.grew {
                heads.push(Leaf::Head {
                    log: Origin::new(name.as_str()).map_err(corrupt)?,
                    size: log.frontier.size(),
                    root: log.frontier.root(),
                });
            }
        }
        if heads.is_empty() {
            return match house {
                Some(house) => self.save(&house),
                None => Ok(()),
            };
        }
        let mut house = match house {
            Some(house) => house,
            None => self.open(HOUSE)?,
        };
        for head in &heads {
            self.append(&mut house, &head.to_bytes())?;
        }
        self.save(&house)
    }

    fn with_log<T>(&self, log: &str, work: impl FnOnce(&mut OpenLog) -> Result<T>) -> Result<T> {
        let mut logs = self.logs.borrow_mut();
        if let Some(open) = logs.get_mut(log) {
            return work(open);
        }
        let mut open = self.open(log)?;
        let outcome = work(&mut open);
        logs.insert(log.to_owned(), open);
        outcome
    }

    fn open(&self, log: &str) -> Result<OpenLog> {
        let sql = "INSERT INTO ledger_log (name, size, root, frontier, pending) VALUES (?1, 0, ?2, x'', 0)
                   ON CONFLICT (name) DO NOTHING";
        self.connection
            .prepare_cached(sql)?
            .execute((log, Hash::empty_root().as_bytes()))?;
        let sql = "SELECT id, size, frontier, pending FROM ledger_log WHERE name = ?1";
        let (id, size, frontier, pending): (i64, i64, Vec<u8>, i64) = self
            .connection
            .prepare_cached(sql)?
            .query_row([log], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let size = number(size)?;
        let edge = Edge::read(size, |place| tile(self, id, place))?;
        Ok(OpenLog {
            id,
            frontier: Frontier::from_bytes(size, &frontier).map_err(corrupt)?,
            edge,
            pending,
            grew: false,
        })
    }

    fn append(&self, log: &mut OpenLog, bytes: &[u8]) -> Result<u64> {
        let place = log.frontier.size();
        self.connection
            .prepare_cached("INSERT INTO ledger_leaf (log, leaf, bytes) VALUES (?1, ?2, ?3)")?
            .execute((log.id, signed(place)?, bytes))?;
        let mut full = Vec::new();
        let edge = &mut log.edge;
        let complete = |node: Node| full.extend(edge.push(node));
        log.frontier.push(Hash::leaf(bytes), complete);
        for (place, hashes) in full {
            self.put_tile(log.id, place, &hashes)?;
        }
        log.grew = true;
        Ok(place)
    }

    fn save(&self, log: &OpenLog) -> Result<()> {
        let size = log.frontier.size();
        if log.grew {
            for (place, hashes) in log.edge.partial(size) {
                self.put_tile(log.id, place, hashes)?;
            }
        }
        let sql =
            "UPDATE ledger_log SET size = ?2, root = ?3, frontier = ?4, pending = ?5 WHERE id = ?1";
        self.connection.prepare_cached(sql)?.execute((
            log.id,
            signed(size)?,
            log.frontier.root().as_bytes(),
            log.frontier.to_bytes(),
            log.pending,
        ))?;
        Ok(())
    }

    fn put_tile(&self, log: i64, place: Place, hashes: &[u8]) -> Result<()> {
        let sql = "INSERT INTO ledger_tile (log, level, tile, hashes) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (log, level, tile) DO UPDATE SET hashes = ?4";
        self.connection.prepare_cached(sql)?.execute((
            log,
            place.level,
            signed(place.index)?,
            hashes,
        ))?;
        Ok(())
    }
}

impl Nodes for LogNodes<'_, '_> {
    type Error = StoreError;

    fn node(&self, level: u32, index: u64) -> Result<Hash> {
        let span = Span::of(level, index);
        let mut tiles = self.tiles.borrow_mut();
        if let Some(known) = tiles.get(&span.place) {
            return span.hash(known).map_err(corrupt);
        }
        let read = tile(self.reader, self.log, span.place)?;
        let hash = span.hash(&read).map_err(corrupt);
        tiles.insert(span.place, read);
        hash
    }
}

impl From<FormatError> for StoreError {
    fn from(error: FormatError) -> Self {
        corrupt(error)
    }
}

fn tile(reader: &Reader<'_>, log: i64, place: Place) -> Result<Vec<u8>> {
    let sql = "SELECT hashes FROM ledger_tile WHERE log = ?1 AND level = ?2 AND tile = ?3";
    let found = reader
        .connection
        .prepare_cached(sql)?
        .query_row((log, place.level, signed(place.index)?), |row| row.get(0))
        .optional()?;
    found.ok_or_else(|| corrupt(FormatError::Hash))
}

fn given_row((leaf, delivered, withdrawn): (i64, Option<i64>, Option<i64>)) -> Result<GivenRow> {
    Ok(GivenRow {
        leaf: number(leaf)?,
        delivered: delivered.map(number).transpose()?,
        withdrawn: withdrawn.map(number).transpose()?,
    })
}

/// What cannot be read was not written by us: the log is not what it was.
fn corrupt(_: FormatError) -> StoreError {
    StoreError::Corrupt { what: "log" }
}

fn number(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| corrupt(FormatError::Hash))
}

fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| corrupt(FormatError::Hash))
}
