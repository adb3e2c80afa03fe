//! A PCRE, rewritten for the engines that run it.
//!
//! The engines read most of PCRE as it is; what they read differently or not at all is spelled out here: `\h`, `\v`,
//! `\R`, `\N`, `\Q…\E`, octal and control escapes, braces and brackets that stand for themselves, and `$`, which in
//! PCRE also stands before a line feed at the very end.

mod class;

use std::fmt::Write as _;

use crate::matcher::pcre::class::{shorthand, vertical};

/// A rewritten PCRE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// What the engine reads.
    pub(super) text: String,
    /// Whether it needs backtracking: look-around, back-references, atomic groups, possessive quantifiers.
    pub(super) backtracks: bool,
    /// A text that is part of every match, the longest that is easily seen.
    pub(super) literal: String,
}

/// Rewrites `pattern`; `binary` is for bytes, where a character below U+0100 is a byte and others match nothing.
pub(super) fn rewrite(pattern: &str, binary: bool) -> Result<Rewritten, &'static str> {
    let mut rewriter = Rewriter {
        rest: pattern,
        binary,
        multiline: flags_have(pattern, 'm'),
        text: String::with_capacity(pattern.len() + 16),
        backtracks: false,
        groups: 0,
        captures: pattern
            .split('(')
            .skip(1)
            .filter(|after| !after.starts_with('?'))
            .count(),
        literals: Literals {
            opaque: flags_have(pattern, 'i') || flags_have(pattern, 'x'),
            ..Literals::default()
        },
        quantifiable: false,
        quantified: false,
    };
    // Every turn takes at least one character of the pattern, whose length is limited.
    while !rewriter.rest.is_empty() {
        rewriter.element()?;
    }
    Ok(Rewritten {
        literal: rewriter.literals.finish(),
        text: rewriter.text,
        backtracks: rewriter.backtracks,
    })
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "they are what has been seen, and each changes on its own"
)]
struct Rewriter<'a> {
    rest: &'a str,
    binary: bool,
    multiline: bool,
    text: String,
    backtracks: bool,
    /// How many groups are open.
    groups: usize,
    /// How many parentheses open a group that a number may name.
    captures: usize,
    literals: Literals,
    /// Whether a quantifier may follow.
    quantifiable: bool,
    /// Whether the last element is a quantifier.
    quantified: bool,
}

impl<'a> Rewriter<'a> {
    fn take(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = self.rest.get(character.len_utf8()..).unwrap_or("");
        Some(character)
    }

    fn take_prefix(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes what stands before `end`, and `end`.
    fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }

    fn element(&mut self) -> Result<(), &'static str> {
        let Some(character) = self.take() else {
            return Ok(());
        };
        match character {
            '\\' => return self.escape(),
            '[' => {
                self.class()?;
                self.done();
            }
            '(' => return self.group(),
            ')' => {
                self.groups = self.groups.saturating_sub(1);
                self.text.push(')');
                self.done();
            }
            '|' => {
                if self.groups == 0 {
                    self.literals.opaque = true;
                }
                self.text.push('|');
                self.literals.cut();
                self.quantifiable = false;
                self.quantified = false;
            }
            '$' if !self.multiline => self.end(),
            '?' | '*' | '+' => self.quantifier(character),
            '{' => {
                if let Some(length) = counted(self.rest).filter(|_| self.quantifiable) {
                    let (count, rest) = self
                        .rest
                        .split_at_checked(length)
                        .unwrap_or((self.rest, ""));
                    self.rest = rest;
                    self.text.push('{');
                    // `{,3}` is no quantifier in PCRE, and `counted` knows.
                    self.text.push_str(count);
                    self.literals.drop_last();
                    self.quantifiable = false;
                    self.quantified = true;
                } else {
                    self.literal('{');
                }
            }
            '.' | '^' | '$' => {
                self.text.push(character);
                self.done();
            }
            other => self.literal(other),
        }
        Ok(())
    }

    /// After an element that is no literal.
    fn done(&mut self) {
        self.literals.cut();
        self.quantifiable = true;
        self.quantified = false;
    }

    fn quantifier(&mut self, character: char) {
        if self.quantified {
            // `a+?` is lazy, `a++` possessive: only the second asks for another engine.
            self.backtracks |= character == '+';
            self.quantified = false;
        } else {
            if character == '+' {
                self.literals.cut();
            } else {
                self.literals.drop_last();
            }
            self.quantified = true;
        }
        self.quantifiable = false;
        self.text.push(character);
    }

    fn literal(&mut self, character: char) {
        push_literal(&mut self.text, character, self.binary);
        if self.groups == 0 {
            self.literals.push(character);
        }
        self.quantifiable = true;
        self.quantified = false;
    }

    /// `$` and `\Z`: the end, or before a line feed at the end.
    fn end(&mut self) {
        let nothing_follows =
            self.rest.is_empty() || (self.groups == 0 && self.rest.starts_with('|'));
        if nothing_follows {
            self.text.push_str(r"\n?\z");
        } else {
            self.text.push_str(r"(?=\n?\z)");
            self.backtracks = true;
        }
        self.done();
    }

    fn group(&mut self) -> Result<(), &'static str> {
        self.literals.cut();
        self.quantifiable = false;
        self.quantified = false;
        if self.rest.starts_with('*') {
            return Err("a verb such as `(*UTF)` is not supported");
        }
        if self.take_prefix("?#") {
            return self
                .take_until(")")
                .map(|_| ())
                .ok_or("a comment has no end");
        }
        self.groups += 1;
        if self.take_prefix("?'") {
            let name = self
                .take_until("'")
                .ok_or("the name of a group has no end")?;
            self.text.push_str("(?P<");
            self.text.push_str(name);
            self.text.push('>');
            return Ok(());
        }
        self.text.push('(');
        let Some(after) = self.rest.strip_prefix('?') else {
            return Ok(());
        };
        self.text.push('?');
        self.rest = after;
        for opening in ["<=", "<!", "=", "!", ">"] {
            if self.take_prefix(opening) {
                self.backtracks = true;
                self.text.push_str(opening);
                return Ok(());
            }
        }
        for opening in ["P<", "<"] {
            if self.take_prefix(opening) {
                let name = self
                    .take_until(">")
                    .ok_or("the name of a group has no end")?;
                self.text.push_str(opening);
                self.text.push_str(name);
                self.text.push('>');
                return Ok(());
            }
        }
        if self.rest.starts_with('(') {
            // A conditional: its parts are read as they come, by the engine that knows them.
            self.backtracks = true;
            self.literals.opaque = true;
            return Ok(());
        }
        // Flags, `(?:`, a call of a group or a named back-reference.
        for _ in 0..FLAGS {
            match self.rest.chars().next() {
                Some(
                    flag @ ('a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '&' | '=' | '_' | '^' | ','),
                ) => {
                    self.backtracks |= !matches!(flag, 'i' | 'm' | 's' | 'x' | 'U' | '-');
                    self.take();
                    self.text.push(flag);
                }
                Some(':') => {
                    self.take();
                    self.text.push(':');
                    return Ok(());
                }
                Some(')') => {
                    self.take();
                    self.groups = self.groups.saturating_sub(1);
                    self.text.push(')');
                    return Ok(());
                }
                _ => break,
            }
        }
        Err("a group begins in a way that is not known")
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        let Some(character) = self.take() else {
            return Err("a backslash ends the expression");
        };
        if let Some(class) = shorthand(character, self.binary) {
            self.text.push_str(&class.bracketed());
            self.done();
            return Ok(());
        }
        match character {
            'Q' => {
                let literal = match self.rest.split_once("\\E") {
                    Some((literal, rest)) => {
                        self.rest = rest;
                        literal
                    }
                    None => std::mem::take(&mut self.rest),
                };
                for character in literal.chars() {
                    self.literal(character);
                }
                return Ok(());
            }
            'E' => return Ok(()),
            'R' => {
                // A carriage return with its line feed is one and is never taken apart.
                self.backtracks = true;
                self.text.push_str(r"(?>\r\n|");
                self.text
                    .push_str(&vertical(false, self.binary).bracketed());
                self.text.push(')');
            }
            'N' => self.text.push_str(r"[^\n]"),
            'Z' => {
                self.end();
                return Ok(());
            }
            'G' => self.text.push_str(r"\A"),
            'A' | 'z' | 'b' | 'B' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
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
                    let (negation, name) = match name.strip_prefix('^') {
                        Some(name) => ("^", name),
                        None => ("", name),
                    };
                    self.text.push('{');
                    self.text.push_str(negation);
                    self.text.push_str(name);
                    self.text.push('}');
                } else {
                    self.text.extend(self.rest.chars().next());
                    self.take();
                }
            }
            'K' | 'k' | 'g' => {
                // Back-references by name or number; the engine that knows them reads what follows.
                self.backtracks = true;
                self.text.push('\\');
                self.text.push(character);
                if let Some((open, close)) = [("{", "}"), ("<", ">"), ("'", "'")]
                    .into_iter()
                    .find(|(open, _)| self.rest.starts_with(open))
                {
                    self.take_prefix(open);
                    let name = self.take_until(close).ok_or("a reference has no end")?;
                    if character == 'g' && name.bytes().all(|byte| byte.is_ascii_digit()) {
                        self.text.pop();
                        self.text.push_str(name);
                    } else {
                        self.text.push('<');
                        self.text.push_str(name);
                        self.text.push('>');
                    }
                } else if character == 'g' {
                    self.text.pop();
                }
            }
            '1'..='9' if self.is_reference(character) => {
                self.backtracks = true;
                self.text.push('\\');
                self.text.push(character);
                while let Some(digit) = self.rest.chars().next().filter(char::is_ascii_digit) {
                    self.take();
                    self.text.push(digit);
                }
            }
            other => {
                let literal = self.character(other)?;
                self.literal(literal);
                return Ok(());
            }
        }
        self.done();
        Ok(())
    }

    /// Whether the number that begins with `digit` names a group: below 10 it does, else only where there are as many
    /// groups; otherwise its digits are octal.
    fn is_reference(&self, digit: char) -> bool {
        let more = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = format!("{digit}{}", self.rest.get(..more).unwrap_or(""));
        number
            .parse::<usize>()
            .is_ok_and(|number| number < 10 || number <= self.captures)
    }

    /// The character that the escape `\letter…` stands for.
    fn character(&mut self, letter: char) -> Result<char, &'static str> {
        let code = match letter {
            'a' => 0x07,
            'e' => 0x1b,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'x' => self.hexadecimal()?,
            'o' => {
                if !self.take_prefix("{") {
                    return Err("`\\o` is followed by digits in braces");
                }
                let digits = self.take_until("}").ok_or("`\\o{` has no end")?;
                u32::from_str_radix(digits, 8).map_err(|_| "`\\o{…}` holds octal digits")?
            }
            '0'..='7' => {
                let mut code = letter.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(8))
                    else {
                        break;
                    };
                    self.take();
                    code = code * 8 + digit;
                }
                code
            }
            'c' => match self.take() {
                Some(control) if control.is_ascii() => {
                    u32::from(control.to_ascii_uppercase()) ^ 0x40
                }
                _ => return Err("`\\c` is followed by an ASCII character"),
            },
            other if other.is_ascii_alphanumeric() => return Err("an unknown escape"),
            other => return Ok(other),
        };
        char::from_u32(code).ok_or("a character that does not exist")
    }

    fn hexadecimal(&mut self) -> Result<u32, &'static str> {
        if self.take_prefix("{") {
            let digits = self.take_until("}").ok_or("`\\x{` has no end")?;
            return u32::from_str_radix(digits, 16)
                .map_err(|_| "`\\x{…}` holds hexadecimal digits");
        }
        let mut code = 0;
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(16)) else {
                break;
            };
            self.take();
            code = code * 16 + digit;
        }
        Ok(code)
    }
}

/// The literals that every match has, as far as they stand outside of groups.
#[derive(Default)]
struct Literals {
    current: String,
    longest: String,
    /// Whether nothing can be said: alternatives, or flags that change what a literal matches.
    opaque: bool,
}

impl Literals {
    fn push(&mut self, character: char) {
        self.current.push(character);
    }

    fn cut(&mut self) {
        if self.current.len() > self.longest.len() {
            self.longest = std::mem::take(&mut self.current);
        }
        self.current.clear();
    }

    /// The last character need not be there.
    fn drop_last(&mut self) {
        self.current.pop();
        self.cut();
    }

    fn finish(mut self) -> String {
        self.cut();
        if self.opaque {
            String::new()
        } else {
            self.longest
        }
    }
}

fn push_literal(text: &mut String, character: char, binary: bool) {
    if is_plain(character) {
        text.push(character);
    } else {
        push_escaped(text, character, binary);
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            ' ' | '#'
                | '\t'
                | '\n'
                | '/'
                | ':'
                | '_'
                | ','
                | '@'
                | '%'
                | '!'
                | '"'
                | '\''
                | ';'
                | '='
        )
}

fn push_escaped(text: &mut String, character: char, binary: bool) {
    let code = u32::from(character);
    if binary && code <= 0xff {
        let _ = write!(text, "\\x{code:02x}");
    } else {
        let _ = write!(text, "\\x{{{code:x}}}");
    }
}

/// The length of `3}`, `3,}` or `3,5}` at the beginning of `text`.
fn counted(text: &str) -> Option<usize> {
    let (count, _) = text.split_once('}')?;
    let (least, most) = count.split_once(',').unwrap_or((count, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(count.len() + 1)
}

/// Whether `flag` is set somewhere, as in `(?im)` or `(?m:…)`.
fn flags_have(pattern: &str, flag: char) -> bool {
    pattern.split("(?").skip(1).any(|after| {
        after
            .trim_start_matches('^')
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .any(|letter| letter == flag)
    })
}

/// Most characters between `(?` and the end of the flags or of a reference.
const FLAGS: usize = 64;
