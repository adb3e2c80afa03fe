//! How far an organisation is trusted as a source of objects; the levels are `app`'s.

use ::release::party::OrganisationId;
use jiff::Timestamp;
use rusqlite::OptionalExtension;

use crate::convert::{micros, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;

impl Reader<'_> {
    /// The name of the level of an organisation; none where nobody set one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn trust_of(&self, organisation: OrganisationId) -> Result<Option<String>> {
        Ok(self
            .connection
            .prepare_cached("SELECT level FROM trust WHERE organisation = ?1")?
            .query_row([organisation.to_string()], |row| row.get(0))
            .optional()?)
    }

    /// The organisations whose level was set, with its name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn trusts(&self) -> Result<Vec<(OrganisationId, String)>> {
        let sql = "SELECT organisation, level FROM trust ORDER BY organisation";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (organisation, level) = row?;
            Ok((OrganisationId(uuid(&organisation)?), level))
        })
        .collect()
    }
}

impl Writer<'_> {
    /// Sets the level of an organisation.
    ///
    /// # Errors
    /// If there is no such level or organisation, or the database fails.
    pub fn set_trust(
        &self,
        organisation: OrganisationId,
        level: &str,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO trust (organisation, level, set_at) VALUES (?1, ?2, ?3)
                   ON CONFLICT (organisation) DO UPDATE SET level = ?2, set_at = ?3";
        self.connection.prepare_cached(sql)?.execute((
            organisation.to_string(),
            level,
            micros(now),
        ))?;
        Ok(())
    }
}
