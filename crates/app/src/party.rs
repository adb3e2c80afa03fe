//! Organisations, communities, persons.

use incident::sector::Sector;
use release::party::{CommunityId, OrganisationId, PersonId};
use store::party::{OrganisationRow, PersonRow};

use crate::access::{Action, Caller, Role};
use crate::error::AppError;
use crate::node::Node;
use crate::sign_in::OneTimeLogin;

/// An organisation to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganisation {
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<Sector>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The UUID of its STIX identity, where it has a node of its own.
    pub id: Option<OrganisationId>,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier.
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

/// A community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Community {
    /// Its identifier.
    pub id: CommunityId,
    /// Its name.
    pub name: String,
    /// Whether a member sees who else is in it.
    pub members_visible: bool,
    /// Its members.
    pub members: Vec<OrganisationId>,
}

/// A person to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// The name to sign in with.
    pub login: String,
    /// The name for people.
    pub name: String,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The role.
    pub role: Role,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// The identifier.
    pub id: PersonId,
    /// The name to sign in with.
    pub login: String,
    /// The name for people.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
    /// The role.
    pub role: Role,
    /// Whether the account is closed.
    pub disabled: bool,
}

impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            sector: row.sector,
            country: row.country,
            own: row.own,
        }
    }
}

impl Node {
    /// The organisations that the node knows, its own first.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn organisations(&self, caller: &Caller) -> Result<Vec<Organisation>, AppError> {
        caller.require(Action::ReadParties)?;
        self.store.read(|reader| {
            Ok(reader
                .organisations()?
                .into_iter()
                .map(Into::into)
                .collect())
        })
    }

    /// Adds an organisation.
    ///
    /// # Errors
    /// If the caller may not, or it is there.
    pub fn add_organisation(
        &self,
        caller: &Caller,
        new: &NewOrganisation,
    ) -> Result<Organisation, AppError> {
        caller.require(Action::ManageParties)?;
        check_name(&new.name)?;
        let row = OrganisationRow {
            id: new.id.unwrap_or_else(|| OrganisationId(self.ids.uuid())),
            name: new.name.clone(),
            sector: new.sector,
            country: new.country.clone(),
            own: false,
        };
        self.store.write(|writer| {
            // A preview names audiences: two of one name could not be told apart.
            if writer
                .organisations()?
                .iter()
                .any(|known| known.name == row.name)
            {
                return Err(AppError::Conflict(format!(
                    "an organisation named `{}` is there already",
                    row.name
                )));
            }
            writer.add_organisation(&row, self.clock.now())?;
            self.record(writer, caller, "add-organisation", &row.id.to_string())
        })?;
        Ok(row.into())
    }

    /// The communities with their members.
    ///
    /// # Errors
    /// If the caller may not: membership is itself sensitive.
    pub fn communities(&self, caller: &Caller) -> Result<Vec<Community>, AppError> {
        caller.require(Action::ReadParties)?;
        self.store.read(|reader| {
            let rows = reader.communities()?.into_iter();
            Ok(rows
                .map(|row| Community {
                    id: row.id,
                    name: row.name,
                    members_visible: row.members_visible,
                    members: row.members,
                })
                .collect())
        })
    }

    /// Adds a community.
    ///
    /// # Errors
    /// If the caller may not, or the name is taken.
    pub fn add_community(&self, caller: &Caller, community: &str) -> Result<Community, AppError> {
        caller.require(Action::ManageParties)?;
        check_name(community)?;
        let id = CommunityId(self.ids.uuid());
        self.store.write(|writer| {
            writer.add_community(id, community)?;
            self.record(writer, caller, "add-community", &id.to_string())
        })?;
        Ok(Community {
            id,
            name: community.to_owned(),
            members_visible: false,
            members: Vec::new(),
        })
    }

    /// Makes an organisation a member of a community.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn add_member(
        &self,
        caller: &Caller,
        community: CommunityId,
        organisation: OrganisationId,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            writer
                .organisation(organisation)?
                .ok_or(AppError::NotFound)?;
            if !writer
                .communities()?
                .iter()
                .any(|known| known.id == community)
            {
                return Err(AppError::NotFound);
            }
            if writer.add_member(community, organisation, now)? {
                writer.put_change(crate::catch_up::MEMBERSHIP, &organisation.to_string(), now)?;
                self.record(
                    writer,
                    caller,
                    "add-member",
                    &format!("{community} {organisation}"),
                )?;
            }
            Ok(())
        })
    }

    /// The persons with accounts.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn persons(&self, caller: &Caller) -> Result<Vec<PersonView>, AppError> {
        caller.require(Action::ManageParties)?;
        self.store.read(|reader| {
            let mut found = Vec::new();
            for row in reader.persons()? {
                let organisation = reader
                    .organisation(row.organisation)?
                    .map(|known| known.name);
                let Some(role) = Role::parse(&row.role) else {
                    continue;
                };
                found.push(PersonView {
                    id: row.id,
                    login: row.login,
                    name: row.name,
                    organisation: organisation.unwrap_or_default(),
                    role,
                    disabled: row.disabled.is_some(),
                });
            }
            Ok(found)
        })
    }

    /// Adds a person; the login is for the first time.
    ///
    /// # Errors
    /// If the caller may not, or the login is taken.
    pub fn add_person(&self, caller: &Caller, new: &NewPerson) -> Result<OneTimeLogin, AppError> {
        caller.require(Action::ManageParties)?;
        check_name(&new.login)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            writer
                .organisation(new.organisation)?
                .ok_or(AppError::NotFound)?;
            let row = PersonRow {
                id: PersonId(self.ids.uuid()),
                organisation: new.organisation,
                login: new.login.clone(),
                name: new.name.clone(),
                role: new.role.name().to_owned(),
                disabled: None,
            };
            writer.add_person(&row, now)?;
            crate::ledger::person_changed(writer, caller.person, row.id, now)?;
            self.record(writer, caller, "add-person", &new.login)?;
            self.put_one_time_login(writer, row.id, now)
        })
    }
}

pub(crate) fn check_name(text: &str) -> Result<(), AppError> {
    if text.trim().is_empty() || text.chars().count() > MAX_NAME_CHARS {
        return Err(AppError::invalid(
            "APP-NAME-01",
            format!("a name has 1 to {MAX_NAME_CHARS} characters"),
        ));
    }
    Ok(())
}

/// Longest name of an organisation, community or person.
const MAX_NAME_CHARS: usize = 200;
