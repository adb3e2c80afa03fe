//! Releases, what they would do, and when a second person confirms, in JSON.

use app::four_eyes::FourEyes;
use app::proposal::Made;
use app::sharing::{Outcome, Preview, ReleaseSummary};
use serde_json::{Value, json};
use stix::marking::Tlp;

use super::object;

/// A release in a list.
pub fn summary(release: &ReleaseSummary) -> Value {
    json!({
        "id": release.id.to_string(),
        "recipients": release.recipients,
        "ceiling": release.ceiling.label(),
        "confirmed": release.confirmed.to_string(),
        "confirmed_by": release.confirmed_by,
        "objects": release.objects,
        "reason": release.reason,
        "until": release.until.map(|at| at.to_string()),
        "withdrawn": release.withdrawn.map(|at| at.to_string()),
    })
}

/// What a proposal would do: for each object a cell for each audience, in the order of `audiences`; `already` where the
/// audience gets the same without it.
pub fn preview(preview: &Preview) -> Value {
    let rows = preview.rows.iter().map(|row| {
        let cells = row.cells.iter().zip(&row.already);
        let cells = cells.map(|(cell, already)| match cell {
            Outcome::Edition { cut } => {
                json!({ "outcome": "edition", "cut": cut, "already": already })
            }
            Outcome::Nothing => json!({ "outcome": "nothing" }),
            Outcome::Whole => json!({ "outcome": "whole", "already": already }),
        });
        json!({
            "object": object::summary(&row.object),
            "source": row.source,
            "cells": cells.collect::<Vec<_>>(),
        })
    });
    json!({
        "audiences": preview.audiences,
        "rows": rows.collect::<Vec<_>>(),
        "warnings": preview.warnings,
        "second": preview.second.iter().map(|reason| reason.name()).collect::<Vec<_>>(),
        "digest": preview.digest,
    })
}

/// What came of a proposal.
pub fn made(made: Made) -> Value {
    match made {
        Made::Release(release) => json!({ "id": release.to_string(), "kind": "release" }),
        Made::Rule(rule) => json!({ "id": rule.to_string(), "kind": "rule" }),
    }
}

/// When a second person has to confirm.
pub fn policy(policy: FourEyes) -> Value {
    json!({
        "always": policy.always,
        "above": policy.above.map(Tlp::label),
        "public": policy.public,
        "foreign": policy.foreign,
    })
}
