//! Organisations, communities, persons.

use std::collections::BTreeSet;

use ::release::party::{CommunityId, OrganisationId, PersonId};
use incident::sector::Sector;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use stix::marking::caveat::Country;

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// An organisation that the node knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Its identifier; the STIX identity has the same UUID.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<Sector>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Whether it is the one whose node this is.
    pub own: bool,
}

/// A community with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommunityRow {
    /// Its identifier.
    pub id: CommunityId,
    /// Its name, unique on the node.
    pub name: String,
    /// Whether a member sees who else is in it.
    pub members_visible: bool,
    /// Its members.
    pub members: Vec<OrganisationId>,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The identifier.
    pub id: PersonId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The name to sign in with, unique on the node.
    pub login: String,
    /// The name for people.
    pub name: String,
    /// The role, as `app` names it.
    pub role: String,
    /// When the account was closed.
    pub disabled: Option<Timestamp>,
}

const ORGANISATION: &str = "SELECT id, name, sector, country, own FROM organisation";
const PERSON: &str = "SELECT id, organisation, login, name, role, disabled FROM person";

impl Reader<'_> {
    /// All organisations, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub fn organisations(&self) -> Result<Vec<OrganisationRow>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{ORGANISATION} ORDER BY own DESC, name, id"))?;
        let rows = statement.query_map([], |row| Ok(organisation(row)))?;
        rows.map(|row| row?).collect()
    }

    /// One organisation.
    ///
    /// # Errors
    /// If the database fails.
    pub fn organisation(&self, id: OrganisationId) -> Result<Option<OrganisationRow>> {
        self.connection
            .prepare_cached(&format!("{ORGANISATION} WHERE id = ?1"))?
            .query_row([id.to_string()], |row| Ok(organisation(row)))
            .optional()?
            .transpose()
    }

    /// The country of an organisation, where it is known and written as a country is.
    ///
    /// # Errors
    /// If the database fails.
    pub fn country_of(&self, id: OrganisationId) -> Result<Option<Country>> {
        let country = self.organisation(id)?.and_then(|row| row.country);
        Ok(country.and_then(|code| code.parse().ok()))
    }

    /// The organisation whose node this is; none before it is set up.
    ///
    /// # Errors
    /// If the database fails.
    pub fn own_organisation(&self) -> Result<Option<OrganisationRow>> {
        self.connection
            .prepare_cached(&format!("{ORGANISATION} WHERE own = 1"))?
            .query_row([], |row| Ok(organisation(row)))
            .optional()?
            .transpose()
    }

    /// All communities, by name, with their members.
    ///
    /// # Errors
    /// If the database fails.
    pub fn communities(&self) -> Result<Vec<CommunityRow>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, name, members_visible FROM community ORDER BY name")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (id, name, members_visible) = row?;
            let members = self.column(
                "SELECT organisation FROM membership WHERE community = ?1 ORDER BY organisation",
                &id,
            )?;
            let members = members
                .iter()
                .map(|text| uuid(text).map(OrganisationId))
                .collect::<Result<_>>()?;
            found.push(CommunityRow {
                id: CommunityId(uuid(&id)?),
                name,
                members_visible,
                members,
            });
        }
        Ok(found)
    }

    /// The communities that an organisation belongs to.
    ///
    /// # Errors
    /// If the database fails.
    pub fn communities_of(&self, organisation: OrganisationId) -> Result<BTreeSet<CommunityId>> {
        let sql = "SELECT community FROM membership WHERE organisation = ?1";
        self.column(sql, &organisation.to_string())?
            .iter()
            .map(|text| uuid(text).map(CommunityId))
            .collect()
    }

    /// The organisations whose client an organisation is.
    ///
    /// # Errors
    /// If the database fails.
    pub fn client_of(&self, organisation: OrganisationId) -> Result<BTreeSet<OrganisationId>> {
        let sql = "SELECT client_of FROM client WHERE organisation = ?1";
        self.column(sql, &organisation.to_string())?
            .iter()
            .map(|text| uuid(text).map(OrganisationId))
            .collect()
    }

    /// All persons, by login.
    ///
    /// # Errors
    /// If the database fails.
    pub fn persons(&self) -> Result<Vec<PersonRow>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{PERSON} ORDER BY login"))?;
        let rows = statement.query_map([], |row| Ok(person(row)))?;
        rows.map(|row| row?).collect()
    }

    /// One person.
    ///
    /// # Errors
    /// If the database fails.
    pub fn person(&self, id: PersonId) -> Result<Option<PersonRow>> {
        self.connection
            .prepare_cached(&format!("{PERSON} WHERE id = ?1"))?
            .query_row([id.to_string()], |row| Ok(person(row)))
            .optional()?
            .transpose()
    }

    /// The person with a login, and the hash of the password if one was set.
    ///
    /// # Errors
    /// If the database fails.
    pub fn person_by_login(&self, login: &str) -> Result<Option<(PersonRow, Option<String>)>> {
        let sql = "SELECT id, organisation, login, name, role, disabled, password_hash FROM person WHERE login = ?1";
        self.connection
            .prepare_cached(sql)?
            .query_row([login], |row| Ok((person(row), row.get(6)?)))
            .optional()?
            .map(|(person, hash)| Ok((person?, hash)))
            .transpose()
    }

    fn column(&self, sql: &str, parameter: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([parameter], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// Adds an organisation.
    ///
    /// # Errors
    /// If it is there already, or the database fails.
    pub fn add_organisation(&self, row: &OrganisationRow, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO organisation (id, name, sector, country, own, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let sector = row.sector.map(Sector::name);
        let values = (
            row.id.to_string(),
            &row.name,
            sector,
            &row.country,
            row.own,
            micros(now),
        );
        unique(
            self.connection.prepare_cached(sql)?.execute(values),
            "an organisation with this identifier",
        )
    }

    /// Makes an organisation a client of another: AMBER may be passed on to it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_client(
        &self,
        organisation: OrganisationId,
        client_of: OrganisationId,
    ) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO client (organisation, client_of) VALUES (?1, ?2)",
            )?
            .execute((organisation.to_string(), client_of.to_string()))?;
        Ok(())
    }

    /// Adds a community.
    ///
    /// # Errors
    /// If the name is taken, or the database fails.
    pub fn add_community(&self, id: CommunityId, name: &str) -> Result<()> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO community (id, name) VALUES (?1, ?2)")?;
        unique(
            statement.execute((id.to_string(), name)),
            "a community of this name",
        )
    }

    /// Adds a member to a community; false if it was one.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_member(
        &self,
        community: CommunityId,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<bool> {
        let sql =
            "INSERT OR IGNORE INTO membership (community, organisation, since) VALUES (?1, ?2, ?3)";
        let values = (community.to_string(), organisation.to_string(), micros(now));
        Ok(self.connection.prepare_cached(sql)?.execute(values)? > 0)
    }

    /// Adds a person without a password.
    ///
    /// # Errors
    /// If the login is taken, or the database fails.
    pub fn add_person(&self, row: &PersonRow, now: Timestamp) -> Result<()> {
        let sql = "INSERT INTO person (id, organisation, login, name, role, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = (
            row.id.to_string(),
            row.organisation.to_string(),
            &row.login,
            &row.name,
            &row.role,
            micros(now),
        );
        unique(
            self.connection.prepare_cached(sql)?.execute(values),
            "a person with this login",
        )
    }

    /// Sets the hash of a person's password.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_password_hash(&self, person: PersonId, hash: &str) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE person SET password_hash = ?2 WHERE id = ?1")?
            .execute((person.to_string(), hash))?;
        Ok(())
    }
}

fn organisation(row: &Row<'_>) -> Result<OrganisationRow> {
    let sector: Option<String> = row.get(2)?;
    Ok(OrganisationRow {
        id: OrganisationId(uuid(&row.get::<_, String>(0)?)?),
        name: row.get(1)?,
        sector: sector.as_deref().and_then(Sector::parse),
        country: row.get(3)?,
        own: row.get(4)?,
    })
}

fn person(row: &Row<'_>) -> Result<PersonRow> {
    Ok(PersonRow {
        id: PersonId(uuid(&row.get::<_, String>(0)?)?),
        organisation: OrganisationId(uuid(&row.get::<_, String>(1)?)?),
        login: row.get(2)?,
        name: row.get(3)?,
        role: row.get(4)?,
        disabled: row.get::<_, Option<i64>>(5)?.map(timestamp).transpose()?,
    })
}

/// Tells a broken uniqueness from other failures.
pub(crate) fn unique(outcome: rusqlite::Result<usize>, what: &'static str) -> Result<()> {
    match outcome {
        Ok(_) => Ok(()),
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
        {
            Err(StoreError::Exists { what })
        }
        Err(other) => Err(other.into()),
    }
}
