//! The register.

use ::incident::attribution::{Attribution, AttributionKind, Confidence};
use ::incident::classification::Classification;
use ::incident::model::{Determination, Incident, InvestigationStatus, Moment, Victim};
use ::incident::sector::Sector;
use rusqlite::OptionalExtension;
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;

use crate::convert::{id, micros};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

impl Reader<'_> {
    /// The incidents, the latest number first; `before` continues after a number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn incidents(&self, before: Option<&str>, limit: u32) -> Result<Vec<Incident>> {
        let sql = "SELECT body FROM incident WHERE (?1 IS NULL OR number < ?1) ORDER BY number DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((before, limit), |row| row.get::<_, String>(0))?;
        rows.map(|row| read(&row?)).collect()
    }

    /// The incident with a number or an identifier.
    ///
    /// # Errors
    /// If the database fails.
    pub fn incident(&self, number_or_id: &str) -> Result<Option<Incident>> {
        let body: Option<String> = self
            .connection
            .prepare_cached("SELECT body FROM incident WHERE id = ?1 OR number = ?1")?
            .query_row([number_or_id], |row| row.get(0))
            .optional()?;
        body.as_deref().map(read).transpose()
    }

    /// The objects that belong to an incident.
    ///
    /// # Errors
    /// If the database fails.
    pub fn incident_objects(&self, incident: &Id) -> Result<Vec<Id>> {
        let sql = "SELECT object FROM incident_object WHERE incident = ?1 ORDER BY object";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([incident.as_str()], |row| row.get::<_, String>(0))?;
        rows.map(|row| id(&row?)).collect()
    }
}

impl Writer<'_> {
    /// The next number of a year: `2026-0001`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_incident_number(&self, year: i16) -> Result<String> {
        let count: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM incident WHERE year = ?1")?
            .query_row([year], |row| row.get(0))?;
        Ok(format!("{year:04}-{:04}", count + 1))
    }

    /// Enters an incident.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_incident(&self, incident: &Incident) -> Result<()> {
        let year: i16 = incident
            .number
            .split('-')
            .next()
            .and_then(|year| year.parse().ok())
            .unwrap_or_default();
        let sector = incident
            .victim
            .as_ref()
            .and_then(|victim| victim.sector)
            .map(Sector::name);
        let sql = "INSERT INTO incident (id, number, year, sector, body, recorded) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.connection.prepare_cached(sql)?.execute((
            incident.id.as_str(),
            &incident.number,
            year,
            sector,
            body(incident).to_string(),
            micros(incident.recorded),
        ))?;
        Ok(())
    }

    /// Joins an object to an incident; false if it was.
    ///
    /// # Errors
    /// If the database fails.
    pub fn link_object(&self, incident: &Id, object: &Id) -> Result<bool> {
        let changed = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO incident_object (incident, object) VALUES (?1, ?2)",
            )?
            .execute((incident.as_str(), object.as_str()))?;
        Ok(changed > 0)
    }
}

/// The entry as the database keeps it. A new property gets a default on reading, so that old rows stay readable.
fn body(incident: &Incident) -> Value {
    let attributions: Vec<Value> = incident
        .attributions
        .iter()
        .map(|one| {
            json!({
                "kind": one.kind.name(), "actor": one.actor.as_str(), "actor_name": one.actor_name,
                "confidence": one.confidence.value(), "author": one.author,
                "stated": one.stated.to_string(), "marking": one.marking.label(),
            })
        })
        .collect();
    let victim = incident.victim.as_ref().map(|victim| {
        json!({
            "identity": victim.identity.as_str(), "name": victim.name,
            "sector": victim.sector.map(Sector::name), "country": victim.country,
        })
    });
    json!({
        "id": incident.id.as_str(), "number": incident.number, "title": incident.title,
        "description": incident.description, "victim": victim,
        "occurred": incident.occurred.map(Moment::text), "learnt": incident.learnt.to_string(),
        "recorded": incident.recorded.to_string(), "classification": incident.classification.to_string(),
        "determination": incident.determination.name(), "status": incident.status.name(),
        "attributions": attributions, "consent": incident.consent,
        "marking": incident.marking.label(), "victim_marking": incident.victim_marking.label(),
    })
}

fn read(text: &str) -> Result<Incident> {
    parse(text).ok_or(StoreError::Corrupt { what: "incident" })
}

fn parse(text: &str) -> Option<Incident> {
    let body: Value = serde_json::from_str(text).ok()?;
    let string = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let attributions = body
        .get("attributions")?
        .as_array()?
        .iter()
        .map(|one| {
            Some(Attribution {
                kind: AttributionKind::parse(&string(one, "kind")?)?,
                actor: Id::parse(&string(one, "actor")?).ok()?,
                actor_name: string(one, "actor_name")?,
                confidence: Confidence::new(u8::try_from(one.get("confidence")?.as_u64()?).ok()?)?,
                author: string(one, "author")?,
                stated: string(one, "stated")?.parse().ok()?,
                marking: Tlp::from_label(&string(one, "marking")?)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let victim = match body.get("victim")? {
        Value::Null => None,
        victim => Some(Victim {
            identity: Id::parse(&string(victim, "identity")?).ok()?,
            name: string(victim, "name")?,
            sector: string(victim, "sector").as_deref().and_then(Sector::parse),
            country: string(victim, "country"),
        }),
    };
    Some(Incident {
        id: Id::parse(&string(&body, "id")?).ok()?,
        number: string(&body, "number")?,
        title: string(&body, "title")?,
        description: string(&body, "description")?,
        victim,
        occurred: string(&body, "occurred").as_deref().and_then(Moment::parse),
        learnt: string(&body, "learnt")?.parse().ok()?,
        recorded: string(&body, "recorded")?.parse().ok()?,
        classification: Classification::parse(&string(&body, "classification")?)?,
        determination: Determination::parse(&string(&body, "determination")?)?,
        status: InvestigationStatus::parse(&string(&body, "status")?)?,
        attributions,
        consent: body.get("consent")?.as_bool()?,
        marking: Tlp::from_label(&string(&body, "marking")?)?,
        victim_marking: Tlp::from_label(&string(&body, "victim_marking")?)?,
    })
}
