//! Organisations, communities, persons.

use std::collections::BTreeMap;

use app::access::{Action, Role};
use app::error::AppError;
use app::membership::PROPOSED_COMMUNITIES;
use app::node::Node;
use app::party::{Community, NewPerson, Organisation, PersonView};
use app::sign_in::OneTimeLogin;
use app::trust::Trust;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use incident::sector::Sector;
use release::party::{CommunityId, OrganisationId};

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
    pub(crate) trusts: BTreeMap<OrganisationId, Trust>,
}

impl PartiesPage {
    pub(crate) fn name(&self, id: &OrganisationId) -> &str {
        let found = self.organisations.iter().find(|known| known.id == *id);
        found.map_or("", |organisation| &organisation.name)
    }

    /// How far an organisation is trusted.
    pub(crate) fn trust(&self, id: &OrganisationId) -> Trust {
        self.trusts.get(id).copied().unwrap_or_default()
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
    let (organisations, communities, persons, trusts) = who
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
                node.trusts(caller)?,
            ))
        })
        .await?;
    html(&PartiesPage {
        page: Page::of(&who),
        organisations,
        communities,
        persons,
        trusts,
    })
}

pub(crate) async fn add_organisation(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let input = crate::page::organisation::input(&fields);
    who.ask(&shared, move |node, caller| {
        let (new, networks) = input.read()?;
        let added = node.add_organisation(caller, &new)?;
        node.set_networks(caller, added.id, &networks.unwrap_or_default())
    })
    .await?;
    Ok(go("/parties", None))
}

pub(crate) async fn set_trust(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let organisation = needed(&fields, "organisation")?.parse();
    let level = Trust::parse(&needed(&fields, "trust")?);
    let (Ok(organisation), Some(level)) = (organisation, level) else {
        return Err(Failure::not_found());
    };
    who.ask(&shared, move |node, caller| {
        node.set_trust(caller, organisation, level)
    })
    .await?;
    Ok(go("/parties", None))
}

pub(crate) async fn add_community(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    if fields.is("proposed", "yes") {
        who.ask(&shared, Node::add_proposed_communities).await?;
        return Ok(go("/parties", None));
    }
    let name = needed(&fields, "name")?;
    let visible = fields.is("members_visible", "yes");
    who.ask(&shared, move |node, caller| {
        let added = node.add_community(caller, &name)?;
        node.set_members_visible(caller, added.id, visible)
    })
    .await?;
    Ok(go("/parties", None))
}

/// Says whether the members of a community see each other.
pub(crate) async fn set_community(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: CommunityId = id.parse().map_err(|_| Failure::not_found())?;
    let visible = fields.is("members_visible", "yes");
    who.ask(&shared, move |node, caller| {
        node.set_members_visible(caller, id, visible)
    })
    .await?;
    Ok(go("/parties", None))
}

/// Changes a person's role, or closes or opens the account.
pub(crate) async fn set_person(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(login): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let role = fields.some("role").map(Role::parse);
    let disabled = fields.some("disabled").map(|text| text == "yes");
    who.ask(&shared, move |node, caller| {
        if let Some(role) = role {
            node.set_role(caller, &login, role.ok_or(AppError::NotFound)?)?;
        }
        match disabled {
            Some(disabled) => node.set_disabled(caller, &login, disabled),
            None => Ok(()),
        }
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
    let remove = fields.is("remove", "yes");
    who.ask(&shared, move |node, caller| {
        if remove {
            node.remove_member(caller, community, organisation)
        } else {
            node.add_member(caller, community, organisation)
        }
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

pub(crate) fn needed(fields: &Fields, name: &str) -> Result<String, Failure> {
    let message = || Failure::field("SERVER-FIELD-01", name, format!("`{name}` is missing"));
    fields.some(name).map(str::to_owned).ok_or_else(message)
}
