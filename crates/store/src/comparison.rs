//! Rows as they stand in the database, for comparing them with what the logs tell.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use crate::convert::timestamp;
use crate::database::Reader;
use crate::error::Result;

/// A row of a feed as it stands there, for comparing with the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// When it was added, in microseconds.
    pub position: i64,
    /// The identifier under which the audience knows the object.
    pub id: String,
    /// The version key as the audience knows it.
    pub version: String,
    /// The object that it is, or is an edition of.
    pub source: String,
    /// The version key of that.
    pub source_version: String,
    /// The digest of the content.
    pub digest: Vec<u8>,
    /// The text that is served, where it is kept.
    pub text: Option<String>,
    /// Whether it tells of something withdrawn.
    pub tells: bool,
}

/// What changes later of the row of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// The release.
    pub id: String,
    /// When it was confirmed, in microseconds.
    pub confirmed: i64,
    /// By whom.
    pub confirmed_by: String,
    /// When it was withdrawn, in microseconds.
    pub withdrawn: Option<i64>,
}

impl Reader<'_> {
    /// The rows of a feed after a position, at most `limit`, as they stand in the database.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_rows(&self, audience: &str, after: i64, limit: u32) -> Result<Vec<FeedRow>> {
        let sql = "SELECT position, id, version, source, source_version, digest, text, withdrawn IS NOT NULL FROM feed
                   WHERE audience = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((audience, after, limit), |row| {
            Ok(FeedRow {
                position: row.get(0)?,
                id: row.get(1)?,
                version: row.get(2)?,
                source: row.get(3)?,
                source_version: row.get(4)?,
                digest: row.get(5)?,
                text: row.get(6)?,
                tells: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The audiences that have a feed, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_audiences(&self) -> Result<Vec<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT DISTINCT audience FROM feed ORDER BY audience")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The row of a release as it stands in the database, column by column, but for what changes later; nothing if
    /// there is none. Columns without a value are left out, so that a column that is added later changes no row.
    ///
    /// # Errors
    /// If the database fails.
    pub fn release_row(&self, release: &str) -> Result<Option<Map<String, Value>>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT * FROM release WHERE id = ?1")?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([release])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let mut columns = Map::new();
        for (at, name) in names.into_iter().enumerate() {
            let value = match row.get_ref(at)? {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => Value::from(number),
                ValueRef::Real(number) => Value::from(number.to_string()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    Value::from(String::from_utf8_lossy(bytes).into_owned())
                }
            };
            if !LATER_COLUMNS.contains(&name.as_str()) {
                columns.insert(name, value);
            }
        }
        Ok(Some(columns))
    }

    /// The items of a release as they stand in the database: identifier and version, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn release_item_rows(&self, release: &str) -> Result<Vec<(String, String)>> {
        let sql = "SELECT id, version FROM release_item WHERE release = ?1 ORDER BY id, version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([release], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All releases in the order in which they were confirmed, with when and by whom, and when they were withdrawn,
    /// in microseconds.
    ///
    /// # Errors
    /// If the database fails.
    pub fn release_rows(&self) -> Result<Vec<ReleaseRow>> {
        let sql =
            "SELECT id, confirmed, confirmed_by, withdrawn FROM release ORDER BY confirmed, id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(ReleaseRow {
                id: row.get(0)?,
                confirmed: row.get(1)?,
                confirmed_by: row.get(2)?,
                withdrawn: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The feeds that are older than the logs, and up to which position they are.
    ///
    /// # Errors
    /// If the database fails.
    pub fn older_than_logs(&self) -> Result<Vec<(String, Timestamp)>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT audience, position FROM ledger_before ORDER BY audience")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (audience, position) = row?;
            Ok((audience, timestamp(position)?))
        })
        .collect()
    }
}

/// Columns of a release that are written after it was confirmed; each has a leaf of its own.
const LATER_COLUMNS: [&str; 1] = ["withdrawn"];
