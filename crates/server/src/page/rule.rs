//! Standing rules: list, one, and a new one.

use app::error::AppError;
use app::party::{Community, Organisation};
use app::rule::RuleSummary;
use app::sharing::ReleaseSummary;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use release::party::RuleId;
use stix::marking::Tlp;

use crate::error::Failure;
use crate::fields::Fields;
use crate::page::{Page, go, html};
use crate::permission::{Permitted, ReadReleases, Release, RequestRelease};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "rules.html")]
pub(crate) struct RulesPage {
    pub(crate) page: Page,
    pub(crate) rules: Vec<RuleSummary>,
}

#[derive(Debug, Template)]
#[template(path = "rule.html")]
pub(crate) struct RulePage {
    pub(crate) page: Page,
    pub(crate) rule: RuleSummary,
    pub(crate) releases: Vec<ReleaseSummary>,
}

#[derive(Debug, Template)]
#[template(path = "rule_new.html")]
pub(crate) struct NewRulePage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) communities: Vec<Community>,
}

pub(crate) async fn list(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
) -> Result<Response, Failure> {
    let rules = who.ask(&shared, app::node::Node::rules).await?;
    html(&RulesPage {
        page: Page::of(&who),
        rules,
    })
}

pub(crate) async fn show(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id: RuleId = id.parse().map_err(|_| Failure::not_found())?;
    let (rule, releases) = who
        .ask(&shared, move |node, caller| node.rule(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    html(&RulePage {
        page: Page::of(&who),
        rule,
        releases,
    })
}

/// The form; `related_to` of the query fills in what the objects are related to.
pub(crate) async fn form(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = Fields::from_pairs(query);
    let form = Fields::default()
        .with("kinds", "indicator")
        .with("related_to", query.get("related_to"))
        .with("at_most", Tlp::Green.label())
        .with("ceiling", Tlp::Green.label());
    let page = Page::of(&who);
    html(&new_page(&who, &shared, page, form).await?)
}

pub(crate) async fn new_page<N>(
    who: &Permitted<N>,
    shared: &Shared,
    page: Page,
    form: Fields,
) -> Result<NewRulePage, Failure> {
    let (organisations, communities) = who
        .ask(shared, |node, caller| {
            Ok((node.organisations(caller)?, node.communities(caller)?))
        })
        .await?;
    Ok(NewRulePage {
        page,
        form,
        organisations,
        communities,
    })
}

/// Lets a rule rest, go on, or end, as the field `to` says.
pub(crate) async fn set(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id: RuleId = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| match fields.get("to") {
        "end" => node.end_rule(caller, id),
        "pause" => node.pause_rule(caller, id),
        "resume" => node.resume_rule(caller, id),
        _ => Err(AppError::NotFound),
    })
    .await?;
    Ok(go(&format!("/rules/{id}"), None))
}
