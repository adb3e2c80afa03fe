//! What this is, and the language switch.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use crate::error::Failure;
use crate::fields::Fields;
use crate::language::{self, Language};
use crate::page::{Page, go, html, local_path};
use crate::permission::{Permitted, SignedIn};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "about.html")]
pub(crate) struct AboutPage {
    pub(crate) page: Page,
    pub(crate) organisation: String,
    pub(crate) version: &'static str,
}

pub(crate) async fn show(
    who: Permitted<SignedIn>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let own = shared.ask(app::node::Node::own_organisation).await?;
    html(&AboutPage {
        page: Page::of(&who),
        organisation: own.name,
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Remembers the language and goes back. It changes nothing but what its own visitor sees, so that a link may do it.
pub(crate) async fn set_language(
    State(shared): State<Shared>,
    Path(code): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let language = Language::parse(&code).ok_or_else(Failure::not_found)?;
    let secure = if shared.config.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{}={}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}",
        language::COOKIE,
        language.code()
    );
    let query = Fields::from_pairs(query);
    Ok(go(local_path(query.get("to")), Some(&cookie)))
}
