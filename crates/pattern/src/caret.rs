//! Where a span stands, for people: line, column, the line itself and what to print below it.
//!
//! Without colour, and safe to print: what would move the cursor or turn the direction of writing is replaced.

use std::fmt;

use crate::span::Span;

/// A place in a text, shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caret {
    /// The line in which the span begins, from 1.
    pub line: usize,
    /// The character of that line at which the span begins, from 1.
    pub column: usize,
    /// The line, or the part of a long one that is around the span, with `…` where something is left out.
    pub source: String,
    /// Spaces and carets, to be printed below `source`: the carets stand below the span, as far as it is in
    /// that part of the line; there is at least one.
    pub underline: String,
}

/// Shows where `span` stands in `text`. A span that reaches beyond the text, or begins inside a character, is
/// taken to begin and end at the character before.
///
/// ```
/// use pattern::caret::caret;
/// use pattern::span::Span;
///
/// let shown = caret("[file:name = 'あ'\n AND file:sise = 1]", Span { start: 22, end: 31 });
/// assert_eq!((shown.line, shown.column), (2, 4));
/// let shown = caret("[file:name = 'あ' OR x]", Span { start: 22, end: 23 });
/// assert_eq!(shown.to_string(), "[file:name = 'あ' OR x]\n                     ^\n");
/// ```
pub fn caret(text: &str, span: Span) -> Caret {
    let start = boundary(text, span.start);
    let end = boundary(text, span.end).max(start);
    let (before, after) = text.split_at(start);
    // A line feed, a carriage return, or both.
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let pairs = before.matches("\r\n").count();
    let split_pair = usize::from(before.ends_with('\r') && after.starts_with('\n'));
    let line = 1 + before.matches(['\n', '\r']).count() - pairs - split_pair;
    let (line_start, before) = if split_pair == 1 {
        // The span begins at the second half of a line's end.
        let body = before.trim_end_matches('\r');
        let at = body.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        (at, body)
    } else {
        (line_start, before)
    };
    let head = before.get(line_start..).unwrap_or_default();
    let column = 1 + head.chars().count();
    let tail = if split_pair == 1 {
        ""
    } else {
        after.split(['\n', '\r']).next().unwrap_or_default()
    };
    let marked = tail.get(..(end - start).min(tail.len())).unwrap_or(tail);
    let rest = tail.get(marked.len()..).unwrap_or_default();

    let mut source = String::new();
    // What is before the span, from the end, as far as there is room.
    let mut kept: Vec<char> = Vec::new();
    let mut columns = 0;
    let mut characters = head.chars().rev();
    for character in characters.by_ref() {
        let character = printable(character);
        columns += width(character);
        if columns > BEFORE {
            kept.push('…');
            break;
        }
        kept.push(character);
    }
    source.extend(kept.iter().rev());
    let indent: usize = kept.iter().map(|character| width(*character)).sum();
    let carets = append(&mut source, marked, MARKED);
    if carets.complete {
        append(&mut source, rest, AFTER);
    }
    Caret {
        line,
        column,
        source,
        underline: format!(
            "{}{}",
            " ".repeat(indent),
            "^".repeat(carets.columns.max(1))
        ),
    }
}

impl fmt::Display for Caret {
    /// The line and the carets below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.source, self.underline)
    }
}

struct Appended {
    columns: usize,
    complete: bool,
}

/// Appends `text` up to so many columns, and `…` for what is left out.
fn append(source: &mut String, text: &str, most: usize) -> Appended {
    let mut columns = 0;
    for character in text.chars().map(printable) {
        if columns + width(character) > most {
            source.push('…');
            return Appended {
                columns: columns + 1,
                complete: false,
            };
        }
        columns += width(character);
        source.push(character);
    }
    Appended {
        columns,
        complete: true,
    }
}

/// The start of the character in which the byte `at` is, or the end of the text.
fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// The character, or what is printed for one that would change how the rest is shown.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        // Marks of direction, and separators of lines and paragraphs, which are no line's end here and must not
        // be one on the screen.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}

/// How many columns of a terminal the character takes: the wide characters of East Asia take two, combining
/// ones none.
fn width(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036f
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0x200b..=0x200d
        | 0x20d0..=0x20ff
        | 0x3099..=0x309a
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f
        | 0xfeff
        | 0xe0100..=0xe01ef => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Columns that are shown before, in and after the span: together one line of a wide terminal.
const BEFORE: usize = 50;
const MARKED: usize = 40;
const AFTER: usize = 30;
