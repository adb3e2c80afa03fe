//! What waits for a decision, and how far those who send are trusted.

use app::error::AppError;
use app::quarantine::{Judgement, QuarantineKind, QuarantineQuery, QuarantineState};
use app::trust::Trust;
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Parameters, bad_number, limit};
use crate::error::Failure;
use crate::fields::{Fields, JsonBody};
use crate::json;
use crate::permission::{JudgeIntake, ManageParties, Permitted};
use crate::shared::Shared;

/// What is decided on objects in quarantine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgementInput {
    numbers: Vec<i64>,
    /// `accept` or `reject`.
    judgement: String,
    #[serde(default)]
    reason: String,
}

/// How far an organisation is to be trusted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustInput {
    level: String,
}

pub(crate) async fn list(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let query = query(&Fields::from_pairs(parameters))?;
    let page = who
        .ask(&shared, move |node, caller| node.quarantine(caller, &query))
        .await?;
    let entries: Vec<Value> = page.entries.iter().map(json::quarantine::entry).collect();
    Ok(Json(json!({ "quarantine": entries, "next": page.next })))
}

/// What the parameters `state`, `kind`, `source`, `before`, `limit` ask for.
pub(crate) fn query(fields: &Fields) -> Result<QuarantineQuery, Failure> {
    let before = match fields.some("before") {
        Some(text) => Some(text.parse().map_err(|_| bad_number("before", text))?),
        None => None,
    };
    Ok(QuarantineQuery {
        state: field(fields, "state", QuarantineState::parse)?,
        kind: field(fields, "kind", QuarantineKind::parse)?,
        source: field(fields, "source", |text| text.parse().ok())?,
        before,
        limit: limit(fields)?,
    })
}

fn field<T>(
    fields: &Fields,
    name: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    match fields.some(name).filter(|text| *text != "all") {
        Some(text) => Ok(Some(read(text).ok_or_else(|| bad_number(name, text))?)),
        None => Ok(None),
    }
}

pub(crate) async fn show(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    Path(number): Path<String>,
) -> Answer {
    let number = number.parse().map_err(|_| Failure::not_found())?;
    let found = who
        .ask(&shared, move |node, caller| {
            node.quarantined(caller, number)
        })
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::quarantine::details(&found)))
}

pub(crate) async fn judge(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<JudgementInput>,
) -> Answer {
    let judgement = judgement(&input.judgement)?;
    let judged = who
        .ask(&shared, move |node, caller| {
            node.judge(caller, &input.numbers, judgement, &input.reason)
        })
        .await?;
    let judged: Vec<Value> = judged.iter().map(json::quarantine::judged).collect();
    Ok(Json(json!({ "judged": judged })))
}

/// Reads `accept` or `reject`.
pub(crate) fn judgement(text: &str) -> Result<Judgement, Failure> {
    match text {
        "accept" => Ok(Judgement::Accept),
        "reject" => Ok(Judgement::Reject),
        other => Err(bad_number("judgement", other)),
    }
}

pub(crate) async fn set_trust(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<TrustInput>,
) -> Answer {
    let level = Trust::parse(&input.level).ok_or_else(|| bad_number("level", &input.level))?;
    who.ask(&shared, move |node, caller| {
        let organisation = id.parse().map_err(|_| AppError::NotFound)?;
        node.set_trust(caller, organisation, level)
    })
    .await?;
    Ok(Json(json!({ "level": level.name() })))
}
