//! What was read last of a text, so that its lines can be shown and counted while it streams by.
//!
//! [`Recorder`] stands between a source and its reader and keeps a copy of what passes in a [`Window`].
//! INVARIANT: a window holds at most [`WINDOW_BYTES`] and one read, whatever the text; what it has let go it only
//! counted.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Bytes before it.
    pub(crate) offset: u64,
    /// Its line, from 1.
    pub(crate) line: u64,
    /// Its column in characters, from 1.
    pub(crate) column: u64,
    /// Bytes before its line.
    line_start: u64,
}

/// A place with the line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// Its beginning.
    pub(crate) start: Position,
    /// Its end, the byte after the last.
    pub(crate) end: Position,
    /// The line, where it is still there.
    pub(crate) line: Option<Line>,
}

/// A line, or what of a long one stands around a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its text.
    pub(crate) text: String,
    /// The bytes of `text` that are meant.
    pub(crate) marked: Range<usize>,
    /// Whether the line has more on the left.
    pub(crate) cut: bool,
}

impl Located {
    /// The same place in a text of which only the line `number` was looked at, `offset` bytes behind the beginning.
    pub(crate) fn on_line(mut self, number: u64, offset: u64) -> Self {
        for position in [&mut self.start, &mut self.end] {
            position.line = number;
            position.offset += offset;
            position.line_start += offset;
        }
        self
    }

    /// A place of which the text is gone.
    pub(crate) fn without_line(offset: u64, line: u64, column: u64) -> Self {
        let position = Position {
            offset,
            line,
            column,
            line_start: offset,
        };
        Self {
            start: position,
            end: position,
            line: None,
        }
    }
}

/// The last part of a text.
#[derive(Debug)]
pub(crate) struct Window {
    bytes: Vec<u8>,
    /// Offset of the first byte that is held.
    start: u64,
    /// The earliest place that may still be asked for.
    anchor: Position,
    /// The place that was asked for last: the next one is seldom far.
    near: Position,
    head: Vec<u8>,
}

impl Window {
    /// A window at the beginning of a text.
    pub(crate) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            anchor: BEGINNING,
            near: BEGINNING,
            head: Vec::new(),
        }
    }

    /// A window over a whole text.
    pub(crate) fn over(text: &[u8]) -> Self {
        let mut window = Self::new();
        window.push(text);
        window
    }

    /// The first bytes of the text, at most [`HEAD_BYTES`].
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Whether `word` stands within the first [`HEAD_BYTES`].
    pub(crate) fn begins_with_a(&self, word: &[u8]) -> bool {
        memchr::memmem::find(&self.head, word).is_some()
    }

    /// Takes what was read.
    fn push(&mut self, bytes: &[u8]) {
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > WINDOW_BYTES {
            let half = self.start.saturating_add(length(self.bytes.len() / 2));
            self.forget(half);
            self.drop_before(half);
        }
    }

    /// Nothing before `offset` will be asked for any more.
    pub(crate) fn forget(&mut self, offset: u64) {
        if let Some(anchor) = self.walk(self.anchor, offset) {
            self.anchor = anchor;
            if self.near.offset < offset {
                self.near = anchor;
            }
        }
        let keep = self.anchor.offset.saturating_sub(LINE_BYTES);
        if keep.saturating_sub(self.start) > IDLE_BYTES {
            self.drop_before(keep);
        }
    }

    fn drop_before(&mut self, offset: u64) {
        let count = usize::try_from(offset.saturating_sub(self.start))
            .unwrap_or(usize::MAX)
            .min(self.bytes.len());
        self.bytes.drain(..count);
        self.start += length(count);
    }

    /// The place `offset`; none where it has been forgotten or not been read.
    pub(crate) fn position(&mut self, offset: u64) -> Option<Position> {
        let from = if offset < self.near.offset {
            self.anchor
        } else {
            self.near
        };
        self.near = self.walk(from, offset)?;
        Some(self.near)
    }

    /// The place `range` with its line; none where it has been forgotten or not been read.
    pub(crate) fn locate(&mut self, range: Range<u64>) -> Option<Located> {
        let start = self.position(range.start)?;
        let end = self
            .walk(start, range.end.max(range.start))
            .unwrap_or(start);
        let first = start
            .line_start
            .max(self.start)
            .max(start.offset.saturating_sub(LINE_BYTES));
        let held = self.slice(first..start.offset)?;
        let before = String::from_utf8_lossy(trim_start(held)).into_owned();
        let rest = self.slice(start.offset..self.start.saturating_add(length(self.bytes.len())))?;
        let rest = rest
            .get(
                ..rest
                    .len()
                    .min(usize::try_from(LINE_BYTES).unwrap_or(usize::MAX)),
            )
            .unwrap_or(rest);
        let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let span = usize::try_from(end.offset - start.offset).unwrap_or(usize::MAX);
        let (marked, after) = rest.split_at(span.min(rest.len()));
        let mut line = before;
        let from = line.len();
        line.push_str(&String::from_utf8_lossy(marked));
        let to = line.len();
        line.push_str(&String::from_utf8_lossy(trim_end(after)));
        Some(Located {
            start,
            end,
            line: Some(Line {
                text: line,
                marked: from..to,
                cut: first > start.line_start,
            }),
        })
    }

    /// From one place to a later one.
    fn walk(&self, from: Position, offset: u64) -> Option<Position> {
        let passed = self.slice(from.offset..offset)?;
        let breaks = memchr::memchr_iter(b'\n', passed).count();
        let last = memchr::memrchr(b'\n', passed);
        let (line_start, column, tail) = match last {
            Some(at) => (
                from.offset + length(at) + 1,
                1,
                passed.get(at + 1..).unwrap_or_default(),
            ),
            None => (from.line_start, from.column, passed),
        };
        let characters = tail.iter().filter(|byte| !is_inner(**byte)).count();
        Some(Position {
            offset,
            line: from.line + length(breaks),
            column: column + length(characters),
            line_start,
        })
    }

    fn slice(&self, range: Range<u64>) -> Option<&[u8]> {
        let start = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let end = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        self.bytes.get(start..end)
    }
}

/// A source whose bytes are recorded as they are read.
#[derive(Debug)]
pub(crate) struct Recorder<R> {
    source: R,
    window: Rc<RefCell<Window>>,
}

impl<R> Recorder<R> {
    /// Records what `source` gives; the window is the other half.
    pub(crate) fn new(source: R) -> (Self, Rc<RefCell<Window>>) {
        let window = Rc::new(RefCell::new(Window::new()));
        let recorder = Self {
            source,
            window: Rc::clone(&window),
        };
        (recorder, window)
    }
}

impl<R: Read> Read for Recorder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        if let Some(bytes) = buffer.get(..count) {
            self.window.borrow_mut().push(bytes);
        }
        Ok(count)
    }
}

/// Whether a byte of UTF-8 is not the first of its character.
fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Without the rest of a character that was cut.
fn trim_start(bytes: &[u8]) -> &[u8] {
    let skip = bytes
        .iter()
        .take(3)
        .take_while(|byte| is_inner(**byte))
        .count();
    bytes.get(skip..).unwrap_or_default()
}

/// Without the beginning of a character that was cut.
fn trim_end(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => {
            bytes.get(..error.valid_up_to()).unwrap_or_default()
        }
        _ => bytes,
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

const BEGINNING: Position = Position {
    offset: 0,
    line: 1,
    column: 1,
    line_start: 0,
};

/// Most bytes that are held: the largest object with what a reader has read ahead.
const WINDOW_BYTES: usize = 2 * base::limits::OBJECT_BYTES;

/// Bytes that may lie idle before they are let go, so that the rest is seldom moved.
const IDLE_BYTES: u64 = 1024 * 1024;

/// Bytes of a line that are kept to both sides of a place: more than a terminal shows.
const LINE_BYTES: u64 = 1024;

/// Bytes at the beginning that are kept: a bundle says what it is before its objects.
const HEAD_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests;
