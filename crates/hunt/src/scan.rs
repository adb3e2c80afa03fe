//! The fast path through a line: finds the members of a JSON object without building anything.
//!
//! On a line that is JSON it finds what a full parser finds. It stops where the visitor has what it wants, so what
//! follows is not looked at; of a line that is not JSON it may find some members before it notices, or not notice.

use std::ops::ControlFlow;

/// Where a value lies in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw<'a> {
    /// A list or an object, with its brackets.
    Nested(&'a [u8]),
    /// A number, `true`, `false` or `null`.
    Scalar(&'a [u8]),
    /// What stands between the quotes.
    String(Quoted<'a>),
}

/// What stands between two quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<'a> {
    /// The bytes, escapes not yet undone.
    pub bytes: &'a [u8],
    /// Whether there is an escape among them.
    pub escaped: bool,
}

/// The line is not a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Calls `visit` with each member of the object that `line` is, in order, until it breaks: its name, its value, and
/// the place in the line where the bytes of the value start.
///
/// # Errors
/// [`Malformed`] where the line is seen not to be one JSON object.
#[inline]
pub fn members<'a>(
    line: &'a [u8],
    mut visit: impl FnMut(Quoted<'a>, Raw<'a>, usize) -> ControlFlow<()>,
) -> Result<(), Malformed> {
    let mut at = expect(line, 0, b'{')?;
    at = skip_space(line, at);
    if line.get(at) == Some(&b'}') {
        return at_end(line, at + 1);
    }
    loop {
        at = expect(line, at, b'"')?;
        let (name, after) = quoted(line, at)?;
        at = expect(line, after, b':')?;
        at = skip_space(line, at);
        let (value, after) = value(line, at)?;
        let start = at + usize::from(matches!(value, Raw::String(_)));
        if visit(name, value, start).is_break() {
            return Ok(());
        }
        at = skip_space(line, after);
        match line.get(at) {
            Some(b',') => at += 1,
            Some(b'}') => return at_end(line, at + 1),
            _ => return Err(Malformed),
        }
    }
}

/// Calls `visit` with each string of a list as [`Raw::Nested`] gives it; what is no string is passed over.
///
/// # Errors
/// [`Malformed`] where it is seen not to be a list.
#[inline]
pub fn strings<'a>(list: &'a [u8], mut visit: impl FnMut(Quoted<'a>)) -> Result<(), Malformed> {
    let mut at = expect(list, 0, b'[')?;
    at = skip_space(list, at);
    if list.get(at) == Some(&b']') {
        return Ok(());
    }
    loop {
        at = skip_space(list, at);
        let (item, after) = value(list, at)?;
        if let Raw::String(quoted) = item {
            visit(quoted);
        }
        at = skip_space(list, after);
        match list.get(at) {
            Some(b',') => at += 1,
            Some(b']') => return Ok(()),
            _ => return Err(Malformed),
        }
    }
}

impl<'a> Quoted<'a> {
    /// The text, escapes undone into `scratch` where there are any.
    ///
    /// # Errors
    /// [`Malformed`] where it is not UTF-8 or an escape is none of JSON's.
    #[inline]
    pub fn text<'s>(&self, scratch: &'s mut String) -> Result<&'s str, Malformed>
    where
        'a: 's,
    {
        if self.escaped {
            *scratch = unescape(self.bytes)?;
            Ok(scratch)
        } else {
            std::str::from_utf8(self.bytes).map_err(|_| Malformed)
        }
    }
}

/// Undoes JSON's escapes.
#[cold]
fn unescape(bytes: &[u8]) -> Result<String, Malformed> {
    let mut quoted = Vec::with_capacity(bytes.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(bytes);
    quoted.push(b'"');
    serde_json::from_slice(&quoted).map_err(|_| Malformed)
}

/// The value that starts at `at`, and the place after it.
#[inline]
fn value(line: &[u8], at: usize) -> Result<(Raw<'_>, usize), Malformed> {
    match line.get(at) {
        Some(b'"') => {
            let (text, after) = quoted(line, at + 1)?;
            Ok((Raw::String(text), after))
        }
        Some(b'[' | b'{') => {
            let end = nested_end(line, at).ok_or(Malformed)?;
            Ok((Raw::Nested(line.get(at..end).ok_or(Malformed)?), end))
        }
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
            let rest = line.get(at..).ok_or(Malformed)?;
            let bytes = rest
                .iter()
                .take_while(
                    |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'-' | b'+' | b'E'),
                )
                .count();
            Ok((Raw::Scalar(rest.get(..bytes).ok_or(Malformed)?), at + bytes))
        }
        _ => Err(Malformed),
    }
}

/// The string whose first byte after the quote is at `start`, and the place after its closing quote.
#[inline]
fn quoted(line: &[u8], start: usize) -> Result<(Quoted<'_>, usize), Malformed> {
    let mut escaped = false;
    let mut at = start;
    loop {
        at = quote_or_backslash(line, at).ok_or(Malformed)?;
        if line.get(at) == Some(&b'"') {
            let bytes = line.get(start..at).ok_or(Malformed)?;
            return Ok((Quoted { bytes, escaped }, at + 1));
        }
        escaped = true;
        at += 2;
    }
}

/// The end of the list or object that starts at `start`. Brackets are counted, not paired.
fn nested_end(line: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match line.get(at)? {
            b'"' => {
                at = quoted(line, at + 1).ok()?.1;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The place of the first `"` or `\` at or after `at`, eight bytes at a time.
#[inline]
fn quote_or_backslash(line: &[u8], mut at: usize) -> Option<usize> {
    while let Some(chunk) = line.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES);
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = line.get(at..)?;
    rest.iter()
        .position(|byte| matches!(byte, b'"' | b'\\'))
        .map(|offset| at + offset)
}

/// The high bit of each byte that is zero; bits above the lowest one set may be wrong, the lowest is not.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH_BITS
}

#[inline]
fn skip_space(line: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = line.get(at) {
        at += 1;
    }
    at
}

/// The place after `byte`, which is next but for white space.
#[inline]
fn expect(line: &[u8], at: usize, byte: u8) -> Result<usize, Malformed> {
    if line.get(at) == Some(&byte) {
        return Ok(at + 1);
    }
    let at = skip_space(line, at);
    if line.get(at) == Some(&byte) {
        Ok(at + 1)
    } else {
        Err(Malformed)
    }
}

fn at_end(line: &[u8], at: usize) -> Result<(), Malformed> {
    if skip_space(line, at) == line.len() {
        Ok(())
    } else {
        Err(Malformed)
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = ONES << 7;
const QUOTES: u64 = ONES * b'"' as u64;
const BACKSLASHES: u64 = ONES * b'\\' as u64;
