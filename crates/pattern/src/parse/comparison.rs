//! What stands between the brackets, §9.6.

use base::diagnostic::Diagnostic;

use super::{Parser, keyword_help};
use crate::check;
use crate::code;
use crate::constant::Constant;
use crate::span::Spanned;
use crate::token::keyword::Keyword;
use crate::token::{self, Kind};
use crate::tree::{Check, Comparison, Test};

impl Parser<'_> {
    pub(super) fn comparison(&mut self) -> Option<Comparison> {
        self.chain(Keyword::Or, Self::comparison_and, Comparison::Or)
    }

    #[inline]
    fn comparison_and(&mut self) -> Option<Comparison> {
        self.chain(Keyword::And, Self::comparison_operand, Comparison::And)
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

    fn comparison_group(&mut self) -> Option<Comparison> {
        self.advance();
        self.deeper()?;
        let inner = self.comparison();
        self.depth = self.depth.saturating_sub(1);
        self.close(
            Kind::RightParenthesis,
            "`AND`, `OR` or `)`",
            self.help_after_test(),
        )?;
        Some(Comparison::Group(Box::new(inner?)))
    }

    #[inline]
    fn test(&mut self) -> Option<Test> {
        self.count(1)?;
        let start = self.span();
        let negated_exists = self.kind() == Kind::Keyword(Keyword::Not);
        if negated_exists {
            if self.kind_after() != Kind::Keyword(Keyword::Exists) {
                let help = "`NOT` stands between the path and the operator: `file:size NOT = 1`"
                    .to_owned();
                return self.expected("an object path", Some(help));
            }
            self.advance();
        }
        if self.kind() == Kind::Keyword(Keyword::Exists) {
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
        let negated = self.eat(Kind::Keyword(Keyword::Not));
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
            Kind::Word => {
                let help = keyword_help(self.here());
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

    fn constant(&mut self) -> Option<Constant> {
        self.count(1)?;
        if let Some(constant) = self.take_constant() {
            return Some(constant);
        }
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
