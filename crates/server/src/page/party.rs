//! Organisations, communities, persons.

use app::access::{Action, Role};
use app::error::AppError;
use app::party::{Community, NewOrganisation, NewPerson, Organisation, PersonView};
use app::sign_in::OneTimeLogin;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use incident::sector::Sector;
use release::party::OrganisationId;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::{Page, go, html};
use crate::permission::{ManageParties, Permitted, ReadParties};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "parties.html")]
pub(crate) struct PartiesPage {
    pub(crate) page: Page,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) communities: Vec<Community>,
    /// For administrators only.
    pub(crate) persons: Vec<PersonView>,
}

impl PartiesPage {
    pub(crate) fn name(&self, id: &OrganisationId) -> &str {
        let found = self.organisations.iter().find(|known| known.id == *id);
        found.map_or("", |organisation| &organisation.name)
    }
}

#[derive(Debug, Template)]
#[template(path = "person_added.html")]
pub(crate) struct PersonAddedPage {
    pub(crate) page: Page,
    pub(crate) login: String,
    pub(crate) once: OneTimeLogin,
}

pub(crate) async fn list(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let (organisations, communities, persons) = who
        .ask(&shared, |node, caller| {
            let persons = if caller.may(Action::ManageParties) {
                node.persons(caller)?
            } else {
                Vec::new()
            };
            Ok((
                node.organisations(caller)?,
                node.communities(caller)?,
                persons,
            ))
        })
        .await?;
    html(&PartiesPage {
        page: Page::of(&who),
        organisations,
        communities,
        persons,
    })
}

pub(crate) async fn add_organisation(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let new = NewOrganisation {
        name: needed(&fields, "name")?,
        sector: fields.some("sector").and_then(Sector::parse),
        country: fields.some("country").map(str::to_uppercase),
        id: None,
    };
    who.ask(&shared, move |node, caller| {
        node.add_organisation(caller, &new)
    })
    .await?;
    Ok(go("/parties", None))
}

pub(crate) async fn add_community(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let name = needed(&fields, "name")?;
    who.ask(&shared, move |node, caller| {
        node.add_community(caller, &name)
    })
    .await?;
    Ok(go("/parties", None))
}

pub(crate) async fn add_member(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let community = needed(&fields, "community")?.parse();
    let organisation = needed(&fields, "organisation")?.parse();
    let (Ok(community), Ok(organisation)) = (community, organisation) else {
        return Err(Failure::not_found());
    };
    who.ask(&shared, move |node, caller| {
        node.add_member(caller, community, organisation)
    })
    .await?;
    Ok(go("/parties", None))
}

/// Adds a person and shows the one-time login, this once.
pub(crate) async fn add_person(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let role = needed(&fields, "role")?;
    let organisation = needed(&fields, "organisation")?;
    let new = NewPerson {
        login: needed(&fields, "login")?,
        name: needed(&fields, "name")?,
        organisation: organisation.parse().map_err(|_| AppError::NotFound)?,
        role: Role::parse(&role).ok_or(AppError::NotFound)?,
    };
    let login = new.login.clone();
    let once = who
        .ask(&shared, move |node, caller| node.add_person(caller, &new))
        .await?;
    html(&PersonAddedPage {
        page: Page::of(&who).at("/parties"),
        login,
        once,
    })
}

fn needed(fields: &Fields, name: &str) -> Result<String, Failure> {
    let message = || Failure::field("SERVER-FIELD-01", name, format!("`{name}` is missing"));
    fields.some(name).map(str::to_owned).ok_or_else(message)
}
