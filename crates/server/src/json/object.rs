//! What is held, in JSON.

use app::conditions::ConditionsView;
use app::object::{ImportReport, ObjectSummary, Relation, SightingView};
use incident::sector::Sector;
use serde_json::{Value, json};
use stix::id::Id;

/// An object in a list.
pub fn summary(object: &ObjectSummary) -> Value {
    json!({
        "id": object.id.as_str(),
        "type": object.kind,
        "title": object.title,
        "version": object.version,
        "marking": object.marking,
        "revoked": object.revoked,
    })
}

/// A relation of an object.
pub fn relation(relation: &Relation) -> Value {
    json!({
        "id": relation.relationship.as_str(),
        "relationship_type": relation.relationship_type,
        "outgoing": relation.outgoing,
        "other": summary(&relation.other),
    })
}

/// A sighting.
pub fn sighting(sighting: &SightingView) -> Value {
    json!({
        "id": sighting.id.as_str(),
        "of": summary(&sighting.of),
        "by": sighting.by,
        "sectors": sectors(&sighting.sectors),
        "count": sighting.count,
        "first_seen": sighting.first_seen,
        "last_seen": sighting.last_seen,
        "source": sighting.source,
        "on_edition": sighting.on_edition.as_ref().map(Id::as_str),
    })
}

/// Under which conditions an object was given.
pub fn conditions(conditions: &ConditionsView) -> Value {
    let caveats = conditions.caveats.iter();
    let caveats: Vec<Value> = caveats
        .map(|caveat| json!({ "only_to": caveat.only_to, "not_to": caveat.not_to }))
        .collect();
    json!({
        "consent": conditions.consent.name(),
        "embargo_until": conditions.embargo_until.map(|until| until.to_string()),
        "caveats": caveats,
    })
}

/// What became of objects that were entered.
pub fn report(report: &ImportReport) -> Value {
    let refused = report.refused.iter().map(|one| {
        let reasons = one.diagnostics.iter().map(ToString::to_string);
        json!({ "index": one.index, "id": one.id, "reasons": reasons.collect::<Vec<_>>() })
    });
    let warned = report.warned.iter().map(|one| {
        json!({ "index": one.index, "id": one.id.as_str(), "warning": one.diagnostic.to_string() })
    });
    json!({
        "stored": report.stored,
        "already_held": report.already_held,
        "conflicts": report.conflicts,
        "refused": refused.collect::<Vec<_>>(),
        "warned": warned.collect::<Vec<_>>(),
    })
}

/// Sectors by name.
pub(super) fn sectors(sectors: &[Sector]) -> Vec<&'static str> {
    sectors.iter().map(|sector| sector.name()).collect()
}
