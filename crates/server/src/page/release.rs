//! Releases: list, one, and a new one with its preview.

use app::life::ReleaseLife;
use app::party::{Community, Organisation};
use app::proposal::Made;
use app::query::SavedQuery;
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
use crate::permission::{Permitted, ReadReleases, Release, RequestRelease};
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
    pub(crate) life: ReleaseLife,
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
    pub(crate) queries: Vec<SavedQuery>,
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
            let found = node.release_life(caller, id)?;
            let preview = match &found {
                Some(life) if caller.may(app::access::Action::SeeAs) => {
                    let objects = life.objects.iter();
                    let ids: Vec<_> = objects.map(|object| object.id.clone()).collect();
                    Some(node.outcomes(caller, &ids)?)
                }
                _ => None,
            };
            Ok((found, preview))
        })
        .await?;
    let life = found.ok_or_else(Failure::not_found)?;
    html(&ReleasePage {
        page: Page::of(&who),
        life,
        preview,
    })
}

/// The form; `object`, `incident` and `query` of the query fill in what is to be released.
pub(crate) async fn form(
    who: Permitted<RequestRelease>,
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
        .with("query", query.get("query"))
        .with("ceiling", Tlp::Amber.label())
        .with("with_references", "yes");
    let page = Page::of(&who);
    html(&new_page(&who, &shared, page, form).await?)
}

/// The preview of a release, a correction, a query or a rule; nothing is released by it.
pub(crate) async fn preview(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    if fields.is("step", "back") {
        return back(&who, &shared, fields, Vec::new()).await;
    }
    let input = ReleaseInput::of(&fields);
    let result = who
        .ask(&shared, move |node, caller| {
            node.preview_proposal(caller, &input.proposal(node, caller)?)
        })
        .await;
    match result {
        Ok(preview) => html(&preview_page(&who, fields, preview)),
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
            let proposal = input.proposal(node, caller)?;
            node.confirm_proposal(caller, &proposal, input.digest())
        })
        .await;
    match result {
        Ok(confirmed) => Ok(go(&made(confirmed), None)),
        Err(failure) => again(&who, &shared, fields, failure).await,
    }
}

/// Asks for what was previewed; somebody else confirms it.
pub(crate) async fn ask(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let input = ReleaseInput::of(&fields);
    let result = who
        .ask(&shared, move |node, caller| {
            node.ask(caller, &input.proposal(node, caller)?)
        })
        .await;
    match result {
        Ok(id) => Ok(go(&format!("/requests/{id}"), None)),
        Err(failure) => again(&who, &shared, fields, failure).await,
    }
}

pub(crate) async fn withdraw(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: ReleaseId = id.parse().map_err(|_| Failure::not_found())?;
    let reason = fields.get("reason").to_owned();
    who.ask(&shared, move |node, caller| {
        node.withdraw(caller, id, &reason)
    })
    .await?;
    Ok(go(&format!("/releases/{id}"), None))
}

/// The page of what was made.
pub(crate) fn made(made: Made) -> String {
    match made {
        Made::Release(release) => format!("/releases/{release}"),
        Made::Rule(rule) => format!("/rules/{rule}"),
    }
}

/// The digest of the preview goes along with the form, and nothing of a preview before.
fn preview_page<N>(who: &Permitted<N>, fields: Fields, preview: Preview) -> PreviewPage {
    PreviewPage {
        page: Page::of(who).at("/releases/new"),
        form: fields.without("digest"),
        preview,
    }
}

/// The form again with what is wrong, or the preview again with what changed; other failures stay failures.
async fn again<N>(
    who: &Permitted<N>,
    shared: &Shared,
    form: Fields,
    failure: Failure,
) -> Result<Response, Failure> {
    if failure.status == StatusCode::UNPROCESSABLE_ENTITY {
        return back(who, shared, form, failure.diagnostics).await;
    }
    if failure.status != StatusCode::CONFLICT || failure.diagnostics.is_empty() {
        return Err(failure);
    }
    let input = ReleaseInput::of(&form);
    let preview = who
        .ask(shared, move |node, caller| {
            node.preview_proposal(caller, &input.proposal(node, caller)?)
        })
        .await?;
    let mut page = preview_page(who, form, preview);
    page.page = page.page.with_findings(failure.diagnostics);
    with_status(failure.status, &page)
}

/// The form that was filled in: of a rule, of a correction's release, or of a release.
async fn back<N>(
    who: &Permitted<N>,
    shared: &Shared,
    form: Fields,
    findings: Vec<base::diagnostic::Diagnostic>,
) -> Result<Response, Failure> {
    let status = if findings.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    if form.some("kinds").is_some() {
        let page = Page::of(who).at("/rules/new").with_findings(findings);
        let page = crate::page::rule::new_page(who, shared, page, form).await?;
        return with_status(status, &page);
    }
    if let (Some(of), true) = (form.some("corrects"), findings.is_empty()) {
        return Ok(go(
            &format!("/releases/{}", crate::view::query_value(of)),
            None,
        ));
    }
    let page = Page::of(who).at("/releases/new").with_findings(findings);
    let page = new_page(who, shared, page, form).await?;
    with_status(status, &page)
}

async fn new_page<N>(
    who: &Permitted<N>,
    shared: &Shared,
    page: Page,
    form: Fields,
) -> Result<NewReleasePage, Failure> {
    let (organisations, communities, queries) = who
        .ask(shared, |node, caller| {
            Ok((
                node.organisations(caller)?,
                node.communities(caller)?,
                node.queries(caller)?,
            ))
        })
        .await?;
    Ok(NewReleasePage {
        page,
        form,
        organisations,
        communities,
        queries,
    })
}

/// Releases are decided by people: hundreds, not thousands, are what anybody looks through.
const MAX_RELEASES: u32 = 500;
