//! Observation expressions and their qualifiers, §9.5.

use std::num::NonZeroU64;

use base::diagnostic::Diagnostic;

use super::Parser;
use crate::check;
use crate::code;
use crate::constant::{Constant, Timestamp};
use crate::span::{Span, Spanned};
use crate::token::keyword::Keyword;
use crate::token::{Kind, Value};
use crate::tree::{Observation, Qualified, Qualifier, Seconds};

impl Parser<'_> {
    #[inline]
    pub(super) fn observation(&mut self) -> Option<Observation> {
        let first = self.qualified_here();
        // Most patterns are one observation expression: nothing to join.
        if !matches!(
            self.kind(),
            Kind::Keyword(Keyword::And | Keyword::Or | Keyword::FollowedBy)
        ) {
            return first;
        }
        self.observations(first)
    }

    /// `first` and what is joined to it.
    #[inline(never)]
    fn observations(&mut self, first: Option<Observation>) -> Option<Observation> {
        let first = self.chain(Keyword::And, first, Self::qualified, Observation::And);
        let first = self.chain(Keyword::Or, first, Self::observation_and, Observation::Or);
        self.chain(
            Keyword::FollowedBy,
            first,
            Self::observation_or,
            Observation::FollowedBy,
        )
    }

    /// What stands in parentheses.
    #[inline(never)]
    pub(super) fn observation_inside(&mut self) -> Option<Observation> {
        self.observation()
    }

    #[inline]
    fn observation_or(&mut self) -> Option<Observation> {
        let first = self.observation_and();
        self.chain(Keyword::Or, first, Self::observation_and, Observation::Or)
    }

    #[inline]
    fn observation_and(&mut self) -> Option<Observation> {
        let first = self.qualified();
        self.chain(Keyword::And, first, Self::qualified, Observation::And)
    }

    #[inline(never)]
    fn qualified(&mut self) -> Option<Observation> {
        self.qualified_here()
    }

    /// [`Parser::qualified`] for the one that most patterns consist of.
    #[inline]
    fn qualified_here(&mut self) -> Option<Observation> {
        let observation = self.observation_primary();
        if observation.is_none() {
            self.skip_observation();
        }
        match self.kind() {
            Kind::Keyword(Keyword::Repeats | Keyword::Start | Keyword::Within) => {
                self.qualifiers(observation)
            }
            _ => observation,
        }
    }

    /// The qualifiers that stand here, one at least, and what they qualify.
    fn qualifiers(&mut self, observation: Option<Observation>) -> Option<Observation> {
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
                self.skip_observation();
                continue;
            };
            let span = start.to(self.last_span());
            self.refuse_duplicate(&qualifiers, &qualifier, span);
            qualifiers.push(Spanned::new(qualifier, span));
        }
        match observation {
            Some(observation) if whole => Some(Observation::Qualified(Box::new(Qualified {
                observation,
                qualifiers,
            }))),
            _ => None,
        }
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

    #[expect(
        clippy::inline_always,
        reason = "a result that is handed on is read back in other pieces than it was written in: a tenth of the time"
    )]
    #[inline(always)]
    fn observation_primary(&mut self) -> Option<Observation> {
        match self.kind() {
            Kind::LeftBracket => {
                let start = self.advance();
                self.count(1)?;
                let comparison = self.comparison();
                let closed = self.close(
                    Kind::RightBracket,
                    "`AND`, `OR` or `]`",
                    Self::help_after_test,
                );
                let span = start.to(self.last_span());
                let comparison = comparison?;
                check::satisfiable(&comparison, &mut self.lexer.findings);
                closed?;
                Some(Observation::Single(Spanned::new(comparison, span)))
            }
            Kind::LeftParenthesis => {
                self.advance();
                self.deeper()?;
                let inner = self.observation_inside();
                self.depth = self.depth.saturating_sub(1);
                self.close(
                    Kind::RightParenthesis,
                    "an operator, a qualifier or `)`",
                    Self::help_after_observation,
                )?;
                Some(Observation::Group(Box::new(inner?)))
            }
            Kind::Word | Kind::Keyword(Keyword::Exists) => self.expected(
                "an observation expression",
                Some("comparisons stand in brackets: `[…]`".to_owned()),
            ),
            _ => self.expected("`[` or `(`", None),
        }
    }

    fn repeats(&mut self) -> Option<Qualifier> {
        self.advance();
        let Some(Value::Integer(integer)) = self.value_here() else {
            return self.expected("a positive integer", None);
        };
        let times = u64::try_from(integer.value())
            .ok()
            .and_then(NonZeroU64::new);
        if times.is_none() {
            self.not_positive("REPEATS");
        }
        self.advance();
        self.keyword(Keyword::Times)?;
        Some(Qualifier::Repeats(times.unwrap_or(NonZeroU64::MIN)))
    }

    fn within(&mut self) -> Option<Qualifier> {
        self.advance();
        let seconds = match self.value_here() {
            Some(Value::Integer(integer)) => u64::try_from(integer.value())
                .ok()
                .and_then(NonZeroU64::new)
                .map(Seconds::Integer),
            Some(Value::Float(float)) => {
                Some(Seconds::Float(float)).filter(|seconds| seconds.number() > 0.0)
            }
            _ => return self.expected("a positive number of seconds", None),
        };
        if seconds.is_none() {
            self.not_positive("WITHIN");
        }
        self.advance();
        if self.kind() != Kind::Keyword(Keyword::Seconds) {
            return self.expected(
                "`SECONDS`",
                Some("the unit of WITHIN is always `SECONDS`".to_owned()),
            );
        }
        self.advance();
        Some(Qualifier::Within(
            seconds.unwrap_or(Seconds::Integer(NonZeroU64::MIN)),
        ))
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
        if let Some(Value::Decoded) = self.value_here()
            && let Some(Constant::Timestamp(_)) = self.lexer.decoded
            && let Some(Constant::Timestamp(timestamp)) = self.take_constant()
        {
            return Some(timestamp);
        }
        let help = self.is_string_here().then(|| {
            "a timestamp has a `t` before its apostrophes: `t'2016-06-01T00:00:00Z'`".to_owned()
        });
        self.expected("a timestamp", help)
    }
}
