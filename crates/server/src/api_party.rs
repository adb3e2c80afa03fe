//! The JSON API for organisations, communities, persons.

use app::access::{Caller, Role};
use app::error::AppError;
use app::network::Network;
use app::node::Node;
use app::party::{NewOrganisation, NewPerson, Organisation};
use axum::Json;
use axum::extract::{Path, Query, State};
use incident::sector::Sector;
use release::party::OrganisationId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::error::Failure;
use crate::fields::{Fields, JsonBody};
use crate::json;
use crate::permission::{ManageParties, Permitted, ReadMembership, ReadParties};
use crate::shared::Shared;

/// An organisation as a body has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OrganisationInput {
    pub(crate) name: String,
    pub(crate) sector: String,
    pub(crate) country: String,
    /// The UUID of its STIX identity, at its addition only.
    pub(crate) id: String,
    /// Autonomous systems, prefixes, domains; those that were there stay where this is missing.
    pub(crate) networks: Option<Vec<String>>,
}

/// Who joins or leaves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberInput {
    community: String,
    organisation: String,
    #[serde(default)]
    remove: bool,
}

/// A community as a body has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommunityInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    members_visible: bool,
}

/// A person as a body has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonInput {
    login: String,
    name: String,
    organisation: String,
    role: String,
}

/// What changes of a person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonChange {
    role: Option<String>,
    disabled: Option<bool>,
}

impl OrganisationInput {
    /// Reads it; all that is wrong is said at once.
    pub(crate) fn read(&self) -> Result<(NewOrganisation, Option<Vec<Network>>), AppError> {
        let mut found = crate::input::Findings::default();
        let country = found.may("country", &self.country, country);
        let sector = found.may("sector", &self.sector, Sector::parse);
        let id = found.may("id", &self.id, |text| text.parse().ok());
        let mut networks = self.networks.as_ref().map(|_| Vec::new());
        for text in self.networks.iter().flatten() {
            if let (Some(networks), Some(network)) = (
                networks.as_mut(),
                found.may("networks", text.trim(), Network::parse),
            ) {
                networks.push(network);
            }
        }
        if self.name.trim().is_empty() {
            let message = "`name` is missing".to_owned();
            found.add("SERVER-FIELD-01", "name", message);
        }
        if !found.0.is_empty() {
            return Err(AppError::Invalid(found.0));
        }
        let new = NewOrganisation {
            name: self.name.trim().to_owned(),
            sector,
            country,
            id,
        };
        Ok((new, networks))
    }
}

/// Two letters (ISO 3166-1 alpha-2).
fn country(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let letters = upper.bytes().all(|byte| byte.is_ascii_uppercase());
    (upper.len() == 2 && letters).then_some(upper)
}

pub(crate) async fn organisations(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
) -> Answer {
    let found = who
        .ask(&shared, |node, caller| {
            let found = node.organisations(caller)?;
            let shown = found.iter().map(|one| organisation(node, caller, one));
            shown.collect::<Result<Vec<Value>, AppError>>()
        })
        .await?;
    Ok(Json(json!({ "organisations": found })))
}

pub(crate) async fn add_organisation(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<OrganisationInput>,
) -> Answer {
    let found = who
        .ask(&shared, move |node, caller| {
            let (new, networks) = input.read()?;
            let added = node.add_organisation(caller, &new)?;
            node.set_networks(caller, added.id, &networks.unwrap_or_default())?;
            organisation(node, caller, &added)
        })
        .await?;
    Ok(Json(found))
}

pub(crate) async fn set_organisation(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<OrganisationInput>,
) -> Answer {
    let id: OrganisationId = id.parse().map_err(|_| Failure::not_found())?;
    let found = who
        .ask(&shared, move |node, caller| {
            let (new, networks) = input.read()?;
            let set = node.set_organisation(caller, id, &new)?;
            if let Some(networks) = networks {
                node.set_networks(caller, id, &networks)?;
            }
            organisation(node, caller, &set)
        })
        .await?;
    Ok(Json(found))
}

pub(crate) async fn remove_organisation(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(_): JsonBody<serde_json::Map<String, Value>>,
) -> Answer {
    let id: OrganisationId = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| {
        node.remove_organisation(caller, id)
    })
    .await?;
    Ok(Json(json!({ "id": id.to_string(), "removed": true })))
}

/// Whose the address, prefix, autonomous system or domain `value` is.
pub(crate) async fn owner(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Answer {
    let value = Fields::from_pairs(parameters).get("value").to_owned();
    let owners = who
        .ask(&shared, move |node, caller| node.owner_of(caller, &value))
        .await?;
    let owners = owners.iter().map(json::party::owner);
    Ok(Json(json!({ "owners": owners.collect::<Vec<_>>() })))
}

pub(crate) async fn communities(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
) -> Answer {
    let found = who.ask(&shared, communities_json).await?;
    Ok(Json(json!({ "communities": found })))
}

pub(crate) async fn add_community(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<CommunityInput>,
) -> Answer {
    let id = who
        .ask(&shared, move |node, caller| {
            let added = node.add_community(caller, &input.name)?;
            node.set_members_visible(caller, added.id, input.members_visible)?;
            Ok(added.id)
        })
        .await?;
    Ok(Json(json!({ "id": id.to_string() })))
}

pub(crate) async fn set_community(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<CommunityInput>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| {
        node.set_members_visible(caller, id, input.members_visible)
    })
    .await?;
    Ok(Json(
        json!({ "id": id.to_string(), "members_visible": input.members_visible }),
    ))
}

pub(crate) async fn set_member(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<MemberInput>,
) -> Answer {
    let (Ok(community), Ok(organisation)) = (input.community.parse(), input.organisation.parse())
    else {
        return Err(Failure::not_found());
    };
    who.ask(&shared, move |node, caller| {
        if input.remove {
            node.remove_member(caller, community, organisation)
        } else {
            node.add_member(caller, community, organisation)
        }
    })
    .await?;
    Ok(Json(json!({ "member": !input.remove })))
}

pub(crate) async fn persons(who: Permitted<ManageParties>, State(shared): State<Shared>) -> Answer {
    let persons = who.ask(&shared, Node::persons).await?;
    let persons = persons.iter().map(json::party::person);
    Ok(Json(json!({ "persons": persons.collect::<Vec<_>>() })))
}

/// Adds a person; the answer has the one-time login, this once.
pub(crate) async fn add_person(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<PersonInput>,
) -> Answer {
    let once = who
        .ask(&shared, move |node, caller| {
            let new = NewPerson {
                login: input.login,
                name: input.name,
                organisation: input.organisation.parse().map_err(|_| AppError::NotFound)?,
                role: Role::parse(&input.role).ok_or(AppError::NotFound)?,
            };
            node.add_person(caller, &new)
        })
        .await?;
    Ok(Json(json!({
        "one_time_login": format!("/sign-in/once/{}", once.token),
        "expires": once.expires.to_string(),
    })))
}

pub(crate) async fn set_person(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(login): Path<String>,
    JsonBody(input): JsonBody<PersonChange>,
) -> Answer {
    who.ask(&shared, move |node, caller| {
        if let Some(role) = &input.role {
            let role = Role::parse(role).ok_or(AppError::NotFound)?;
            node.set_role(caller, &login, role)?;
        }
        match input.disabled {
            Some(disabled) => node.set_disabled(caller, &login, disabled),
            None => Ok(()),
        }
    })
    .await?;
    Ok(Json(json!({ "changed": true })))
}

/// The communities of the caller's own organisation.
pub(crate) async fn memberships(
    who: Permitted<ReadMembership>,
    State(shared): State<Shared>,
) -> Answer {
    let found = who.ask(&shared, Node::memberships).await?;
    let found = found
        .iter()
        .map(|one| json!({ "community": one.community, "members": one.members }));
    Ok(Json(json!({ "memberships": found.collect::<Vec<_>>() })))
}

fn communities_json(node: &Node, caller: &Caller) -> Result<Vec<Value>, AppError> {
    let found = node.communities(caller)?;
    let found = found.iter().map(|community| {
        let members = community.members.iter().map(ToString::to_string);
        json!({
            "id": community.id.to_string(),
            "name": community.name,
            "members_visible": community.members_visible,
            "members": members.collect::<Vec<_>>(),
        })
    });
    Ok(found.collect())
}

fn organisation(node: &Node, caller: &Caller, one: &Organisation) -> Result<Value, AppError> {
    let trust = node.trusts(caller)?.get(&one.id).copied();
    Ok(json::party::organisation(
        one,
        &node.networks(caller, one.id)?,
        trust.unwrap_or_default(),
    ))
}
