//! From a text to everything found in it.

use base::diagnostic::{Diagnostic, Place};
use jiff::civil::Date;

use crate::candidate::{Basis, Candidate, CandidateKind};
use crate::date::Value;
use crate::dictionary::{self, Meaning};
use crate::document::Document;
use crate::incident::Incident;
use crate::language::Language;
use crate::limits::{CANDIDATES, TEXT_BYTES};
use crate::name::Named;
use crate::relation::Relation;
use crate::statistic::{self, Statistic};
use crate::text::Folded;
use crate::{attack, name};

/// What is known of a text beside its words.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The day of publication; without it relative dates stay unresolved.
    pub published: Option<Date>,
}

/// Everything found in a text.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The language whose rules were used.
    pub language: Language,
    /// The day of publication that relative dates were resolved against: as given, else as the text's head states it.
    pub published: Option<Date>,
    /// In the order of the text.
    pub candidates: Vec<Candidate>,
    /// Counts by year, in the order of the text.
    pub statistics: Vec<Statistic>,
    /// Incidents with a named victim, in the order of the text; one for each victim and time.
    pub incidents: Vec<Incident>,
    /// What is said of actors.
    pub relations: Vec<Relation>,
    /// What was not read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Extracts from a report's text; never fails, in time linear in the text.
///
/// ```
/// use extract::extraction::{Options, extract};
///
/// let found = extract("The implant calls hxxps://cdn[.]kumoi[.]example/a.", &Options { published: None });
/// assert_eq!(found.candidates[0].value, "https://cdn.kumoi.example/a");
/// assert_eq!(found.candidates[0].surface, "hxxps://cdn[.]kumoi[.]example/a");
/// ```
pub fn extract(text: &str, options: &Options) -> Extraction {
    let mut diagnostics = Vec::new();
    let text = cut(text, &mut diagnostics);
    let document = Document::read(text, options.published);
    let names = name::find(&document);
    let accounts = attack::read(&document, &names);
    let mut candidates = document.observables.clone();
    let found_names: Vec<_> = names.iter().chain(&accounts.names).collect();
    words(&document, &found_names, &mut candidates);
    dates(&document, &mut candidates);
    for named in found_names {
        candidates.push(named.candidate(&document.text));
    }
    candidates.sort_by(|a, b| {
        (a.span, a.kind, &a.value)
            .cmp(&(b.span, b.kind, &b.value))
            .then(b.confidence.cmp(&a.confidence))
    });
    candidates.dedup_by(|a, b| (a.span, a.kind, &a.value) == (b.span, b.kind, &b.value));
    if candidates.len() >= CANDIDATES {
        candidates.truncate(CANDIDATES);
        let message = format!("more than {CANDIDATES} candidates; the rest is left out");
        diagnostics.push(Diagnostic::warning("EXTRACT-02", Place::Whole, message));
    }
    let statistics = statistic::find(&document.text, document.language, &document.sentences);
    Extraction {
        language: document.language,
        published: document.published,
        candidates,
        statistics,
        incidents: accounts.incidents,
        relations: accounts.relations,
        diagnostics,
    }
}

fn cut<'a>(text: &'a str, diagnostics: &mut Vec<Diagnostic>) -> &'a str {
    if text.len() <= TEXT_BYTES {
        return text;
    }
    let mut end = TEXT_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let place = Place::Bytes {
        start: end,
        end: text.len(),
    };
    let message = format!(
        "the text has {} bytes, more than {TEXT_BYTES}; the rest is not read",
        text.len()
    );
    diagnostics.push(Diagnostic::warning("EXTRACT-01", place, message));
    text.get(..end).unwrap_or_default()
}

fn words(document: &Document<'_>, named: &[&Named], candidates: &mut Vec<Candidate>) {
    // `Telecom` in the name of a company says nothing of its own.
    let mut organizations: Vec<(usize, usize)> = named
        .iter()
        .filter(|named| named.kind == CandidateKind::Organization)
        .map(|named| (named.start, named.end))
        .collect();
    organizations.sort_unstable();
    for hit in &document.hits {
        let before = organizations.partition_point(|(start, _)| *start <= hit.start);
        let within = organizations
            .get(..before)
            .and_then(|organizations| organizations.last())
            .is_some_and(|(start, end)| hit.end <= *end && hit.end - hit.start < end - start);
        if within && matches!(hit.meaning, Meaning::Sector(_)) && !is_body(document, hit.start) {
            continue;
        }
        let (kind, value, confidence, note) = match hit.meaning {
            Meaning::Actor(at) => {
                let Some(actor) = dictionary::actors().get(at) else {
                    continue;
                };
                let background = [
                    actor.attack_id.map(|id| format!("ATT&CK {id}")),
                    actor.country.map(|code| {
                        format!("suspected origin {code} by our dictionary, not by the text")
                    }),
                ];
                let background: Vec<String> = background.into_iter().flatten().collect();
                let note = (!background.is_empty()).then(|| background.join("; "));
                (CandidateKind::Actor, actor.name, 90, note)
            }
            Meaning::City(name, code) => {
                (CandidateKind::City, name, 80, Some(format!("in {code}")))
            }
            Meaning::Country(code) => (CandidateKind::Country, code, 90, None),
            Meaning::Demonym(code) => (
                CandidateKind::Country,
                code,
                80,
                Some("as an adjective".to_owned()),
            ),
            Meaning::Organization(at) => {
                let Some(organization) = dictionary::organizations().get(at) else {
                    continue;
                };
                (CandidateKind::Organization, organization.name, 85, None)
            }
            Meaning::Sector(sector) => (CandidateKind::Sector, sector, 75, None),
        };
        candidates.push(made(
            &document.text,
            (hit.start, hit.end),
            kind,
            value,
            Basis::Explicit,
            confidence,
            note,
        ));
    }
}

/// Whether the words at `start` describe a body of government rather than being part of a trade name.
fn is_body(document: &Document<'_>, start: usize) -> bool {
    let rest = document.text.flat().get(start..).unwrap_or_default();
    [
        "Ministry",
        "cyber",
        "government",
        "defense",
        "foreign",
        "aerospace",
        "space",
    ]
    .iter()
    .any(|word| rest.starts_with(word))
}

fn dates(document: &Document<'_>, candidates: &mut Vec<Candidate>) {
    for date in &document.dates {
        let (value, note) = match &date.value {
            Value::Resolved(when) => (when.to_string(), None),
            Value::Unresolved(text) if text == "PAST_REF" => {
                (text.clone(), Some("no certain time".to_owned()))
            }
            Value::Unresolved(text) => (
                text.clone(),
                Some("depends on the day of publication".to_owned()),
            ),
        };
        candidates.push(made(
            &document.text,
            (date.start, date.end),
            CandidateKind::Date,
            &value,
            date.basis,
            date.confidence,
            note,
        ));
    }
}

/// A candidate at folded bytes.
pub(crate) fn made(
    text: &Folded<'_>,
    (start, end): (usize, usize),
    kind: CandidateKind,
    value: &str,
    basis: Basis,
    confidence: u8,
    note: Option<String>,
) -> Candidate {
    let span = text.span(start, end);
    Candidate {
        kind,
        value: value.to_owned(),
        surface: text.surface(span).to_owned(),
        span,
        basis,
        confidence,
        is_defanged: text.is_defanged(start, end),
        note,
    }
}
