//! JSON pointers as bytes of the text that they point into.
//!
//! A scanner walks the text once for any number of pointers and descends only where one of them leads. It trusts
//! nothing: a text that is no JSON, or breaks off, gives the places found up to there.

use std::collections::BTreeMap;
use std::ops::Range;

use base::limits::JSON_DEPTH;

/// Where a pointer leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    /// The name before the value, with its quotes, where it is a property.
    pub(crate) name: Option<Range<usize>>,
    /// The value; what is missing is at the opening brace or bracket of the nearest thing around it that is there.
    pub(crate) value: Range<usize>,
}

/// The places of `pointers` (RFC 6901) in `text`, in their order.
pub(crate) fn locate(text: &str, pointers: &[&str]) -> Vec<Spot> {
    let mut wanted = Wanted::default();
    for (at, pointer) in pointers.iter().enumerate() {
        let mut here = &mut wanted;
        for step in pointer.split('/').skip(1).take(JSON_DEPTH) {
            let step = step.replace("~1", "/").replace("~0", "~");
            here = here.below.entry(step).or_default();
        }
        here.asked.push(at);
    }
    let mut scanner = Scanner {
        text,
        at: 0,
        spots: vec![Spot::default(); pointers.len()],
    };
    scanner.value(&wanted, None);
    scanner.spots
}

/// The bytes of `text` that stand for the bytes `inner` of what the JSON string at `value` says.
pub(crate) fn within_string(
    text: &str,
    value: &Range<usize>,
    inner: &Range<usize>,
) -> Range<usize> {
    let raw = text.get(value.clone()).unwrap_or_default();
    let Some(content) = raw.strip_prefix('"') else {
        return value.clone();
    };
    let content = content.strip_suffix('"').unwrap_or(content);
    let mut said = 0;
    let mut start = None;
    let mut end = content.len();
    let mut characters = content.char_indices();
    while let Some((at, character)) = characters.next() {
        if start.is_none() && said >= inner.start {
            start = Some(at);
        }
        if said >= inner.end {
            end = at;
            break;
        }
        said += if character != '\\' {
            character.len_utf8()
        } else if characters.next().is_some_and(|(_, escaped)| escaped == 'u') {
            let digits = content.get(at + 2..at + 6).unwrap_or_default();
            characters.nth(3);
            match u32::from_str_radix(digits, 16).unwrap_or_default() {
                // RFC 8259 §7: half of a character; both halves make four bytes.
                0..=0x7f => 1,
                0x80..=0x7ff | 0xd800..=0xdfff => 2,
                _ => 3,
            }
        } else {
            1
        };
    }
    let first = value.start + 1;
    let start = start.unwrap_or(content.len());
    first + start..first + end.max(start)
}

/// The string, word or mark that begins at the byte `start`.
pub(crate) fn token(text: &str, start: usize) -> Range<usize> {
    let mut scanner = Scanner {
        text,
        at: start,
        spots: Vec::new(),
    };
    match scanner.peek() {
        Some(b'"') => scanner.string().unwrap_or(start..start + 1),
        Some(byte) if byte.is_ascii_alphanumeric() || byte == b'-' => {
            scanner.skip_word();
            start..scanner.at
        }
        Some(_) => {
            let rest = text.get(start..).and_then(|rest| rest.chars().next());
            start..start + rest.map_or(1, char::len_utf8)
        }
        None => start..start,
    }
}

/// Pointers by their steps.
#[derive(Debug, Default)]
struct Wanted {
    below: BTreeMap<String, Wanted>,
    /// Which pointers end here.
    asked: Vec<usize>,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    spots: Vec<Spot>,
}

impl Scanner<'_> {
    /// Walks a value; `None` where the text makes no sense any more.
    fn value(&mut self, wanted: &Wanted, name: Option<Range<usize>>) -> Option<()> {
        self.skip_space();
        let start = self.at;
        let first = self.peek()?;
        self.mark(
            wanted,
            &Spot {
                name: name.clone(),
                value: start..start + 1,
            },
        );
        // Recursion is as deep as the pointers, at most `JSON_DEPTH`.
        match first {
            b'{' if !wanted.below.is_empty() => self.members(wanted)?,
            b'[' if !wanted.below.is_empty() => self.items(wanted)?,
            b'{' | b'[' => self.skip_container()?,
            b'"' => {
                self.string()?;
            }
            _ => self.skip_word(),
        }
        let spot = Spot {
            name,
            value: start..self.at,
        };
        if matches!(first, b'{' | b'[') {
            self.mark_asked(wanted, &spot);
        } else {
            self.mark(wanted, &spot);
        }
        Some(())
    }

    fn members(&mut self, wanted: &Wanted) -> Option<()> {
        self.at += 1;
        // Each turn passes over at least one byte.
        loop {
            self.skip_space();
            match self.peek()? {
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                b',' => self.at += 1,
                b'"' => {
                    let raw = self.string()?;
                    self.skip_space();
                    if self.peek()? != b':' {
                        return None;
                    }
                    self.at += 1;
                    let name: String = self
                        .text
                        .get(raw.clone())
                        .and_then(|name| serde_json::from_str(name).ok())?;
                    match wanted.below.get(&name) {
                        Some(below) => self.value(below, Some(raw))?,
                        None => self.skip_value()?,
                    }
                }
                _ => return None,
            }
        }
    }

    fn items(&mut self, wanted: &Wanted) -> Option<()> {
        self.at += 1;
        let mut index = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                b',' => {
                    self.at += 1;
                    index += 1;
                }
                b'}' | b':' => return None,
                _ => match wanted.below.get(&index.to_string()) {
                    Some(below) => self.value(below, None)?,
                    None => self.skip_value()?,
                },
            }
        }
    }

    fn skip_value(&mut self) -> Option<()> {
        self.skip_space();
        match self.peek()? {
            b'{' | b'[' => self.skip_container(),
            b'"' => self.string().map(|_| ()),
            b'}' | b']' | b',' | b':' => None,
            _ => {
                self.skip_word();
                Some(())
            }
        }
    }

    /// Passes over an object or a list without recursion.
    fn skip_container(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }

    /// Passes over a string; its bytes with the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Passes over a number, `true`, `false`, `null`, or what stands in their place.
    fn skip_word(&mut self) {
        while self.peek().is_some_and(|byte| {
            !matches!(byte, b',' | b'}' | b']' | b':' | b'"') && !is_space(byte)
        }) {
            self.at += 1;
        }
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn mark_asked(&mut self, wanted: &Wanted, spot: &Spot) {
        for at in &wanted.asked {
            if let Some(place) = self.spots.get_mut(*at) {
                *place = spot.clone();
            }
        }
    }

    /// Everything that is wanted here and below.
    fn mark(&mut self, wanted: &Wanted, spot: &Spot) {
        self.mark_asked(wanted, spot);
        let nearest = Spot {
            name: None,
            ..spot.clone()
        };
        for below in wanted.below.values() {
            self.mark(below, &nearest);
        }
    }
}

/// RFC 8259 §2.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests;
