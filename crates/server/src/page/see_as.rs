//! What an audience gets, exactly.

use app::party::Organisation;
use app::sharing::SeenAs;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use release::party::OrganisationId;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::{Page, html};
use crate::permission::{Permitted, SeeAs};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "see_as.html")]
pub(crate) struct SeeAsPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) organisations: Vec<Organisation>,
    /// None before an audience is chosen.
    pub(crate) seen: Option<SeenAs>,
}

pub(crate) async fn show(
    who: Permitted<SeeAs>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let form = Fields::from_pairs(query);
    let audience: Option<Option<OrganisationId>> = match form.some("audience") {
        None => None,
        Some("public") => Some(None),
        Some(id) => Some(Some(id.parse().map_err(|_| Failure::not_found())?)),
    };
    let (organisations, seen) = who
        .ask(&shared, move |node, caller| {
            let seen = match audience {
                Some(audience) => Some(node.see_as(caller, audience)?),
                None => None,
            };
            Ok((node.organisations(caller)?, seen))
        })
        .await?;
    html(&SeeAsPage {
        page: Page::of(&who),
        form,
        organisations,
        seen,
    })
}
