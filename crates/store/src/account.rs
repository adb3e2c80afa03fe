//! Changes to parties that are known: organisations, memberships, accounts.

use ::release::party::{CommunityId, OrganisationId, PersonId};
use incident::sector::Sector;
use jiff::Timestamp;

use crate::convert::micros;
use crate::database::{Reader, Writer};
use crate::error::Result;
use crate::party::OrganisationRow;

impl Reader<'_> {
    /// Whether a release names an organisation, or the node holds something that it gave.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_in_records(&self, organisation: OrganisationId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM release WHERE instr(recipients, ?1) > 0 OR instr(named, ?1) > 0)
                   OR EXISTS (SELECT 1 FROM object WHERE source = ?1)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([organisation.to_string()], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// Changes an organisation's name, sector and country.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_organisation(&self, row: &OrganisationRow) -> Result<()> {
        let sql = "UPDATE organisation SET name = ?2, sector = ?3, country = ?4 WHERE id = ?1";
        let sector = row.sector.map(Sector::name);
        let values = (row.id.to_string(), &row.name, sector, &row.country);
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Removes an organisation that has no persons, with its memberships, networks and level of trust; false if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_organisation(&self, organisation: OrganisationId) -> Result<bool> {
        let id = organisation.to_string();
        for sql in [
            "DELETE FROM network WHERE organisation = ?1",
            "DELETE FROM trust WHERE organisation = ?1",
            "DELETE FROM membership WHERE organisation = ?1",
            "DELETE FROM client WHERE organisation = ?1 OR client_of = ?1",
        ] {
            self.connection.prepare_cached(sql)?.execute([&id])?;
        }
        let removed = self
            .connection
            .prepare_cached("DELETE FROM organisation WHERE id = ?1 AND own = 0")?
            .execute([&id])?;
        Ok(removed > 0)
    }

    /// Takes an organisation out of a community; false if it was not in it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_member(
        &self,
        community: CommunityId,
        organisation: OrganisationId,
    ) -> Result<bool> {
        let sql = "DELETE FROM membership WHERE community = ?1 AND organisation = ?2";
        let values = (community.to_string(), organisation.to_string());
        Ok(self.connection.prepare_cached(sql)?.execute(values)? > 0)
    }

    /// Says whether the members of a community see each other.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_members_visible(&self, community: CommunityId, visible: bool) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE community SET members_visible = ?2 WHERE id = ?1")?
            .execute((community.to_string(), visible))?;
        Ok(())
    }

    /// Changes a person's role.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_role(&self, person: PersonId, role: &str) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE person SET role = ?2 WHERE id = ?1")?
            .execute((person.to_string(), role))?;
        Ok(())
    }

    /// Closes an account, or opens it again. Closing ends its sessions, tokens and one-time logins for good.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_disabled(&self, person: PersonId, disabled: Option<Timestamp>) -> Result<()> {
        let id = person.to_string();
        self.connection
            .prepare_cached("UPDATE person SET disabled = ?2 WHERE id = ?1")?
            .execute((&id, disabled.map(micros)))?;
        if disabled.is_some() {
            self.connection
                .prepare_cached("DELETE FROM secret WHERE person = ?1")?
                .execute([&id])?;
        }
        Ok(())
    }
}
