//! How much of their allowances organisations have used.

use ::release::party::OrganisationId;
use jiff::Timestamp;

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;

/// What an organisation had used at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaRow {
    /// Whose allowance it is.
    pub organisation: OrganisationId,
    /// The moment, by our clock.
    pub at: Timestamp,
    /// How long until it may send all of its objects again, in microseconds; not below zero.
    pub objects_us: i64,
    /// The same of its bytes.
    pub bytes_us: i64,
}

impl Reader<'_> {
    /// What organisations had used, one row each, by identifier.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quotas(&self) -> Result<Vec<QuotaRow>> {
        let sql = "SELECT organisation, at, objects_us, bytes_us FROM quota ORDER BY organisation";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(QuotaRow {
                organisation: OrganisationId(uuid(&row.get::<_, String>(0)?)?),
                at: timestamp(row.get(1)?)?,
                objects_us: row.get(2)?,
                bytes_us: row.get(3)?,
            });
        }
        Ok(found)
    }
}

impl Writer<'_> {
    /// Records what an organisation has used, instead of what was recorded before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_quota(&self, row: &QuotaRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO quota (organisation, at, objects_us, bytes_us) VALUES (?1, ?2, ?3, ?4)";
        self.connection.prepare_cached(sql)?.execute((
            row.organisation.to_string(),
            micros(row.at),
            row.objects_us,
            row.bytes_us,
        ))?;
        Ok(())
    }
}
