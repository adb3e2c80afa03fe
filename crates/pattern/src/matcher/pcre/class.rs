//! Character classes of PCRE, and the shorthands that stand for some.

use crate::matcher::pcre::{Rewriter, push_literal};

impl Rewriter<'_> {
    /// A character class, whose `[` has been taken.
    pub(super) fn class(&mut self) -> Result<(), &'static str> {
        self.text.push('[');
        if self.take_prefix("^") {
            self.text.push('^');
        }
        let mut first = true;
        let mut previous = Member::Start;
        while let Some(character) = self.take() {
            let before = std::mem::replace(&mut previous, Member::Character);
            match character {
                ']' if !first => {
                    self.text.push(']');
                    return Ok(());
                }
                '[' if self.rest.starts_with(':') && self.rest.contains(":]") => {
                    let name = self.take_until(":]").unwrap_or("");
                    self.text.push('[');
                    self.text.push_str(name);
                    self.text.push_str(":]");
                    previous = Member::Set;
                }
                '-' if before == Member::Character && !self.rest.starts_with(']') => {
                    self.text.push('-');
                    previous = Member::Dash;
                }
                '\\' => {
                    let set = self
                        .rest
                        .starts_with(['d', 'D', 's', 'S', 'w', 'W', 'h', 'H', 'v', 'V', 'p', 'P']);
                    self.class_escape()?;
                    if set {
                        previous = Member::Set;
                    }
                }
                other => push_literal(&mut self.text, other, self.binary),
            }
            if before == Member::Dash {
                // A range is over: a further dash stands for itself.
                previous = Member::Set;
            }
            first = false;
        }
        Err("a character class has no end")
    }

    fn class_escape(&mut self) -> Result<(), &'static str> {
        let Some(character) = self.take() else {
            return Err("a backslash ends the expression");
        };
        if let Some(class) = shorthand(character, self.binary) {
            self.text.push_str(&class.within());
            return Ok(());
        }
        match character {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.text.push('\\');
                self.text.push(character);
            }
            'p' | 'P' if !self.binary => {
                self.text.push('\\');
                self.text.push(character);
                if self.take_prefix("{") {
                    let name = self
                        .take_until("}")
                        .ok_or("the name of a property has no end")?;
                    self.text.push('{');
                    self.text.push_str(name);
                    self.text.push('}');
                } else {
                    self.text.extend(self.rest.chars().next());
                    self.take();
                }
            }
            'b' => self.text.push_str(r"\x08"),
            'Q' => {
                let literal = self.take_until("\\E").ok_or("`\\Q` has no end")?;
                for character in literal.chars() {
                    push_literal(&mut self.text, character, self.binary);
                }
            }
            'E' => {}
            other => {
                let literal = self.character(other)?;
                push_literal(&mut self.text, literal, self.binary);
            }
        }
        Ok(())
    }
}

/// Characters that a shorthand of PCRE stands for.
pub(super) struct Class {
    negated: bool,
    characters: &'static str,
}

impl Class {
    pub(super) fn bracketed(&self) -> String {
        let negation = if self.negated { "^" } else { "" };
        format!("[{negation}{}]", self.characters)
    }

    fn within(&self) -> String {
        if self.negated {
            self.bracketed()
        } else {
            self.characters.to_owned()
        }
    }
}

pub(super) fn shorthand(letter: char, binary: bool) -> Option<Class> {
    Some(match letter {
        'h' | 'H' => Class {
            negated: letter == 'H',
            characters: if binary {
                r"\t\x20\xa0"
            } else {
                r"\t\x20\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"
            },
        },
        'v' | 'V' => vertical(letter == 'V', binary),
        _ => return None,
    })
}

pub(super) fn vertical(negated: bool, binary: bool) -> Class {
    Class {
        negated,
        characters: if binary {
            r"\x0a-\x0d\x85"
        } else {
            r"\x0a-\x0d\x{85}\x{2028}\x{2029}"
        },
    }
}

/// What a member of a character class was: a dash is a range only between two characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Character,
    Dash,
    Set,
    Start,
}
