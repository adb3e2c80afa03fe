//! Incidents of the register, in JSON.

use app::register::{IncidentDetails, IncidentSummary};
use incident::sector::Sector;
use serde_json::{Value, json};

use super::{object, release};

/// An incident in a list.
pub fn summary(incident: &IncidentSummary) -> Value {
    json!({
        "id": incident.id.as_str(),
        "number": incident.number,
        "title": incident.title,
        "victim": incident.victim,
        "sector": incident.sector.map(Sector::name),
        "occurred": incident.occurred,
        "recorded": incident.recorded.to_string(),
        "classification": incident.classification,
        "determination": incident.determination.name(),
        "status": incident.status.name(),
        "sightings": incident.sightings,
    })
}

/// An incident with what belongs to it.
pub fn details(details: &IncidentDetails) -> Value {
    let entry = &details.incident;
    let attributions = entry.attributions.iter().map(|attribution| {
        json!({
            "kind": attribution.kind.name(),
            "actor": attribution.actor.as_str(),
            "actor_name": attribution.actor_name,
            "confidence": attribution.confidence.value(),
            "author": attribution.author,
            "stated": attribution.stated.to_string(),
            "marking": attribution.marking.label(),
        })
    });
    json!({
        "summary": summary(&details.summary),
        "description": entry.description,
        "learnt": entry.learnt.to_string(),
        "attributions": attributions.collect::<Vec<_>>(),
        "consent": entry.consent,
        "marking": entry.marking.label(),
        "victim_marking": entry.victim_marking.label(),
        "objects": details.objects.iter().map(object::summary).collect::<Vec<_>>(),
        "sightings": details.sightings.iter().map(object::sighting).collect::<Vec<_>>(),
        "sectors_seen": object::sectors(&details.sectors_seen),
        "releases": details.releases.iter().map(release::summary).collect::<Vec<_>>(),
    })
}
