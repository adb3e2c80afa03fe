//! A register entry as STIX objects: the incident with the Incident Core Extension rev 07, the victim, and the
//! relationships, each marked by itself.

use base::diagnostic::Diagnostic;
use base::id_source::IdSource;
use jiff::Timestamp;
use serde_json::json;
use stix::build::Draft;
use stix::id::Id;
use stix::object::Object;

use crate::model::Incident;

/// The property extension of `incident`.
pub const INCIDENT_EXTENSION: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";

/// The objects of a register entry, those that others refer to first.
///
/// The incident itself carries the entry's marking; its description carries the victim's. The victim's identity and
/// the relationship to it carry the victim's marking, an attribution its own.
///
/// # Errors
/// Diagnostics of the object that could not be made, for example for a title that is too long.
pub fn objects(
    incident: &Incident,
    created_by: &Id,
    now: Timestamp,
    ids: &dyn IdSource,
) -> Result<Vec<Object>, Vec<Diagnostic>> {
    let mut made = Vec::new();
    let mut extension = json!({
        "extension_type": "property-extension",
        "determination": incident.determination.name(),
        "investigation_status": incident.status.name(),
    });
    if let (Some(kind), Some(map)) = (
        incident.classification.event_type(),
        extension.as_object_mut(),
    ) {
        map.insert("incident_types".to_owned(), json!([kind]));
    }
    let mut draft = Draft::object_with_id(incident.id.as_str(), now)
        .created_by(created_by)
        .set("name", incident.title.as_str())
        .set(
            "labels",
            json!([format!("rsit:{}", incident.classification)]),
        )
        .set("extensions", json!({ INCIDENT_EXTENSION: extension }))
        .marked(incident.marking);
    if !incident.description.is_empty() {
        draft = draft.set("description", incident.description.as_str());
        if incident.victim_marking > incident.marking {
            draft = draft.marked_parts(incident.victim_marking, &["description"]);
        }
    }
    made.push(draft.finish()?);

    if let Some(victim) = &incident.victim {
        let identity = Draft::object_with_id(victim.identity.as_str(), now)
            .created_by(created_by)
            .set("name", victim.name.as_str())
            .set("identity_class", "organization")
            .set_list(
                "sectors",
                victim.sector.map(super::sector::Sector::industry_sector),
            )
            .marked(incident.victim_marking);
        made.push(identity.finish()?);
        made.push(
            Draft::relationship("targets", &incident.id, &victim.identity, now, ids)
                .created_by(created_by)
                .set_some(
                    "start_time",
                    incident.occurred.map(|moment| stix_time(moment.at)),
                )
                .marked(incident.victim_marking)
                .finish()?,
        );
    }
    for attribution in &incident.attributions {
        made.push(
            Draft::relationship("attributed-to", &incident.id, &attribution.actor, now, ids)
                .created_by(created_by)
                .set("confidence", attribution.confidence.value())
                .set(
                    "description",
                    format!(
                        "{} by {} on {}",
                        attribution.kind.name(),
                        attribution.author,
                        stix_time(attribution.stated)
                    ),
                )
                .marked(attribution.marking)
                .finish()?,
        );
    }
    Ok(made)
}

fn stix_time(at: Timestamp) -> String {
    stix::timestamp::Timestamp::from_instant(at).to_string()
}
