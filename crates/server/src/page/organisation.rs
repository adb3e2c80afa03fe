//! One organisation with what belongs to it, and whose a value is.

use app::network::Owner;
use app::party::{Community, Organisation};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use incident::sector::Sector;
use release::party::OrganisationId;

use crate::api_party::OrganisationInput;
use crate::error::Failure;
use crate::fields::Fields;
use crate::page::request::is_of_the_form;
use crate::page::{Page, go, html, with_status};
use crate::permission::{ManageParties, Permitted, ReadParties};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "organisation.html")]
pub(crate) struct OrganisationPage {
    pub(crate) page: Page,
    pub(crate) organisation: Organisation,
    pub(crate) networks: Vec<String>,
    pub(crate) communities: Vec<Community>,
    pub(crate) form: Fields,
}

#[derive(Debug, Template)]
#[template(path = "owner.html")]
pub(crate) struct OwnerPage {
    pub(crate) page: Page,
    pub(crate) value: String,
    /// None before a value is asked for.
    pub(crate) owners: Option<Vec<Owner>>,
}

pub(crate) async fn show(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: OrganisationId = id.parse().map_err(|_| Failure::not_found())?;
    let page = Page::of(&who);
    html(&one(&who, &shared, page, id, None).await?)
}

pub(crate) async fn set(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: OrganisationId = id.parse().map_err(|_| Failure::not_found())?;
    let input = input(&fields);
    let result = who
        .ask(&shared, move |node, caller| {
            let (new, networks) = input.read()?;
            node.set_organisation(caller, id, &new)?;
            node.set_networks(caller, id, &networks.unwrap_or_default())
        })
        .await;
    match result {
        Ok(()) => Ok(go(&format!("/parties/organisations/{id}"), None)),
        Err(failure) if is_of_the_form(&failure) => {
            let page = Page::of(&who).with_findings(failure.diagnostics);
            let page = one(&who, &shared, page, id, Some(fields)).await?;
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) async fn remove(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, Failure> {
    let id: OrganisationId = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| {
        node.remove_organisation(caller, id)
    })
    .await?;
    Ok(go("/parties", None))
}

/// Whose `value` of the query is.
pub(crate) async fn owner(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let value = Fields::from_pairs(query).get("value").to_owned();
    let asked = value.clone();
    let found = who
        .ask(&shared, move |node, caller| {
            if asked.is_empty() {
                return Ok(None);
            }
            node.owner_of(caller, &asked).map(Some)
        })
        .await;
    match found {
        Ok(owners) => html(&OwnerPage {
            page: Page::of(&who),
            value,
            owners,
        }),
        Err(failure) if is_of_the_form(&failure) => {
            let page = OwnerPage {
                page: Page::of(&who).with_findings(failure.diagnostics),
                value,
                owners: None,
            };
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

/// What the form says of an organisation.
pub(crate) fn input(fields: &Fields) -> OrganisationInput {
    let networks = fields.all("networks").flat_map(str::split_whitespace);
    OrganisationInput {
        name: fields.get("name").to_owned(),
        sector: fields.get("sector").to_owned(),
        country: fields.get("country").to_owned(),
        id: String::new(),
        networks: Some(networks.map(str::to_owned).collect()),
    }
}

async fn one<N>(
    who: &Permitted<N>,
    shared: &Shared,
    page: Page,
    id: OrganisationId,
    form: Option<Fields>,
) -> Result<OrganisationPage, Failure> {
    let (organisation, networks, communities) = who
        .ask(shared, move |node, caller| {
            let known = node.organisations(caller)?.into_iter();
            let found = known.into_iter().find(|one| one.id == id);
            let found = found.ok_or(app::error::AppError::NotFound)?;
            let networks = node.networks(caller, id)?;
            let mut communities = node.communities(caller)?;
            communities.retain(|community| community.members.contains(&id));
            Ok((found, networks, communities))
        })
        .await?;
    let networks: Vec<String> = networks.iter().map(ToString::to_string).collect();
    let form = form.unwrap_or_else(|| {
        let sector = organisation.sector.map(Sector::name);
        Fields::default()
            .with("name", organisation.name.clone())
            .with("sector", sector.unwrap_or_default())
            .with("country", organisation.country.clone().unwrap_or_default())
            .with("networks", networks.join("\n"))
    });
    Ok(OrganisationPage {
        page,
        organisation,
        networks,
        communities,
        form,
    })
}
