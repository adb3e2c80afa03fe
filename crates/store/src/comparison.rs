//! Rows as they stand in the database, for comparing them with what the logs tell.

use jiff::Timestamp;
use ledger::hash::Hash;
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};
use serde_json::{Map, Value, json};

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
    /// Whether the version that it is, or is an edition of, is held.
    pub is_held: bool,
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
        let sql = "SELECT position, id, version, source, source_version, digest, text, withdrawn IS NOT NULL,
                   EXISTS (SELECT 1 FROM object WHERE object.id = feed.source AND object.version = feed.source_version)
                   FROM feed
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
                is_held: row.get(8)?,
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
        self.columns("SELECT * FROM release WHERE id = ?1", release)
    }

    /// The row that tells where a release comes from, as [`Reader::release_row`].
    ///
    /// # Errors
    /// If the database fails.
    pub fn origin_row(&self, release: &str) -> Result<Option<Map<String, Value>>> {
        self.columns("SELECT * FROM release_origin WHERE release = ?1", release)
    }

    /// The row that tells who withdrew a release and why, as [`Reader::release_row`].
    ///
    /// # Errors
    /// If the database fails.
    pub fn withdrawal_row(&self, release: &str) -> Result<Option<Map<String, Value>>> {
        self.columns(
            "SELECT * FROM release_withdrawal WHERE release = ?1",
            release,
        )
    }

    /// The row of a person, without the hash of the password, which tells of nobody's rights.
    ///
    /// # Errors
    /// If the database fails.
    pub fn person_row(&self, person: &str) -> Result<Option<Map<String, Value>>> {
        let sql =
            "SELECT id, organisation, login, name, role, added, disabled FROM person WHERE id = ?1";
        self.columns(sql, person)
    }

    /// The identifiers of all persons, in order, as they stand in the database.
    ///
    /// # Errors
    /// If the database fails.
    pub fn person_ids(&self) -> Result<Vec<String>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM person ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Of every version that a release names what never changes: identifier, version, the SHA-256 of the text, who
    /// gave it, who entered it, its markings.
    ///
    /// # Errors
    /// If the database fails.
    pub fn named_rows(&self, release: &str) -> Result<Vec<Value>> {
        let sql = "SELECT item.id, item.version, object.text, object.source, object.entered_by, marking_set.refs
                   FROM release_item AS item
                   LEFT JOIN object ON object.id = item.id AND object.version = item.version
                   LEFT JOIN marking_set ON marking_set.id = object.marking_set
                   WHERE item.release = ?1 ORDER BY item.id, item.version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([release])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text = row
                .get_ref(2)?
                .as_str_or_null()
                .map_err(rusqlite::Error::from)?;
            let text = text.map(|text| Hash::of(text.as_bytes()).to_string());
            found.push(json!([
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                text,
                row.get::<_, Option<String>>(3)?,
                row.get::<_, Option<String>>(4)?,
                row.get::<_, Option<String>>(5)?,
            ]));
        }
        Ok(found)
    }

    /// Under which conditions every version that a release names was given.
    ///
    /// # Errors
    /// If the database fails.
    pub fn condition_rows(&self, release: &str) -> Result<Vec<Value>> {
        let sql =
            "SELECT item.id, item.version, object.consent, object.embargo_until, object.caveats
                   FROM release_item AS item
                   LEFT JOIN object ON object.id = item.id AND object.version = item.version
                   WHERE item.release = ?1 ORDER BY item.id, item.version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([release], |row| {
            Ok(json!([
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, Option<i64>>(3)?,
                row.get::<_, Option<String>>(4)?,
            ]))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The versions that a release names and that are not held, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn named_and_not_held(&self, release: &str, limit: u32) -> Result<Vec<(String, String)>> {
        let sql = "SELECT id, version FROM release_item AS item WHERE release = ?1
                   AND NOT EXISTS (SELECT 1 FROM object WHERE object.id = item.id AND object.version = item.version)
                   ORDER BY id, version LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((release, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The entries of the audit trail after one, at most `limit`: number and row.
    ///
    /// # Errors
    /// If the database fails.
    pub fn audit_rows(&self, after: i64, limit: u32) -> Result<Vec<(i64, Value)>> {
        let sql = "SELECT seq, at, person, action, subject FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((after, limit), |row| Ok((row.get(0)?, audit_row(row)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One entry of the audit trail.
    ///
    /// # Errors
    /// If the database fails.
    pub fn audit_row(&self, seq: i64) -> Result<Option<Value>> {
        let sql = "SELECT seq, at, person, action, subject FROM audit WHERE seq = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([seq], audit_row)
            .optional()?)
    }

    fn columns(&self, sql: &str, key: &str) -> Result<Option<Map<String, Value>>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = statement.query([key])?;
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

fn audit_row(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!([
        row.get::<_, i64>(0)?,
        row.get::<_, i64>(1)?,
        row.get::<_, Option<String>>(2)?,
        row.get::<_, String>(3)?,
        row.get::<_, String>(4)?,
    ]))
}

/// Columns of a release that are written after it was confirmed; each has a leaf of its own.
const LATER_COLUMNS: [&str; 1] = ["withdrawn"];
