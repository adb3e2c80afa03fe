//! The register.

use app::register::{IncidentDetails, IncidentSummary};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use incident::classification::CLASSES;
use incident::sector::Sector;
use stix::marking::Tlp;

use crate::api::DEFAULT_LIMIT;
use crate::error::Failure;
use crate::fields::Fields;
use crate::input;
use crate::page::{Page, go, html, with_status};
use crate::permission::{Permitted, ReadRegister, Register};
use crate::shared::Shared;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "incidents.html")]
pub(crate) struct IncidentsPage {
    pub(crate) page: Page,
    pub(crate) incidents: Vec<IncidentSummary>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "incident.html")]
pub(crate) struct IncidentPage {
    pub(crate) page: Page,
    pub(crate) details: IncidentDetails,
}

#[derive(Debug, Template)]
#[template(path = "incident_new.html")]
pub(crate) struct NewIncidentPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
}

pub(crate) async fn list(
    who: Permitted<ReadRegister>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = Fields::from_pairs(query);
    let mut incidents = who
        .ask(&shared, move |node, caller| {
            // One more than is shown tells whether there is a next page.
            node.incidents(caller, DEFAULT_LIMIT + 1, query.some("before"))
        })
        .await?;
    let shown = usize::try_from(DEFAULT_LIMIT).unwrap_or(usize::MAX);
    let more = incidents.len() > shown;
    incidents.truncate(shown);
    let next = incidents
        .last()
        .filter(|_| more)
        .map(|last| last.number.clone());
    html(&IncidentsPage {
        page: Page::of(&who),
        incidents,
        next,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadRegister>,
    State(shared): State<Shared>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let details = who
        .ask(&shared, move |node, caller| node.incident(caller, &number))
        .await?
        .ok_or_else(Failure::not_found)?;
    html(&IncidentPage {
        page: Page::of(&who),
        details,
    })
}

pub(crate) async fn form(who: Permitted<Register>) -> Result<Response, Failure> {
    let form = Fields::default()
        .with("determination", "suspected")
        .with("status", "new")
        .with("marking", Tlp::Amber.label())
        .with("victim_marking", Tlp::AmberStrict.label())
        .with("attribution_marking", Tlp::AmberStrict.label());
    html(&NewIncidentPage {
        page: Page::of(&who),
        form,
    })
}

pub(crate) async fn register(
    who: Permitted<Register>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let entry = input::incident(&fields).map_err(Failure::invalid);
    let registered = match entry {
        Ok(entry) => {
            who.ask(&shared, move |node, caller| node.register(caller, &entry))
                .await
        }
        Err(failure) => Err(failure),
    };
    match registered {
        Ok(incident) => Ok(go(&address(&incident.number), None)),
        Err(failure) if failure.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = Page::of(&who).at("/incidents/new");
            let page = NewIncidentPage {
                page: page.with_findings(failure.diagnostics),
                form: fields,
            };
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) async fn link(
    who: Permitted<Register>,
    State(shared): State<Shared>,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let objects = input::ids(&fields, "objects").map_err(Failure::invalid)?;
    let back = address(&number);
    who.ask(&shared, move |node, caller| {
        let found = node.incident(caller, &number)?;
        let found = found.ok_or(app::error::AppError::NotFound)?;
        node.link(caller, &found.summary.id, &objects)
    })
    .await?;
    Ok(go(&back, None))
}

fn address(number: &str) -> String {
    format!("/incidents/{}", view::query_value(number))
}

/// `incident-determination-enum`.
const DETERMINATIONS: [&str; 5] = [
    "suspected",
    "confirmed",
    "blocked",
    "failed-attempt",
    "false-positive",
];

/// `incident-investigation-ov`.
const STATUSES: [&str; 3] = ["new", "open", "closed"];
