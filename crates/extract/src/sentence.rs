//! Where sentences begin and end.

use crate::rule::rules;

/// A sentence of the folded text: bytes `start..end`, without the space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Counts blank lines, headings and list items.
    pub(crate) paragraph: usize,
}

rules! {
    LINE_STARTS_BLOCK = r"^\s*(?:[-*•・●○■□◆▼|>#]|\d{1,3}[.)）．、]\s|[(\[（]\d{1,3}[)\]）])";
}

/// The sentences of a text with line breaks as they are.
pub(crate) fn split(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for (paragraph, (start, end)) in blocks(text).into_iter().enumerate() {
        let block = text.get(start..end).unwrap_or_default();
        let mut from = 0;
        let mut chars = block.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let after = at + c.len_utf8();
            let ends = match c {
                '。' | '！' | '？' => true,
                '.' | '!' | '?' => ends_latin(block, at, after),
                _ => false,
            };
            if !ends {
                continue;
            }
            // Closing quotes and brackets belong to the sentence they close.
            let mut to = after;
            while let Some((at, c)) = chars.peek().copied() {
                if !matches!(c, '"' | '\'' | ')' | ']' | '」' | '』') {
                    break;
                }
                to = at + c.len_utf8();
                chars.next();
            }
            push(&mut sentences, text, start + from, start + to, paragraph);
            from = to;
        }
        push(&mut sentences, text, start + from, end, paragraph);
    }
    sentences
}

fn push(sentences: &mut Vec<Sentence>, text: &str, start: usize, end: usize, paragraph: usize) {
    let piece = text.get(start..end).unwrap_or_default();
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let start = start + (piece.len() - piece.trim_start().len());
        sentences.push(Sentence {
            start,
            end: start + trimmed.len(),
            paragraph,
        });
    }
}

/// Runs of lines that belong together: a line goes on in the next unless one is blank or the next begins a list
/// item, or this one ends a sentence, or it was broken where there was still room.
fn blocks(text: &str) -> Vec<(usize, usize)> {
    let width = usual_width(text);
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    let mut before: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let trimmed = line.trim();
        if trimmed.is_empty() {
            before = None;
            continue;
        }
        let joins = before.is_some_and(|before| goes_on(before, trimmed, width))
            && !LINE_STARTS_BLOCK.is_match(line);
        match blocks.last_mut() {
            Some(last) if joins => last.1 = end,
            _ => blocks.push((start, end)),
        }
        before = Some(trimmed);
    }
    blocks
}

fn goes_on(line: &str, next: &str, width: usize) -> bool {
    if line.ends_with(['.', '!', '?', '。', ':', '"', '|', '」']) || line.starts_with('#') {
        return false;
    }
    let used = columns(line);
    if next.starts_with(|c: char| c >= '\u{2e80}') {
        // Japanese may be broken anywhere, and people break it between phrases.
        return used * 10 >= width * 6;
    }
    let word = next.split_whitespace().next().unwrap_or_default();
    used + 1 + columns(word) > width
}

/// The width that lines are broken at: nine of ten lines are not longer.
fn usual_width(text: &str) -> usize {
    let mut widths: Vec<usize> = text
        .lines()
        .map(|line| columns(line.trim()))
        .filter(|width| *width > 0)
        .collect();
    widths.sort_unstable();
    widths
        .get(widths.len() * 9 / 10)
        .copied()
        .unwrap_or_default()
}

/// Columns of a text in a fixed-width type, in which a CJK character takes two.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}

fn ends_latin(block: &str, at: usize, after: usize) -> bool {
    let rest = block.get(after..).unwrap_or_default();
    let beyond = rest.trim_start_matches(['"', '\'', ')', ']']);
    if beyond.is_empty() {
        return true;
    }
    if !beyond.starts_with(char::is_whitespace) {
        return false;
    }
    // A quoted part may end with a full stop: what follows decides.
    let next = beyond
        .trim_start()
        .trim_start_matches(['"', '\'', '(', '[']);
    if !next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c >= '\u{2e80}') {
        return false;
    }
    let mut from = at.saturating_sub(MAX_ABBREVIATION_BYTES);
    while from < at && !block.is_char_boundary(from) {
        from += 1;
    }
    let head = block.get(from..at).unwrap_or_default();
    let word = head
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"'))
        .next()
        .unwrap_or_default();
    let is_initials = word
        .split('.')
        .all(|part| part.chars().count() == 1 && part.chars().all(char::is_uppercase));
    // `U.S. Justice Department` goes on; `in the U.S. Last September` cannot be told from it and goes on as well,
    // unless what follows begins as sentences do.
    if is_initials && !word.is_empty() {
        return SENTENCE_OPENERS.iter().any(|opener| {
            next.strip_prefix(opener)
                .is_some_and(|rest| rest.starts_with(char::is_whitespace))
        });
    }
    !ABBREVIATIONS.contains(&word.trim_end_matches('.').to_lowercase().as_str())
}

/// Longest abbreviation looked for, with what may stand before it.
const MAX_ABBREVIATION_BYTES: usize = 24;

const ABBREVIATIONS: [&str; 31] = [
    "approx", "apr", "aug", "capt", "co", "corp", "dec", "dr", "e.g", "etc", "feb", "fig", "gen",
    "gov", "i.e", "inc", "jan", "jr", "lt", "ltd", "mr", "mrs", "ms", "no", "nov", "oct", "prof",
    "sen", "sept", "st", "vs",
];

const SENTENCE_OPENERS: [&str; 22] = [
    "A", "After", "Although", "An", "As", "At", "But", "During", "For", "He", "However", "In",
    "It", "Last", "On", "She", "Since", "The", "These", "They", "This", "We",
];

#[cfg(test)]
mod tests;
