//! Object paths, §9.7.

use base::diagnostic::Diagnostic;

use super::{NODES, Parser};
use crate::code;
use crate::constant::Constant;
use crate::span::Spanned;
use crate::token::{self, Kind, Value};
use crate::tree::{Name, Path, Step};

impl<'a> Parser<'a> {
    /// Reads a path into `place`, which holds an empty one.
    #[inline]
    pub(super) fn path(&mut self, place: &mut Spanned<Path>) -> Option<()> {
        let start = self.span();
        let path = &mut place.value;
        match self.kind() {
            Kind::Word => path.object_type.push(self.here()),
            Kind::Constant if self.is_string_here() => {
                let help =
                    "the object type stands without apostrophes, as in `file:name`".to_owned();
                return self.expected("an object path", Some(help));
            }
            _ => return self.expected("an object path", None),
        }
        if let Some(property) = self.joined_name(b':') {
            path.property.text.push(property);
            while self.nodes < NODES
                && let Some(name) = self.joined_name(b'.')
            {
                push_name(&mut path.steps, Name::new(name));
                self.nodes += 1;
            }
            self.advance();
        } else {
            self.advance();
            if !self.eat(Kind::Colon) {
                let help = "an object path is a type, a colon and a property, as in `file:name`"
                    .to_owned();
                return self.expected("`:` after the object type", Some(help));
            }
            path.property = self.name()?;
        }
        loop {
            if self.eat(Kind::Dot) {
                let name = self.name()?;
                push_name(&mut path.steps, name);
            } else if self.eat(Kind::LeftBracket) {
                let Some(place) = self.list_place() else {
                    self.skip_list_place();
                    return None;
                };
                path.steps.push(place);
                if !self.eat(Kind::RightBracket) {
                    return self.expected("`]` after the place in the list", None);
                }
            } else {
                break;
            }
            self.count(1)?;
        }
        place.span = start.to(self.last_span());
        Some(())
    }

    /// Goes to the plain name that `mark` joins to the token that is here; see [`Lexer::joined_name`].
    ///
    /// [`Lexer::joined_name`]: crate::token::Lexer::joined_name
    #[inline]
    fn joined_name(&mut self, mark: u8) -> Option<&'a str> {
        if self.after.is_some() {
            return None;
        }
        let name = self.lexer.joined_name(mark)?;
        self.at += 1;
        self.token.span = name.span;
        Some(name.value)
    }

    fn name(&mut self) -> Option<Name> {
        match self.kind() {
            Kind::Word => {
                let word = self.here();
                if word.as_bytes().contains(&b'-') {
                    return Some(self.quote_name("has a hyphen"));
                }
                let name = Name {
                    text: word.into(),
                    quoted: false,
                };
                self.advance();
                Some(name)
            }
            Kind::Keyword(_) => Some(self.quote_name("is a word of the pattern language")),
            Kind::Constant if self.is_string_here() => match self.take_constant() {
                Some(Constant::String(text)) => Some(Name { text, quoted: true }),
                _ => None,
            },
            _ if matches!(self.value_here(), Some(Value::Boolean(_))) => {
                Some(self.quote_name("is a word of the pattern language"))
            }
            _ => self.expected("a property name", None),
        }
    }

    fn quote_name(&mut self, why: &str) -> Name {
        let written = self.here();
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
            text: written.into(),
            quoted: true,
        }
    }

    fn list_place(&mut self) -> Option<Step> {
        let place = match self.kind() {
            Kind::Star => Some(Step::AnyItem),
            _ => match self.value_here() {
                Some(Value::Integer(integer)) => {
                    u64::try_from(integer.value()).ok().map(Step::Item)
                }
                _ => None,
            },
        };
        if place.is_none() {
            // STIX 2.1 §9.7.2: an index is in the range 0…N-1.
            return self.expected("a list index from 0 or `*`", None);
        }
        self.advance();
        place
    }

    /// Goes behind the bracket that closes what should have been a place in a list, if it is near: the rest of
    /// the comparison is then not taken for the end of the brackets.
    fn skip_list_place(&mut self) {
        if self.kind() != Kind::RightBracket && self.kind_after() == Kind::RightBracket {
            self.advance();
        }
        self.eat(Kind::RightBracket);
    }
}

#[inline]
fn push_name(steps: &mut Vec<Step>, name: Name) {
    if steps.is_empty() {
        // A path has seldom more than two steps after the first.
        steps.reserve_exact(2);
    }
    steps.push(Step::Name(name));
}
