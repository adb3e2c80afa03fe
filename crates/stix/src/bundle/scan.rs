//! Where one JSON value ends, found byte by byte without building it.

use base::limits::JSON_DEPTH;

use crate::json::read::plain_until;

/// The state of a scan over one JSON value, kept between the pieces in which its bytes arrive.
///
/// It checks the grammar of brackets, names, colons and commas and the limits of nesting; what a number or a
/// literal looks like is left to the parser. After a fault it goes on by brackets alone, so that the value
/// costs itself only.
#[derive(Debug)]
pub(super) struct Scan {
    state: State,
    /// Brackets open.
    depth: u32,
    /// Which of the first 64 open brackets are braces, the outermost in the lowest bit.
    braces: u64,
    /// Whether a line feed inside the value is a fault: the value is a line.
    one_line: bool,
}

/// What a piece of input came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value goes on after the piece.
    More,
    /// The value ends within the piece.
    Done,
    /// The byte after those consumed does not belong there; scanning on skips to the end of the value.
    Fault(Fault),
}

/// Why a text is not one JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A line feed inside a value that is a line.
    LineEnd,
    /// A byte that cannot stand where it stands.
    Misplaced,
    /// A control character inside a string.
    RawControl,
    /// More brackets open than [`JSON_DEPTH`].
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value must come.
    Value,
    /// After `[`: a value or `]`.
    ValueOrEnd,
    /// After `{`: a name or `}`.
    NameOrEnd,
    /// After `,` in braces: a name.
    Name,
    /// After a name: `:`.
    Colon,
    /// After a value: `,` or the closing bracket.
    CommaOrEnd,
    /// In a string; `then` is what follows it.
    Text { escaped: bool, name: bool },
    /// In a number or a literal.
    Scalar,
    /// After a fault: only brackets and strings are looked at.
    Skip,
    /// In a string, after a fault.
    SkipText { escaped: bool },
}

impl Scan {
    pub(super) fn new(one_line: bool) -> Self {
        Self {
            state: State::Value,
            depth: 0,
            braces: 0,
            one_line,
        }
    }

    /// Whether the end of input here is the end of the value: only for a number or literal outside of brackets.
    pub(super) fn may_end(&self) -> bool {
        self.state == State::Scalar && self.depth == 0
    }

    /// Goes over `piece`; answers how many bytes of it were consumed.
    pub(super) fn run(&mut self, piece: &[u8]) -> (usize, Outcome) {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            match self.state {
                State::Text {
                    escaped: true,
                    name,
                } => {
                    if byte < b' ' {
                        return self.fault(at, Fault::RawControl);
                    }
                    self.state = State::Text {
                        escaped: false,
                        name,
                    };
                    at += 1;
                }
                State::Text {
                    escaped: false,
                    name,
                } => {
                    at = plain_until(piece, at);
                    match piece.get(at) {
                        Some(byte) if *byte < b' ' => {
                            return self.fault(at, Fault::RawControl);
                        }
                        Some(b'"') => {
                            at += 1;
                            self.state = if name {
                                State::Colon
                            } else {
                                State::CommaOrEnd
                            };
                            if !name && self.depth == 0 {
                                return (at, Outcome::Done);
                            }
                        }
                        Some(_) => {
                            at += 1;
                            self.state = State::Text {
                                escaped: true,
                                name,
                            };
                        }
                        None => {}
                    }
                }
                State::Scalar => {
                    let rest = piece.get(at..).unwrap_or_default();
                    let length = rest
                        .iter()
                        .take_while(|byte| {
                            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
                        })
                        .count();
                    at += length;
                    if length < rest.len() {
                        self.state = State::CommaOrEnd;
                        if self.depth == 0 {
                            return (at, Outcome::Done);
                        }
                    }
                }
                State::Skip => {
                    if self.one_line && byte == b'\n' {
                        return (at, Outcome::Done);
                    }
                    if let Some(end) = self.skip(byte, &mut at) {
                        return (end, Outcome::Done);
                    }
                }
                State::SkipText { escaped } => {
                    at += 1;
                    self.state = match byte {
                        _ if escaped => State::SkipText { escaped: false },
                        b'\\' => State::SkipText { escaped: true },
                        // No string goes past the end of its line: a quote was left out.
                        b'"' | b'\n' => State::Skip,
                        _ => State::SkipText { escaped: false },
                    };
                    if self.one_line && byte == b'\n' {
                        return (at - 1, Outcome::Done);
                    }
                }
                _ => {
                    if byte == b'\n' && self.one_line {
                        return self.fault(at, Fault::LineEnd);
                    }
                    if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                        at += 1;
                        continue;
                    }
                    match self.token(byte) {
                        Ok(false) => at += 1,
                        Ok(true) => return (at + 1, Outcome::Done),
                        Err(fault) => return self.fault(at, fault),
                    }
                }
            }
        }
        (at, Outcome::More)
    }

    /// Takes the first byte of a token; answers whether the value is complete with it.
    fn token(&mut self, byte: u8) -> Result<bool, Fault> {
        let value_may_come = matches!(self.state, State::Value | State::ValueOrEnd);
        match (byte, self.state) {
            (b'{', _) if value_may_come => {
                self.open(true)?;
                self.state = State::NameOrEnd;
            }
            (b'[', _) if value_may_come => {
                self.open(false)?;
                self.state = State::ValueOrEnd;
            }
            (b'"', _) if value_may_come => {
                self.state = State::Text {
                    escaped: false,
                    name: false,
                };
            }
            (b'"', State::NameOrEnd | State::Name) => {
                self.state = State::Text {
                    escaped: false,
                    name: true,
                };
            }
            (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', _) if value_may_come => {
                self.state = State::Scalar;
            }
            (b',', State::CommaOrEnd) if self.in_braces() => self.state = State::Name,
            (b':', State::Colon) | (b',', State::CommaOrEnd) => self.state = State::Value,
            (b'}', State::NameOrEnd) | (b']', State::ValueOrEnd) => return Ok(self.close()),
            (b'}' | b']', State::CommaOrEnd) if self.in_braces() == (byte == b'}') => {
                return Ok(self.close());
            }
            _ => return Err(Fault::Misplaced),
        }
        Ok(false)
    }

    /// Takes one byte after a fault; answers where the value ends if it ends here.
    fn skip(&mut self, byte: u8, at: &mut usize) -> Option<usize> {
        match byte {
            b'"' => self.state = State::SkipText { escaped: false },
            b'{' | b'[' => self.nest(byte == b'{'),
            // A scalar ends where the list or object around it goes on.
            b',' | b'}' | b']' if self.depth == 0 => return Some(*at),
            b'}' | b']' => {
                // A bracket closes the innermost of its kind; what is open within was not closed.
                while self.depth > 0 && self.depth <= 64 && self.in_braces() != (byte == b'}') {
                    self.depth -= 1;
                }
                if self.depth == 0 {
                    // It closes what is around the value.
                    return Some(*at);
                }
                self.depth -= 1;
                if self.depth == 0 {
                    return Some(*at + 1);
                }
            }
            _ => {}
        }
        *at += 1;
        None
    }

    fn open(&mut self, brace: bool) -> Result<(), Fault> {
        if usize::try_from(self.depth).is_ok_and(|depth| depth >= JSON_DEPTH) {
            return Err(Fault::TooDeep);
        }
        self.nest(brace);
        Ok(())
    }

    fn nest(&mut self, brace: bool) {
        if self.depth < 64 {
            let bit = 1_u64 << self.depth;
            if brace {
                self.braces |= bit;
            } else {
                self.braces &= !bit;
            }
        }
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self) -> bool {
        self.depth = self.depth.saturating_sub(1);
        self.state = State::CommaOrEnd;
        self.depth == 0
    }

    fn in_braces(&self) -> bool {
        match self.depth {
            0 => false,
            depth => self.braces >> (depth - 1).min(63) & 1 == 1,
        }
    }

    fn fault(&mut self, at: usize, fault: Fault) -> (usize, Outcome) {
        self.state = match (fault, self.state) {
            (Fault::RawControl, _) => State::SkipText { escaped: false },
            _ => State::Skip,
        };
        (at, Outcome::Fault(fault))
    }
}
