//! The text as it is searched: width folded, defanging undone, and every place mapped back.
//!
//! Rules are written for one spelling. [`Folded`] holds the text in that spelling (`hxxps[:]//evil[.]example` as
//! `https://evil.example`, full-width `２０２４` as `2024`, curly quotes straight) and knows for each byte where it
//! came from.
//!
//! INVARIANT: a span that [`Folded::span`] answers lies on character boundaries of the text as received.

use unicode_normalization::UnicodeNormalization;

use crate::span::Span;

/// A text and its folded form.
#[derive(Debug)]
pub(crate) struct Folded<'a> {
    original: &'a str,
    text: String,
    flat: String,
    pieces: Vec<Piece>,
    /// Characters before every [`STRIDE`]th byte of the original.
    counts: Vec<usize>,
}

/// What stands in the folded text from `folded` on.
#[derive(Debug, Clone, Copy)]
struct Piece {
    folded: usize,
    original: usize,
    /// Bytes of the original that a replacement stands for; `None` where the text is as received.
    replaced: Option<usize>,
    defanged: bool,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(original: &'a str) -> Self {
        let (text, pieces) = Folder::fold(original);
        // The same length byte for byte, so that places agree: a name may be broken over two lines.
        let flat = text
            .chars()
            .map(|c| {
                if matches!(c, '\n' | '\r' | '\t') {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        let mut counts = Vec::with_capacity(original.len() / STRIDE + 1);
        let mut seen = 0;
        for (at, byte) in original.bytes().enumerate() {
            if at % STRIDE == 0 {
                counts.push(seen);
            }
            seen += usize::from(!is_continuation(byte));
        }
        Self {
            original,
            text,
            flat,
            pieces,
            counts,
        }
    }

    /// The folded text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The folded text with line breaks and tabs as spaces, byte for byte as long.
    pub(crate) fn flat(&self) -> &str {
        &self.flat
    }

    /// Where the folded bytes `start..end` stand in the text as received.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.piece(start);
        let from = match first.replaced {
            Some(_) => first.original,
            None => first.original + (start - first.folded),
        };
        let last = self.piece(end.saturating_sub(1).max(start));
        let to = match last.replaced {
            Some(bytes) => last.original + bytes,
            None => last.original + (end - last.folded),
        };
        let to = to.clamp(from, self.original.len());
        Span {
            start: from,
            end: to,
            char_start: self.chars_before(from),
            char_end: self.chars_before(to),
        }
    }

    /// The text as received at a span.
    pub(crate) fn surface(&self, span: Span) -> &'a str {
        self.original.get(span.start..span.end).unwrap_or_default()
    }

    /// Whether defanging was undone within the folded bytes `start..end`.
    pub(crate) fn is_defanged(&self, start: usize, end: usize) -> bool {
        let from = self.pieces.partition_point(|piece| piece.folded < start);
        self.pieces
            .iter()
            .skip(from)
            .take_while(|piece| piece.folded < end)
            .any(|piece| piece.defanged)
    }

    fn piece(&self, folded: usize) -> Piece {
        let after = self.pieces.partition_point(|piece| piece.folded <= folded);
        self.pieces
            .get(after.saturating_sub(1))
            .copied()
            .unwrap_or(Piece {
                folded: 0,
                original: 0,
                replaced: None,
                defanged: false,
            })
    }

    fn chars_before(&self, byte: usize) -> usize {
        let stride = byte / STRIDE;
        let (known, from) = match self.counts.get(stride) {
            Some(known) => (*known, stride * STRIDE),
            None => match self.counts.last() {
                Some(known) => (*known, (self.counts.len() - 1) * STRIDE),
                None => (0, 0),
            },
        };
        let rest = self.original.as_bytes().get(from..byte).unwrap_or_default();
        known + rest.iter().filter(|byte| !is_continuation(**byte)).count()
    }
}

/// Bytes between two counts of characters: a memory of 3 % of the text for at most 256 bytes of counting.
const STRIDE: usize = 256;

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

struct Folder<'a> {
    original: &'a str,
    text: String,
    pieces: Vec<Piece>,
    /// Whether the last piece is text as received.
    verbatim: bool,
}

impl<'a> Folder<'a> {
    fn fold(original: &'a str) -> (String, Vec<Piece>) {
        let mut folder = Self {
            original,
            text: String::with_capacity(original.len()),
            pieces: Vec::new(),
            verbatim: false,
        };
        let mut at = 0;
        while let Some(c) = folder.rest(at).chars().next() {
            at += folder.step(at, c);
        }
        (folder.text, folder.pieces)
    }

    fn rest(&self, at: usize) -> &'a str {
        self.original.get(at..).unwrap_or_default()
    }

    /// Folds what stands at `at` and answers how many bytes that were.
    fn step(&mut self, at: usize, c: char) -> usize {
        if let Some(used) = self.defang(at, c) {
            return used;
        }
        let length = c.len_utf8();
        match folded_char(c) {
            Width::Same => self.keep(at, c),
            Width::Other(other) => self.replace(at, length, other.encode_utf8(&mut [0; 4]), false),
            Width::Gone => self.replace(at, length, "", false),
            Width::Compatibility => {
                // Half-width katakana carry their sound mark as a second character.
                let mark = self
                    .rest(at + length)
                    .chars()
                    .next()
                    .filter(|next| matches!(next, '\u{ff9e}' | '\u{ff9f}'));
                let used = length + mark.map_or(0, char::len_utf8);
                let composed: String = self
                    .original
                    .get(at..at + used)
                    .unwrap_or_default()
                    .nfkc()
                    .collect();
                self.replace(at, used, &composed, false);
                return used;
            }
        }
        length
    }

    fn keep(&mut self, at: usize, c: char) {
        if !self.verbatim {
            self.pieces.push(Piece {
                folded: self.text.len(),
                original: at,
                replaced: None,
                defanged: false,
            });
            self.verbatim = true;
        }
        self.text.push(c);
    }

    fn replace(&mut self, at: usize, bytes: usize, by: &str, defanged: bool) {
        if !by.is_empty() {
            self.pieces.push(Piece {
                folded: self.text.len(),
                original: at,
                replaced: Some(bytes),
                defanged,
            });
            self.text.push_str(by);
        }
        self.verbatim = false;
    }

    fn defang(&mut self, at: usize, c: char) -> Option<usize> {
        match c {
            'h' | 'H' | 'f' | 'F' | 'm' | 'M' if !self.after_word() => self.defang_scheme(at),
            '[' | '(' | '{' | '<' | '［' | '（' | '｛' | '【' => self.defang_bracket(at),
            '\\' => self.unescape(at),
            '.' | '．' if self.after_word() => self.defang_half(at, c),
            _ => None,
        }
    }

    fn after_word(&self) -> bool {
        self.text
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
    }

    /// `hxxp`, `h**p`, `hXXp[s]`, `fxp`, `meow` before `:` or a bracket with one.
    fn defang_scheme(&mut self, at: usize) -> Option<usize> {
        let lower: String = self
            .rest(at)
            .chars()
            .take(10)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let (mangled, plain) = MANGLED_SCHEMES
            .iter()
            .find(|(mangled, _)| lower.starts_with(mangled))?;
        let after = lower.get(mangled.len()..)?;
        let (secure, used) = if after.starts_with("[s]") || after.starts_with("(s)") {
            ("s", 3)
        } else if after.starts_with('s') {
            ("s", 1)
        } else {
            ("", 0)
        };
        let rest = after.get(used..)?;
        let opened = rest.strip_prefix(['[', '(', '{']).unwrap_or(rest);
        // `http` itself is mangled only where its `s` is.
        if !opened.starts_with(':') || (mangled == plain && used != 3) {
            return None;
        }
        let bytes = mangled.len() + used;
        self.replace(at, bytes, &format!("{plain}{secure}"), true);
        Some(bytes)
    }

    /// `[.]`, `(dot)`, `[at]`, `[:]`, `[://]` and `[.` without its end.
    fn defang_bracket(&mut self, at: usize) -> Option<usize> {
        let mut inside = String::new();
        let mut chars = self.rest(at).char_indices().skip(1);
        let mut end = None;
        for (offset, c) in chars.by_ref().take(8) {
            let narrow = narrow(c);
            if matches!(narrow, ']' | ')' | '}' | '>' | '】') {
                end = Some(offset + c.len_utf8());
                break;
            }
            inside.push(narrow.to_ascii_lowercase());
        }
        let Some(end) = end.filter(|_| TOKENS.iter().any(|(token, _)| *token == inside.trim()))
        else {
            // `198.51.100[.7`: an opened bracket that is never closed.
            let half = self.rest(at).strip_prefix("[.")?;
            let next = half.chars().next()?;
            if self.after_word() && next.is_ascii_alphanumeric() && !inside.contains(' ') {
                self.replace(at, 2, ".", true);
                return Some(2);
            }
            return None;
        };
        let (_, plain) = TOKENS.iter().find(|(token, _)| *token == inside.trim())?;
        let after = self.rest(at + end);
        let next = after.chars().next().map(narrow);
        let spaced = self.text.ends_with(' ')
            && next == Some(' ')
            && after
                .chars()
                .nth(1)
                .is_some_and(|c| narrow(c).is_ascii_alphanumeric())
            && matches!(*plain, "." | "@");
        if spaced && self.verbatim {
            self.text.pop();
            if self.after_word() {
                self.replace(at - 1, end + 2, plain, true);
                return Some(end + 1);
            }
            self.text.push(' ');
            return None;
        }
        let joins = next
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '[' | ':' | '(' | '{' | '_'));
        let before = self.after_word() || self.text.ends_with([':', '/', '_', '-']);
        if before && joins {
            self.replace(at, end, plain, true);
            return Some(end);
        }
        None
    }

    /// `\_` and `\\_` in a URL or an e-mail address, as Markdown writes them; in a Windows path they stay.
    fn unescape(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let bytes = rest
            .bytes()
            .take(3)
            .take_while(|byte| *byte == b'\\')
            .count();
        let escaped = rest.get(bytes..)?;
        if !escaped.starts_with(['_', '*']) {
            return None;
        }
        let mut from = self.text.len().saturating_sub(WORD_BYTES);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let word = self
            .text
            .get(from..)
            .and_then(|tail| tail.rsplit(char::is_whitespace).next())?;
        let ahead: String = escaped
            .chars()
            .take(64)
            .take_while(|c| !c.is_whitespace())
            .collect();
        if word.contains("://") || (ahead.contains('@') && !word.contains('\\')) {
            self.verbatim = false;
            return Some(bytes);
        }
        None
    }

    /// `.]` where the bracket was never opened: `evil.]example`.
    fn defang_half(&mut self, at: usize, c: char) -> Option<usize> {
        let rest = self.rest(at + c.len_utf8()).strip_prefix(']')?;
        rest.chars()
            .next()
            .filter(char::is_ascii_alphanumeric)
            .map(|_| {
                let bytes = c.len_utf8() + 1;
                self.replace(at, bytes, ".", true);
                bytes
            })
    }
}

/// How far back the word begins that an escape is in, in bytes.
const WORD_BYTES: usize = 512;

/// Longest first where one begins another.
const MANGLED_SCHEMES: [(&str, &str); 10] = [
    ("hxxp", "http"),
    ("hxtp", "http"),
    ("htxp", "http"),
    ("h**p", "http"),
    ("hppt", "http"),
    ("hxp", "http"),
    ("http", "http"),
    ("meow", "http"),
    ("fxxp", "ftp"),
    ("fxp", "ftp"),
];

/// What a bracket may hold, in lower case, and what it stands for.
const TOKENS: [(&str, &str); 12] = [
    (".", "."),
    ("dot", "."),
    ("d0t", "."),
    ("punkt", "."),
    ("ドット", "."),
    ("@", "@"),
    ("at", "@"),
    ("アットマーク", "@"),
    (":", ":"),
    ("://", "://"),
    ("/", "/"),
    ("//", "//"),
];

enum Width {
    Same,
    Other(char),
    Gone,
    Compatibility,
}

fn folded_char(c: char) -> Width {
    match c {
        // The ideographic full stop stays: it ends sentences.
        '\u{ff01}'..='\u{ff5e}' => Width::Other(narrow(c)),
        '\u{3000}' | '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2002}' | '\u{2003}' | '\u{2009}' => {
            Width::Other(' ')
        }
        '‘' | '’' | 'ʼ' => Width::Other('\''),
        '“' | '”' => Width::Other('"'),
        '\u{2010}' | '\u{2011}' => Width::Other('-'),
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => Width::Gone,
        '\u{ff66}'..='\u{ff9d}' | '㈱' => Width::Compatibility,
        _ => Width::Same,
    }
}

/// The narrow form of a full-width ASCII character.
fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests;
