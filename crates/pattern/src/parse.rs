//! From tokens to the tree.
//!
//! The grammar, loosest first: FOLLOWEDBY, OR, AND, then qualifiers after `[…]` or `(…)`; inside the brackets
//! OR, AND, then single comparisons (STIX 2.1 §9.5.3). A part that cannot be read is reported and skipped up
//! to the next operator or closing bracket, so that one reading finds several mistakes; a pattern with any
//! error is no pattern (§9.4).

mod comparison;
mod observation;
mod path;

use base::diagnostic::{Diagnostic, Place};

use crate::code;
use crate::constant::Constant;
use crate::span::Span;
use crate::token::keyword::Keyword;
use crate::token::{self, Kind, Lexer, Token, Value};
use crate::tree::{Observation, Pattern};

/// What came of reading a pattern.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The pattern; `None` exactly when one of the findings is an error.
    pub pattern: Option<Pattern>,
    /// Everything there is to say, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a pattern.
///
/// ```
/// let pattern = pattern::parse::parse("[ipv4-addr:value='198.51.100.1']").unwrap();
/// assert_eq!(pattern.to_string(), "[ipv4-addr:value = '198.51.100.1']");
/// ```
///
/// # Errors
/// All that is wrong with it, warnings included; never empty. [`read`] gives the warnings of a valid pattern.
#[inline]
pub fn parse(text: &str) -> Result<Pattern, Vec<Diagnostic>> {
    let reading = read(text);
    match reading.pattern {
        Some(pattern) => Ok(pattern),
        None => Err(reading.diagnostics),
    }
}

/// Reads a pattern and keeps the warnings too.
pub fn read(text: &str) -> Reading {
    if text.len() > token::PATTERN_BYTES {
        return Reading {
            pattern: None,
            diagnostics: vec![too_long(text)],
        };
    }
    let mut parser = Parser::new(text);
    parser.step();
    let mut pattern = parser.pattern().map(Pattern::parsed);
    let findings = parser.lexer.findings;
    if findings.error() {
        pattern = None;
    }
    Reading {
        pattern,
        diagnostics: findings.into_list(),
    }
}

/// Reads a pattern from bytes that may be anything.
///
/// # Errors
/// As [`parse`]; bytes that are not UTF-8 are an error at the first of them.
pub fn parse_bytes(bytes: &[u8]) -> Result<Pattern, Vec<Diagnostic>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let start = error.valid_up_to();
            let end = start + error.error_len().unwrap_or(bytes.len() - start);
            let message = "the pattern is not UTF-8";
            let finding = Diagnostic::error(code::NOT_UTF8, Place::Bytes { start, end }, message);
            Err(vec![finding.with_section("STIX 2.1 §9.4")])
        }
    }
}

#[cold]
fn too_long(text: &str) -> Diagnostic {
    let message = format!(
        "the pattern has {} bytes, more than {}",
        text.len(),
        token::PATTERN_BYTES
    );
    let place = Place::Bytes {
        start: text.floor_char_boundary(token::PATTERN_BYTES),
        end: text.len(),
    };
    Diagnostic::error(code::TOO_LONG, place, message)
}

/// `None` from a method means that the reason has been reported.
struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that is to be read.
    token: Token,
    /// The one after it, if it had to be looked at.
    after: Option<Token>,
    /// How many tokens have been read.
    at: usize,
    /// Where the one before stands.
    last: Span,
    depth: usize,
    nodes: usize,
    /// Nothing is reported at this token: it, or what led here, has been reported already.
    quiet_at: Option<usize>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            token: Token::new(Kind::Skipped, Span::default()),
            after: None,
            lexer: Lexer::new(text),
            at: 0,
            last: Span::default(),
            depth: 0,
            nodes: 0,
            quiet_at: None,
        }
    }

    #[inline]
    fn pattern(&mut self) -> Option<Observation> {
        let root = self.observation();
        if self.kind() != Kind::End {
            self.beyond();
        }
        root
    }

    /// Reports what stands behind the pattern, and what is wrong with it.
    #[cold]
    fn beyond(&mut self) {
        while self.kind() != Kind::End {
            self.expected::<()>(
                "an operator, a qualifier or the end of the pattern",
                self.help_after_observation(),
            );
            self.skip_to_observation();
            if self.kind() != Kind::End {
                self.observation_inside();
            }
        }
    }

    /// `first` and the operands that `keyword` joins to it, read to their end even when one of them is not valid.
    #[inline]
    fn chain<T>(
        &mut self,
        keyword: Keyword,
        first: Option<T>,
        operand: impl Fn(&mut Self) -> Option<T>,
        join: impl Fn(Vec<T>) -> T,
    ) -> Option<T> {
        if self.kind() != Kind::Keyword(keyword) {
            return first;
        }
        let mut whole = first.is_some();
        // A chain has two operands at least, and seldom more than four.
        let mut operands = Vec::with_capacity(4);
        operands.extend(first);
        while self.eat(Kind::Keyword(keyword)) {
            match operand(self) {
                Some(next) => operands.push(next),
                None => whole = false,
            }
        }
        whole.then(|| join(operands))
    }

    fn close(
        &mut self,
        kind: Kind,
        expected: &str,
        help: fn(&Self) -> Option<String>,
    ) -> Option<()> {
        if self.eat(kind) {
            Some(())
        } else {
            self.expected(expected, help(self))
        }
    }

    fn keyword(&mut self, keyword: Keyword) -> Option<()> {
        if self.eat(Kind::Keyword(keyword)) {
            return Some(());
        }
        let help = match self.kind() {
            Kind::Word => keyword_help(self.here()),
            _ => None,
        };
        self.expected(&format!("`{}`", keyword.text()), help)
    }

    fn help_after_test(&self) -> Option<String> {
        match self.kind() {
            Kind::Word => keyword_help(self.here()),
            Kind::Keyword(Keyword::FollowedBy) => {
                Some("`FOLLOWEDBY` joins observation expressions: `[…] FOLLOWEDBY […]`".to_owned())
            }
            _ => None,
        }
    }

    fn help_after_observation(&self) -> Option<String> {
        match self.kind() {
            Kind::Word => keyword_help(self.here()),
            Kind::RightBracket | Kind::RightParenthesis => {
                Some("nothing is open that it could close".to_owned())
            }
            Kind::LeftBracket => {
                Some("observation expressions are joined by `AND`, `OR` or `FOLLOWEDBY`".to_owned())
            }
            _ => None,
        }
    }

    /// Reports that something else was expected here.
    #[cold]
    fn expected<T>(&mut self, what: &str, help: Option<String>) -> Option<T> {
        let kind = self.kind();
        if kind != Kind::Invalid && self.quiet_at != Some(self.at) {
            let found = match kind {
                Kind::End => "the pattern ends here".to_owned(),
                _ => format!("found `{}`", token::excerpt(self.here())),
            };
            let finding = Diagnostic::error(
                code::EXPECTED,
                self.span().place(),
                format!("expected {what}, {found}"),
            );
            self.report(match help {
                Some(help) => finding.with_help(help),
                None => finding,
            });
        }
        self.quiet();
        None
    }

    #[cold]
    fn quiet(&mut self) {
        self.quiet_at = Some(self.at);
    }

    fn report(&mut self, finding: Diagnostic) {
        self.lexer.findings.push(finding);
    }

    fn count(&mut self, nodes: usize) -> Option<()> {
        self.nodes += nodes;
        if self.nodes <= NODES {
            return Some(());
        }
        let message = format!("the pattern has more than {NODES} parts");
        self.give_up(Diagnostic::error(
            code::TOO_MANY_NODES,
            self.span().place(),
            message,
        ))
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        if self.depth <= NESTING_DEPTH {
            return Some(());
        }
        let message = format!("parentheses are nested deeper than {NESTING_DEPTH}");
        self.give_up(Diagnostic::error(
            code::TOO_DEEP,
            self.last_span().place(),
            message,
        ))
    }

    /// Reports a limit and reads no further.
    fn give_up(&mut self, finding: Diagnostic) -> Option<()> {
        self.report(finding);
        self.lexer.stop();
        self.after = None;
        self.token = self.lexer.next();
        self.at += 1;
        self.quiet();
        None
    }

    /// Goes to the next operator, or to the bracket or parenthesis that closes what is open.
    fn skip_comparison(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                Kind::End => break,
                Kind::Keyword(Keyword::And | Keyword::Or)
                | Kind::RightBracket
                | Kind::RightParenthesis
                    if open == 0 =>
                {
                    break;
                }
                Kind::LeftBracket | Kind::LeftParenthesis => open += 1,
                Kind::RightBracket | Kind::RightParenthesis => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
        if self.kind() == Kind::End {
            self.quiet();
        }
    }

    /// Goes to the next observation operator or qualifier, or to a closing parenthesis.
    fn skip_observation(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                Kind::End => break,
                Kind::Keyword(
                    Keyword::And
                    | Keyword::Or
                    | Keyword::FollowedBy
                    | Keyword::Repeats
                    | Keyword::Start
                    | Keyword::Within,
                )
                | Kind::RightParenthesis
                    if open == 0 =>
                {
                    break;
                }
                Kind::LeftBracket | Kind::LeftParenthesis => open += 1,
                Kind::RightBracket | Kind::RightParenthesis => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
        if self.kind() == Kind::End {
            self.quiet();
        }
    }

    /// Goes behind the next observation operator, or to the next bracket or parenthesis that opens.
    fn skip_to_observation(&mut self) {
        loop {
            match self.kind() {
                Kind::End => {
                    self.quiet();
                    break;
                }
                Kind::Keyword(Keyword::And | Keyword::Or | Keyword::FollowedBy) => {
                    self.advance();
                    break;
                }
                Kind::LeftBracket | Kind::LeftParenthesis => break,
                _ => {
                    self.advance();
                }
            }
        }
    }

    fn eat(&mut self, kind: Kind) -> bool {
        let here = self.kind() == kind;
        if here {
            self.advance();
        }
        here
    }

    /// Goes one token further, never beyond the end; the span is that of the token that was passed.
    fn advance(&mut self) -> Span {
        let span = self.token.span;
        if self.token.value != Kind::End {
            self.step();
        }
        span
    }

    #[inline(never)]
    fn step(&mut self) {
        self.at += 1;
        self.last = self.token.span;
        self.token = match self.after.take() {
            Some(token) => token,
            None => self.lexer.next_inlined(),
        };
    }

    fn kind(&self) -> Kind {
        self.token.value
    }

    /// The token after this one. A constant here cannot be taken any more.
    fn kind_after(&mut self) -> Kind {
        let Self { after, lexer, .. } = self;
        after.get_or_insert_with(|| lexer.next()).value
    }

    fn span(&self) -> Span {
        self.token.span
    }

    fn last_span(&self) -> Span {
        self.last
    }

    /// The value of the constant that is here, if one is.
    fn value_here(&self) -> Option<Value<'a>> {
        (self.token.value == Kind::Constant).then_some(self.lexer.value)
    }

    /// Whether the constant that is here is a string.
    fn is_string_here(&self) -> bool {
        match self.value_here() {
            Some(Value::String(_)) => true,
            Some(Value::Decoded) => matches!(self.lexer.decoded, Some(Constant::String(_))),
            _ => false,
        }
    }

    /// Takes the constant that is here, if one is, and goes on.
    fn take_constant(&mut self) -> Option<Constant> {
        if self.token.value != Kind::Constant {
            return None;
        }
        let constant = self.lexer.take_constant();
        self.step();
        constant
    }

    /// The text of the token that is here.
    fn here(&self) -> &'a str {
        self.slice(self.span())
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
}

/// Advice about a word that is a keyword in other letters.
fn keyword_help(word: &str) -> Option<String> {
    let keyword = Keyword::of(&word.to_ascii_uppercase())?;
    Some(format!(
        "keywords are written in capitals: `{}`",
        keyword.text()
    ))
}

/// Deepest nesting of parentheses.
///
/// Patterns that people write stay below ten; a hundred and twenty-eight keeps the stack of the parser, of
/// the tree's destructor and of every walk over it small.
pub const NESTING_DEPTH: usize = 128;

/// Most parts of a pattern: comparisons, constants, and steps of paths after the first.
///
/// Feeds put a few thousand addresses into one pattern at most.
pub const NODES: usize = 250_000;
