//! From text to tokens.
//!
//! Every token knows its bytes, every constant is decoded here, and what is wrong with the text is reported
//! here: an `Kind::Invalid` token stands where something was meant and has been complained about, so that
//! the parser does not complain again. The standard defines the language in prose (§9); the lexical grammar
//! is that of its companion grammar: keywords are case-sensitive, whitespace is Unicode `White_Space` (§9.4).

mod byte;
pub(crate) mod decode;
pub mod keyword;
mod name;
mod number;

use base::diagnostic::Diagnostic;

use crate::code;
use crate::constant::{Constant, Float, Integer};
use crate::findings::Findings;
use crate::span::{Span, Spanned};
use crate::text::Text;
use crate::token::keyword::Keyword;

/// One token and its place.
pub(crate) type Token = Spanned<Kind>;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `:`.
    Colon,
    /// `,`.
    Comma,
    /// A constant, whose value is [`Lexer::value`].
    Constant,
    /// `.`.
    Dot,
    /// The end of the text; always the last token, and only there.
    End,
    /// `=`.
    Equal,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// Something that has already been reported.
    Invalid,
    /// A keyword.
    Keyword(Keyword),
    /// `[`.
    LeftBracket,
    /// `(`.
    LeftParenthesis,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `!=`.
    NotEqual,
    /// `]`.
    RightBracket,
    /// `)`.
    RightParenthesis,
    /// White space or a comment, which the lexer does not give.
    Skipped,
    /// `*`.
    Star,
    /// A name without apostrophes: letters, digits, `_` and `-`.
    Word,
}

/// Whether `name` can be a step of an object path without apostrophes: a letter or `_`, then letters, digits
/// and `_`, and no word of the language.
pub fn is_plain_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !is_reserved(name)
}

/// Whether `text` can stand before the colon of an object path: a letter or `_`, then letters, digits, `_`
/// and `-`.
pub fn is_object_type(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !is_reserved(text)
}

/// Whether `word` is a word of the language and thus no name without apostrophes.
pub fn is_reserved(word: &str) -> bool {
    Keyword::of(word).is_some() || matches!(word, "true" | "false")
}

/// The value of a constant as far as it can be had without making anything.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// `true` or `false`.
    Boolean(bool),
    /// What [`Lexer::decoded`] holds: bytes, a timestamp, or a string that was written with escapes.
    Decoded,
    /// A number with a decimal point.
    Float(Float),
    /// A whole number.
    Integer(Integer),
    /// A string without escapes, which the text holds as it is.
    String(&'a str),
}

/// Splits a text into tokens, one at a time: the tokens of a long pattern would take more memory than its tree.
///
/// The text must not be longer than [`PATTERN_BYTES`]: [`crate::parse::read`] has looked.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The value of the constant that was read last.
    pub(crate) value: Value<'a>,
    /// That value where it is not what the text holds.
    pub(crate) decoded: Option<Constant>,
    /// What is wrong with the text so far.
    pub(crate) findings: Findings,
    commented: bool,
}

impl<'a> Lexer<'a> {
    /// Begins at the beginning of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            value: Value::Decoded,
            decoded: None,
            findings: Findings::default(),
            commented: false,
        }
    }

    /// The next token; at the end of the text [`Kind::End`], as often as it is asked for.
    pub(crate) fn next(&mut self) -> Token {
        self.next_inlined()
    }

    /// [`Lexer::next`] for the one place that reads nearly every token.
    #[expect(
        clippy::inline_always,
        reason = "a call for each token is a tenth of the time that reading a pattern takes"
    )]
    #[inline(always)]
    pub(crate) fn next_inlined(&mut self) -> Token {
        loop {
            while self.byte(self.at) == Some(b' ') {
                self.at += 1;
            }
            let start = self.at;
            let kind = self.step();
            if kind != Kind::Skipped {
                return Token::new(kind, self.since(start));
            }
        }
    }

    /// Takes the value of the constant that was read last.
    pub(crate) fn take_constant(&mut self) -> Option<Constant> {
        Some(match self.value {
            Value::Boolean(value) => Constant::Boolean(value),
            Value::Decoded => return self.decoded.take(),
            Value::Float(value) => Constant::Float(value),
            Value::Integer(value) => Constant::Integer(value),
            Value::String(text) => Constant::String(text.into()),
        })
    }

    /// Goes to the end of the text; what is left of it is not read.
    pub(crate) fn stop(&mut self) {
        self.at = self.text.len();
    }

    /// Reads one token or one stretch of what is skipped.
    #[inline]
    fn step(&mut self) -> Kind {
        let start = self.at;
        let Some(first) = self.byte(start) else {
            return Kind::End;
        };
        let second = || self.byte(start + 1);
        match first {
            b'[' => self.single(Kind::LeftBracket),
            b']' => self.single(Kind::RightBracket),
            b'(' => self.single(Kind::LeftParenthesis),
            b')' => self.single(Kind::RightParenthesis),
            b':' => self.single(Kind::Colon),
            b',' => self.single(Kind::Comma),
            b'*' => self.single(Kind::Star),
            b'=' if second() != Some(b'=') => self.single(Kind::Equal),
            b'\'' => self.string(),
            b'h' if second() == Some(b'\'') => self.prefixed("hex", "h", decode::hex),
            b'b' if second() == Some(b'\'') => self.prefixed("binary", "b", decode::binary),
            b't' if second() == Some(b'\'') => self.prefixed("timestamp", "t", decode::timestamp),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(first),
            b'0'..=b'9' => self.number(),
            b'.' | b'+' | b'-' if second().is_some_and(|byte| byte.is_ascii_digit()) => {
                self.number()
            }
            b'+' | b'-'
                if second() == Some(b'.')
                    && self
                        .byte(start + 2)
                        .is_some_and(|byte| byte.is_ascii_digit()) =>
            {
                self.number()
            }
            b'.' => self.single(Kind::Dot),
            b'"' => self.double_quoted(),
            b'/' if matches!(second(), Some(b'*' | b'/')) => self.comment(),
            _ => self.rare(),
        }
    }

    /// Space of other kinds, operators, and what means nothing.
    #[cold]
    fn rare(&mut self) -> Kind {
        let Some(first) = self.peek(0) else {
            return Kind::End;
        };
        if first.is_whitespace() {
            self.take_while(char::is_whitespace);
            Kind::Skipped
        } else {
            self.symbol(first, self.peek(first.len_utf8()))
        }
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn symbol(&mut self, first: char, second: Option<char>) -> Kind {
        let start = self.at;
        let (kind, bytes) = match (first, second) {
            ('!', Some('=')) | ('<', Some('>')) => (Kind::NotEqual, 2),
            ('=', Some('=')) => (Kind::Equal, 2),
            ('<', Some('=')) => (Kind::LessOrEqual, 2),
            ('>', Some('=')) => (Kind::GreaterOrEqual, 2),
            ('=', _) => (Kind::Equal, 1),
            ('<', _) => (Kind::Less, 1),
            ('>', _) => (Kind::Greater, 1),
            _ => return self.stray(),
        };
        self.at += bytes;
        let span = self.since(start);
        let proper = match (first, second) {
            ('=', Some('=')) => Some("="),
            ('<', Some('>')) => Some("!="),
            _ => None,
        };
        if let Some(proper) = proper {
            let written = self.text.get(start..self.at).unwrap_or_default();
            self.findings.push(
                Diagnostic::warning(
                    code::OPERATOR_ALIAS,
                    span.place(),
                    format!("`{written}` is not an operator of the standard"),
                )
                .with_help(format!("write `{proper}`; it is read as that"))
                .with_section("STIX 2.1 §9.6.1"),
            );
        }
        kind
    }

    /// Characters that begin nothing: one finding for the whole run.
    fn stray(&mut self) -> Kind {
        let start = self.at;
        self.take_while(|character| {
            !character.is_whitespace()
                && !character.is_ascii_alphanumeric()
                && !"_'\"()[]:.,*=<>".contains(character)
        });
        if self.at == start {
            // Only a character that `step` knows stops the run at once, and those do not come here; the
            // lexer must move on whatever happens.
            self.at += self.peek(0).map_or(1, char::len_utf8);
        }
        let span = self.since(start);
        let run = excerpt(self.text.get(start..self.at).unwrap_or_default());
        let help = if run.contains(['‘', '’', '‚', '‛', '′', '＇', '`']) {
            Some("strings stand in plain apostrophes, U+0027")
        } else if run.contains(['“', '”', '„', '＂']) {
            Some("strings stand in apostrophes, U+0027, not in quotation marks")
        } else if run.starts_with('!') {
            Some("negation is written `NOT` before the operator, or `!=`")
        } else if run.starts_with('&') || run.starts_with('|') {
            Some("expressions are joined by `AND` and `OR`")
        } else {
            None
        };
        let diagnostic = Diagnostic::error(
            code::STRAY_CHARACTER,
            span.place(),
            format!("`{run}` means nothing in a pattern"),
        );
        self.report(diagnostic, help);
        Kind::Invalid
    }

    #[inline]
    fn word(&mut self, first: u8) -> Kind {
        let start = self.at;
        self.take_bytes(|byte| byte::class(byte) & byte::WORD != 0);
        // Keywords are in capitals and nearly every word is not.
        if !matches!(first, b'A'..=b'Z' | b'f' | b't') {
            return Kind::Word;
        }
        match self.text.get(start..self.at).unwrap_or_default() {
            "true" => self.read(Value::Boolean(true)),
            "false" => self.read(Value::Boolean(false)),
            word => Keyword::of(word).map_or(Kind::Word, Kind::Keyword),
        }
    }

    /// Reads a string that begins here.
    #[inline]
    fn string(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        self.take_string();
        if self.byte(self.at) == Some(b'\'') {
            let text = self.text.get(start + 1..self.at).unwrap_or_default();
            self.at += 1;
            return self.read(Value::String(text));
        }
        self.at = start;
        match self.escaped_string() {
            Some(text) => self.decoded(Constant::String(text)),
            None => Kind::Invalid,
        }
    }

    /// Reads a string that begins here and returns it without escapes; `None` when it was reported.
    #[inline(never)]
    fn escaped_string(&mut self) -> Option<Text> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        let mut valid = true;
        loop {
            let stretch = self.at;
            self.take_string();
            value.push_str(self.text.get(stretch..self.at).unwrap_or_default());
            let escaped = match self.peek(0) {
                Some('\'') => {
                    self.at += 1;
                    return valid.then(|| value.into());
                }
                Some(_) => self.peek(1),
                None => None,
            };
            match escaped {
                Some(character @ ('\'' | '\\')) => {
                    value.push(character);
                    self.at += 2;
                }
                Some(character) => {
                    valid = false;
                    let escape = Span {
                        start: self.at,
                        end: self.at + 1 + character.len_utf8(),
                    };
                    let finding = Diagnostic::error(
                        code::UNKNOWN_ESCAPE,
                        escape.place(),
                        format!("`\\{character}` is not an escape"),
                    );
                    let help =
                        format!("a backslash is written `\\\\`, so perhaps `\\\\{character}`");
                    self.report(finding.with_section("STIX 2.1 §9.2"), Some(&help));
                    self.at = escape.end;
                }
                None => {
                    // Either the text ends, or it ends after one backslash.
                    self.at = self.text.len();
                    let finding = Diagnostic::error(
                        code::UNTERMINATED_STRING,
                        self.since(start).place(),
                        "the string has no closing apostrophe",
                    );
                    self.report(
                        finding,
                        Some("an apostrophe inside a string is written `\\'`"),
                    );
                    return None;
                }
            }
        }
    }

    /// A constant with a letter before its apostrophe.
    #[cold]
    fn prefixed(
        &mut self,
        name: &str,
        letter: &str,
        decode: fn(&str) -> Result<Constant, decode::Refusal>,
    ) -> Kind {
        let start = self.at;
        self.at += letter.len();
        let inside = self.at + 1;
        self.at = inside;
        self.take_bytes(|byte| byte != b'\'');
        let text = self.text.get(inside..self.at).unwrap_or_default();
        if self.peek(0).is_none() {
            let finding = Diagnostic::error(
                code::UNTERMINATED_STRING,
                self.since(start).place(),
                format!("the {name} constant has no closing apostrophe"),
            );
            self.report(finding, None);
            return Kind::Invalid;
        }
        self.at += 1;
        match decode(text) {
            Ok(constant) => self.decoded(constant),
            Err(refusal) => {
                let message = format!(
                    "`{}` is not a {name} constant",
                    excerpt(&format!("{letter}'{text}'"))
                );
                let finding = Diagnostic::error(refusal.code, self.since(start).place(), message);
                self.report(finding.with_section(refusal.section), Some(refusal.help));
                Kind::Invalid
            }
        }
    }

    #[cold]
    fn double_quoted(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        self.take_while(|character| !matches!(character, '"' | '\n'));
        self.at += usize::from(self.peek(0) == Some('"'));
        let finding = Diagnostic::error(
            code::STRAY_CHARACTER,
            self.since(start).place(),
            "quotation marks mean nothing in a pattern",
        );
        self.report(
            finding,
            Some("strings and names stand in apostrophes, U+0027"),
        );
        Kind::Invalid
    }

    #[cold]
    fn comment(&mut self) -> Kind {
        let start = self.at;
        let rest = self.text.get(start + 2..).unwrap_or_default();
        let line = self
            .text
            .get(start..)
            .is_some_and(|text| text.starts_with("//"));
        let end = if line {
            rest.find(['\n', '\r']).or(Some(rest.len()))
        } else {
            rest.find("*/").map(|end| end + 2)
        };
        self.at = end.map_or(self.text.len(), |end| start + 2 + end);
        let place = self.since(start).place();
        if end.is_none() {
            let finding =
                Diagnostic::error(code::UNTERMINATED_COMMENT, place, "the comment has no end");
            self.report(finding, Some("it ends with `*/`"));
            return Kind::Invalid;
        }
        if !self.commented {
            self.commented = true;
            self.findings.push(
                Diagnostic::warning(
                    code::COMMENT,
                    place,
                    "the standard knows no comments in patterns",
                )
                .with_help(
                    "common tools skip them, others may not: leave them out of what is shared",
                ),
            );
        }
        Kind::Skipped
    }

    fn report(&mut self, diagnostic: Diagnostic, help: Option<&str>) {
        self.findings.push(match help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        });
    }

    fn read(&mut self, value: Value<'a>) -> Kind {
        self.value = value;
        Kind::Constant
    }

    fn decoded(&mut self, constant: Constant) -> Kind {
        self.decoded = Some(constant);
        self.read(Value::Decoded)
    }

    fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.text.get(self.at + offset..)?.chars().next()
    }

    /// Goes to the next apostrophe or backslash, eight bytes at a time.
    #[inline]
    fn take_string(&mut self) {
        let mut rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        while let Some((eight, after)) = rest.split_first_chunk() {
            let eight = u64::from_le_bytes(*eight);
            let found = byte::equal(eight, b'\'') | byte::equal(eight, b'\\');
            if found != 0 {
                // The lowest mark is the first byte, and `found` has one at most at each byte's end.
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += size_of_val(&eight);
            rest = after;
        }
        self.take_bytes(|byte| !matches!(byte, b'\'' | b'\\'));
    }

    /// Goes on as long as bytes are wanted; `wanted` takes all of a character's bytes above ASCII, or none.
    #[inline]
    fn take_bytes(&mut self, wanted: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| !wanted(*byte))
            .unwrap_or(rest.len());
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest: &'a str = self.text.get(self.at..).unwrap_or_default();
        self.at += rest
            .find(|character| !wanted(character))
            .unwrap_or(rest.len());
    }
}

/// The first characters of `text`, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Longest pattern that is read, in bytes.
///
/// Patterns of feeds are below 1 KiB, those that MISP writes for attachments carry the file in base64.
pub const PATTERN_BYTES: usize = 4 * 1024 * 1024;

/// A message quotes no more than this of the pattern: a line stays readable.
const EXCERPT_CHARACTERS: usize = 40;
