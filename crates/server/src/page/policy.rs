//! When a second person has to confirm.

use app::four_eyes::FourEyes;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use stix::marking::Tlp;

use crate::error::Failure;
use crate::fields::Fields;
use crate::input::level;
use crate::page::{Page, go, html};
use crate::permission::{ManageNode, Permitted};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub(crate) struct PolicyPage {
    pub(crate) page: Page,
    pub(crate) policy: FourEyes,
    pub(crate) small_house: bool,
}

impl PolicyPage {
    pub(crate) fn above(&self) -> &'static str {
        self.policy.above.map_or("", Tlp::label)
    }
}

pub(crate) async fn show(
    who: Permitted<ManageNode>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let (policy, small_house) = who
        .ask(&shared, |node, caller| {
            Ok((node.four_eyes(caller)?, node.is_small_house()?))
        })
        .await?;
    html(&PolicyPage {
        page: Page::of(&who),
        policy,
        small_house,
    })
}

pub(crate) async fn set(
    who: Permitted<ManageNode>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let above = level("above", fields.some("above"))?;
    let policy = FourEyes {
        always: fields.is("always", "yes"),
        above,
        public: fields.is("public", "yes"),
        foreign: fields.is("foreign", "yes"),
    };
    who.ask(&shared, move |node, caller| {
        node.set_four_eyes(caller, policy)
    })
    .await?;
    Ok(go("/policy", None))
}
