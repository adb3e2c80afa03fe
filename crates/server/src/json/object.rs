//! What is held, in JSON.

use app::object::{ObjectSummary, Relation, SightingView};
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

/// Sectors by name.
pub(super) fn sectors(sectors: &[Sector]) -> Vec<&'static str> {
    sectors.iter().map(|sector| sector.name()).collect()
}
