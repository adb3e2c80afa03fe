//! Entering objects, and under which conditions they are given.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use stix::id::Id;

use super::Answer;
use crate::conditions_input::ConditionsInput;
use crate::error::Failure;
use crate::fields::JsonBody;
use crate::permission::{AddObjects, Permitted, ReadObjects};
use crate::shared::Shared;

/// Objects to be entered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryInput {
    /// As they are: an object is kept as received.
    objects: Vec<Box<RawValue>>,
    #[serde(default)]
    conditions: ConditionsInput,
}

/// Other conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionsChange {
    conditions: ConditionsInput,
    /// In place of those that hold, not beside them.
    #[serde(default)]
    replace: bool,
}

pub(crate) async fn enter(
    who: Permitted<AddObjects>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<EntryInput>,
) -> Answer {
    let report = who
        .ask(&shared, move |node, caller| {
            let conditions = node.conditions(caller, &input.conditions.read()?)?;
            let texts: Vec<String> = input
                .objects
                .iter()
                .map(|one| one.get().to_owned())
                .collect();
            node.import_under(caller, &texts, 0, &conditions)
        })
        .await?;
    Ok(Json(crate::json::object::report(&report)))
}

pub(crate) async fn change_conditions(
    who: Permitted<ReadObjects>,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    JsonBody(input): JsonBody<ConditionsChange>,
) -> Answer {
    let id = Id::parse(&id).map_err(|_| Failure::not_found())?;
    let found = who
        .ask(&shared, move |node, caller| {
            let conditions = node.conditions(caller, &input.conditions.read()?)?;
            if input.replace {
                node.set_conditions(caller, &id, &conditions)?;
            } else {
                node.add_conditions(caller, &id, &conditions)?;
            }
            node.object(caller, &id)
        })
        .await?
        .ok_or_else(Failure::not_found)?;
    let conditions = crate::json::object::conditions(&found.conditions);
    Ok(Json(json!({ "conditions": conditions })))
}
