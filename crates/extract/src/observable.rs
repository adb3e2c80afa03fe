//! Observables: addresses, names, digests, identifiers, paths.
//!
//! Each kind has one pattern over the folded text and one check of what the pattern found; a stretch of text that a
//! kind has taken is not looked at by the kinds after it.

mod file;
mod identifier;
mod network;

use crate::candidate::{Basis, Candidate, CandidateKind};
use crate::context::Context;
use crate::limits::CANDIDATES;
use crate::text::Folded;

/// Finds all observables, and which folded bytes they take.
pub(crate) fn find(text: &Folded<'_>, context: &Context) -> (Vec<Candidate>, Vec<bool>) {
    let mut search = Search {
        text,
        context,
        taken: vec![false; text.text().len()],
        found: Vec::new(),
    };
    network::urls(&mut search);
    network::emails(&mut search);
    file::registry_keys(&mut search);
    file::windows_paths(&mut search);
    file::digests(&mut search);
    identifier::cves(&mut search);
    network::macs(&mut search);
    network::ipv4(&mut search);
    network::ipv6(&mut search);
    network::domains(&mut search);
    file::unix_paths(&mut search);
    file::names(&mut search);
    identifier::systems(&mut search);
    identifier::techniques(&mut search);
    (search.found, search.taken)
}

/// A search under way.
struct Search<'s, 't> {
    text: &'s Folded<'t>,
    context: &'s Context,
    /// Which folded bytes belong to a candidate.
    taken: Vec<bool>,
    found: Vec<Candidate>,
}

/// What a kind says of something it found at folded bytes.
struct Finding {
    kind: CandidateKind,
    start: usize,
    end: usize,
    value: String,
    confidence: u8,
    note: Option<String>,
}

impl<'s> Search<'s, '_> {
    fn text(&self) -> &'s str {
        self.text.text()
    }

    fn is_full(&self) -> bool {
        self.found.len() >= CANDIDATES
    }

    fn is_free(&self, start: usize, end: usize) -> bool {
        self.taken
            .get(start..end)
            .is_some_and(|taken| taken.iter().all(|taken| !taken))
    }

    fn take(&mut self, start: usize, end: usize) {
        if let Some(taken) = self.taken.get_mut(start..end) {
            taken.fill(true);
        }
    }

    /// Whether what stands here was written as an address to be acted on.
    fn is_certain(&self, start: usize, end: usize) -> bool {
        self.text.is_defanged(start, end) || self.context.is_indicator_list(start)
    }

    /// The confidence of an address by how it is written: `plain` where it stands in running text as it is.
    fn confidence(&self, start: usize, end: usize, plain: u8) -> u8 {
        if self.text.is_defanged(start, end) {
            95
        } else if self.context.is_indicator_list(start) {
            90
        } else {
            plain
        }
    }

    fn add(&mut self, finding: Finding) {
        self.add_with(finding, Basis::Explicit);
    }

    fn add_with(&mut self, finding: Finding, basis: Basis) {
        if self.is_full() {
            return;
        }
        let span = self.text.span(finding.start, finding.end);
        self.take(finding.start, finding.end);
        self.found.push(Candidate {
            kind: finding.kind,
            value: finding.value,
            surface: self.text.surface(span).to_owned(),
            span,
            basis,
            confidence: finding.confidence,
            is_defanged: self.text.is_defanged(finding.start, finding.end),
            note: finding.note,
        });
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text()
            .get(..at)
            .and_then(|head| head.chars().next_back())
    }

    fn char_after(&self, at: usize) -> Option<char> {
        self.text().get(at..).and_then(|tail| tail.chars().next())
    }

    fn rest(&self, at: usize) -> &'s str {
        self.text().get(at..).unwrap_or_default()
    }

    /// At most `bytes` bytes before `at`, from a character boundary on.
    fn tail_before(&self, at: usize, bytes: usize) -> &'s str {
        let mut from = at.saturating_sub(bytes);
        while from < at && !self.text().is_char_boundary(from) {
            from += 1;
        }
        self.text().get(from..at).unwrap_or_default()
    }
}

/// `text` without the punctuation of the sentence around it, and without a closing bracket that it does not open.
fn trim_end(text: &str) -> &str {
    // Counted once and then kept up, so that a long row of brackets costs no more than its length.
    let mut rounds = text
        .matches(')')
        .count()
        .saturating_sub(text.matches('(').count());
    let mut squares = text
        .matches(']')
        .count()
        .saturating_sub(text.matches('[').count());
    let mut kept = text;
    loop {
        let shorter = match kept.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*') => 1,
            Some(')') if rounds > 0 => {
                rounds -= 1;
                1
            }
            Some(']') if squares > 0 => {
                squares -= 1;
                1
            }
            _ => return kept,
        };
        kept = kept.get(..kept.len() - shorter).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
