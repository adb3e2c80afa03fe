//! The register of incidents.

use std::collections::BTreeSet;

use incident::attribution::{Attribution, AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, Incident, InvestigationStatus, Moment, Victim};
use incident::sector::Sector;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use release::conditions::Conditions;
use release::held::Consent;
use stix::id::Id;
use stix::marking::Tlp;
use store::database::Reader;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::{Node, own};
use crate::object::{ObjectSummary, SightingView};
use crate::sharing::ReleaseSummary;
use crate::view::{one, sightings_of, summaries};

/// An incident to be entered.
#[derive(Debug, Clone)]
pub struct NewIncident {
    /// A name that gives nothing away.
    pub title: String,
    /// What happened; marked as the victim's.
    pub description: String,
    /// To whom.
    pub victim: Option<NewVictim>,
    /// When it happened.
    pub occurred: Option<Moment>,
    /// When the node learnt of it; now if not given.
    pub learnt: Option<Timestamp>,
    /// What kind of incident it is.
    pub classification: Classification,
    /// How sure it is that it is one.
    pub determination: Determination,
    /// How far its handling has come.
    pub status: InvestigationStatus,
    /// Who is thought to be behind it.
    pub attributions: Vec<NewAttribution>,
    /// Whether the victim consents to its being passed on.
    pub consent: bool,
    /// Who may know of the incident at all.
    pub marking: Tlp,
    /// Who may know the victim, and the description.
    pub victim_marking: Tlp,
    /// Objects that belong to it.
    pub objects: Vec<Id>,
}

/// The victim of an incident to be entered.
#[derive(Debug, Clone)]
pub struct NewVictim {
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<Sector>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// A statement of attribution to be entered.
#[derive(Debug, Clone)]
pub struct NewAttribution {
    /// Assessed or public.
    pub kind: AttributionKind,
    /// The actor, which the node holds.
    pub actor: Id,
    /// How much trust the author puts in it.
    pub confidence: Confidence,
    /// Who says so.
    pub author: String,
    /// Who may know.
    pub marking: Tlp,
}

/// An incident in a list.
#[derive(Debug, Clone)]
pub struct IncidentSummary {
    /// The identifier of its STIX object.
    pub id: Id,
    /// The number by which people call it.
    pub number: String,
    /// Its name.
    pub title: String,
    /// The victim's name.
    pub victim: Option<String>,
    /// The victim's sector.
    pub sector: Option<Sector>,
    /// When it happened, as far as that is known.
    pub occurred: Option<String>,
    /// When it was entered.
    pub recorded: Timestamp,
    /// Its class and value.
    pub classification: String,
    /// How sure it is that it is one.
    pub determination: Determination,
    /// How far its handling has come.
    pub status: InvestigationStatus,
    /// How many sightings there are of what belongs to it.
    pub sightings: u64,
}

/// One incident with what is around it.
#[derive(Debug, Clone)]
pub struct IncidentDetails {
    /// As in a list.
    pub summary: IncidentSummary,
    /// The entry.
    pub incident: Incident,
    /// What belongs to it.
    pub objects: Vec<ObjectSummary>,
    /// The sightings of what belongs to it.
    pub sightings: Vec<SightingView>,
    /// The sectors that saw it.
    pub sectors_seen: Vec<Sector>,
    /// The releases that name it.
    pub releases: Vec<ReleaseSummary>,
}

impl Node {
    /// Enters an incident and puts its STIX objects into the node.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn register(
        &self,
        caller: &Caller,
        new: &NewIncident,
    ) -> Result<IncidentSummary, AppError> {
        caller.require(Action::Register)?;
        if new.title.trim().is_empty() || new.title.chars().count() > MAX_TITLE_CHARS {
            let message = format!("a title has 1 to {MAX_TITLE_CHARS} characters");
            return Err(AppError::invalid("APP-INCIDENT-01", message));
        }
        if let Some(victim) = new
            .victim
            .as_ref()
            .filter(|victim| new.title.contains(&victim.name))
        {
            let message = format!(
                "the title names the victim `{}`, but goes to everybody who may know of the incident",
                victim.name
            );
            return Err(AppError::invalid("APP-INCIDENT-02", message));
        }
        let now = self.clock.now();
        let mut names = Vec::new();
        for attribution in &new.attributions {
            let actor = self.through_gate(caller, |_, gate| one(gate, &attribution.actor))?;
            let Some(actor) = actor else {
                let message = format!("the actor `{}` is not held", attribution.actor);
                return Err(AppError::invalid("APP-INCIDENT-03", message));
            };
            names.push(actor.object().title().to_owned());
        }
        let id = |kind: &str| Id::new(kind, self.ids.uuid()).map_err(|_| AppError::NotFound);
        let incident_id = id("incident")?;
        let victim_id = id("identity")?;
        self.store.write(|writer| {
            let year = now.to_zoned(TimeZone::UTC).year();
            let attributions =
                new.attributions
                    .iter()
                    .zip(names)
                    .map(|(one, actor_name)| Attribution {
                        kind: one.kind,
                        actor: one.actor.clone(),
                        actor_name,
                        confidence: one.confidence,
                        author: one.author.clone(),
                        stated: now,
                        marking: one.marking,
                    });
            let incident = Incident {
                id: incident_id,
                number: writer.next_incident_number(year)?,
                title: new.title.trim().to_owned(),
                description: new.description.clone(),
                victim: new.victim.as_ref().map(|victim| Victim {
                    identity: victim_id,
                    name: victim.name.clone(),
                    sector: victim.sector,
                    country: victim.country.clone(),
                }),
                occurred: new.occurred,
                learnt: new.learnt.unwrap_or(now),
                recorded: now,
                classification: new.classification,
                determination: new.determination,
                status: new.status,
                attributions: attributions.collect(),
                consent: new.consent,
                marking: new.marking,
                victim_marking: new.victim_marking,
            };
            let own = own(writer)?;
            let objects =
                incident::stix_form::objects(&incident, &own.id.identity(), now, &*self.ids)
                    .map_err(AppError::Invalid)?;
            let consent = if incident.consent {
                Consent::Given
            } else {
                Consent::Refused
            };
            let (person, conditions) = (caller.person, Conditions::of(consent));
            self.put(writer, own.id, Some(person), &conditions, &objects)?;
            writer.put_incident(&incident)?;
            let linked = objects
                .iter()
                .map(stix::object::Object::id)
                .chain(&new.objects);
            for object in linked.chain(incident.attributions.iter().map(|one| &one.actor)) {
                writer.link_object(&incident.id, object)?;
            }
            self.apply_rules_to(writer, &new.objects.iter().cloned().collect())?;
            self.record(writer, caller, "register", &incident.number)?;
            Ok(summary_of(&incident, 0))
        })
    }

    /// The incidents, the latest first; `before` continues after a number.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn incidents(
        &self,
        caller: &Caller,
        limit: u32,
        before: Option<&str>,
    ) -> Result<Vec<IncidentSummary>, AppError> {
        caller.require(Action::ReadRegister)?;
        self.through_gate(caller, |reader, gate| {
            let mut found = Vec::new();
            for incident in reader.incidents(before, limit.min(MAX_INCIDENTS))? {
                // The entry shows what its object would: who may not see the object does not see the entry.
                if one(gate, &incident.id)?.is_none() {
                    continue;
                }
                let mut count = 0;
                for object in reader.incident_objects(&incident.id)? {
                    let seen = sightings_of(reader, gate, &object)?;
                    count += u64::try_from(seen.len()).unwrap_or_default();
                }
                found.push(summary_of(&incident, count));
            }
            Ok(found)
        })
    }

    /// One incident by number or identifier; none if the caller may not know of it.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn incident(
        &self,
        caller: &Caller,
        number_or_id: &str,
    ) -> Result<Option<IncidentDetails>, AppError> {
        caller.require(Action::ReadRegister)?;
        self.through_gate(caller, |reader, gate| {
            let Some(incident) = reader.incident(number_or_id)? else {
                return Ok(None);
            };
            if one(gate, &incident.id)?.is_none() {
                return Ok(None);
            }
            let ids = reader.incident_objects(&incident.id)?;
            let mut sightings = Vec::new();
            for id in &ids {
                sightings.extend(sightings_of(reader, gate, id)?);
            }
            let sectors: BTreeSet<Sector> = sightings
                .iter()
                .flat_map(|one| one.sectors.iter().copied())
                .collect();
            let count = u64::try_from(sightings.len()).unwrap_or_default();
            Ok(Some(IncidentDetails {
                summary: summary_of(&incident, count),
                objects: summaries(gate, &ids)?,
                sightings,
                sectors_seen: sectors.into_iter().collect(),
                releases: releases(reader, &incident.id)?,
                incident,
            }))
        })
    }

    /// Joins objects to an incident; returns how many were not joined before.
    ///
    /// # Errors
    /// If the caller may not, or there is no such incident.
    pub fn link(&self, caller: &Caller, incident: &Id, objects: &[Id]) -> Result<u64, AppError> {
        caller.require(Action::Register)?;
        self.store.write(|writer| {
            writer
                .incident(incident.as_str())?
                .ok_or(AppError::NotFound)?;
            let mut added = 0;
            for object in objects {
                added += u64::from(writer.link_object(incident, object)?);
            }
            self.apply_rules_to(writer, &objects.iter().cloned().collect())?;
            self.record(writer, caller, "link", incident.as_str())?;
            Ok(added)
        })
    }
}

fn releases(reader: &Reader<'_>, incident: &Id) -> Result<Vec<ReleaseSummary>, AppError> {
    let records = reader.releases_naming(incident)?;
    records
        .iter()
        .map(|record| crate::sharing::release_summary(reader, record))
        .collect()
}

fn summary_of(incident: &Incident, sightings: u64) -> IncidentSummary {
    IncidentSummary {
        id: incident.id.clone(),
        number: incident.number.clone(),
        title: incident.title.clone(),
        victim: incident.victim.as_ref().map(|victim| victim.name.clone()),
        sector: incident.victim.as_ref().and_then(|victim| victim.sector),
        occurred: incident.occurred.map(Moment::text),
        recorded: incident.recorded,
        classification: incident.classification.to_string(),
        determination: incident.determination,
        status: incident.status,
        sightings,
    }
}

/// Longest title.
const MAX_TITLE_CHARS: usize = 300;
/// Incidents on a page.
const MAX_INCIDENTS: u32 = 500;
