//! Saved queries: list, one with what it finds, and their forms.

use app::object::ObjectSummary;
use app::query::SavedQuery;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use release::party::QueryId;
use stix::marking::Tlp;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::request::is_of_the_form;
use crate::page::{Page, go, html, with_status};
use crate::permission::{Permitted, ReadObjects, RequestRelease};
use crate::proposal_input::QueryInput;
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "queries.html")]
pub(crate) struct QueriesPage {
    pub(crate) page: Page,
    pub(crate) queries: Vec<SavedQuery>,
    pub(crate) form: Fields,
}

#[derive(Debug, Template)]
#[template(path = "query.html")]
pub(crate) struct QueryPage {
    pub(crate) page: Page,
    pub(crate) query: SavedQuery,
    pub(crate) form: Fields,
    pub(crate) objects: Vec<ObjectSummary>,
    /// How many it finds; the page lists the first.
    pub(crate) found: u64,
}

pub(crate) async fn list(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let queries = who.ask(&shared, app::node::Node::queries).await?;
    html(&QueriesPage {
        page: Page::of(&who),
        queries,
        form: Fields::default().with("kinds", "indicator"),
    })
}

pub(crate) async fn show(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: QueryId = id.parse().map_err(|_| Failure::not_found())?;
    let (query, mut objects) = who
        .ask(&shared, move |node, caller| node.query(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    let found = u64::try_from(objects.len()).unwrap_or_default();
    objects.truncate(MAX_SHOWN);
    html(&QueryPage {
        page: Page::of(&who),
        form: fields(&query),
        query,
        objects,
        found,
    })
}

pub(crate) async fn save(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let input = QueryInput::of(&fields);
    let over = fields.some("id").map(str::to_owned);
    let saved = who
        .ask(&shared, move |node, caller| {
            let over = over.map(|id| id.parse().map_err(|_| app::error::AppError::NotFound));
            node.save_query(caller, over.transpose()?, &input.name, &input.terms()?)
        })
        .await;
    match saved {
        Ok(id) => Ok(go(&format!("/queries/{id}"), None)),
        Err(failure) if is_of_the_form(&failure) => {
            let queries = who.ask(&shared, app::node::Node::queries).await?;
            let page = QueriesPage {
                page: Page::of(&who).with_findings(failure.diagnostics),
                queries,
                form: fields,
            };
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) async fn remove(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _: Fields,
) -> Result<Response, Failure> {
    let id: QueryId = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| node.remove_query(caller, id))
        .await?;
    Ok(go("/queries", None))
}

/// A saved query as its form has it.
fn fields(query: &SavedQuery) -> Fields {
    let terms = &query.terms;
    let moment = |at: Option<jiff::Timestamp>| {
        at.map(|at| at.strftime("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_default()
    };
    let days = terms.last_days.map(|days| days.to_string());
    let mut form = Fields::default()
        .with("id", query.id.to_string())
        .with("name", query.name.clone())
        .with("text", terms.text.clone())
        .with("kinds", terms.kinds.join(" "))
        .with("values", terms.values.join("\n"))
        .with("received_from", moment(terms.received_from))
        .with("received_until", moment(terms.received_until))
        .with("last_days", days.unwrap_or_default());
    for level in &terms.markings {
        form = form.with("markings", level.label());
    }
    form
}

/// Objects listed on a page: more than anybody reads through.
const MAX_SHOWN: usize = 200;
