//! The front page.

use app::access::Action;
use app::dashboard::Dashboard;
use app::membership::Membership;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::error::Failure;
use crate::page::{Page, html};
use crate::permission::{Permitted, SignedIn};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "dashboard.html")]
pub(crate) struct DashboardPage {
    pub(crate) page: Page,
    pub(crate) organisation: String,
    /// None for who may not read the register.
    pub(crate) dashboard: Option<Dashboard>,
    /// The communities of a member.
    pub(crate) memberships: Vec<Membership>,
}

pub(crate) async fn show(
    who: Permitted<SignedIn>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let own = shared.ask(app::node::Node::own_organisation).await?;
    let needed = [
        Action::ReadObjects,
        Action::ReadRegister,
        Action::ReadReleases,
    ];
    let may = needed.into_iter().all(|action| who.caller.may(action));
    let dashboard = if may {
        let found = who.ask(&shared, app::node::Node::dashboard).await?;
        Some(found)
    } else {
        None
    };
    let memberships = if who.caller.may(Action::ReadMembership) {
        who.ask(&shared, app::node::Node::memberships).await?
    } else {
        Vec::new()
    };
    html(&DashboardPage {
        page: Page::of(&who),
        organisation: own.name,
        dashboard,
        memberships,
    })
}
