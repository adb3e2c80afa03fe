//! Requests that wait for a second person.

use ::release::party::{PersonId, RequestId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its identifier.
    pub id: RequestId,
    /// What is asked for, as `app` wrote it.
    pub body: String,
    /// By whom.
    pub requested_by: PersonId,
    /// When.
    pub requested: Timestamp,
    /// From then on nobody can confirm it.
    pub expires: Timestamp,
    /// What was decided; none while it waits.
    pub decision: Option<DecisionRow>,
}

/// What was decided of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Confirmed, or rejected.
    pub confirmed: bool,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why it was rejected.
    pub reason: String,
    /// The identifier of the release or rule that came of it.
    pub made: Option<String>,
}

impl Reader<'_> {
    /// A request.
    ///
    /// # Errors
    /// If the database fails.
    pub fn request(&self, request: RequestId) -> Result<Option<RequestRow>> {
        self.connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([request.to_string()], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// The requests, those that wait first, then the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn requests(&self, limit: u32) -> Result<Vec<RequestRow>> {
        let sql = format!("{SELECT} ORDER BY decision IS NOT NULL, requested DESC, id LIMIT ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// What was shown of a request under a digest.
    ///
    /// # Errors
    /// If the database fails.
    pub fn request_view(&self, request: RequestId, digest: &str) -> Result<Option<String>> {
        let sql = "SELECT body FROM request_view WHERE request = ?1 AND digest = ?2";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((request.to_string(), digest), |row| row.get(0))
            .optional()?)
    }
}

impl Writer<'_> {
    /// Takes a request down.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_request(&self, row: &RequestRow) -> Result<()> {
        let sql = "INSERT INTO request (id, body, requested_by, requested, expires) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.prepare_cached(sql)?.execute((
            row.id.to_string(),
            &row.body,
            row.requested_by.to_string(),
            micros(row.requested),
            micros(row.expires),
        ))?;
        Ok(())
    }

    /// Decides a request; false if there is none that waits.
    ///
    /// # Errors
    /// If the database fails, or somebody would confirm what they asked for.
    pub fn decide_request(&self, request: RequestId, decision: &DecisionRow) -> Result<bool> {
        let sql = "UPDATE request SET decision = ?2, decided_by = ?3, decided = ?4, reason = ?5, made = ?6
                   WHERE id = ?1 AND decision IS NULL";
        let changed = self.connection.prepare_cached(sql)?.execute((
            request.to_string(),
            if decision.confirmed {
                "confirmed"
            } else {
                "rejected"
            },
            decision.by.to_string(),
            micros(decision.at),
            &decision.reason,
            &decision.made,
        ))?;
        Ok(changed > 0)
    }

    /// Remembers what was shown of a request; of many views the latest are kept.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_request_view(
        &self,
        request: RequestId,
        digest: &str,
        body: &str,
        at: Timestamp,
    ) -> Result<()> {
        let request = request.to_string();
        let sql = "INSERT INTO request_view (request, digest, body, shown) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (request, digest) DO UPDATE SET shown = ?4";
        self.connection
            .prepare_cached(sql)?
            .execute((&request, digest, body, micros(at)))?;
        let sql = "DELETE FROM request_view WHERE request = ?1 AND digest NOT IN
                   (SELECT digest FROM request_view WHERE request = ?1 ORDER BY shown DESC LIMIT ?2)";
        self.connection
            .prepare_cached(sql)?
            .execute((&request, MAX_VIEWS))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<RequestRow> {
    const CORRUPT: StoreError = StoreError::Corrupt { what: "request" };
    let decision: Option<String> = row.get(5)?;
    let decision = match decision {
        Some(word) => Some(DecisionRow {
            confirmed: word == "confirmed",
            by: PersonId(uuid(&row.get::<_, Option<String>>(6)?.ok_or(CORRUPT)?)?),
            at: timestamp(row.get::<_, Option<i64>>(7)?.ok_or(CORRUPT)?)?,
            reason: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
            made: row.get(9)?,
        }),
        None => None,
    };
    Ok(RequestRow {
        id: RequestId(uuid(&row.get::<_, String>(0)?)?),
        body: row.get(1)?,
        requested_by: PersonId(uuid(&row.get::<_, String>(2)?)?),
        requested: timestamp(row.get(3)?)?,
        expires: timestamp(row.get(4)?)?,
        decision,
    })
}

const SELECT: &str = "SELECT id, body, requested_by, requested, expires, decision, decided_by, decided, reason, made FROM request";
/// Views kept of one request: more people than look at one before it is decided.
const MAX_VIEWS: u32 = 20;
