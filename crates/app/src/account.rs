//! Changes to organisations and persons that are known.

use release::party::OrganisationId;
use store::party::{OrganisationRow, PersonRow};

use crate::access::{Action, Caller, Role};
use crate::error::AppError;
use crate::node::{Node, own};
use crate::party::{NewOrganisation, Organisation, check_name};
use crate::sign_in::sign_out_everywhere;
use store::database::{Reader, Writer};

impl Node {
    /// Changes an organisation's name, sector and country; its identifier stays.
    ///
    /// # Errors
    /// If the caller may not, there is none, or another has the name.
    pub fn set_organisation(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        new: &NewOrganisation,
    ) -> Result<Organisation, AppError> {
        caller.require(Action::ManageParties)?;
        check_name(&new.name)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let known = writer
                .organisation(organisation)?
                .ok_or(AppError::NotFound)?;
            let taken = writer
                .organisations()?
                .iter()
                .any(|other| other.id != organisation && other.name == new.name);
            if taken {
                let message = format!("an organisation named `{}` is there already", new.name);
                return Err(AppError::Conflict(message));
            }
            let row = OrganisationRow {
                name: new.name.clone(),
                sector: new.sector,
                country: new.country.clone(),
                ..known
            };
            writer.set_organisation(&row)?;
            let subject = organisation.to_string();
            // A caveat of nationality goes by the country.
            writer.put_change(crate::catch_up::MEMBERSHIP, &subject, now)?;
            self.record(writer, caller, "set-organisation", &subject)?;
            Ok(row.into())
        })
    }

    /// Removes an organisation that nothing has to do with: no person, no release, nothing that it gave.
    ///
    /// # Errors
    /// If the caller may not, there is none, or something has to do with it.
    pub fn remove_organisation(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let known = writer
                .organisation(organisation)?
                .ok_or(AppError::NotFound)?;
            let why = if known.own {
                Some("it is the one whose node this is")
            } else if writer
                .persons()?
                .iter()
                .any(|person| person.organisation == organisation)
            {
                Some("it has persons with accounts: disable them instead")
            } else if writer
                .peers()?
                .iter()
                .any(|peer| peer.organisation == organisation)
            {
                Some("a peer belongs to it: remove that first")
            } else if writer.is_in_records(organisation)? {
                Some("releases or objects name it: what was done stays readable")
            } else {
                None
            };
            if let Some(why) = why {
                let message = format!("`{}` cannot be removed: {why}", known.name);
                return Err(AppError::Conflict(message));
            }
            writer.remove_organisation(organisation)?;
            let subject = organisation.to_string();
            writer.put_change(crate::catch_up::MEMBERSHIP, &subject, now)?;
            self.record(writer, caller, "remove-organisation", &subject)
        })
    }

    /// Closes a person's account, or opens it again; closing ends sessions, tokens and one-time logins for good.
    ///
    /// # Errors
    /// If the caller may not, there is no such person, or nobody would be left to manage the node.
    pub fn set_disabled(
        &self,
        caller: &Caller,
        login: &str,
        disabled: bool,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let (person, _) = writer.person_by_login(login)?.ok_or(AppError::NotFound)?;
            if disabled {
                not_oneself(caller, &person)?;
                keep_an_administrator(writer, &person)?;
            }
            writer.set_disabled(person.id, disabled.then_some(now))?;
            crate::ledger::person_changed(writer, caller.person, person.id, now)?;
            let action = if disabled {
                "disable-person"
            } else {
                "enable-person"
            };
            self.record(writer, caller, action, login)
        })?;
        sign_out_everywhere(self);
        Ok(())
    }

    /// Changes a person's role.
    ///
    /// # Errors
    /// If the caller may not or is that person, there is none, or nobody would be left to manage the node.
    pub fn set_role(&self, caller: &Caller, login: &str, role: Role) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            let (person, _) = writer.person_by_login(login)?.ok_or(AppError::NotFound)?;
            not_oneself(caller, &person)?;
            if role != Role::Administrator {
                keep_an_administrator(writer, &person)?;
            }
            writer.set_role(person.id, role.name())?;
            let now = self.clock.now();
            crate::ledger::person_changed(writer, caller.person, person.id, now)?;
            let subject = format!("{login} {}", role.name());
            self.record(writer, caller, "set-role", &subject)
        })
    }

    /// Acts as a person of the house, for whoever can read the database on this machine.
    ///
    /// # Errors
    /// If there is no such person, or the account is closed.
    pub fn local_caller_as(&self, login: &str) -> Result<Caller, AppError> {
        let found = self.store.read(|reader| {
            let (person, _) = reader.person_by_login(login)?.ok_or(AppError::NotFound)?;
            crate::sign_in::caller(reader, person.id)?.ok_or(AppError::NotFound)
        })?;
        self.store.write(|writer: &Writer<'_>| {
            self.record(writer, &found, "act-on-this-machine", login)
        })?;
        Ok(found)
    }
}

/// Nobody gives themselves another role, or locks themselves out.
fn not_oneself(caller: &Caller, person: &PersonRow) -> Result<(), AppError> {
    if caller.person == person.id {
        return Err(AppError::Conflict(
            "nobody changes their own role or closes their own account".to_owned(),
        ));
    }
    Ok(())
}

fn keep_an_administrator(reader: &Reader<'_>, but: &PersonRow) -> Result<(), AppError> {
    let own = own(reader)?;
    let others = reader.persons()?.into_iter().any(|person| {
        person.id != but.id
            && person.organisation == own.id
            && person.role == Role::Administrator.name()
            && person.disabled.is_none()
    });
    if others {
        Ok(())
    } else {
        Err(AppError::Conflict(
            "nobody would be left to manage the node".to_owned(),
        ))
    }
}
