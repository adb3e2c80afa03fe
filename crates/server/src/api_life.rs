//! The JSON API for the life of a release: requests, rules, saved queries, the policy.

use app::four_eyes::FourEyes;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Answer;
use crate::error::Failure;
use crate::fields::JsonBody;
use crate::input::{ReleaseInput, level};
use crate::json;
use crate::permission::{
    ManageNode, Permitted, ReadObjects, ReadReleases, Release, RequestRelease,
};
use crate::proposal_input::QueryInput;
use crate::shared::Shared;

/// A body with a reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    reason: String,
}

/// A body that says what was looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    digest: String,
}

/// The policy as a body has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyInput {
    always: bool,
    above: Option<String>,
    public: bool,
    foreign: bool,
}

pub(crate) async fn preview(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<ReleaseInput>,
) -> Answer {
    let preview = who
        .ask(&shared, move |node, caller| {
            node.preview_proposal(caller, &input.proposal(node, caller)?)
        })
        .await?;
    Ok(Json(json::release::preview(&preview)))
}

pub(crate) async fn confirm(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<ReleaseInput>,
) -> Answer {
    let made = who
        .ask(&shared, move |node, caller| {
            let proposal = input.proposal(node, caller)?;
            node.confirm_proposal(caller, &proposal, input.digest())
        })
        .await?;
    Ok(Json(json::release::made(made)))
}

pub(crate) async fn ask(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<ReleaseInput>,
) -> Answer {
    let id = who
        .ask(&shared, move |node, caller| {
            node.ask(caller, &input.proposal(node, caller)?)
        })
        .await?;
    Ok(Json(json!({ "id": id.to_string() })))
}

pub(crate) async fn requests(who: Permitted<ReadReleases>, State(shared): State<Shared>) -> Answer {
    let requests = who
        .ask(&shared, |node, caller| node.requests(caller, MAX_LISTED))
        .await?;
    let requests: Vec<Value> = requests.iter().map(json::request::summary).collect();
    Ok(Json(json!({ "requests": requests })))
}

pub(crate) async fn request(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let found = who
        .ask(&shared, move |node, caller| node.request(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::request::details(&found)))
}

pub(crate) async fn confirm_request(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(looked): JsonBody<Looked>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let made = who
        .ask(&shared, move |node, caller| {
            node.confirm_request(caller, id, &looked.digest)
        })
        .await?;
    Ok(Json(json::release::made(made)))
}

pub(crate) async fn reject_request(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Reason>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| {
        node.reject_request(caller, id, &body.reason)
    })
    .await?;
    Ok(Json(json!({ "id": id.to_string(), "state": "rejected" })))
}

pub(crate) async fn release(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let life = who
        .ask(&shared, move |node, caller| node.release_life(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::life::details(&life)))
}

pub(crate) async fn withdraw(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Reason>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let withdrawn = who
        .ask(&shared, move |node, caller| {
            node.withdraw(caller, id, &body.reason)
        })
        .await?;
    Ok(Json(
        json!({ "id": id.to_string(), "withdrawn": withdrawn }),
    ))
}

pub(crate) async fn rules(who: Permitted<ReadReleases>, State(shared): State<Shared>) -> Answer {
    let rules = who.ask(&shared, app::node::Node::rules).await?;
    let rules: Vec<Value> = rules.iter().map(json::rule::summary).collect();
    Ok(Json(json!({ "rules": rules })))
}

pub(crate) async fn rule(
    who: Permitted<ReadReleases>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let (summary, releases) = who
        .ask(&shared, move |node, caller| node.rule(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::rule::details(&summary, &releases)))
}

/// `pause`, `resume` or `end`.
pub(crate) async fn set_rule(
    who: Permitted<Release>,
    State(shared): State<Shared>,
    Path((id, to)): Path<(String, String)>,
    JsonBody(_): JsonBody<serde_json::Map<String, Value>>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let state = who
        .ask(&shared, move |node, caller| {
            match to.as_str() {
                "end" => node.end_rule(caller, id)?,
                "pause" => node.pause_rule(caller, id)?,
                "resume" => node.resume_rule(caller, id)?,
                _ => return Err(app::error::AppError::NotFound),
            }
            Ok(node.rule(caller, id)?.map(|(summary, _)| summary.state))
        })
        .await?;
    Ok(Json(json!({ "id": id.to_string(), "state": state })))
}

pub(crate) async fn queries(who: Permitted<ReadObjects>, State(shared): State<Shared>) -> Answer {
    let queries = who.ask(&shared, app::node::Node::queries).await?;
    let queries: Vec<Value> = queries.iter().map(json::query::summary).collect();
    Ok(Json(json!({ "queries": queries })))
}

pub(crate) async fn query(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    let (saved, found) = who
        .ask(&shared, move |node, caller| node.query(caller, id))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::query::details(&saved, &found)))
}

pub(crate) async fn save_query(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<QueryInput>,
) -> Answer {
    let id = who
        .ask(&shared, move |node, caller| {
            node.save_query(caller, None, &input.name, &input.terms()?)
        })
        .await?;
    Ok(Json(json!({ "id": id.to_string() })))
}

pub(crate) async fn change_query(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<QueryInput>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| {
        node.save_query(caller, Some(id), &input.name, &input.terms()?)
    })
    .await?;
    Ok(Json(json!({ "id": id.to_string() })))
}

pub(crate) async fn remove_query(
    who: Permitted<RequestRelease>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(_): JsonBody<serde_json::Map<String, Value>>,
) -> Answer {
    let id = id.parse().map_err(|_| Failure::not_found())?;
    who.ask(&shared, move |node, caller| node.remove_query(caller, id))
        .await?;
    Ok(Json(json!({ "id": id.to_string(), "removed": true })))
}

pub(crate) async fn policy(who: Permitted<ReadReleases>, State(shared): State<Shared>) -> Answer {
    let policy = who.ask(&shared, app::node::Node::four_eyes).await?;
    Ok(Json(json::release::policy(policy)))
}

pub(crate) async fn set_policy(
    who: Permitted<ManageNode>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<PolicyInput>,
) -> Answer {
    let above = level("above", input.above.as_deref())?;
    let policy = FourEyes {
        always: input.always,
        above,
        public: input.public,
        foreign: input.foreign,
    };
    who.ask(&shared, move |node, caller| {
        node.set_four_eyes(caller, policy)
    })
    .await?;
    Ok(Json(json::release::policy(policy)))
}

/// Requests of one answer: what waits is decided within days.
const MAX_LISTED: u32 = 500;
