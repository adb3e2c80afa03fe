//! From text to [`Tree`].

use std::collections::HashSet;

use base::limits::JSON_DEPTH;

use super::fault::{Fault, Reason};
use super::tree::{Kind, Node, Tree, name_bit};

/// Reads one text into a tree.
pub(super) struct Parser<'t, 'o> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tree: &'o mut Tree,
}

impl<'t, 'o> Parser<'t, 'o> {
    pub(super) fn new(text: &'t str, tree: &'o mut Tree) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            tree,
        }
    }

    /// One value and nothing after it but white space.
    pub(super) fn document(mut self) -> Result<(), Fault> {
        if u32::try_from(self.bytes.len()).is_err() {
            return Err(self.fault(Reason::TooLong));
        }
        self.value(JSON_DEPTH)?;
        match self.next_byte() {
            None => Ok(()),
            Some(_) => Err(self.fault(Reason::Trailing)),
        }
    }

    fn value(&mut self, depth_left: usize) -> Result<(), Fault> {
        let start = self.at_value();
        let kind = match self.bytes.get(start) {
            Some(b'"') => return self.string(),
            Some(b'{') => return self.object(self.deeper(depth_left)?),
            Some(b'[') => return self.array(self.deeper(depth_left)?),
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                Kind::Number
            }
            Some(b't') => self.literal("true", Kind::True)?,
            Some(b'f') => self.literal("false", Kind::False)?,
            Some(b'n') => self.literal("null", Kind::Null)?,
            Some(_) => return Err(self.fault(Reason::Expected("a value"))),
            None => return Err(self.fault(Reason::Ended)),
        };
        self.push(kind, start, self.at, 0);
        Ok(())
    }

    /// Passes over white space.
    fn at_value(&mut self) -> usize {
        self.next_byte();
        self.at
    }

    fn deeper(&self, depth_left: usize) -> Result<usize, Fault> {
        depth_left
            .checked_sub(1)
            .ok_or_else(|| self.fault(Reason::TooDeep))
    }

    fn array(&mut self, depth_left: usize) -> Result<(), Fault> {
        let node = self.open(Kind::Array);
        if self.next_byte() != Some(b']') {
            loop {
                self.value(depth_left)?;
                match self.next_byte() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    Some(_) => return Err(self.fault(Reason::Expected("`,` or `]`"))),
                    None => return Err(self.fault(Reason::Ended)),
                }
            }
        }
        self.close(node, [0; 3]);
        Ok(())
    }

    fn object(&mut self, depth_left: usize) -> Result<(), Fault> {
        let node = self.open(Kind::Object);
        if self.next_byte() == Some(b'}') {
            self.close(node, [0; 3]);
            return Ok(());
        }
        let mut names = Names::default();
        loop {
            match self.next_byte() {
                Some(b'"') => {}
                Some(_) => return Err(self.fault(Reason::Expected("a name in quotation marks"))),
                None => return Err(self.fault(Reason::Ended)),
            }
            let start = self.at;
            let name = self.tree.nodes.len();
            self.string()?;
            if names.stands_already(self.tree, self.text, node, name) {
                return Err(Fault {
                    reason: Reason::DuplicateName(excerpt(name_at(self.tree, self.text, name))),
                    offset: start,
                });
            }
            match self.next_byte() {
                Some(b':') => self.at += 1,
                Some(_) => return Err(self.fault(Reason::Expected("`:`"))),
                None => return Err(self.fault(Reason::Ended)),
            }
            self.value(depth_left)?;
            match self.next_byte() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                Some(_) => return Err(self.fault(Reason::Expected("`,` or `}`"))),
                None => return Err(self.fault(Reason::Ended)),
            }
        }
        self.close(node, names.bits);
        Ok(())
    }

    fn open(&mut self, kind: Kind) -> usize {
        let node = self.tree.nodes.len();
        self.push(kind, self.at, self.at, 0);
        self.at += 1;
        node
    }

    fn close(&mut self, node: usize, names: [u8; 3]) {
        self.at += 1;
        let (end, next) = (narrow(self.at), narrow(self.tree.nodes.len()));
        if let Some(node) = self.tree.nodes.get_mut(node) {
            node.end = end;
            node.next = next;
            node.names = names;
        }
    }

    /// Reads a string that begins here; its node is the last.
    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at + 1;
        let end = plain_until(self.bytes, start);
        match self.bytes.get(end) {
            Some(b'"') => {
                self.at = end + 1;
                self.push(Kind::String, start, end, 0);
                Ok(())
            }
            Some(b'\\') => self.escaped(start, end),
            Some(_) => Err(Fault {
                reason: Reason::ControlCharacter,
                offset: end,
            }),
            None => Err(Fault {
                reason: Reason::Ended,
                offset: end,
            }),
        }
    }

    fn escaped(&mut self, start: usize, first: usize) -> Result<(), Fault> {
        let mut decoded = String::with_capacity(first - start + 32);
        let mut stretch = start;
        let mut at = first;
        loop {
            decoded.push_str(self.text.get(stretch..at).unwrap_or_default());
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let (character, length) = self.escape(at)?;
                    decoded.push(character);
                    stretch = at + length;
                    at = plain_until(self.bytes, stretch);
                }
                Some(_) => {
                    return Err(Fault {
                        reason: Reason::ControlCharacter,
                        offset: at,
                    });
                }
                None => {
                    return Err(Fault {
                        reason: Reason::Ended,
                        offset: at,
                    });
                }
            }
        }
        self.at = at + 1;
        let place = narrow(self.tree.decoded.len());
        self.tree.decoded.push(decoded.into());
        self.push(Kind::Decoded, start, at, place);
        Ok(())
    }

    /// The escape at `at`: its character and how many bytes it takes.
    fn escape(&self, at: usize) -> Result<(char, usize), Fault> {
        let fault = |reason| Fault { reason, offset: at };
        let character = match self.bytes.get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.unit(at + 2).ok_or_else(|| fault(Reason::Escape))?;
                if let Some(character) = char::from_u32(unit) {
                    return Ok((character, 6));
                }
                let low = match self.bytes.get(at + 6..at + 8) {
                    Some(b"\\u") if unit < 0xdc00 => self.unit(at + 8),
                    _ => None,
                };
                let character = low
                    .filter(|low| (0xdc00..0xe000).contains(low))
                    .and_then(|low| {
                        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low - 0xdc00)
                    });
                return character
                    .map(|character| (character, 12))
                    .ok_or_else(|| fault(Reason::Surrogate));
            }
            Some(_) => return Err(fault(Reason::Escape)),
            None => return Err(fault(Reason::Ended)),
        };
        Ok((character, 2))
    }

    /// Four hexadecimal digits.
    fn unit(&self, at: usize) -> Option<u32> {
        self.bytes
            .get(at..at + 4)?
            .iter()
            .try_fold(0, |value, byte| {
                Some(value * 16 + char::from(*byte).to_digit(16)?)
            })
    }

    /// RFC 8259 §6.
    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let from = parser.at;
            while matches!(parser.bytes.get(parser.at), Some(b'0'..=b'9')) {
                parser.at += 1;
            }
            parser.at - from
        };
        let bad = |parser: &Self| {
            Err(Fault {
                reason: if parser.at == parser.bytes.len() {
                    Reason::Ended
                } else {
                    Reason::Number
                },
                offset: parser.at,
            })
        };
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let zero = self.bytes.get(self.at) == Some(&b'0');
        match digits(self) {
            0 => return bad(self),
            1 => {}
            _ if zero => {
                self.at = start;
                return bad(self);
            }
            _ => {}
        }
        let mut plain = true;
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            plain = false;
            if digits(self) == 0 {
                return bad(self);
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            plain = false;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return bad(self);
            }
        }
        // Up to 300 digits without an exponent are within the range of doubles.
        let sure = plain && self.at - start < 300;
        let finite = || {
            let text = self.text.get(start..self.at).unwrap_or_default();
            text.parse::<f64>().is_ok_and(f64::is_finite)
        };
        if sure || finite() {
            Ok(())
        } else {
            Err(Fault {
                reason: Reason::NumberRange,
                offset: start,
            })
        }
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Result<Kind, Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(kind)
        } else if word.as_bytes().starts_with(rest) {
            Err(self.fault(Reason::Ended))
        } else {
            Err(self.fault(Reason::Expected("a value")))
        }
    }

    /// Passes over white space and looks at what follows.
    #[inline]
    fn next_byte(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize, next: u32) {
        self.tree.nodes.push(Node {
            kind,
            names: [0; 3],
            start: narrow(start),
            end: narrow(end),
            next,
        });
    }

    fn fault(&self, reason: Reason) -> Fault {
        Fault {
            reason,
            offset: self.at,
        }
    }
}

/// The names of one object while it is read: finds a name that stands already.
///
/// A bitmap tells at once that most names are new; where its bit is set the names before are looked through, and
/// beyond [`MANY_NAMES`] they are in a set, so that a million names cost a million steps.
#[derive(Default)]
struct Names {
    bits: [u8; 3],
    count: usize,
    set: Option<HashSet<Box<str>>>,
}

impl Names {
    fn stands_already(&mut self, tree: &Tree, text: &str, object: usize, name: usize) -> bool {
        let word = name_at(tree, text, name);
        self.count += 1;
        let (byte, bit) = name_bit(word);
        let maybe = self.bits.get_mut(byte).is_some_and(|bits| {
            let set = *bits & bit != 0;
            *bits |= bit;
            set
        });
        if self.count > MANY_NAMES {
            let set = self
                .set
                .get_or_insert_with(|| before(tree, text, object, name).map(Box::from).collect());
            return !set.insert(word.into());
        }
        maybe && before(tree, text, object, name).any(|other| other == word)
    }
}

/// The names of the object before one of them.
fn before<'d>(
    tree: &'d Tree,
    text: &'d str,
    object: usize,
    name: usize,
) -> impl Iterator<Item = &'d str> {
    let mut at = object + 1;
    std::iter::from_fn(move || {
        if at >= name {
            return None;
        }
        let word = name_at(tree, text, at);
        let value = tree.nodes.get(at + 1)?;
        at = match value.kind {
            Kind::Array | Kind::Object => usize::try_from(value.next).ok()?,
            _ => at + 2,
        };
        Some(word)
    })
}

fn name_at<'d>(tree: &'d Tree, text: &'d str, at: usize) -> &'d str {
    let Some(node) = tree.nodes.get(at) else {
        return "";
    };
    let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    if node.kind == Kind::Decoded {
        tree.decoded.get(index(node.next)).map_or("", |text| text)
    } else {
        text.get(index(node.start)..index(node.end))
            .unwrap_or_default()
    }
}

/// The first byte from `from` on that is a quotation mark, a backslash or a control character, or the end.
#[inline]
pub(crate) fn plain_until(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut rest = bytes.get(from..).unwrap_or_default();
    // Eight bytes at a time. For a byte b, (b − n) & !b has its highest bit set when b < n; a borrow can only
    // disturb bytes after the first hit, and only the first counts.
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ 0x2222_2222_2222_2222;
        let backslash = word ^ 0x5c5c_5c5c_5c5c_5c5c;
        let ones = 0x0101_0101_0101_0101_u64;
        let hit = ((quote.wrapping_sub(ones) & !quote)
            | (backslash.wrapping_sub(ones) & !backslash)
            | (word.wrapping_sub(0x2020_2020_2020_2020) & !word))
            & 0x8080_8080_8080_8080;
        if hit != 0 {
            return at + usize::try_from(hit.trailing_zeros() / 8).unwrap_or_default();
        }
        at += 8;
        rest = after;
    }
    rest.iter()
        .position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
        .map_or(bytes.len().max(from), |position| at + position)
}

/// The first characters of a name, for a message.
fn excerpt(name: &str) -> String {
    name.chars().take(80).collect()
}

/// [`Parser::document`] has looked that the text is not longer than this can say.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Names of one object from which on they are kept in a set: objects of the standard have up to 30.
const MANY_NAMES: usize = 48;
