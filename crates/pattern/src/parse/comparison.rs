//! What stands between the brackets, §9.6.

use base::diagnostic::Diagnostic;

use super::{Parser, keyword_help};
use crate::check;
use crate::code;
use crate::constant::Constant;
use crate::span::Span;
use crate::text::Text;
use crate::token::keyword::Keyword;
use crate::token::{self, Kind, Value};
use crate::tree::{Check, Comparison, Test};

impl Parser<'_> {
    #[expect(
        clippy::inline_always,
        reason = "a result that is handed on is read back in other pieces than it was written in: a tenth of the time"
    )]
    #[inline(always)]
    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        let first = self.comparison_operand();
        if !matches!(self.kind(), Kind::Keyword(Keyword::And | Keyword::Or)) {
            return first;
        }
        self.comparisons(first)
    }

    /// `first` and what is joined to it.
    #[inline(never)]
    fn comparisons(&mut self, first: Option<Comparison>) -> Option<Comparison> {
        let first = self.chain(
            Keyword::And,
            first,
            Self::comparison_operand,
            Comparison::And,
        );
        self.chain(Keyword::Or, first, Self::comparison_and, Comparison::Or)
    }

    #[inline]
    fn comparison_and(&mut self) -> Option<Comparison> {
        let first = self.comparison_operand();
        self.chain(
            Keyword::And,
            first,
            Self::comparison_operand,
            Comparison::And,
        )
    }

    #[inline]
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

    /// What stands in parentheses.
    #[inline(never)]
    fn comparison_inside(&mut self) -> Option<Comparison> {
        self.comparison()
    }

    #[inline(never)]
    fn comparison_group(&mut self) -> Option<Comparison> {
        self.advance();
        self.deeper()?;
        let inner = self.comparison_inside();
        self.depth = self.depth.saturating_sub(1);
        self.close(
            Kind::RightParenthesis,
            "`AND`, `OR` or `)`",
            Self::help_after_test,
        )?;
        Some(Comparison::Group(Box::new(inner?)))
    }

    #[inline(never)]
    fn test(&mut self) -> Option<Box<Test>> {
        self.count(1)?;
        let exists = match self.kind() {
            Kind::Keyword(Keyword::Exists | Keyword::Not) => Some(self.exists()?),
            _ => None,
        };
        // The parts are read where they stay.
        let mut test = Box::new(Test::empty());
        self.path(&mut test.path)?;
        if let Some((negated, operator)) = exists {
            test.negated = negated;
            test.check.span = operator;
        } else {
            let start = self.span();
            test.negated = self.eat(Kind::Keyword(Keyword::Not));
            self.check(&mut test.check.value)?;
            test.check.span = start.to(self.last_span());
        }
        check::test(&test, &mut self.lexer.findings);
        Some(test)
    }

    /// `EXISTS`, with or without `NOT` before it: whether it is negated, and where it stands.
    fn exists(&mut self) -> Option<(bool, Span)> {
        let start = self.span();
        let negated = self.kind() == Kind::Keyword(Keyword::Not);
        if negated {
            if self.kind_after() != Kind::Keyword(Keyword::Exists) {
                let help = "`NOT` stands between the path and the operator: `file:size NOT = 1`"
                    .to_owned();
                return self.expected("an object path", Some(help));
            }
            self.advance();
        }
        let operator = start.to(self.advance());
        Some((negated, operator))
    }

    /// Reads an operator and what it takes into `place`.
    #[inline]
    fn check(&mut self, place: &mut Check) -> Option<()> {
        let kind = self.kind();
        if let Kind::Equal | Kind::NotEqual = kind {
            self.advance();
            *place = match kind {
                Kind::Equal => Check::Equal(Constant::Boolean(false)),
                _ => Check::NotEqual(Constant::Boolean(false)),
            };
            if let Check::Equal(constant) | Check::NotEqual(constant) = place {
                self.constant_into(constant)?;
            }
            return Some(());
        }
        *place = self.rarer_check(kind)?;
        Some(())
    }

    #[inline(never)]
    fn rarer_check(&mut self, kind: Kind) -> Option<Check> {
        Some(match kind {
            Kind::Less => Check::Less(self.ordered()?),
            Kind::LessOrEqual => Check::LessOrEqual(self.ordered()?),
            Kind::Greater => Check::Greater(self.ordered()?),
            Kind::GreaterOrEqual => Check::GreaterOrEqual(self.ordered()?),
            Kind::Keyword(Keyword::In) => Check::In(self.set()?),
            Kind::Keyword(Keyword::Like) => Check::Like(self.string_operand()?),
            Kind::Keyword(Keyword::Matches) => Check::Matches(self.string_operand()?),
            Kind::Keyword(Keyword::IsSubset) => Check::IsSubset(self.string_operand()?),
            Kind::Keyword(Keyword::IsSuperset) => Check::IsSuperset(self.string_operand()?),
            Kind::Word => {
                let help = keyword_help(self.here());
                return self.expected("a comparison operator", help);
            }
            _ => return self.expected("a comparison operator", None),
        })
    }

    /// An operator that needs an order, and the constant after it.
    fn ordered(&mut self) -> Option<Constant> {
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
        Some(constant)
    }

    /// An operator that takes a string, and the string after it.
    fn string_operand(&mut self) -> Option<Text> {
        let operator = self.advance();
        let span = self.span();
        match self.constant()? {
            Constant::String(text) => Some(text),
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
        if !self.eat(Kind::LeftParenthesis) {
            return self.expected("`(`", Some("a set is written `('a', 'b')`".to_owned()));
        }
        let mut constants = Vec::new();
        if self.eat(Kind::RightParenthesis) {
            return Some(constants);
        }
        loop {
            let Some(constant) = self.constant() else {
                self.skip_set();
                return None;
            };
            constants.push(constant);
            if self.eat(Kind::RightParenthesis) {
                return Some(constants);
            }
            if !self.eat(Kind::Comma) {
                let help = match self.kind() {
                    Kind::Constant => Some("constants are separated by commas".to_owned()),
                    _ => None,
                };
                self.expected::<()>("`,` or `)`", help);
                self.skip_set();
                return None;
            }
        }
    }

    /// Goes behind the parenthesis that closes the set, so that it is not taken for that of a group.
    fn skip_set(&mut self) {
        while !matches!(
            self.kind(),
            Kind::End | Kind::RightBracket | Kind::Keyword(_) | Kind::LeftBracket
        ) {
            if self.eat(Kind::RightParenthesis) {
                break;
            }
            self.advance();
        }
    }

    #[inline]
    fn constant(&mut self) -> Option<Constant> {
        self.count(1)?;
        if self.kind() == Kind::Constant {
            return self.take_constant();
        }
        self.no_constant()
    }

    /// [`Parser::constant`] for the one that most comparisons have: a string is made where it stays.
    #[inline]
    fn constant_into(&mut self, place: &mut Constant) -> Option<()> {
        if let Some(Value::String(value)) = self.value_here() {
            self.count(1)?;
            *place = Constant::String(Text::default());
            if let Constant::String(text) = place {
                text.push(value);
            }
            self.step();
        } else {
            *place = self.constant()?;
        }
        Some(())
    }

    fn no_constant(&mut self) -> Option<Constant> {
        let word = match self.kind() {
            Kind::Word => self.here(),
            _ => return self.expected("a constant", None),
        };
        let help = if matches!(word, "null" | "NULL" | "None") {
            "there is no null: to ask whether a property is present, write `EXISTS` before its path"
                .to_owned()
        } else if word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("false") {
            format!("write `{}`", word.to_ascii_lowercase())
        } else {
            format!(
                "a string stands in apostrophes: `'{}'`",
                token::excerpt(word)
            )
        };
        self.expected("a constant", Some(help))
    }
}
