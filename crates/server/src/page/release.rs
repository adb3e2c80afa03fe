//! Releases: list, one, and a new one with its preview.

use app::object::ObjectSummary;
use app::party::{Community, Organisation};
use app::sharing::{Outcome, Preview, ReleaseSummary};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use release::party::ReleaseId;
use stix::marking::Tlp;

use crate::error::Failure;
use crate::fields::Fields;
use crate::input::ReleaseInput;
use crate::page::{Page, go, html, with_status};
use crate::permission::{Permitted, ReadReleases, Release};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "releases.html")]
pub(crate) struct ReleasesPage {
    pub(crate) page: Page,
    pub(crate) releases: Vec<ReleaseSummary>,
}

#[derive(Debug, Template)]
#[template(path = "release.html")]
pub(crate) struct ReleasePage {
    pub(crate) page: Page,
    pub(crate) release: ReleaseSummary,
    pub(crate) objects: Vec<ObjectSummary>,
    /// What each audience sees now, for who may see as others.
    pub(crate) preview: Option<Preview>,
}

#[derive(Debug, Template)]
#[template(path = "release_new.html")]
pub(crate) struct NewReleasePage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) communities: Vec<Community>,
}

#[derive(Debug, Template)]
#[template(path = "release_preview.html")]
pub(crate) struct PreviewPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) preview: Preview,
}

pub(crate) async fn list(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let releases = who
        .ask(&shared, |node, caller| node.releases(caller, MAX_RELEASES))
        .await?;
    html(&ReleasesPage {
        page: Page::of(&who),
        releases,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: ReleaseId = id.parse().map_err(|_| Failure::not_found())?;
    let (found, preview) = who
        .ask(&shared, move |node, caller| {
            let found = node.release(caller, id)?;
            let preview = match &found {
                Some((_, objects)) if caller.may(app::access::Action::SeeAs) => {
                    let ids: Vec<_> = objects.iter().map(|object| object.id.clone()).collect();
                    Some(node.outcomes(caller, &ids)?)
                }
                _ => None,
            };
            Ok((found, preview))
        })
        .await?;
    let (release, objects) = found.ok_or_else(Failure::not_found)?;
    html(&ReleasePage {
        page: Page::of(&who),
        release,
        objects,
        preview,
    })
}

/// The form; `object` and `incident` of the query fill in what is to be released.
pub(crate) async fn form(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = Fields::from_pairs(query);
    let mut objects: Vec<String> = query.all("object").map(str::to_owned).collect();
    if let Some(number) = query.some("incident") {
        let number = number.to_owned();
        let details = who
            .ask(&shared, move |node, caller| node.incident(caller, &number))
            .await?
            .ok_or_else(Failure::not_found)?;
        objects.push(details.summary.id.to_string());
        objects.extend(details.objects.iter().map(|object| object.id.to_string()));
        let mut known = std::collections::BTreeSet::new();
        objects.retain(|id| known.insert(id.clone()));
    }
    let form = Fields::default()
        .with("objects", objects.join("\n"))
        .with("ceiling", Tlp::Amber.label())
        .with("with_references", "yes");
    let page = Page::of(&who);
    html(&new_page(&who, &shared, page, form).await?)
}

pub(crate) async fn preview(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    if fields.is("step", "back") {
        let page = Page::of(&who).at("/releases/new");
        return html(&new_page(&who, &shared, page, fields).await?);
    }
    let input = ReleaseInput::of(&fields);
    let result = who
        .ask(&shared, move |node, caller| {
            node.preview(caller, &input.request(node, caller)?)
        })
        .await;
    match result {
        Ok(preview) => html(&PreviewPage {
            page: Page::of(&who).at("/releases/new"),
            form: fields,
            preview,
        }),
        Err(failure) => again(&who, &shared, fields, failure).await,
    }
}

pub(crate) async fn confirm(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let input = ReleaseInput::of(&fields);
    let result = who
        .ask(&shared, move |node, caller| {
            node.confirm(caller, &input.request(node, caller)?)
        })
        .await;
    match result {
        Ok(id) => Ok(go(&format!("/releases/{id}"), None)),
        Err(failure) => again(&who, &shared, fields, failure).await,
    }
}

pub(crate) async fn withdraw(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, Failure> {
    let id: ReleaseId = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| node.withdraw(caller, id))
        .await?;
    Ok(go(&format!("/releases/{id}"), None))
}

/// The form again with what is wrong; other failures stay failures.
async fn again(
    who: &Permitted<Release>,
    shared: &Shared,
    form: Fields,
    failure: Failure,
) -> Result<Response, Failure> {
    if failure.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(failure);
    }
    let page = Page::of(who).at("/releases/new");
    let page = page.with_findings(failure.diagnostics);
    let page = new_page(who, shared, page, form).await?;
    with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn new_page(
    who: &Permitted<Release>,
    shared: &Shared,
    page: Page,
    form: Fields,
) -> Result<NewReleasePage, Failure> {
    let (organisations, communities) = who
        .ask(shared, |node, caller| {
            Ok((node.organisations(caller)?, node.communities(caller)?))
        })
        .await?;
    Ok(NewReleasePage {
        page,
        form,
        organisations,
        communities,
    })
}

/// Releases are decided by people: hundreds, not thousands, are what anybody looks through.
const MAX_RELEASES: u32 = 500;
