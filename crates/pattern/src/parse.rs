//! From tokens to the tree.
//!
//! The grammar, loosest first: FOLLOWEDBY, OR, AND, then qualifiers after `[…]` or `(…)`; inside the brackets
//! OR, AND, then single comparisons (STIX 2.1 §9.5.3). A part that cannot be read is reported and skipped up
//! to the next operator or closing bracket, so that one reading finds several mistakes; a pattern with any
//! error is no pattern (§9.4).

use std::num::NonZeroU64;

use base::diagnostic::{Diagnostic, Place};

use crate::check;
use crate::code;
use crate::constant::{Constant, Timestamp};
use crate::findings::Findings;
use crate::span::{Span, Spanned};
use crate::token::{self, Keyword, Kind, Token};
use crate::tree::{
    Check, Comparison, Name, Observation, Path, Pattern, Qualified, Qualifier, Seconds, Step, Test,
};

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
pub fn parse(text: &str) -> Result<Pattern, Vec<Diagnostic>> {
    let reading = read(text);
    reading.pattern.ok_or(reading.diagnostics)
}

/// Reads a pattern and keeps the warnings too.
pub fn read(text: &str) -> Reading {
    if text.len() > token::PATTERN_BYTES {
        let message = format!(
            "the pattern has {} bytes, more than {}",
            text.len(),
            token::PATTERN_BYTES
        );
        let finding = Diagnostic::error(code::TOO_LONG, Place::Whole, message);
        return Reading {
            pattern: None,
            diagnostics: vec![finding],
        };
    }
    let token::Tokens { tokens, findings } = token::tokens(text);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        depth: 0,
        nodes: 0,
        quiet_at: None,
        findings,
    };
    let root = parser.pattern();
    let pattern = root
        .filter(|_| !parser.findings.error())
        .map(Pattern::parsed);
    let mut diagnostics = parser.findings.into_list();
    diagnostics.sort_by_key(|finding| match finding.place {
        Place::Bytes { start, .. } => start,
        Place::Whole | Place::Pointer(_) => 0,
    });
    Reading {
        pattern,
        diagnostics,
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

/// `None` from a method means that the reason has been reported.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    nodes: usize,
    /// Nothing is reported at this token: it, or what led here, has been reported already.
    quiet_at: Option<usize>,
    findings: Findings,
}

impl Parser<'_> {
    fn pattern(&mut self) -> Option<Observation> {
        let root = self.observation();
        while *self.kind() != Kind::End {
            self.expected::<()>(
                "an operator, a qualifier or the end of the pattern",
                self.help_after_observation(),
            );
            self.skip_observation(false);
            if self.join_observation().is_none() {
                self.advance();
                self.quiet();
            } else if *self.kind() != Kind::End {
                self.observation();
            }
        }
        root
    }

    // Observation expressions, §9.5.

    fn observation(&mut self) -> Option<Observation> {
        self.chain(
            Keyword::FollowedBy,
            Self::observation_or,
            Observation::FollowedBy,
        )
    }

    fn observation_or(&mut self) -> Option<Observation> {
        self.chain(Keyword::Or, Self::observation_and, Observation::Or)
    }

    fn observation_and(&mut self) -> Option<Observation> {
        self.chain(Keyword::And, Self::qualified, Observation::And)
    }

    fn qualified(&mut self) -> Option<Observation> {
        let observation = self.observation_primary();
        if observation.is_none() {
            self.skip_observation(true);
        }
        let mut qualifiers: Vec<Spanned<Qualifier>> = Vec::new();
        let mut whole = true;
        loop {
            let start = self.span();
            let read = match self.kind() {
                Kind::Keyword(Keyword::Repeats) => self.repeats(),
                Kind::Keyword(Keyword::Start) => self.start_stop(),
                Kind::Keyword(Keyword::Within) => self.within(),
                _ => break,
            };
            let Some(qualifier) = read else {
                whole = false;
                self.skip_observation(true);
                continue;
            };
            let span = start.to(self.last_span());
            self.refuse_duplicate(&qualifiers, &qualifier, span);
            qualifiers.push(Spanned::new(qualifier, span));
        }
        let observation = observation.filter(|_| whole)?;
        Some(if qualifiers.is_empty() {
            observation
        } else {
            Observation::Qualified(Box::new(Qualified {
                observation,
                qualifiers,
            }))
        })
    }

    fn refuse_duplicate(
        &mut self,
        earlier: &[Spanned<Qualifier>],
        qualifier: &Qualifier,
        span: Span,
    ) {
        let kind = std::mem::discriminant(qualifier);
        if earlier
            .iter()
            .any(|other| std::mem::discriminant(&other.value) == kind)
        {
            let name = match qualifier {
                Qualifier::Repeats(_) => "REPEATS",
                Qualifier::StartStop { .. } => "START … STOP",
                Qualifier::Within(_) => "WITHIN",
            };
            let message = format!("the observation expression has two `{name}` qualifiers");
            self.report(
                Diagnostic::error(code::DUPLICATE_QUALIFIER, span.place(), message)
                    .with_help("put the first one and what it qualifies in parentheses to qualify the result again")
                    .with_section("STIX 2.1 §9.5.1"),
            );
        }
    }

    fn observation_primary(&mut self) -> Option<Observation> {
        match self.kind() {
            Kind::LeftBracket => {
                let start = self.advance();
                self.count(1)?;
                let comparison = self.comparison();
                let closed = self.close(
                    &Kind::RightBracket,
                    "`AND`, `OR` or `]`",
                    self.help_after_test(),
                );
                let span = start.to(self.last_span());
                let comparison = comparison?;
                check::types(&comparison, &mut self.findings);
                closed?;
                Some(Observation::Single(Spanned::new(comparison, span)))
            }
            Kind::LeftParenthesis => {
                self.advance();
                self.deeper()?;
                let inner = self.observation();
                self.depth = self.depth.saturating_sub(1);
                self.close(
                    &Kind::RightParenthesis,
                    "an operator, a qualifier or `)`",
                    self.help_after_observation(),
                )?;
                Some(Observation::Group(Box::new(inner?)))
            }
            Kind::Word(_) | Kind::Keyword(Keyword::Exists) => self.expected(
                "an observation expression",
                Some("comparisons stand in brackets: `[…]`".to_owned()),
            ),
            _ => self.expected("`[` or `(`", None),
        }
    }

    fn repeats(&mut self) -> Option<Qualifier> {
        self.advance();
        let times = match self.kind() {
            Kind::Constant(Constant::Integer(integer)) => {
                let times = u64::try_from(integer.value())
                    .ok()
                    .and_then(NonZeroU64::new);
                if times.is_none() {
                    self.not_positive("REPEATS");
                }
                times.or(Some(NonZeroU64::MIN))
            }
            _ => self.expected("a positive integer", None),
        };
        let times = times?;
        self.advance();
        self.keyword(Keyword::Times)?;
        Some(Qualifier::Repeats(times))
    }

    fn within(&mut self) -> Option<Qualifier> {
        self.advance();
        let seconds = match self.kind() {
            Kind::Constant(Constant::Integer(integer)) => {
                let seconds = u64::try_from(integer.value())
                    .ok()
                    .and_then(NonZeroU64::new);
                if seconds.is_none() {
                    self.not_positive("WITHIN");
                }
                Some(Seconds::Integer(seconds.unwrap_or(NonZeroU64::MIN)))
            }
            Kind::Constant(Constant::Float(float)) => {
                let float = *float;
                if float.value() <= 0.0 {
                    self.not_positive("WITHIN");
                }
                Some(Seconds::Float(float))
            }
            _ => self.expected("a positive number of seconds", None),
        };
        let seconds = seconds?;
        self.advance();
        if *self.kind() != Kind::Keyword(Keyword::Seconds) {
            return self.expected(
                "`SECONDS`",
                Some("the unit of WITHIN is always `SECONDS`".to_owned()),
            );
        }
        self.advance();
        Some(Qualifier::Within(seconds))
    }

    fn not_positive(&mut self, qualifier: &str) {
        let message = format!("the number of `{qualifier}` is not positive");
        let finding = Diagnostic::error(code::NOT_POSITIVE, self.span().place(), message);
        self.report(finding.with_section("STIX 2.1 §9.5.1"));
    }

    fn start_stop(&mut self) -> Option<Qualifier> {
        let from = self.advance();
        let start = self.timestamp()?;
        self.keyword(Keyword::Stop)?;
        let stop = self.timestamp()?;
        if start.compare(&stop).is_ge() {
            let place = from.to(self.last_span()).place();
            let finding = Diagnostic::warning(
                code::EMPTY_WINDOW,
                place,
                "STOP is not later than START",
            )
            .with_help(
                "an observation at START matches, one at STOP no longer does, so nothing can match",
            );
            self.report(finding.with_section("STIX 2.1 §9.5.1"));
        }
        Some(Qualifier::StartStop { start, stop })
    }

    fn timestamp(&mut self) -> Option<Timestamp> {
        if let Kind::Constant(Constant::Timestamp(timestamp)) = self.kind() {
            let timestamp = timestamp.clone();
            self.advance();
            return Some(timestamp);
        }
        let help = matches!(self.kind(), Kind::Constant(Constant::String(_))).then(|| {
            "a timestamp has a `t` before its apostrophes: `t'2016-06-01T00:00:00Z'`".to_owned()
        });
        self.expected("a timestamp", help)
    }

    // What stands between the brackets, §9.6.

    fn comparison(&mut self) -> Option<Comparison> {
        self.chain(Keyword::Or, Self::comparison_and, Comparison::Or)
    }

    fn comparison_and(&mut self) -> Option<Comparison> {
        self.chain(Keyword::And, Self::comparison_operand, Comparison::And)
    }

    fn comparison_operand(&mut self) -> Option<Comparison> {
        let operand = match self.kind() {
            Kind::LeftParenthesis => self.comparison_group(),
            _ => self.test().map(Comparison::Test),
        };
        if operand.is_none() {
            self.skip_comparison();
        }
        operand
    }

    fn comparison_group(&mut self) -> Option<Comparison> {
        self.advance();
        self.deeper()?;
        let inner = self.comparison();
        self.depth = self.depth.saturating_sub(1);
        self.close(
            &Kind::RightParenthesis,
            "`AND`, `OR` or `)`",
            self.help_after_test(),
        )?;
        Some(Comparison::Group(Box::new(inner?)))
    }

    fn test(&mut self) -> Option<Test> {
        self.count(1)?;
        let start = self.span();
        let negated_exists = *self.kind() == Kind::Keyword(Keyword::Not);
        if negated_exists {
            if *self.kind_after() != Kind::Keyword(Keyword::Exists) {
                let help = "`NOT` stands between the path and the operator: `file:size NOT = 1`"
                    .to_owned();
                return self.expected("an object path", Some(help));
            }
            self.advance();
        }
        if *self.kind() == Kind::Keyword(Keyword::Exists) {
            let operator = start.to(self.advance());
            let path = self.path()?;
            return Some(Test {
                path,
                negated: negated_exists,
                check: Spanned::new(Check::Exists, operator),
            });
        }
        let path = self.path()?;
        let start = self.span();
        let negated = self.eat(&Kind::Keyword(Keyword::Not));
        let check = self.check()?;
        let check = Spanned::new(check, start.to(self.last_span()));
        let test = Test {
            path,
            negated,
            check,
        };
        for finding in check::test(&test) {
            self.report(finding);
        }
        Some(test)
    }

    fn check(&mut self) -> Option<Check> {
        let compare: fn(Constant) -> Check = match self.kind() {
            Kind::Equal => Check::Equal,
            Kind::NotEqual => Check::NotEqual,
            Kind::Less => return self.ordered(Check::Less),
            Kind::LessOrEqual => return self.ordered(Check::LessOrEqual),
            Kind::Greater => return self.ordered(Check::Greater),
            Kind::GreaterOrEqual => return self.ordered(Check::GreaterOrEqual),
            Kind::Keyword(Keyword::In) => return self.set().map(Check::In),
            Kind::Keyword(Keyword::Like) => return self.string_operand(Check::Like),
            Kind::Keyword(Keyword::Matches) => return self.string_operand(Check::Matches),
            Kind::Keyword(Keyword::IsSubset) => return self.string_operand(Check::IsSubset),
            Kind::Keyword(Keyword::IsSuperset) => return self.string_operand(Check::IsSuperset),
            Kind::Word(word) => {
                let help = keyword_help(word);
                return self.expected("a comparison operator", help);
            }
            _ => return self.expected("a comparison operator", None),
        };
        self.advance();
        self.constant().map(compare)
    }

    fn ordered(&mut self, check: fn(Constant) -> Check) -> Option<Check> {
        let operator = self.advance();
        let span = self.span();
        let constant = self.constant()?;
        if let Constant::Boolean(_) = constant {
            let operator = self.slice(operator);
            let message = format!("`{operator}` does not take a boolean");
            let finding = Diagnostic::error(code::WRONG_CONSTANT, span.place(), message)
                .with_help("booleans have no order: compare with `=` or `!=`");
            self.report(finding.with_section("STIX 2.1 §9.6.1"));
        }
        Some(check(constant))
    }

    fn string_operand(&mut self, check: fn(String) -> Check) -> Option<Check> {
        let operator = self.advance();
        let span = self.span();
        match self.constant()? {
            Constant::String(text) => Some(check(text)),
            other => {
                let operator = self.slice(operator);
                let message = format!(
                    "`{operator}` takes a string constant, this one is of type {}",
                    other.type_name()
                );
                let finding = Diagnostic::error(code::WRONG_CONSTANT, span.place(), message);
                self.report(finding.with_section("STIX 2.1 §9.6.1"));
                None
            }
        }
    }

    fn set(&mut self) -> Option<Vec<Constant>> {
        self.advance();
        if !self.eat(&Kind::LeftParenthesis) {
            return self.expected("`(`", Some("a set is written `('a', 'b')`".to_owned()));
        }
        let mut constants = Vec::new();
        if self.eat(&Kind::RightParenthesis) {
            return Some(constants);
        }
        loop {
            constants.push(self.constant()?);
            if self.eat(&Kind::RightParenthesis) {
                return Some(constants);
            }
            if !self.eat(&Kind::Comma) {
                return self.expected("`,` or `)`", None);
            }
        }
    }

    fn constant(&mut self) -> Option<Constant> {
        self.count(1)?;
        let help = match self.kind() {
            Kind::Constant(constant) => {
                let constant = constant.clone();
                self.advance();
                return Some(constant);
            }
            Kind::Word(word) if matches!(word.as_str(), "null" | "NULL" | "None") => {
                "there is no null: to ask whether a property is present, write `EXISTS` before its path".to_owned()
            }
            Kind::Word(word) if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") => {
                format!("write `{}`", word.to_ascii_lowercase())
            }
            Kind::Word(word) => format!("a string stands in apostrophes: `'{}'`", token::excerpt(word)),
            _ => return self.expected("a constant", None),
        };
        self.expected("a constant", Some(help))
    }

    // Object paths, §9.7.

    fn path(&mut self) -> Option<Spanned<Path>> {
        let start = self.span();
        let object_type = match self.kind() {
            Kind::Word(word) => word.clone(),
            Kind::Constant(Constant::String(_)) => {
                let help =
                    "the object type stands without apostrophes, as in `file:name`".to_owned();
                return self.expected("an object path", Some(help));
            }
            _ => return self.expected("an object path", None),
        };
        self.advance();
        if !self.eat(&Kind::Colon) {
            let help =
                "an object path is a type, a colon and a property, as in `file:name`".to_owned();
            return self.expected("`:` after the object type", Some(help));
        }
        let property = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.eat(&Kind::Dot) {
                steps.push(Step::Name(self.name()?));
            } else if self.eat(&Kind::LeftBracket) {
                steps.push(self.list_place()?);
                if !self.eat(&Kind::RightBracket) {
                    return self.expected("`]` after the place in the list", None);
                }
            } else {
                break;
            }
            self.count(1)?;
        }
        Some(Spanned::new(
            Path {
                object_type,
                property,
                steps,
            },
            start.to(self.last_span()),
        ))
    }

    fn name(&mut self) -> Option<Name> {
        let written = self.slice(self.span());
        let name = match self.kind() {
            Kind::Constant(Constant::String(text)) => Name {
                text: text.clone(),
                quoted: true,
            },
            Kind::Word(word) if !word.contains('-') => Name {
                text: word.clone(),
                quoted: false,
            },
            Kind::Word(_) => return Some(self.quote_name(&written, "has a hyphen")),
            Kind::Keyword(_) | Kind::Constant(Constant::Boolean(_)) => {
                return Some(self.quote_name(&written, "is a word of the pattern language"));
            }
            _ => return self.expected("a property name", None),
        };
        self.advance();
        Some(name)
    }

    fn quote_name(&mut self, written: &str, why: &str) -> Name {
        let name = token::excerpt(written);
        let place = self.span().place();
        let finding = Diagnostic::error(
            code::UNQUOTED_NAME,
            place,
            format!("the property name `{name}` {why}"),
        )
        .with_help(format!("put it in apostrophes: `'{name}'`"));
        self.report(finding.with_section("STIX 2.1 §9.7"));
        // The meaning is plain, so reading goes on behind it.
        self.advance();
        Name {
            text: written.to_owned(),
            quoted: true,
        }
    }

    fn list_place(&mut self) -> Option<Step> {
        let place = match self.kind() {
            Kind::Star => Some(Step::AnyItem),
            Kind::Constant(Constant::Integer(integer)) => {
                u64::try_from(integer.value()).ok().map(Step::Item)
            }
            _ => None,
        };
        if place.is_none() {
            // STIX 2.1 §9.7.2: an index is in the range 0…N-1.
            return self.expected("a list index from 0 or `*`", None);
        }
        self.advance();
        place
    }

    // Machinery.

    /// Operands joined by `keyword`, read to their end even when one of them is not valid.
    fn chain<T>(
        &mut self,
        keyword: Keyword,
        operand: fn(&mut Self) -> Option<T>,
        join: fn(Vec<T>) -> T,
    ) -> Option<T> {
        let first = operand(self);
        if *self.kind() != Kind::Keyword(keyword) {
            return first;
        }
        let mut whole = first.is_some();
        let mut operands = Vec::from_iter(first);
        while self.eat(&Kind::Keyword(keyword)) {
            match operand(self) {
                Some(next) => operands.push(next),
                None => whole = false,
            }
        }
        whole.then(|| join(operands))
    }

    fn close(&mut self, kind: &Kind, expected: &str, help: Option<String>) -> Option<()> {
        if self.eat(kind) {
            Some(())
        } else {
            self.expected(expected, help)
        }
    }

    fn keyword(&mut self, keyword: Keyword) -> Option<()> {
        if self.eat(&Kind::Keyword(keyword)) {
            return Some(());
        }
        let help = match self.kind() {
            Kind::Word(word) => keyword_help(word),
            _ => None,
        };
        self.expected(&format!("`{}`", keyword.text()), help)
    }

    fn help_after_test(&self) -> Option<String> {
        match self.kind() {
            Kind::Word(word) => keyword_help(word),
            Kind::Keyword(Keyword::FollowedBy) => {
                Some("`FOLLOWEDBY` joins observation expressions: `[…] FOLLOWEDBY […]`".to_owned())
            }
            _ => None,
        }
    }

    fn help_after_observation(&self) -> Option<String> {
        match self.kind() {
            Kind::Word(word) => keyword_help(word),
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
    fn expected<T>(&mut self, what: &str, help: Option<String>) -> Option<T> {
        let kind = self.kind();
        if *kind != Kind::Invalid && self.quiet_at != Some(self.at) {
            let found = match kind {
                Kind::End => "the pattern ends here".to_owned(),
                _ => format!("found `{}`", token::excerpt(&self.slice(self.span()))),
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

    fn quiet(&mut self) {
        self.quiet_at = Some(self.at);
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
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
        self.at = self.tokens.len().saturating_sub(1);
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
        if *self.kind() == Kind::End {
            self.quiet();
        }
    }

    /// Goes to the next observation operator, to a qualifier if `qualifiers`, or to a closing parenthesis.
    fn skip_observation(&mut self, qualifiers: bool) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                Kind::End => break,
                Kind::Keyword(Keyword::And | Keyword::Or | Keyword::FollowedBy)
                | Kind::RightParenthesis
                    if open == 0 =>
                {
                    break;
                }
                Kind::Keyword(Keyword::Repeats | Keyword::Start | Keyword::Within)
                    if open == 0 && qualifiers =>
                {
                    break;
                }
                Kind::LeftBracket | Kind::LeftParenthesis => open += 1,
                Kind::RightBracket | Kind::RightParenthesis => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
        if *self.kind() == Kind::End {
            self.quiet();
        }
    }

    fn join_observation(&mut self) -> Option<()> {
        match self.kind() {
            Kind::Keyword(Keyword::And | Keyword::Or | Keyword::FollowedBy) => {
                self.advance();
                Some(())
            }
            Kind::End => Some(()),
            _ => None,
        }
    }

    fn eat(&mut self, kind: &Kind) -> bool {
        let here = self.kind() == kind;
        if here {
            self.advance();
        }
        here
    }

    /// Goes one token further, never beyond the end; the span is that of the token that was passed.
    fn advance(&mut self) -> Span {
        let span = self.span();
        if *self.kind() != Kind::End {
            self.at += 1;
        }
        span
    }

    fn kind(&self) -> &Kind {
        self.tokens
            .get(self.at)
            .map_or(&Kind::End, |token| &token.value)
    }

    fn kind_after(&self) -> &Kind {
        self.tokens
            .get(self.at + 1)
            .map_or(&Kind::End, |token| &token.value)
    }

    fn span(&self) -> Span {
        self.tokens
            .get(self.at)
            .map(|token| token.span)
            .unwrap_or_default()
    }

    fn last_span(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .map(|token| token.span)
            .unwrap_or_default()
    }

    fn slice(&self, span: Span) -> String {
        self.text
            .get(span.start..span.end)
            .unwrap_or_default()
            .to_owned()
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
