//! Who is said to have attacked whom: incidents, attributions, targets.
//!
//! A rule looks at one sentence and takes nothing from another, save the day an earlier one named. So an actor and a
//! victim that merely stand in the same text are never connected.

mod actor;
mod english;
mod japanese;
mod phrase;
mod statement;
mod vocabulary;

use crate::document::Document;
use crate::incident::{ActorName, Attribution, Incident, IncidentKind, Victim};
use crate::language::Language;
use crate::limits::FINDINGS;
use crate::name::Named;
use crate::relation::Relation;
use crate::sentence::Sentence;
use crate::span::Span;
use crate::when::When;

/// What the sentences tell.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) incidents: Vec<Incident>,
    pub(crate) relations: Vec<Relation>,
    /// Victims, unnamed actors and infrastructure, as candidates.
    pub(crate) names: Vec<Named>,
}

pub(crate) fn read(document: &Document<'_>, names: &[Named]) -> Accounts {
    let mut accounts = Accounts::default();
    match document.language {
        Language::English => english::read(document, names, &mut accounts),
        Language::Japanese => japanese::read(document, names, &mut accounts),
    }
    accounts.relations.truncate(FINDINGS);
    accounts
}

impl Accounts {
    /// Adds an incident, or what a further sentence says of one that is known.
    fn add(&mut self, incident: Incident) {
        let is_full = self.incidents.len() >= FINDINGS;
        let known = self
            .incidents
            .iter_mut()
            .find(|known| same_name(&known.victim.name, &incident.victim.name));
        match known {
            Some(known) => {
                if known.when.is_none() {
                    known.when = incident.when;
                    known.when_span = incident.when_span;
                }
                if known.attribution.is_none() {
                    known.attribution = incident.attribution;
                }
                if matches!(known.kind, IncidentKind::Attack | IncidentKind::Targeting) {
                    known.kind = match incident.kind {
                        IncidentKind::Targeting => known.kind,
                        kind => kind,
                    };
                }
                for sector in incident.victim.sectors {
                    if !known.victim.sectors.contains(&sector) {
                        known.victim.sectors.push(sector);
                    }
                }
                known.victim.country = known.victim.country.take().or(incident.victim.country);
            }
            None if is_full => {}
            None => self.incidents.push(incident),
        }
    }

    /// Gives an attribution to the incident of the victim named in the sentence, else to the only incident there is.
    fn attribute(
        &mut self,
        document: &Document<'_>,
        sentence: &Sentence,
        attribution: &Attribution,
    ) -> bool {
        let text = document.sentence(sentence);
        let only = self.incidents.len() == 1;
        let incident = self
            .incidents
            .iter_mut()
            .find(|incident| only || text.contains(incident.victim.name.as_str()));
        match incident {
            Some(incident) => {
                let better = incident.attribution.as_ref().is_none_or(|known| {
                    !matches!(known.actor, ActorName::Known(_))
                        || (known.actor == attribution.actor
                            && known.hedge.is_none()
                            && attribution.hedge.is_some())
                });
                if better {
                    incident.attribution = Some(attribution.clone());
                }
                true
            }
            None => false,
        }
    }
}

fn same_name(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.trim_start_matches("株式会社")
            .trim_end_matches("株式会社")
            .trim_end_matches(" Inc")
            .trim_end_matches(" Ltd")
            .to_lowercase()
    };
    plain(a) == plain(b)
}

/// The time a sentence gives for what stands at `start..end` of the folded text: the nearest before it, else the
/// first after it.
fn when(document: &Document<'_>, sentence: &Sentence, start: usize) -> Option<(When, Span)> {
    let mut best = None;
    for mention in document.dates_within(sentence.start, sentence.end) {
        let Some(when) = mention.when() else { continue };
        if best.is_none() || mention.start < start {
            best = Some((when, document.text.span(mention.start, mention.end)));
        }
    }
    best
}

/// A victim and everything a sentence says of it.
struct Account {
    kind: IncidentKind,
    victim: phrase::Phrase,
    attribution: Option<Attribution>,
    hedges: Vec<String>,
    confidence: u8,
    /// Where the words are that say that something happened.
    at: usize,
    with_date: bool,
}

fn incident(document: &Document<'_>, sentence: &Sentence, account: Account) -> Incident {
    let time = account
        .with_date
        .then(|| when(document, sentence, account.at))
        .flatten();
    Incident {
        kind: account.kind,
        victim: Victim {
            name: account.victim.value,
            span: document.text.span(account.victim.start, account.victim.end),
            country: account.victim.country.map(str::to_owned),
            sectors: account
                .victim
                .sectors
                .iter()
                .map(|sector| (*sector).to_owned())
                .collect(),
        },
        when: time.map(|(when, _)| when),
        when_span: time.map(|(_, span)| span),
        attribution: account.attribution,
        hedges: account.hedges,
        confidence: account.confidence,
        span: document.text.span(sentence.start, sentence.end),
    }
}

#[cfg(test)]
mod tests;
