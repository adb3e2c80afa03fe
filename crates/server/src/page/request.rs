//! What waits for a second person.

use app::four_eyes::FourEyes;
use app::proposal::Proposal;
use app::request::{RequestDetails, RequestSummary};
use app::sharing::Outcome;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use release::party::RequestId;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::release::made;
use crate::page::{Page, go, html, with_status};
use crate::permission::{Permitted, ReadReleases, Release, RequestRelease};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "requests.html")]
pub(crate) struct RequestsPage {
    pub(crate) page: Page,
    pub(crate) requests: Vec<RequestSummary>,
    pub(crate) policy: FourEyes,
}

#[derive(Debug, Template)]
#[template(path = "request.html")]
pub(crate) struct RequestPage {
    pub(crate) page: Page,
    pub(crate) details: RequestDetails,
}

pub(crate) async fn list(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let (requests, policy) = who
        .ask(&shared, |node, caller| {
            Ok((
                node.requests(caller, MAX_REQUESTS)?,
                node.four_eyes(caller)?,
            ))
        })
        .await?;
    html(&RequestsPage {
        page: Page::of(&who),
        requests,
        policy,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: RequestId = id.parse().map_err(|_| Failure::not_found())?;
    let details = who
        .ask(&shared, move |node, caller| node.request(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    html(&RequestPage {
        page: Page::of(&who),
        details,
    })
}

/// Confirms what the page showed; where something changed since, the page again with what it is.
pub(crate) async fn confirm(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: RequestId = id.parse().map_err(|_| Failure::not_found())?;
    let digest = fields.get("digest").to_owned();
    let result = who
        .ask(&shared, move |node, caller| {
            node.confirm_request(caller, id, &digest)
        })
        .await;
    match result {
        Ok(confirmed) => Ok(go(&made(confirmed), None)),
        Err(failure) if failure.diagnostics.is_empty() => Err(failure),
        Err(failure) => {
            let details = who
                .ask(&shared, move |node, caller| node.request(caller, id))
                .await?
                .ok_or_else(Failure::not_found)?;
            let page = Page::of(&who).at(&format!("/requests/{id}"));
            let page = RequestPage {
                page: page.with_findings(failure.diagnostics),
                details,
            };
            with_status(failure.status, &page)
        }
    }
}

pub(crate) async fn reject(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: RequestId = id.parse().map_err(|_| Failure::not_found())?;
    let reason = fields.get("reason").to_owned();
    who.ask(&shared, move |node, caller| {
        node.reject_request(caller, id, &reason)
    })
    .await?;
    Ok(go(&format!("/requests/{id}"), None))
}

/// Where a failure belongs to the form that was sent.
pub(crate) fn is_of_the_form(failure: &Failure) -> bool {
    failure.status == StatusCode::UNPROCESSABLE_ENTITY
}

/// Requests of one page: what waits is decided within days.
const MAX_REQUESTS: u32 = 500;
