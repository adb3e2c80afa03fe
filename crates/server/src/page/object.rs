//! Objects: search, and one with all that is known of it.

use app::object::{ObjectDetails, ObjectPage};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use stix::id::Id;

use crate::api::object_query;
use crate::conditions_input::ConditionsInput;
use crate::error::Failure;
use crate::fields::Fields;
use crate::graph::Graph;
use crate::page::request::is_of_the_form;
use crate::page::{Page, go, html, with_status};
use crate::permission::{Permitted, ReadObjects};
use crate::shared::Shared;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "objects.html")]
pub(crate) struct ObjectsPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) kinds: Vec<(String, u64)>,
    pub(crate) found: ObjectPage,
}

impl ObjectsPage {
    /// The address of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let before = self.found.next?;
        let text = view::query_value(self.form.get("text"));
        let kind = view::query_value(self.form.get("kind"));
        Some(format!("/objects?text={text}&kind={kind}&before={before}"))
    }
}

#[derive(Debug, Template)]
#[template(path = "object.html")]
pub(crate) struct ObjectDetailsPage {
    pub(crate) page: Page,
    pub(crate) details: ObjectDetails,
    pub(crate) graph: Option<Graph>,
    /// Conditions that are to be changed.
    pub(crate) form: Fields,
}

pub(crate) async fn list(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let form = Fields::from_pairs(query);
    let query = object_query(&form)?;
    let (found, kinds) = who
        .ask(&shared, move |node, caller| {
            Ok((node.objects(caller, &query)?, node.kinds(caller)?))
        })
        .await?;
    html(&ObjectsPage {
        page: Page::of(&who),
        form,
        kinds,
        found,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = Id::parse(&id).map_err(|_| Failure::not_found())?;
    let page = Page::of(&who);
    html(&one(&who, &shared, page, id, Fields::default()).await?)
}

pub(crate) async fn change_conditions(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = Id::parse(&id).map_err(|_| Failure::not_found())?;
    let input = ConditionsInput::of(&fields);
    let (object, replace) = (id.clone(), fields.is("replace", "yes"));
    let result = who
        .ask(&shared, move |node, caller| {
            let conditions = node.conditions(caller, &input.read()?)?;
            if replace {
                node.set_conditions(caller, &object, &conditions)
            } else {
                node.add_conditions(caller, &object, &conditions)
            }
        })
        .await;
    match result {
        Ok(()) => Ok(go(&format!("/objects/{id}"), None)),
        Err(failure) if is_of_the_form(&failure) => {
            let page = Page::of(&who).at(&format!("/objects/{id}"));
            let page = page.with_findings(failure.diagnostics);
            let page = one(&who, &shared, page, id, fields).await?;
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

async fn one(
    who: &Permitted<ReadObjects>,
    shared: &Shared,
    page: Page,
    id: Id,
    form: Fields,
) -> Result<ObjectDetailsPage, Failure> {
    let details = who
        .ask(shared, move |node, caller| node.object(caller, &id))
        .await?
        .ok_or_else(Failure::not_found)?;
    let graph = Graph::of(&details.summary, &details.relations);
    Ok(ObjectDetailsPage {
        page,
        details,
        graph,
        form,
    })
}
