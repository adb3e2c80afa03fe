//! A text with what all rules look at: sentences, words of the dictionaries, dates.

use jiff::civil::Date;

use crate::candidate::Candidate;
use crate::context::Context;
use crate::date::{self, Mention};
use crate::dictionary::{self, Hit, Meaning};
use crate::language::Language;
use crate::limits::{CANDIDATES, SENTENCE_BYTES};
use crate::observable;
use crate::rule::rules;
use crate::sentence::{self, Sentence};
use crate::text::Folded;
use crate::when::{Precision, When};

/// A text that has been read once.
pub(crate) struct Document<'a> {
    pub(crate) text: Folded<'a>,
    pub(crate) language: Language,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) observables: Vec<Candidate>,
    /// Words of the dictionaries outside of observables, in order.
    pub(crate) hits: Vec<Hit>,
    /// Dates outside of observables, in order.
    pub(crate) dates: Vec<Mention>,
    /// As given, else as the text's head states it.
    pub(crate) published: Option<Date>,
}

rules! {
    PUBLISHED = r"(?im)^[\s*#|]*(?:published|publication date|date published|date of publication|issued|release date|date|発行日?|公開日?|公表日|作成日|更新日)(?: on)?\s*[:|]\s*(?P<date>.{4,40})$";
    EVENT = r"^(?: \p{Lu}[\p{L}-]+){0,4} (?:Conference|Summit|Forum|Symposium|Convention|Agreement|Declaration|Treaty)\b";
}

impl<'a> Document<'a> {
    pub(crate) fn read(text: &'a str, published: Option<Date>) -> Self {
        let text = Folded::new(text);
        let language = Language::of(text.text());
        let context = Context::read(&text);
        let (observables, taken) = observable::find(&text, &context);
        let is_free = |start: usize, end: usize| {
            taken
                .get(start..end)
                .is_some_and(|taken| taken.iter().all(|taken| !taken))
        };
        let hits = dictionary::find(text.flat())
            .filter(|hit| is_free(hit.start, hit.end) && !context.is_footer(hit.start))
            .filter(|hit| !is_event(text.flat(), hit))
            .take(CANDIDATES)
            .collect();
        let published = published.or_else(|| stated_publication(&text, language));
        let dates = date::find(&text, language, published, is_free);
        let sentences = sentence::split(text.text());
        Self {
            text,
            language,
            sentences,
            observables,
            hits,
            dates,
            published,
        }
    }

    /// The sentence's text with line breaks as spaces, cut at the limit.
    pub(crate) fn sentence(&self, sentence: &Sentence) -> &str {
        let flat = self.text.flat();
        let mut end = sentence.end.min(sentence.start + SENTENCE_BYTES);
        while !flat.is_char_boundary(end) {
            end -= 1;
        }
        flat.get(sentence.start..end).unwrap_or_default()
    }

    /// The words of the dictionaries within folded bytes.
    pub(crate) fn hits_within(&self, start: usize, end: usize) -> impl Iterator<Item = &Hit> {
        let from = self.hits.partition_point(|hit| hit.start < start);
        self.hits
            .iter()
            .skip(from)
            .take_while(move |hit| hit.start < end)
            .filter(move |hit| hit.end <= end)
    }

    /// The dates within folded bytes.
    pub(crate) fn dates_within(&self, start: usize, end: usize) -> impl Iterator<Item = &Mention> {
        let from = self.dates.partition_point(|date| date.start < start);
        self.dates
            .iter()
            .skip(from)
            .take_while(move |date| date.start < end)
    }
}

/// The day of publication, where the first lines state it in full: `Published: 2024-03-22`.
fn stated_publication(text: &Folded<'_>, language: Language) -> Option<Date> {
    let whole = text.text();
    let mut head = whole.len().min(HEAD_BYTES);
    while !whole.is_char_boundary(head) {
        head -= 1;
    }
    let stated = PUBLISHED.captures(whole.get(..head)?)?.name("date")?;
    let line = Folded::new(stated.as_str());
    date::find(&line, language, None, |_, _| true)
        .first()
        .and_then(Mention::when)
        .filter(|when| when.precision() == Precision::Day)
        .map(When::first)
}

/// How far the head of a report reaches, in bytes.
const HEAD_BYTES: usize = 1_200;

/// Whether a place is part of the name of a meeting: it says nothing of the place.
fn is_event(flat: &str, hit: &Hit) -> bool {
    matches!(
        hit.meaning,
        Meaning::City(..) | Meaning::Country(_) | Meaning::Demonym(_)
    ) && EVENT.is_match(flat.get(hit.end..).unwrap_or_default())
}
