//! Hashes of secrets, and attempts to sign in.

use ::release::party::PersonId;
use jiff::Timestamp;
use rusqlite::OptionalExtension;

use crate::convert::{micros, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// One sign-in.
    OneTime,
    /// A session in a browser.
    Session,
    /// A programme that acts for a person.
    Token,
}

impl SecretKind {
    fn name(self) -> &'static str {
        match self {
            Self::OneTime => "one-time",
            Self::Session => "session",
            Self::Token => "token",
        }
    }
}

/// A secret, by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it is for.
    pub kind: SecretKind,
    /// Whose it is.
    pub person: PersonId,
    /// What its owner calls it; for a session, its CSRF token.
    pub label: String,
    /// From then on it is worth nothing.
    pub expires: Option<Timestamp>,
}

impl Reader<'_> {
    /// Whose secret this is and its label, if it is of that kind and has not expired.
    ///
    /// The look-up is by hash: how long it takes says nothing about the secret.
    ///
    /// # Errors
    /// If the database fails.
    pub fn secret(
        &self,
        hash: &[u8; 32],
        kind: SecretKind,
        now: Timestamp,
    ) -> Result<Option<(PersonId, String)>> {
        let sql = "SELECT person, label FROM secret
                   WHERE hash = ?1 AND kind = ?2 AND (expires IS NULL OR expires > ?3)";
        let row: Option<(String, String)> = self
            .connection
            .prepare_cached(sql)?
            .query_row((hash.as_slice(), kind.name(), micros(now)), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        row.map(|(person, label)| Ok((PersonId(uuid(&person)?), label)))
            .transpose()
    }

    /// How many attempts failed for a subject since a moment.
    ///
    /// # Errors
    /// If the database fails.
    pub fn failed_attempts(&self, subject: &str, since: Timestamp) -> Result<u32> {
        let sql = "SELECT count(*) FROM login_attempt WHERE subject = ?1 AND at > ?2";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((subject, micros(since)), |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// Records a secret, and forgets those that have expired.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_secret(&self, row: &SecretRow, now: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM secret WHERE expires IS NOT NULL AND expires <= ?1")?
            .execute([micros(now)])?;
        let sql = "INSERT INTO secret (hash, kind, person, label, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.connection.prepare_cached(sql)?.execute((
            row.hash.as_slice(),
            row.kind.name(),
            row.person.to_string(),
            &row.label,
            micros(now),
            row.expires.map(micros),
        ))?;
        Ok(())
    }

    /// Forgets a secret; false if it was not there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_secret(&self, hash: &[u8; 32]) -> Result<bool> {
        let changed = self
            .connection
            .prepare_cached("DELETE FROM secret WHERE hash = ?1")?
            .execute([hash.as_slice()])?;
        Ok(changed > 0)
    }

    /// Records a failed attempt, and forgets those before `forget_before`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_failed_attempt(
        &self,
        subject: &str,
        now: Timestamp,
        forget_before: Timestamp,
    ) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM login_attempt WHERE at < ?1")?
            .execute([micros(forget_before)])?;
        self.connection
            .prepare_cached("INSERT INTO login_attempt (subject, at) VALUES (?1, ?2)")?
            .execute((subject, micros(now)))?;
        Ok(())
    }
}
