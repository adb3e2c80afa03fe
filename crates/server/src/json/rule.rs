//! Standing rules, in JSON.

use app::rule::{RuleSummary, RuleTerms};
use app::sharing::ReleaseSummary;
use serde_json::{Value, json};
use stix::id::Id;

use super::release;

/// A rule in a list. `source` is the name of the one in `terms`.
pub fn summary(rule: &RuleSummary) -> Value {
    json!({
        "id": rule.id.to_string(),
        "terms": terms(&rule.terms),
        "source": rule.source,
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

/// A rule with what it released.
pub fn details(rule: &RuleSummary, releases: &[ReleaseSummary]) -> Value {
    json!({
        "summary": summary(rule),
        "releases": releases.iter().map(release::summary).collect::<Vec<_>>(),
    })
}

/// What a rule says.
pub(super) fn terms(rule: &RuleTerms) -> Value {
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
