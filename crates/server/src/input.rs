//! What forms and bodies say, read into what the use cases take. All that is wrong is said at once.

use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use app::register::{NewAttribution, NewIncident, NewVictim};
use app::sharing::ReleaseRequest;
use base::diagnostic::{Diagnostic, Place};
use incident::attribution::{AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, InvestigationStatus, Moment};
use incident::sector::Sector;
use jiff::Timestamp;
use release::terms::Cut;
use serde::Deserialize;
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;

use crate::error::Failure;
use crate::fields::Fields;

/// Collects what is wrong with fields.
#[derive(Default)]
pub(crate) struct Findings(pub(crate) Vec<Diagnostic>);

impl Findings {
    pub(crate) fn add(&mut self, code: &'static str, name: &str, message: String) {
        if self.0.len() < base::limits::DIAGNOSTICS_PER_DOCUMENT {
            let place = Place::Pointer(format!("/{name}"));
            self.0.push(Diagnostic::error(code, place, message));
        }
    }

    /// A field that has to be there.
    pub(crate) fn need<T>(
        &mut self,
        name: &str,
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if text.is_empty() {
            self.add("SERVER-FIELD-01", name, format!("`{name}` is missing"));
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.add(
                "SERVER-FIELD-02",
                name,
                format!("`{name}` cannot be `{text}`"),
            );
        }
        value
    }

    /// A field that may be empty.
    pub(crate) fn may<T>(
        &mut self,
        name: &str,
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if text.is_empty() {
            None
        } else {
            self.need(name, text, read)
        }
    }

    pub(crate) fn ids<'t>(&mut self, name: &str, texts: impl Iterator<Item = &'t str>) -> Vec<Id> {
        let mut ids = Vec::new();
        for text in texts.flat_map(str::split_whitespace).take(MAX_OBJECTS) {
            ids.extend(self.need(name, text, |text| Id::parse(text).ok()));
        }
        ids
    }
}

/// The form of the register.
pub(crate) fn incident(fields: &Fields) -> Result<NewIncident, Vec<Diagnostic>> {
    let mut found = Findings::default();
    let title = found.need("title", fields.get("title"), |text| Some(text.to_owned()));
    let victim = fields.some("victim").map(|name| NewVictim {
        name: name.to_owned(),
        sector: found.may("sector", fields.get("sector"), Sector::parse),
        country: fields.some("country").map(str::to_uppercase),
    });
    let occurred = found.may("occurred", fields.get("occurred"), Moment::parse);
    let learnt = found.may("learnt", fields.get("learnt"), instant);
    let classification = found.need(
        "classification",
        fields.get("classification"),
        Classification::parse,
    );
    let determination = found.need(
        "determination",
        fields.get("determination"),
        Determination::parse,
    );
    let status = found.need("status", fields.get("status"), InvestigationStatus::parse);
    let marking = found.need("marking", fields.get("marking"), Tlp::from_label);
    let victim_marking = found.need(
        "victim_marking",
        fields.get("victim_marking"),
        Tlp::from_label,
    );
    let objects = found.ids("objects", fields.all("objects"));
    let mut attributions = Vec::new();
    if let Some(actor) = fields.some("actor") {
        let actor = found.need("actor", actor, |text| Id::parse(text).ok());
        let kind = fields.get("attribution");
        let kind = found.need("attribution", kind, AttributionKind::parse);
        let confidence = fields.get("confidence");
        let confidence = found.need("confidence", confidence, Confidence::parse);
        let author = fields.get("author");
        let author = found.need("author", author, |text| Some(text.to_owned()));
        let marking = fields.get("attribution_marking");
        let marking = found.need("attribution_marking", marking, Tlp::from_label);
        if let (Some(actor), Some(kind), Some(confidence), Some(author), Some(marking)) =
            (actor, kind, confidence, author, marking)
        {
            attributions.push(NewAttribution {
                kind,
                actor,
                confidence,
                author,
                marking,
            });
        }
    }
    let (
        Some(title),
        Some(classification),
        Some(determination),
        Some(status),
        Some(marking),
        Some(victim_marking),
        true,
    ) = (
        title,
        classification,
        determination,
        status,
        marking,
        victim_marking,
        found.0.is_empty(),
    )
    else {
        return Err(found.0);
    };
    Ok(NewIncident {
        title,
        description: fields.get("description").to_owned(),
        victim,
        occurred,
        learnt,
        classification,
        determination,
        status,
        attributions,
        consent: fields.is("consent", "yes"),
        marking,
        victim_marking,
        objects,
    })
}

/// The identifiers in a field, separated by white space.
pub(crate) fn ids(fields: &Fields, name: &str) -> Result<Vec<Id>, Vec<Diagnostic>> {
    let mut found = Findings::default();
    let ids = found.ids(name, fields.all(name));
    if found.0.is_empty() {
        Ok(ids)
    } else {
        Err(found.0)
    }
}

/// What is asked of a release, as the form and the JSON API have it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseInput {
    /// Identifiers.
    #[serde(default)]
    pub(crate) objects: Vec<String>,
    #[serde(default)]
    pub(crate) with_references: bool,
    /// `public`, `community:…`, `organisation:…`, or a name.
    #[serde(default)]
    pub(crate) recipients: Vec<String>,
    /// A label of the Traffic Light Protocol.
    #[serde(default)]
    pub(crate) ceiling: String,
    /// A selector, or an identifier and a selector.
    #[serde(default)]
    pub(crate) cuts: Vec<String>,
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) until: String,
    #[serde(default)]
    pub(crate) reason: String,
    /// A saved query instead of objects, by name or identifier.
    #[serde(default)]
    pub(crate) query: String,
    /// A release to correct instead of objects and terms.
    #[serde(default)]
    pub(crate) corrects: String,
    /// Types of object, for a standing rule instead of objects.
    #[serde(default)]
    pub(crate) kinds: Vec<String>,
    /// Labels, one of which objects of a rule have.
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// What objects of a rule are related to.
    #[serde(default)]
    pub(crate) related_to: String,
    /// Who gave the objects of a rule.
    #[serde(default)]
    pub(crate) source: String,
    /// The most restrictive marking of objects of a rule.
    #[serde(default)]
    pub(crate) at_most: String,
    /// What stands for the preview that was looked at.
    #[serde(default)]
    pub(crate) digest: String,
}

impl ReleaseInput {
    pub(crate) fn of(fields: &Fields) -> Self {
        let words = |name| fields.all(name).flat_map(str::split_whitespace);
        let lines = |name| fields.all(name).flat_map(str::lines);
        Self {
            objects: words("objects").map(str::to_owned).collect(),
            with_references: fields.is("with_references", "yes"),
            recipients: lines("recipients").map(str::to_owned).collect(),
            ceiling: fields.get("ceiling").to_owned(),
            cuts: lines("cuts").map(str::to_owned).collect(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
            reason: fields.get("reason").to_owned(),
            query: fields.get("query").to_owned(),
            corrects: fields.get("corrects").to_owned(),
            kinds: words("kinds").map(str::to_owned).collect(),
            labels: lines("labels").map(str::to_owned).collect(),
            related_to: fields.get("related_to").to_owned(),
            source: fields.get("source").to_owned(),
            at_most: fields.get("at_most").to_owned(),
            digest: fields.get("digest").to_owned(),
        }
    }

    /// Reads it; names of recipients are the node's.
    pub(crate) fn request(&self, node: &Node, caller: &Caller) -> Result<ReleaseRequest, AppError> {
        let mut found = Findings::default();
        let objects = found.ids("objects", self.objects.iter().map(String::as_str));
        if self.objects.is_empty() && self.query.is_empty() && self.kinds.is_empty() {
            found.add(
                "SERVER-FIELD-01",
                "objects",
                "name at least one object".to_owned(),
            );
        }
        let ceiling = found.need("ceiling", &self.ceiling, Tlp::from_label);
        let from = found.may("from", &self.from, instant);
        let until = found.may("until", &self.until, instant);
        let mut cuts = Vec::new();
        let lines = self.cuts.iter().map(|line| line.trim());
        for line in lines.filter(|line| !line.is_empty()).take(MAX_CUTS) {
            cuts.extend(found.need("cuts", line, cut));
        }
        let mut recipients = Vec::new();
        let names = self.recipients.iter().map(|name| name.trim());
        for name in names.filter(|name| !name.is_empty()).take(MAX_RECIPIENTS) {
            match node.recipient(caller, name) {
                Ok(recipient) => recipients.push(recipient),
                Err(AppError::NotFound | AppError::Invalid(_)) => {
                    let message = format!("there is no recipient `{name}`");
                    found.add("SERVER-FIELD-02", "recipients", message);
                }
                Err(error) => return Err(error),
            }
        }
        if self.recipients.is_empty() {
            let message = "name at least one recipient".to_owned();
            found.add("SERVER-FIELD-01", "recipients", message);
        }
        let (Some(ceiling), true) = (ceiling, found.0.is_empty()) else {
            return Err(AppError::Invalid(found.0));
        };
        Ok(ReleaseRequest {
            objects,
            with_references: self.with_references,
            recipients,
            ceiling,
            cuts,
            from,
            until,
            reason: self.reason.clone(),
        })
    }
}

fn cut(line: &str) -> Option<Cut> {
    let (object, part) = match line.split_once(char::is_whitespace) {
        Some((object, part)) => (Some(Id::parse(object).ok()?), part.trim()),
        None => (None, line),
    };
    let part = Selector::parse(part).ok()?;
    Some(Cut { object, part })
}

/// A level that may be missing.
pub(crate) fn level(name: &'static str, label: Option<&str>) -> Result<Option<Tlp>, Failure> {
    let Some(label) = label else {
        return Ok(None);
    };
    let level = Tlp::from_label(label).ok_or_else(|| {
        let message = format!("`{name}` cannot be `{label}`");
        Failure::field("SERVER-FIELD-02", name, message)
    })?;
    Ok(Some(level))
}

/// A moment in UTC: a whole timestamp, `2026-01-12T09:30` as browsers send it, or a day.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let padded = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    padded.parse().ok()
}

/// Most objects that one form names.
const MAX_OBJECTS: usize = 10_000;

/// Most parts that one form cuts.
const MAX_CUTS: usize = 1_000;

/// Most recipients that one form names.
const MAX_RECIPIENTS: usize = 1_000;
