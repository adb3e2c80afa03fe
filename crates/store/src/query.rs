//! Saved queries.

use ::release::party::{PersonId, QueryId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;
use crate::party::unique;

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRow {
    /// Its identifier.
    pub id: QueryId,
    /// Its name, unique on the node.
    pub name: String,
    /// What it looks for, as `app` wrote it.
    pub body: String,
    /// Who wrote it last.
    pub changed_by: PersonId,
    /// When.
    pub changed: Timestamp,
}

impl Reader<'_> {
    /// A saved query.
    ///
    /// # Errors
    /// If the database fails.
    pub fn query(&self, query: QueryId) -> Result<Option<QueryRow>> {
        self.connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([query.to_string()], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// The saved queries, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn queries(&self, limit: u32) -> Result<Vec<QueryRow>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{SELECT} ORDER BY name LIMIT ?1"))?;
        let rows = statement.query_map([limit], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }
}

impl Writer<'_> {
    /// Saves a query, over the one with the same identifier.
    ///
    /// # Errors
    /// If another has the name, or the database fails.
    pub fn put_query(&self, row: &QueryRow) -> Result<()> {
        let sql = "INSERT INTO query (id, name, body, changed_by, changed) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (id) DO UPDATE SET name = ?2, body = ?3, changed_by = ?4, changed = ?5";
        unique(
            self.connection.prepare_cached(sql)?.execute((
                row.id.to_string(),
                &row.name,
                &row.body,
                row.changed_by.to_string(),
                micros(row.changed),
            )),
            "a query of this name",
        )
    }

    /// Removes a saved query; false if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_query(&self, query: QueryId) -> Result<bool> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM query WHERE id = ?1")?
            .execute([query.to_string()])?;
        Ok(removed > 0)
    }
}

fn read(row: &Row<'_>) -> Result<QueryRow> {
    Ok(QueryRow {
        id: QueryId(uuid(&row.get::<_, String>(0)?)?),
        name: row.get(1)?,
        body: row.get(2)?,
        changed_by: PersonId(uuid(&row.get::<_, String>(3)?)?),
        changed: timestamp(row.get(4)?)?,
    })
}

const SELECT: &str = "SELECT id, name, body, changed_by, changed FROM query";
