//! Releases with their lives, in JSON.

use app::life::ReleaseLife;
use serde_json::{Value, json};

use super::{object, release};

/// A release with where it comes from and what became of it.
pub fn details(life: &ReleaseLife) -> Value {
    let given = life.given.iter().map(|given| {
        json!({
            "audience": given.audience,
            "objects": given.objects,
            "first": given.first.to_string(),
            "last": given.last.to_string(),
        })
    });
    json!({
        "summary": release::summary(&life.summary),
        "objects": life.objects.iter().map(object::summary).collect::<Vec<_>>(),
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
