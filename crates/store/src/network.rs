//! What belongs to an organisation: autonomous systems, prefixes, domains.

use ::release::party::OrganisationId;

use crate::convert::uuid;
use crate::database::{Reader, Writer};
use crate::error::Result;

/// Something that belongs to an organisation, in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkRow {
    /// `asn`, `domain` or `prefix`.
    pub kind: String,
    /// The number, name or prefix.
    pub value: String,
}

impl Reader<'_> {
    /// What belongs to an organisation, in order.
    ///
    /// # Errors
    /// If the database fails.
    pub fn networks_of(&self, organisation: OrganisationId) -> Result<Vec<NetworkRow>> {
        let sql = "SELECT kind, value FROM network WHERE organisation = ?1 ORDER BY kind, value";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([organisation.to_string()], |row| {
            Ok(NetworkRow {
                kind: row.get(0)?,
                value: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whose a value is, exactly.
    ///
    /// # Errors
    /// If the database fails.
    pub fn owners_of(&self, kind: &str, value: &str) -> Result<Vec<OrganisationId>> {
        let sql =
            "SELECT organisation FROM network WHERE kind = ?1 AND value = ?2 ORDER BY organisation";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((kind, value), |row| row.get::<_, String>(0))?;
        rows.map(|row| uuid(&row?).map(OrganisationId)).collect()
    }
}

impl Writer<'_> {
    /// Sets what belongs to an organisation.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_networks(
        &self,
        organisation: OrganisationId,
        networks: &[NetworkRow],
    ) -> Result<()> {
        let organisation = organisation.to_string();
        self.connection
            .prepare_cached("DELETE FROM network WHERE organisation = ?1")?
            .execute([&organisation])?;
        let mut insert = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO network (kind, value, organisation) VALUES (?1, ?2, ?3)",
        )?;
        for network in networks {
            insert.execute((&network.kind, &network.value, &organisation))?;
        }
        Ok(())
    }
}
