//! Objects: search, and one with all that is known of it.

use app::object::{ObjectDetails, ObjectPage};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use stix::id::Id;

use crate::api::object_query;
use crate::error::Failure;
use crate::fields::Fields;
use crate::graph::Graph;
use crate::page::{Page, html};
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
    let details = who
        .ask(&shared, move |node, caller| node.object(caller, &id))
        .await?
        .ok_or_else(Failure::not_found)?;
    let graph = Graph::of(&details.summary, &details.relations);
    html(&ObjectDetailsPage {
        page: Page::of(&who),
        details,
        graph,
    })
}
