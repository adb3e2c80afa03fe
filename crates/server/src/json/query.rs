//! Saved queries, in JSON.

use app::object::ObjectSummary;
use app::query::SavedQuery;
use serde_json::{Value, json};

use super::object;

/// A query in a list.
pub fn summary(query: &SavedQuery) -> Value {
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

/// A query with what it finds.
pub fn details(query: &SavedQuery, found: &[ObjectSummary]) -> Value {
    json!({
        "query": summary(query),
        "objects": found.iter().map(object::summary).collect::<Vec<_>>(),
    })
}
