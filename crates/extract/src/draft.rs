//! From an extraction to STIX 2.1 objects, for a person to accept, change or drop.
//!
//! INVARIANT: an intrusion set is connected with a victim only where [`Incident::attribution`] says so, and a
//! relationship exists only for a [`crate::relation::Relation`] or an attribution of the extraction.
//!
//! INVARIANT: a victim's name stands in its identity and nowhere else, an attribution in a relationship and nowhere
//! else, the title and address of the text in the report and nowhere else: so that each can be withheld by itself.

mod pattern_of;

use std::collections::BTreeMap;

use base::id_source::IdSource;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use stix::build::Draft;
use stix::id::Id;
use stix::object::Object;

use crate::candidate::{Basis, Candidate, CandidateKind, DRAFT_CONFIDENCE};
use crate::dictionary;
use crate::extraction::Extraction;
use crate::incident::{ActorName, Incident};
use crate::relation::Target;

/// Where the text is from.
#[derive(Debug, Clone)]
pub struct SourceDocument {
    /// The title; the report's name.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// The day of publication.
    pub published: Option<Date>,
}

/// One object of a draft and what it was made of.
#[derive(Debug, Clone)]
pub struct Drafted {
    /// The object.
    pub object: Object,
    /// The candidates it came from, as places in [`Extraction::candidates`].
    pub candidates: Vec<usize>,
}

/// Drafts objects: first the report, then what it refers to, a note with the statistics last.
///
/// Candidates below [`DRAFT_CONFIDENCE`] and those that are part of another are left out; so is an observable without
/// a pattern. Every object is by `created_by` and of the time `now`; the objects carry no marking, which is for the
/// person who accepts them to choose.
pub fn draft(
    extraction: &Extraction,
    source: &SourceDocument,
    created_by: &Id,
    now: Timestamp,
    ids: &dyn IdSource,
) -> Vec<Drafted> {
    let mut drafting = Drafting {
        extraction,
        source,
        created_by,
        now,
        ids,
        drafted: Vec::new(),
        made: BTreeMap::new(),
    };
    drafting.candidates();
    drafting.incidents();
    drafting.relations();
    drafting.finish()
}

struct Drafting<'a> {
    extraction: &'a Extraction,
    source: &'a SourceDocument,
    created_by: &'a Id,
    now: Timestamp,
    ids: &'a dyn IdSource,
    drafted: Vec<Drafted>,
    /// What there is already, by what it stands for.
    made: BTreeMap<(&'static str, String), Id>,
}

impl Drafting<'_> {
    fn new_object(&self, kind: &str) -> Draft {
        Draft::object(kind, self.now, self.ids).created_by(self.created_by)
    }

    fn push(&mut self, draft: Draft, candidates: Vec<usize>) -> Option<Id> {
        // A draft that is no object is left out; its candidates remain for the person.
        let object = draft.finish().ok()?;
        let id = object.id().clone();
        self.drafted.push(Drafted { object, candidates });
        Some(id)
    }

    /// The object that stands for `key`, made at first use.
    fn once(
        &mut self,
        key: (&'static str, String),
        candidates: Vec<usize>,
        make: impl FnOnce(&Self) -> Draft,
    ) -> Option<Id> {
        if let Some(id) = self.made.get(&key) {
            return Some(id.clone());
        }
        let draft = make(self);
        let id = self.push(draft, candidates)?;
        self.made.insert(key, id.clone());
        Some(id)
    }

    fn relationship(&mut self, kind: &str, source: &Id, target: &Id, confidence: u8) {
        let key = ("relationship", format!("{source} {kind} {target}"));
        let _ = self.once(key, Vec::new(), |drafting| {
            Draft::relationship(kind, source, target, drafting.now, drafting.ids)
                .created_by(drafting.created_by)
                .set("confidence", confidence)
        });
    }

    /// The places of the candidates of a kind and value.
    fn places(&self, kinds: &[CandidateKind], value: &str) -> Vec<usize> {
        self.extraction
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| kinds.contains(&candidate.kind) && candidate.value == value)
            .map(|(place, _)| place)
            .collect()
    }

    fn candidates(&mut self) {
        let mut groups: BTreeMap<(CandidateKind, &str), Vec<usize>> = BTreeMap::new();
        for (place, candidate) in self.extraction.candidates.iter().enumerate() {
            groups
                .entry((candidate.kind, candidate.value.as_str()))
                .or_default()
                .push(place);
        }
        let mut ordered: Vec<_> = groups.into_values().collect();
        ordered.sort();
        for places in ordered {
            let mentions: Vec<&Candidate> = places
                .iter()
                .filter_map(|place| self.extraction.candidates.get(*place))
                .collect();
            // One certain mention is enough: an address is plain in the text and listed in the appendix.
            let Some(best) = mentions
                .iter()
                .filter(|candidate| candidate.basis != Basis::Derived)
                .max_by_key(|candidate| candidate.confidence)
            else {
                continue;
            };
            if best.confidence < DRAFT_CONFIDENCE {
                continue;
            }
            match best.kind {
                CandidateKind::Actor => {
                    self.known_actor(&best.value);
                }
                CandidateKind::AttackTechnique => {
                    self.technique(&best.value, places);
                }
                CandidateKind::Cve => {
                    self.vulnerability(&best.value, places);
                }
                kind if kind.is_observable() => self.indicator(best, places),
                _ => {}
            }
        }
    }

    fn indicator(&mut self, candidate: &Candidate, places: Vec<usize>) {
        let Some(pattern) = pattern_of::pattern(candidate.kind, &candidate.value) else {
            return;
        };
        // STIX 2.1 §10.5: what is listed or defanged was called malicious, what merely stands there was not.
        let kind = if candidate.confidence >= LISTED_CONFIDENCE {
            "malicious-activity"
        } else {
            "unknown"
        };
        let draft = self
            .new_object("indicator")
            .set("name", candidate.value.as_str())
            .set_list("indicator_types", [kind])
            .set("pattern", pattern)
            .set("pattern_type", "stix")
            .set("valid_from", stamp(self.now))
            .set("confidence", candidate.confidence);
        self.push(draft, places);
    }

    fn technique(&mut self, id: &str, places: Vec<usize>) {
        let path = if id.starts_with("TA") {
            "tactics"
        } else {
            "techniques"
        };
        let url = format!("https://attack.mitre.org/{path}/{}/", id.replace('.', "/"));
        let reference = json!({ "source_name": "mitre-attack", "external_id": id, "url": url });
        if id.starts_with("TA") {
            // A tactic is a goal and no attack pattern; the candidate stays for the person.
            return;
        }
        let draft = self
            .new_object("attack-pattern")
            .set("name", id)
            .set("external_references", vec![reference]);
        self.push(draft, places);
    }

    fn vulnerability(&mut self, id: &str, places: Vec<usize>) {
        let draft = self
            .new_object("vulnerability")
            .set("name", id)
            // STIX 2.1 §4.18: `source_name` is `cve` for a CVE.
            .set(
                "external_references",
                vec![json!({ "source_name": "cve", "external_id": id })],
            );
        self.push(draft, places);
    }

    fn known_actor(&mut self, name: &str) -> Option<Id> {
        let actor = dictionary::actor(name)?;
        let places = self.places(&[CandidateKind::Actor], actor.name);
        self.once(("actor", actor.name.to_owned()), places, |drafting| {
            let mut references = Vec::new();
            if let Some(id) = actor.attack_id {
                references.push(json!({
                    "source_name": "mitre-attack",
                    "external_id": id,
                    "url": format!("https://attack.mitre.org/groups/{id}/"),
                }));
            }
            let references = (!references.is_empty()).then_some(references);
            drafting
                .new_object("intrusion-set")
                .set("name", actor.name)
                .set_list("aliases", actor.aliases.iter())
                .set_some("external_references", references)
        })
    }

    /// An actor without a name is one of its own for each use: nobody said that two are the same.
    fn actor(&mut self, actor: &ActorName, about: Option<usize>) -> Option<Id> {
        match actor {
            ActorName::Known(name) => self.known_actor(name),
            ActorName::Unnamed { words, .. } => {
                let places = self.places(&[CandidateKind::ActorUnnamed], words);
                let name = match about {
                    Some(incident) => format!("{words} (unnamed, of incident {})", incident + 1),
                    None => actor.label(),
                };
                self.once(("unnamed", name.clone()), places, |drafting| {
                    drafting
                        .new_object("intrusion-set")
                        .set("name", name)
                        .set("description", "The report names them only in these words.")
                })
            }
        }
    }

    fn country(&mut self, code: &str) -> Option<Id> {
        let places = self.places(&[CandidateKind::Country], code);
        self.once(("country", code.to_owned()), places, |drafting| {
            drafting
                .new_object("location")
                .set("name", dictionary::country_name(code).unwrap_or(code))
                .set("country", code)
        })
    }

    fn sector(&mut self, sector: &str) -> Option<Id> {
        let places = self.places(&[CandidateKind::Sector], sector);
        self.once(("sector", sector.to_owned()), places, |drafting| {
            drafting
                .new_object("identity")
                .set("name", sector)
                .set("identity_class", "class")
                .set_list("sectors", [sector])
        })
    }

    fn incidents(&mut self) {
        for (number, incident) in self.extraction.incidents.iter().enumerate() {
            let Some(victim) = self.victim(incident) else {
                continue;
            };
            let places = self.within(incident);
            let draft = self
                .new_object("incident")
                .set("name", title(incident))
                .set("description", describe(incident))
                .set("confidence", incident.confidence);
            let Some(id) = self.push(draft, places) else {
                continue;
            };
            self.relationship("targets", &id, &victim, incident.confidence);
            if let Some(attribution) = &incident.attribution
                && let Some(actor) = self.actor(&attribution.actor, Some(number))
            {
                self.relationship("attributed-to", &id, &actor, attribution.confidence);
            }
        }
    }

    /// The candidates that the sentence of an incident holds: its victim, time and actor.
    fn within(&self, incident: &Incident) -> Vec<usize> {
        let spans = [
            Some(incident.victim.span),
            incident.when_span,
            incident.attribution.as_ref().map(|a| a.span),
        ];
        self.extraction
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| spans.iter().flatten().any(|span| *span == candidate.span))
            .map(|(place, _)| place)
            .collect()
    }

    fn victim(&mut self, incident: &Incident) -> Option<Id> {
        let victim = &incident.victim;
        let places = self.places(&[CandidateKind::Organization], &victim.name);
        let id = self.once(("victim", victim.name.clone()), places, |drafting| {
            drafting
                .new_object("identity")
                .set("name", victim.name.as_str())
                .set("identity_class", "organization")
                .set_list("sectors", victim.sectors.iter())
        })?;
        if let Some(country) = &victim.country
            && let Some(location) = self.country(country)
        {
            self.relationship("located-at", &id, &location, incident.confidence);
        }
        Some(id)
    }

    fn relations(&mut self) {
        for relation in &self.extraction.relations {
            let Some(actor) = self.actor(&relation.actor, None) else {
                continue;
            };
            let target = match &relation.target {
                Target::Country(code) => self.country(code),
                Target::Sector(sector) => self.sector(sector),
                Target::Infrastructure(words) => {
                    let places = self.places(&[CandidateKind::Infrastructure], words);
                    let name = format!("{words} of {}", relation.actor.label());
                    self.once(("infrastructure", name.clone()), places, |drafting| {
                        drafting
                            .new_object("infrastructure")
                            .set("name", name)
                            .set_list(
                                "infrastructure_types",
                                words.ends_with("botnet").then_some("botnet"),
                            )
                    })
                }
            };
            if let Some(target) = target {
                // An intrusion set `uses` infrastructure; `controls` is for infrastructure itself (§4.8, §4.9).
                let kind = match relation.target {
                    Target::Infrastructure(_) => "uses",
                    _ => relation.kind.name(),
                };
                self.relationship(kind, &actor, &target, relation.confidence);
            }
        }
    }

    /// The text as an external reference.
    fn reference(&self) -> Value {
        let name = self
            .source
            .publisher
            .as_deref()
            .unwrap_or(&self.source.title);
        let mut reference = json!({ "source_name": name });
        if let Value::Object(properties) = &mut reference {
            properties.insert(
                "description".to_owned(),
                Value::String(self.source.title.clone()),
            );
            if let Some(url) = &self.source.url {
                properties.insert("url".to_owned(), Value::String(url.clone()));
            }
        }
        reference
    }

    fn finish(mut self) -> Vec<Drafted> {
        // STIX 2.1 §4.16: a report refers to at least one object.
        if self.drafted.is_empty() {
            return self.drafted;
        }
        let published = self
            .source
            .published
            .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
            .map_or(self.now, |day| day.timestamp());
        let mut sectors: Vec<String> = self
            .extraction
            .candidates
            .iter()
            .filter(|candidate| candidate.kind == CandidateKind::Sector)
            .map(|candidate| format!("sector:{}", candidate.value))
            .collect();
        sectors.sort();
        sectors.dedup();
        let report = self
            .new_object("report")
            .set("name", self.source.title.as_str())
            .set_list("report_types", ["threat-report"])
            .set("published", stamp(published))
            .set("lang", self.extraction.language.tag())
            .set_list("labels", sectors)
            .set("external_references", vec![self.reference()])
            .set_list(
                "object_refs",
                self.drafted.iter().map(|drafted| drafted.object.id()),
            );
        let Some(report) = self.push(report, Vec::new()) else {
            return self.drafted;
        };
        self.drafted.rotate_right(1);
        let lines: Vec<String> = self
            .extraction
            .statistics
            .iter()
            .map(|statistic| {
                let measure = statistic.measure.as_deref().unwrap_or(&statistic.unit);
                format!("{}: {} {measure}", statistic.period, statistic.count)
            })
            .collect();
        if !lines.is_empty() {
            let note = self
                .new_object("note")
                .set("abstract", "Numbers given by the report")
                .set("content", lines.join("\n"))
                .set_list("object_refs", [report]);
            self.push(note, Vec::new());
        }
        self.drafted
    }
}

/// Addresses are this certain when they are listed as indicators or defanged.
const LISTED_CONFIDENCE: u8 = 85;

/// What happened, to which sector, where and when; the victim's name is in its identity.
fn title(incident: &Incident) -> String {
    let mut parts = vec![incident.kind.name().to_owned()];
    parts.extend(incident.victim.sectors.iter().cloned());
    parts.extend(incident.victim.country.clone());
    parts.extend(incident.when.map(|when| when.to_string()));
    parts.join(", ")
}

fn describe(incident: &Incident) -> String {
    let mut lines = Vec::new();
    match incident.when {
        Some(when) => lines.push(format!("When, as the report states it: {when}.")),
        None => lines.push("The report gives no time.".to_owned()),
    }
    if !incident.hedges.is_empty() {
        lines.push(format!(
            "The report weakens it: {}.",
            incident.hedges.join(", ")
        ));
    }
    lines.join("\n")
}

/// STIX 2.1 §2.16 with the three digits that `created` has.
fn stamp(at: Timestamp) -> String {
    stix::timestamp::Timestamp::from_instant(at).to_string()
}

#[cfg(test)]
mod tests;
