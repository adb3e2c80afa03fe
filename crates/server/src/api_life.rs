//! The JSON API for the life of a release: requests, rules, saved queries, the policy.

use app::four_eyes::FourEyes;
use app::life::ReleaseLife;
use app::proposal::{Made, Proposal};
use app::query::SavedQuery;
use app::request::RequestSummary;
use app::rule::{RuleSummary, RuleTerms};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;

use crate::api::{Answer, object_summary, preview_json, release_summary};
use crate::error::Failure;
use crate::fields::JsonBody;
use crate::input::ReleaseInput;
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
    Ok(Json(preview_json(&preview)))
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
    Ok(Json(made_json(made)))
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
    let requests: Vec<Value> = requests.iter().map(request_json).collect();
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
    Ok(Json(json!({
        "summary": request_json(&found.summary),
        "preview": found.preview.as_ref().map(preview_json),
        "problem": found.problem,
    })))
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
    Ok(Json(made_json(made)))
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
    Ok(Json(life_json(&life)))
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
    let rules: Vec<Value> = rules.iter().map(rule_json).collect();
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
    let releases: Vec<Value> = releases.iter().map(release_summary).collect();
    Ok(Json(
        json!({ "summary": rule_json(&summary), "releases": releases }),
    ))
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
    let queries: Vec<Value> = queries.iter().map(query_json).collect();
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
    let found: Vec<Value> = found.iter().map(object_summary).collect();
    Ok(Json(
        json!({ "query": query_json(&saved), "objects": found }),
    ))
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
    Ok(Json(policy_json(policy)))
}

pub(crate) async fn set_policy(
    who: Permitted<ManageNode>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<PolicyInput>,
) -> Answer {
    let above = match &input.above {
        None => None,
        Some(label) => Some(Tlp::from_label(label).ok_or_else(|| {
            let message = format!("`above` cannot be `{label}`");
            Failure::field("SERVER-FIELD-02", "above", message)
        })?),
    };
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
    Ok(Json(policy_json(policy)))
}

fn policy_json(policy: FourEyes) -> Value {
    json!({
        "always": policy.always,
        "above": policy.above.map(Tlp::label),
        "public": policy.public,
        "foreign": policy.foreign,
    })
}

fn made_json(made: Made) -> Value {
    match made {
        Made::Release(release) => json!({ "id": release.to_string(), "kind": "release" }),
        Made::Rule(rule) => json!({ "id": rule.to_string(), "kind": "rule" }),
    }
}

fn request_json(request: &RequestSummary) -> Value {
    json!({
        "id": request.id.to_string(),
        "kind": request.proposal.kind(),
        "proposal": proposal_json(&request.proposal),
        "recipients": request.recipients,
        "reason": request.proposal.reason(),
        "state": request.state.name(),
        "requested_by": request.requested_by,
        "requested": request.requested.to_string(),
        "expires": request.expires.to_string(),
        "decided_by": request.decided_by,
        "decided": request.decided.map(|at| at.to_string()),
        "rejected_for": request.rejected_for,
        "made": request.made,
    })
}

fn proposal_json(proposal: &Proposal) -> Value {
    let terms = |terms: &app::sharing::ReleaseRequest| {
        json!({
            "objects": terms.objects.iter().map(Id::as_str).collect::<Vec<_>>(),
            "with_references": terms.with_references,
            "ceiling": terms.ceiling.label(),
            "cuts": terms.cuts.iter().map(crate::view::cut).collect::<Vec<_>>(),
            "until": terms.until.map(|at| at.to_string()),
        })
    };
    match proposal {
        Proposal::Correction { of, .. } => json!({ "corrects": of.to_string() }),
        Proposal::Query {
            query,
            terms: request,
        } => {
            let mut value = terms(request);
            if let Some(map) = value.as_object_mut() {
                map.remove("objects");
                map.insert("query".to_owned(), json!(query.to_string()));
            }
            value
        }
        Proposal::Release(request) => terms(request),
        Proposal::Rule(rule) => rule_terms(rule),
    }
}

fn rule_terms(rule: &RuleTerms) -> Value {
    let condition = &rule.condition;
    json!({
        "kinds": condition.kinds,
        "labels": condition.labels,
        "related_to": condition.related_to.as_ref().map(Id::as_str),
        "source": condition.source.map(|source| source.to_string()),
        "at_most": condition.at_most.label(),
        "ceiling": rule.ceiling.label(),
        "with_references": rule.with_references,
        "until": rule.until.map(|at| at.to_string()),
    })
}

fn rule_json(rule: &RuleSummary) -> Value {
    json!({
        "id": rule.id.to_string(),
        "terms": rule_terms(&rule.terms),
        "recipients": rule.recipients,
        "reason": rule.terms.reason,
        "state": rule.state,
        "note": rule.note,
        "requested_by": rule.requested_by,
        "confirmed_by": rule.confirmed_by,
        "confirmed": rule.confirmed.to_string(),
        "released": rule.released,
    })
}

fn query_json(query: &SavedQuery) -> Value {
    let terms = &query.terms;
    json!({
        "id": query.id.to_string(),
        "name": query.name,
        "text": terms.text,
        "kinds": terms.kinds,
        "values": terms.values,
        "markings": terms.markings.iter().map(|level| level.label()).collect::<Vec<_>>(),
        "received_from": terms.received_from.map(|at| at.to_string()),
        "received_until": terms.received_until.map(|at| at.to_string()),
        "last_days": terms.last_days,
        "changed_by": query.changed_by,
        "changed": query.changed.to_string(),
    })
}

fn life_json(life: &ReleaseLife) -> Value {
    let given = life.given.iter().map(|given| {
        json!({
            "audience": given.audience,
            "objects": given.objects,
            "first": given.first.to_string(),
            "last": given.last.to_string(),
        })
    });
    json!({
        "summary": release_summary(&life.summary),
        "objects": life.objects.iter().map(object_summary).collect::<Vec<_>>(),
        "state": life.state,
        "requested_by": life.requested_by,
        "request": life.request.map(|id| id.to_string()),
        "rule": life.rule.map(|id| id.to_string()),
        "query": life.query,
        "corrects": life.corrects.map(|id| id.to_string()),
        "corrected_by": life.corrected_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "withdrawn_by": life.withdrawn_by,
        "withdrawn_for": life.withdrawn_for,
        "given": given.collect::<Vec<_>>(),
    })
}

/// Requests of one answer: what waits is decided within days.
const MAX_LISTED: u32 = 500;
