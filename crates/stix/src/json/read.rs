//! From text to [`Tree`].

use std::collections::HashSet;

use base::limits::JSON_DEPTH;

use super::fault::{Fault, Reason};
use super::tree::{Kind, Node, Tree, name_bit, name_key};
use crate::id::type_bytes;

/// Reads one text into a tree.
pub(super) struct Parser<'t, 'o> {
    bytes: &'t [u8],
    at: usize,
    tree: &'o mut Tree,
}

impl<'t, 'o> Parser<'t, 'o> {
    pub(super) fn new(bytes: &'t [u8], tree: &'o mut Tree) -> Self {
        Self { bytes, at: 0, tree }
    }

    /// One value and nothing after it but white space.
    pub(super) fn document(mut self) -> Result<(), Box<Fault>> {
        if u32::try_from(self.bytes.len()).is_err() {
            return Err(self.fault(Reason::TooLong));
        }
        self.first()?;
        match self.next_byte() {
            None => Ok(()),
            Some(_) => Err(self.fault(Reason::Trailing)),
        }
    }

    /// One value, whatever follows; answers where it ends.
    pub(super) fn first(&mut self) -> Result<usize, Box<Fault>> {
        self.value(JSON_DEPTH)?;
        Ok(self.at)
    }

    fn value(&mut self, depth_left: usize) -> Result<(), Box<Fault>> {
        let start = self.at_value();
        let kind = match self.bytes.get(start) {
            Some(b'"') => {
                self.string()?;
                self.identifier();
                return Ok(());
            }
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

    fn deeper(&self, depth_left: usize) -> Result<usize, Box<Fault>> {
        depth_left
            .checked_sub(1)
            .ok_or_else(|| self.fault(Reason::TooDeep))
    }

    fn array(&mut self, depth_left: usize) -> Result<(), Box<Fault>> {
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
        self.close(node, 0);
        Ok(())
    }

    fn object(&mut self, depth_left: usize) -> Result<(), Box<Fault>> {
        let node = self.open(Kind::Object);
        if self.next_byte() == Some(b'}') {
            self.close(node, 0);
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
            if names.stands_already(self.tree, self.bytes, node, name) {
                return Err(Fault::boxed(
                    Reason::DuplicateName(excerpt(name_at(self.tree, self.bytes, name))),
                    start,
                ));
            }
            match self.next_byte() {
                Some(b':') => self.at += 1,
                Some(_) => return Err(self.fault(Reason::Expected("`:`"))),
                None => return Err(self.fault(Reason::Ended)),
            }
            self.value(depth_left)?;
            let after = self.tree.nodes.len();
            if let Some(node) = self.tree.nodes.get_mut(name) {
                node.skip = u16::try_from(after - name).unwrap_or_default();
            }
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

    fn close(&mut self, node: usize, names: u64) {
        self.at += 1;
        let (end, next) = (narrow(self.at), narrow(self.tree.nodes.len()));
        if let Some(node) = self.tree.nodes.get_mut(node) {
            node.end = end;
            node.next = next;
            node.names = names;
        }
    }

    /// Reads a string that begins here; its node is the last.
    fn string(&mut self) -> Result<(), Box<Fault>> {
        let start = self.at + 1;
        let end = plain_until(self.bytes, start);
        match self.bytes.get(end) {
            Some(b'"') => {
                self.at = end + 1;
                self.push(Kind::String, start, end, 0);
                Ok(())
            }
            Some(b'\\') => self.escaped(start, end),
            Some(_) => Err(Fault::boxed(Reason::ControlCharacter, end)),
            None => Err(Fault::boxed(Reason::Ended, end)),
        }
    }

    /// Notes whether the string read last is an identifier.
    #[inline]
    fn identifier(&mut self) {
        if let Some(node) = self.tree.nodes.last_mut()
            && node.kind == Kind::String
            && node.end - node.start >= SHORTEST_IDENTIFIER_BYTES
        {
            let range = index(node.start)..index(node.end);
            let text = self.bytes.get(range).unwrap_or_default();
            node.type_bytes = type_bytes(text).unwrap_or_default();
        }
    }

    fn escaped(&mut self, start: usize, first: usize) -> Result<(), Box<Fault>> {
        let mut decoded = Vec::with_capacity(first - start + 32);
        let mut stretch = start;
        let mut at = first;
        loop {
            decoded.extend_from_slice(self.bytes.get(stretch..at).unwrap_or_default());
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let (character, length) = self.escape(at)?;
                    decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    stretch = at + length;
                    at = plain_until(self.bytes, stretch);
                }
                Some(_) => {
                    return Err(Fault::boxed(Reason::ControlCharacter, at));
                }
                None => {
                    return Err(Fault::boxed(Reason::Ended, at));
                }
            }
        }
        // Of a text that is UTF-8 every string is.
        let decoded = String::from_utf8(decoded)
            .map_err(|_| Fault::boxed(Reason::Expected("a character of UTF-8"), start))?;
        self.at = at + 1;
        let place = narrow(self.tree.decoded.len());
        self.tree.decoded.push(decoded.into());
        self.push(Kind::Decoded, start, at, place);
        Ok(())
    }

    /// The escape at `at`: its character and how many bytes it takes.
    fn escape(&self, at: usize) -> Result<(char, usize), Box<Fault>> {
        let fault = |reason| Fault::boxed(reason, at);
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
    fn number(&mut self) -> Result<(), Box<Fault>> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let from = parser.at;
            while matches!(parser.bytes.get(parser.at), Some(b'0'..=b'9')) {
                parser.at += 1;
            }
            parser.at - from
        };
        let bad = |parser: &Self| {
            let reason = if parser.at == parser.bytes.len() {
                Reason::Ended
            } else {
                Reason::Number
            };
            Err(parser.fault(reason))
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
            let text = str::from_utf8(self.bytes.get(start..self.at).unwrap_or_default());
            text.is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
        };
        if sure || finite() {
            Ok(())
        } else {
            Err(Fault::boxed(Reason::NumberRange, start))
        }
    }

    fn literal(&mut self, word: &str, kind: Kind) -> Result<Kind, Box<Fault>> {
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
            names: 0,
            start: narrow(start),
            end: narrow(end),
            next,
            skip: 0,
            type_bytes: 0,
            kind,
        });
    }

    #[expect(
        clippy::unnecessary_box_returns,
        reason = "the answers of all readers here are as small as a pointer"
    )]
    fn fault(&self, reason: Reason) -> Box<Fault> {
        Fault::boxed(reason, self.at)
    }
}

/// The names of one object while it is read: finds a name that stands already.
///
/// A bitmap tells at once that most names are new; where its bit is set the names before are looked through, and
/// beyond [`MANY_NAMES`] they are in a set, so that a million names cost a million steps.
#[derive(Default)]
struct Names {
    bits: u64,
    count: usize,
    set: Option<HashSet<Box<[u8]>>>,
}

impl Names {
    #[inline]
    fn stands_already(&mut self, tree: &mut Tree, text: &[u8], object: usize, name: usize) -> bool {
        let key = name_key(name_at(tree, text, name));
        if let Some(node) = tree.nodes.get_mut(name) {
            node.names = key;
        }
        if object == 0 {
            tree.note_top(key, name);
        }
        self.count += 1;
        let bit = name_bit(key);
        let maybe = self.bits & bit != 0;
        self.bits |= bit;
        if self.count > MANY_NAMES {
            return self.is_in_set(tree, text, object, name);
        }
        maybe && before(tree, object, name).any(|other| same_name(tree, text, other, name))
    }

    /// Adds the name to the set; answers whether it is there.
    #[cold]
    fn is_in_set(&mut self, tree: &Tree, text: &[u8], object: usize, name: usize) -> bool {
        let set = self.set.get_or_insert_with(|| {
            let before = before(tree, object, name);
            before
                .map(|other| Box::from(name_at(tree, text, other)))
                .collect()
        });
        !set.insert(name_at(tree, text, name).into())
    }
}

fn same_name(tree: &Tree, text: &[u8], one: usize, other: usize) -> bool {
    let key = |at: usize| tree.nodes.get(at).map(|node| node.names);
    key(one) == key(other) && name_at(tree, text, one) == name_at(tree, text, other)
}

/// The names of the object before one of them.
fn before(tree: &Tree, object: usize, name: usize) -> impl Iterator<Item = usize> {
    let mut at = object + 1;
    std::iter::from_fn(move || {
        if at >= name {
            return None;
        }
        let word = at;
        let value = tree.nodes.get(at + 1)?;
        at = match value.kind {
            Kind::Array | Kind::Object => usize::try_from(value.next).ok()?,
            _ => at + 2,
        };
        Some(word)
    })
}

fn name_at<'d>(tree: &'d Tree, text: &'d [u8], at: usize) -> &'d [u8] {
    let Some(node) = tree.nodes.get(at) else {
        return b"";
    };
    if node.kind == Kind::Decoded {
        let decoded = tree.decoded.get(index(node.next));
        decoded.map_or(b"", |text| text.as_bytes())
    } else {
        let range = index(node.start)..index(node.end);
        text.get(range).unwrap_or_default()
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The first byte from `from` on that is a quotation mark, a backslash or a control character, or the end.
#[inline]
pub(crate) fn plain_until(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut rest = bytes.get(from..).unwrap_or_default();
    // Most strings are short: the first bytes eight at a time, long texts in pieces as the compiler's vectors like them.
    for _ in 0..4 {
        let Some((chunk, after)) = rest.split_first_chunk::<8>() else {
            break;
        };
        if let Some(hit) = first_special(*chunk) {
            return at + hit;
        }
        at += 8;
        rest = after;
    }
    while let Some((chunk, after)) = rest.split_first_chunk::<32>() {
        let any = chunk
            .iter()
            .fold(0, |any, byte| any | u8::from(is_special(*byte)));
        if any != 0 {
            break;
        }
        at += 32;
        rest = after;
    }
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        if let Some(hit) = first_special(*chunk) {
            return at + hit;
        }
        at += 8;
        rest = after;
    }
    rest.iter()
        .position(|byte| is_special(*byte))
        .map_or(bytes.len().max(from), |position| at + position)
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the compiler looks at many bytes at once"
)]
#[inline]
fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// Which of eight bytes is the first special one.
#[inline]
fn first_special(chunk: [u8; 8]) -> Option<usize> {
    // For a byte b, (b − n) & !b has its highest bit set when b < n; a borrow can only disturb bytes after the
    // first hit, and only the first counts.
    let word = u64::from_le_bytes(chunk);
    let quote = word ^ 0x2222_2222_2222_2222;
    let backslash = word ^ 0x5c5c_5c5c_5c5c_5c5c;
    let ones = 0x0101_0101_0101_0101_u64;
    let hit = ((quote.wrapping_sub(ones) & !quote)
        | (backslash.wrapping_sub(ones) & !backslash)
        | (word.wrapping_sub(0x2020_2020_2020_2020) & !word))
        & 0x8080_8080_8080_8080;
    (hit != 0).then(|| usize::try_from(hit.trailing_zeros() / 8).unwrap_or_default())
}

/// The first characters of a name, for a message.
fn excerpt(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(80).collect()
}

/// [`Parser::document`] has looked that the text is not longer than this can say.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A type of three letters, two hyphens and a UUID.
const SHORTEST_IDENTIFIER_BYTES: u32 = 41;

/// Names of one object from which on they are kept in a set: objects of the standard have up to 30.
const MANY_NAMES: usize = 48;
