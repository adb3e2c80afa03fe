//! Changes in commit order, submissions, pull cursors, the audit trail.

use ::release::party::{OrganisationId, PersonId};
use jiff::Timestamp;
use ledger::hash::Hash;
use ledger::leaf::Leaf;
use rusqlite::OptionalExtension;
use uuid::Uuid;

use crate::convert::{micros, timestamp};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};
use crate::ledger::HOUSE;

/// What the log of the house calls an entry of the audit trail.
pub const ACT_AUDIT: &str = "audit";

/// Something that can change what an audience sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in commit order.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What happened: `release`, `withdrawal`, `membership`, `object`.
    pub kind: String,
    /// To what: an identifier.
    pub subject: String,
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom, as an identifier.
    pub person: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
}

impl Reader<'_> {
    /// The changes after a place in commit order, in order, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn changes_after(&self, seq: i64, limit: u32) -> Result<Vec<Change>> {
        let sql = "SELECT seq, at, kind, subject FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((seq, limit))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(Change {
                seq: row.get(0)?,
                at: timestamp(row.get(1)?)?,
                kind: row.get(2)?,
                subject: row.get(3)?,
            });
        }
        Ok(found)
    }

    /// The place of the last change.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_change(&self) -> Result<i64> {
        let last: Option<i64> = self
            .connection
            .prepare_cached("SELECT max(seq) FROM change")?
            .query_row([], |row| row.get(0))?;
        Ok(last.unwrap_or_default())
    }

    /// Whether a change that comes by itself has come due.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_due(&self, now: Timestamp) -> Result<bool> {
        Ok(self
            .connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM due WHERE at <= ?1)")?
            .query_row([micros(now)], |row| row.get(0))?)
    }

    /// What a submitter was told; nothing for anybody else.
    ///
    /// # Errors
    /// If the database fails.
    pub fn submission(&self, id: Uuid, submitter: OrganisationId) -> Result<Option<String>> {
        let sql = "SELECT body FROM submission WHERE id = ?1 AND submitter = ?2";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((id.to_string(), submitter.to_string()), |row| row.get(0))
            .optional()?)
    }

    /// Where pulling from a collection goes on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn pull_cursor(&self, collection: &str) -> Result<Option<String>> {
        let sql = "SELECT added_after FROM pull WHERE collection = ?1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([collection], |row| row.get(0))
            .optional()?)
    }

    /// The audit trail, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>> {
        let sql = "SELECT at, person, action, subject FROM audit ORDER BY seq DESC LIMIT ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(AuditEntry {
                at: timestamp(row.get(0)?)?,
                person: row.get(1)?,
                action: row.get(2)?,
                subject: row.get(3)?,
            });
        }
        Ok(found)
    }
}

impl Writer<'_> {
    /// Records that something happened that can change what an audience sees.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_change(&self, kind: &str, subject: &str, at: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached("INSERT INTO change (at, kind, subject) VALUES (?1, ?2, ?3)")?
            .execute((micros(at), kind, subject))?;
        Ok(())
    }

    /// Records that something will happen by itself: an embargo ends, a release is over.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_due(&self, kind: &str, subject: &str, at: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO due (at, kind, subject) VALUES (?1, ?2, ?3)")?
            .execute((micros(at), kind, subject))?;
        Ok(())
    }

    /// Makes changes of what has come due, each at its own moment.
    ///
    /// # Errors
    /// If the database fails.
    pub fn settle_due(&self, now: Timestamp) -> Result<()> {
        let now = micros(now);
        self.connection
            .prepare_cached(
                "INSERT INTO change (at, kind, subject)
                 SELECT at, kind, subject FROM due WHERE at <= ?1 ORDER BY at, kind, subject",
            )?
            .execute([now])?;
        self.connection
            .prepare_cached("DELETE FROM due WHERE at <= ?1")?
            .execute([now])?;
        Ok(())
    }

    /// Records what a submitter is told.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_submission(
        &self,
        id: Uuid,
        submitter: OrganisationId,
        body: &str,
        at: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO submission (id, submitter, at, body) VALUES (?1, ?2, ?3, ?4)";
        self.connection.prepare_cached(sql)?.execute((
            id.to_string(),
            submitter.to_string(),
            micros(at),
            body,
        ))?;
        Ok(())
    }

    /// Records what a submitter is told from now on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_submission(&self, id: Uuid, body: &str) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE submission SET body = ?2 WHERE id = ?1")?
            .execute((id.to_string(), body))?;
        Ok(())
    }

    /// Records where pulling from a collection goes on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_pull_cursor(
        &self,
        collection: &str,
        added_after: &str,
        at: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO pull (collection, added_after, at) VALUES (?1, ?2, ?3)
                   ON CONFLICT (collection) DO UPDATE SET added_after = ?2, at = ?3";
        self.connection
            .prepare_cached(sql)?
            .execute((collection, added_after, micros(at)))?;
        Ok(())
    }

    /// Records who did what, here and in the log of the house: so an entry that is changed or taken out is found.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_audit(
        &self,
        person: Option<PersonId>,
        action: &str,
        subject: &str,
        at: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO audit (at, person, action, subject) VALUES (?1, ?2, ?3, ?4)";
        let name = person.map(|person| person.to_string());
        self.connection
            .prepare_cached(sql)?
            .execute((micros(at), name, action, subject))?;
        if self.log_head(HOUSE)?.is_none() {
            // The log begins with what is there by then.
            return Ok(());
        }
        let seq = self.connection.last_insert_rowid();
        let row = self
            .audit_row(seq)?
            .ok_or(StoreError::Corrupt { what: "audit" })?;
        let leaf = Leaf::Act {
            act: ACT_AUDIT.to_owned(),
            subject: seq.to_string(),
            at,
            by: person.map_or(Uuid::nil(), |person| person.0),
            sha256: Hash::of(row.to_string().as_bytes()),
        };
        self.append_leaf(HOUSE, &leaf)?;
        Ok(())
    }
}
