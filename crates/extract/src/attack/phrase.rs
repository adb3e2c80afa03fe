//! Noun phrases that name an organisation, in English.

use super::vocabulary::{
    BODIES, CALENDAR, CONNECTORS, DETERMINERS, HEADS, NOT_NAMES, OWNERS, PLACES, PRODUCT_NOUNS,
    STOPS, SYSTEMS,
};
use crate::dictionary::{self, Meaning};
use crate::document::Document;

/// An organisation as a sentence names or describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// Folded bytes of the name.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) value: String,
    pub(super) country: Option<&'static str>,
    pub(super) sectors: Vec<&'static str>,
    /// Whether it is a name and not a description.
    pub(super) is_named: bool,
    /// Whether the organisation is one that tells of others' incidents.
    pub(super) is_reporter: bool,
    /// One past everything that belongs to the phrase, appositions included.
    pub(super) whole_end: usize,
}

/// A word with its place in the folded text.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    start: usize,
    text: &'a str,
    /// The punctuation between it and the next word.
    after: Option<char>,
    possessive: bool,
    /// Opened by a bracket.
    bracketed: bool,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_capital(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
            || (self.text.starts_with(|c: char| c.is_ascii_digit())
                && self.text.contains(char::is_uppercase))
    }
}

/// The phrase that begins at folded byte `from`, in a sentence that ends at `limit`.
pub(super) fn forward(document: &Document<'_>, from: usize, limit: usize) -> Option<Phrase> {
    let flat = document.text.flat();
    let mut end = limit.min(from + PHRASE_BYTES);
    while !flat.is_char_boundary(end) {
        end -= 1;
    }
    let words = words(flat, from, end);
    parse(document, &words)
}

/// The phrase that ends at folded byte `to`, in a sentence that begins at `start`.
pub(super) fn backward(document: &Document<'_>, start: usize, to: usize) -> Option<Phrase> {
    let flat = document.text.flat();
    let mut from = start.max(to.saturating_sub(PHRASE_BYTES));
    while !flat.is_char_boundary(from) {
        from += 1;
    }
    let words = words(flat, from, to);
    let first = words.len().saturating_sub(MAX_WORDS);
    let target = words.last()?.end();
    (first..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        parse(document, rest).filter(|phrase| phrase.whole_end >= target)
    })
}

/// The names of an enumeration: `Yamaha, Seiko and pharmaceutical company Eisai`.
pub(super) fn list(document: &Document<'_>, from: usize, limit: usize) -> Vec<Phrase> {
    let flat = document.text.flat();
    let text = flat.get(from..limit).unwrap_or_default();
    let mut phrases = Vec::new();
    let mut at = from;
    for piece in text
        .split_inclusive([',', ';', '.', ':'])
        .take(crate::limits::NAMES_PER_LIST)
    {
        let mut inner = at;
        for part in piece.split_inclusive(" and ") {
            let start = inner;
            inner += part.len();
            let shown = part.trim_start();
            let lead = part.len() - shown.len();
            let shorter = shown.strip_prefix("and ").map_or(0, |_| 4);
            let end = start + part.trim_end_matches(" and ").len();
            if let Some(phrase) = forward(
                document,
                start + lead + shorter,
                end.max(start + lead + shorter),
            ) {
                phrases.push(phrase);
            }
        }
        at += piece.len();
        if piece.ends_with(['.', ';']) && !piece.ends_with("U.S.") {
            break;
        }
    }
    phrases
}

fn words(flat: &str, from: usize, to: usize) -> Vec<Word<'_>> {
    let text = flat.get(from..to).unwrap_or_default();
    let mut words = Vec::new();
    let mut at = from;
    for piece in text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += piece.len();
        let shown = piece.trim_end();
        let opened = shown.trim_start_matches(['"', '\'', '(', '[', '—', '–']);
        let lead = shown.len() - opened.len();
        let initials = opened.len() >= 4
            && opened.ends_with('.')
            && opened.split('.').all(|part| part.len() <= 1);
        let core = if initials {
            opened
        } else {
            opened.trim_end_matches(['.', ',', ';', ':', '"', '\'', ')', ']', '?', '!', '—', '–'])
        };
        let after = opened
            .get(core.len()..)
            .and_then(|tail| tail.chars().next());
        let (core, possessive) = match core.strip_suffix("'s") {
            Some(owner) => (owner, true),
            None => (
                core,
                opened
                    .get(core.len()..)
                    .is_some_and(|tail| tail.starts_with('\'') && core.ends_with('s')),
            ),
        };
        if !core.is_empty() {
            words.push(Word {
                start: start + lead,
                text: core,
                after: after.filter(|_| !possessive || after != Some('\'')),
                possessive,
                bracketed: shown.starts_with('('),
            });
        } else if let Some(last) = words.last_mut() {
            last.after = last.after.or(shown.chars().next());
        }
    }
    words
}

fn parse(document: &Document<'_>, words: &[Word<'_>]) -> Option<Phrase> {
    let mut country = None;
    let mut owner: Option<Word<'_>> = None;
    let mut before: Vec<Word<'_>> = Vec::new();
    let mut at = 0;
    let start = words.first()?.start;
    while let Some(word) = words.get(at) {
        let lower = word.text.to_lowercase();
        if let Some((code, used)) = country_at(document, words, at) {
            country = Some(code);
            let last = *words.get(at + used - 1)?;
            if last.possessive {
                owner = Some(*word);
            } else if last.after.is_some() || !is_adjective_at(document, word.start) {
                // A country that is not followed by what is in it.
                return None;
            }
            at += used;
            continue;
        }
        if DETERMINERS.contains(&lower.as_str()) {
            if at != 0 {
                return None;
            }
            at += 1;
            continue;
        }
        if OWNERS.contains(&lower.as_str()) && word.possessive {
            country = country.or_else(|| country_before(document, word.start));
            owner = Some(*word);
            at += 1;
            continue;
        }
        if PLACES.contains(&lower.as_str()) {
            let system = before
                .last()
                .is_some_and(|last| SYSTEMS.contains(&last.text.to_lowercase().as_str()));
            if !system {
                break;
            }
            before.clear();
            at += 1;
            if words
                .get(at)
                .is_some_and(|next| DETERMINERS.contains(&next.text))
            {
                at += 1;
            }
            continue;
        }
        // `Osaka-based manufacturer …`
        let is_descriptive = ["-based", "-listed", "-owned", "-headquartered", "-run"]
            .iter()
            .any(|end| lower.ends_with(end));
        if word.is_capital() && !is_descriptive {
            return named(document, words, at, start, country);
        }
        if STOPS.contains(&lower.as_str())
            || before.len() >= MAX_DESCRIPTION
            || !lower.starts_with(char::is_alphabetic)
        {
            break;
        }
        before.push(*word);
        at += 1;
        if word.after.is_some() {
            break;
        }
    }
    description(document, words, at, owner, country, &before)
}

/// A phrase without a name of its own: what is described, or the name that stands beside the description.
fn description(
    document: &Document<'_>,
    words: &[Word<'_>],
    at: usize,
    owner: Option<Word<'_>>,
    country: Option<&'static str>,
    described: &[Word<'_>],
) -> Option<Phrase> {
    let (first, last) = (described.first()?, described.last()?);
    if !BODIES.contains(&last.text.to_lowercase().as_str()) {
        return None;
    }
    // `the country's space agency, JAXA`
    if matches!(last.after, Some(',' | '(')) || words.get(at).is_some_and(|next| next.bracketed) {
        let next = words.get(at)?;
        if next.is_capital() && country_at(document, words, at).is_none() {
            let phrase = named(document, words, at, first.start, country)?;
            let closed = phrase.whole_end >= words.last()?.end()
                || words
                    .iter()
                    .find(|word| word.end() == phrase.end)
                    .is_some_and(|word| word.after.is_some());
            if closed {
                return Some(phrase);
            }
        }
    }
    let owner = owner?;
    let flat = document.text.flat();
    let value = flat.get(owner.start..last.end())?.to_owned();
    Some(Phrase {
        start: owner.start,
        end: last.end(),
        sectors: sectors(document, owner.start, last.end()),
        value,
        country,
        is_named: false,
        is_reporter: false,
        whole_end: last.end(),
    })
}

fn named(
    document: &Document<'_>,
    words: &[Word<'_>],
    at: usize,
    phrase_start: usize,
    country: Option<&'static str>,
) -> Option<Phrase> {
    let first = *words.get(at)?;
    let mut last = at;
    let mut probe = at;
    while let Some(word) = words.get(probe) {
        if probe != at && word.bracketed {
            break;
        }
        if word.is_capital() {
            last = probe;
            if word.after.is_some() || word.possessive {
                break;
            }
        } else if !CONNECTORS.contains(&word.text) || probe == at {
            break;
        } else if word.text == "and" {
            // `Ministry of Land and Transport` is one name, `Casio and Eisai` are two.
            let head = document.text.flat().get(first.start..word.start)?;
            if !HEADS
                .iter()
                .any(|name| head.starts_with(name) || head.contains(&format!(" {name}")))
            {
                break;
            }
        }
        probe += 1;
    }
    let end = words.get(last)?.end();
    let flat = document.text.flat();
    let text = flat.get(first.start..end)?;
    let next = words.get(last + 1);
    let is_product = next.is_some_and(|next| {
        words
            .get(last)
            .is_some_and(|word| word.after.is_none() && !word.possessive)
            && PRODUCT_NOUNS.contains(&next.text.to_lowercase().as_str())
    });
    if is_product || NOT_NAMES.contains(&text) || text.chars().count() < 2 {
        return None;
    }
    // A country, a city, an actor or a date is not an organisation.
    let other = document.hits_within(first.start, end).any(|hit| {
        let whole = hit.start == first.start && hit.end >= end;
        matches!(hit.meaning, Meaning::Actor(_))
            || (whole && !matches!(hit.meaning, Meaning::Organization(_) | Meaning::Sector(_)))
    });
    if other || document.dates_within(first.start, end).next().is_some() || is_calendar(text) {
        return None;
    }
    let known = document
        .hits_within(first.start, end)
        .find_map(|hit| match hit.meaning {
            Meaning::Organization(at) if hit.start == first.start && hit.end == end => {
                dictionary::organizations().get(at)
            }
            _ => None,
        });
    let whole_end = apposition(words, last).unwrap_or(end);
    let mut found = sectors(document, phrase_start, whole_end.max(end));
    let country = country
        .or(known.and_then(|known| known.country))
        .or_else(|| only_country(document, end, whole_end));
    let value = match known {
        Some(known) => {
            found.extend(known.sectors.iter().copied());
            known.name.to_owned()
        }
        None => with_country(text, country),
    };
    found.sort_unstable();
    found.dedup();
    Some(Phrase {
        start: first.start,
        end,
        value,
        country,
        sectors: found,
        is_named: true,
        is_reporter: known.is_some_and(|known| known.is_reporter),
        whole_end,
    })
}

/// The country that stands between `start` and `end`, where there is one only: `, a carrier in northern Japan`.
fn only_country(document: &Document<'_>, start: usize, end: usize) -> Option<&'static str> {
    let mut found = None;
    for hit in document.hits_within(start, end) {
        if let Meaning::Country(code) | Meaning::Demonym(code) = hit.meaning {
            if found.is_some_and(|found| found != code) {
                return None;
            }
            found = Some(code);
        }
    }
    found
}

/// Where an apposition that follows the word `last` ends: `, a regional carrier,` or `(HTC)`.
fn apposition(words: &[Word<'_>], last: usize) -> Option<usize> {
    let word = words.get(last)?;
    let mut at = last + 1;
    let first = words.get(at)?;
    let mut end = None;
    if first.bracketed {
        while let Some(inside) = words.get(at).filter(|_| at < last + MAX_WORDS) {
            at += 1;
            end = Some(inside.end());
            if inside.after == Some(')') {
                break;
            }
        }
        return end;
    }
    if word.after != Some(',') || !matches!(first.text, "a" | "an" | "the" | "one") {
        return None;
    }
    while let Some(inside) = words.get(at).filter(|_| at < last + MAX_WORDS) {
        at += 1;
        end = Some(inside.end());
        if inside.after.is_some() {
            break;
        }
    }
    end
}

/// `Ministry of Foreign Affairs` alone is a name in many countries.
fn with_country(name: &str, country: Option<&'static str>) -> String {
    let generic = [
        "Ministry of",
        "Department of",
        "Office of",
        "Cabinet",
        "Parliament",
        "National ",
    ]
    .iter()
    .any(|start| name.starts_with(start));
    match country.and_then(dictionary::country_name) {
        Some(country) if generic && !name.contains(country) => format!("{name} of {country}"),
        _ => name.to_owned(),
    }
}

fn sectors(document: &Document<'_>, start: usize, end: usize) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = document
        .hits_within(start, end)
        .filter_map(|hit| match hit.meaning {
            Meaning::Sector(sector) => Some(sector),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The country that the words at `at` name, and how many words that takes.
fn country_at(
    document: &Document<'_>,
    words: &[Word<'_>],
    at: usize,
) -> Option<(&'static str, usize)> {
    let word = words.get(at)?;
    let hit = document
        .hits_within(word.start, word.start + 80)
        .next()
        .filter(|hit| hit.start == word.start)?;
    let (Meaning::Country(code) | Meaning::Demonym(code)) = hit.meaning else {
        return None;
    };
    let used = words
        .iter()
        .skip(at)
        .take_while(|word| word.start < hit.end)
        .count();
    Some((code, used.max(1)))
}

fn is_adjective_at(document: &Document<'_>, start: usize) -> bool {
    document
        .hits_within(start, start + 80)
        .next()
        .is_some_and(|hit| hit.start == start && matches!(hit.meaning, Meaning::Demonym(_)))
}

/// The country named last before `at`: what "the country's" means.
fn country_before(document: &Document<'_>, at: usize) -> Option<&'static str> {
    let before = document.hits.partition_point(|hit| hit.start < at);
    document
        .hits
        .iter()
        .take(before)
        .rev()
        .take(COUNTRY_LOOKBACK)
        .find_map(|hit| match hit.meaning {
            Meaning::Country(code) => Some(code),
            _ => None,
        })
}

fn is_calendar(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    CALENDAR.contains(&first)
}

/// How far a phrase may reach, in bytes: its words are counted, but a word may be long.
const PHRASE_BYTES: usize = 600;
/// Most words of a phrase, and of what stands beside a name.
const MAX_WORDS: usize = 20;
/// Most words of a description before a name.
const MAX_DESCRIPTION: usize = 6;
/// Most dictionary words looked back for the country.
const COUNTRY_LOOKBACK: usize = 12;
