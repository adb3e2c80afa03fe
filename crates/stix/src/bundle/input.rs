//! The bytes of a text as they come: buffered, counted, and passed over value by value.

use std::io::{self, Read};
use std::str::Utf8Error;

use super::scan::{Fault, Outcome, Scan};

/// A source being read.
#[derive(Debug)]
pub(super) struct Input<R> {
    source: R,
    buffer: Box<[u8]>,
    /// The unread part of the buffer.
    start: usize,
    end: usize,
    /// The place of `start` in the whole text.
    pub(super) offset: u64,
    /// The byte before `offset`.
    pub(super) last: u8,
    /// Why the source could not be read further.
    pub(super) failure: Option<io::Error>,
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            offset: 0,
            last: b'\n',
            failure: None,
        }
    }

    /// Reads one value into `captures`. After a fault the rest of the value is skipped if `resume`.
    pub(super) fn value(
        &mut self,
        captures: &mut [&mut Capture],
        one_line: bool,
        resume: bool,
    ) -> Result<(), Stop> {
        let mut scan = Scan::new(one_line);
        let mut stop = None;
        loop {
            if self.fill() == 0 {
                return match stop {
                    None if scan.may_end() => Ok(()),
                    None => Err(Stop::Ended),
                    Some(stop) => Err(stop),
                };
            }
            let piece = self.buffer.get(self.start..self.end).unwrap_or_default();
            let (consumed, outcome) = scan.run(piece);
            if stop.is_none() {
                for capture in &mut *captures {
                    capture.push(piece.get(..consumed).unwrap_or_default());
                }
            }
            self.consume(consumed);
            match outcome {
                Outcome::More => {}
                Outcome::Done => return stop.map_or(Ok(()), Err),
                Outcome::Fault(fault) => {
                    let fault = Stop::Fault {
                        fault,
                        offset: self.offset,
                    };
                    if !resume {
                        return Err(fault);
                    }
                    stop = Some(fault);
                }
            }
        }
    }

    /// What is buffered and not yet read.
    pub(super) fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Passes over so many bytes that are buffered, and gives them as text.
    pub(super) fn pass(&mut self, count: usize) -> Result<&str, Utf8Error> {
        let start = self.start;
        self.consume(count);
        str::from_utf8(self.buffer.get(start..self.start).unwrap_or_default())
    }

    /// Reads on behind what is buffered, once; answers whether there is more than before.
    pub(super) fn widen(&mut self) -> bool {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let Some(free) = self
            .buffer
            .get_mut(self.end..)
            .filter(|free| !free.is_empty())
        else {
            return false;
        };
        match self.source.read(free) {
            Ok(count) => {
                self.end += count.min(free.len());
                count > 0
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.failure = Some(error);
                }
                false
            }
        }
    }

    /// Passes over white space; answers whether a line ended in it.
    pub(super) fn skip_space(&mut self) -> bool {
        self.skip_space_into(&mut Capture::with_limit(0))
    }

    pub(super) fn skip_space_into(&mut self, capture: &mut Capture) -> bool {
        let mut line_ended = false;
        while self.fill() > 0 {
            let piece = self.buffer.get(self.start..self.end).unwrap_or_default();
            let count = piece
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
                .count();
            let space = piece.get(..count).unwrap_or_default();
            line_ended |= space.contains(&b'\n');
            capture.push(space);
            let all = count == piece.len();
            self.consume(count);
            if !all {
                break;
            }
        }
        line_ended
    }

    /// Passes over the rest of the line and its line feed.
    pub(super) fn skip_line(&mut self) {
        while self.fill() > 0 {
            let piece = self.buffer.get(self.start..self.end).unwrap_or_default();
            match memchr::memchr(b'\n', piece) {
                Some(at) => {
                    self.consume(at + 1);
                    return;
                }
                None => self.consume(piece.len()),
            }
        }
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        self.fill();
        self.buffer
            .get(self.start..self.end)
            .and_then(|piece| piece.first().copied())
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if let Some(last) = self.start.checked_sub(1).filter(|_| count > 0) {
            self.last = self.buffer.get(last).copied().unwrap_or_default();
        }
        self.offset += count as u64;
    }

    /// Reads on if nothing is buffered; answers how many bytes are.
    fn fill(&mut self) -> usize {
        while self.start == self.end && self.failure.is_none() {
            match self.source.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => {
                    self.start = 0;
                    self.end = count.min(self.buffer.len());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.failure = Some(error),
            }
        }
        self.end - self.start
    }
}

/// Why a value was not read.
pub(super) enum Stop {
    Ended,
    Fault { fault: Fault, offset: u64 },
}

/// Bytes kept up to a limit.
pub(super) struct Capture {
    pub(super) bytes: Vec<u8>,
    limit: usize,
    pub(super) overflow: bool,
}

impl Capture {
    pub(super) fn with_limit(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            overflow: false,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() <= self.limit && !self.overflow {
            self.bytes.extend_from_slice(bytes);
        } else if !bytes.is_empty() {
            self.overflow = true;
            self.bytes = Vec::new();
        }
    }

    /// The bytes as a JSON string, if they are one.
    pub(super) fn string(&self) -> Option<String> {
        serde_json::from_slice(&self.bytes).ok()
    }
}

/// Bytes asked of the source at once: larger ones were not faster on a bundle of 50 MB.
const BUFFER_BYTES: usize = 64 * 1024;
