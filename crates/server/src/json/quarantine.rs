//! What waits for a decision, in JSON.

use app::quarantine::{Judged, QuarantineDetails, QuarantineEntry};
use release::held::Consent;
use serde_json::{Value, json};

/// What waits, in a list.
pub fn entry(entry: &QuarantineEntry) -> Value {
    json!({
        "number": entry.number,
        "id": entry.id,
        "version": entry.version,
        "kind": entry.kind.name(),
        "source": entry.source,
        "at": entry.at.to_string(),
        "reasons": entry.reasons,
        "told": entry.told,
        "consent": entry.consent.map(Consent::name),
        "state": entry.state.name(),
        "decided": entry.decided.map(|at| at.to_string()),
        "decided_by": entry.decided_by,
        "note": entry.note,
    })
}

/// What waits, with its JSON where that may be shown.
pub fn details(details: &QuarantineDetails) -> Value {
    let mut shown = entry(&details.entry);
    if let Some(map) = shown.as_object_mut() {
        let text = details.json.as_deref();
        let object: Option<Value> = text.and_then(|text| serde_json::from_str(text).ok());
        map.insert("object".to_owned(), json!(object));
        map.insert("obstacle".to_owned(), json!(details.obstacle));
    }
    shown
}

/// What became of a decision.
pub fn judged(judged: &Judged) -> Value {
    json!({
        "number": judged.number,
        "done": judged.obstacle.is_none(),
        "obstacle": judged.obstacle,
    })
}
