//! Matching: lines in, hits out.

use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use stix::id::Id;

use crate::indicator::{IndicatorNumber, IndicatorSet};
use crate::reader::lines::{self, Line};
use crate::reader::{Reader, Scratch, Unread};
use crate::seen::{Log, Where};

/// Matches telemetry against a set of indicators.
#[derive(Debug)]
pub struct Matcher {
    set: Arc<IndicatorSet>,
    reader: Reader,
    options: Options,
    scratch: Scratch,
    met: Vec<(IndicatorNumber, Where)>,
    events: u64,
    summary: Summary,
}

/// How to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What the validity of indicators does.
    pub validity: ValidityRule,
    /// The log of lines without `_path`, as a file name tells it; where none they are told by their fields.
    pub assumed: Option<Log>,
}

/// What the validity of indicators does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidityRule {
    /// An event is a hit only at a time at which the indicator is valid; an event without time may be.
    Enforced,
    /// Time does not matter: to look back with what has become known since. What is revoked is still not looked for.
    Ignored,
}

/// One indicator met in one event at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The indicator, under the identifier that it was given with.
    pub indicator: Id,
    /// Its confidence, where stated.
    pub confidence: Option<u8>,
    /// The value as the log has it.
    pub value: &'a str,
    /// Where it was seen.
    pub place: Where,
    /// The log.
    pub log: Log,
    /// When it happened, where the line says so.
    pub at: Option<Timestamp>,
    /// Number of the event among all that the matcher has read: hits of one event have one number.
    pub event: u64,
    /// Number of the line in its stream, from 1.
    pub line: u64,
    /// Where the line starts in its stream.
    pub byte: u64,
}

/// What a stream was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines, empty ones not counted.
    pub lines: u64,
    /// Bytes, line feeds included.
    pub bytes: u64,
    /// Lines that were read as events.
    pub events: u64,
    /// Lines of logs that are not read.
    pub other_logs: u64,
    /// Lines that are broken.
    pub broken: u64,
    /// The first [`SAMPLES`] broken lines.
    pub samples: Vec<BrokenLine>,
    /// Hits.
    pub hits: u64,
}

/// A line that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLine {
    /// Number of the line, from 1.
    pub line: u64,
    /// Where it starts.
    pub byte: u64,
    /// What is wrong with it.
    pub reason: Unread,
    /// Its beginning, up to [`SAMPLE_BYTES`]; telemetry, so for the operator's own eyes.
    pub start: String,
}

impl Matcher {
    /// A matcher for `set`, which several matchers may share.
    pub fn new(set: Arc<IndicatorSet>, options: Options) -> Self {
        Self {
            reader: reader_for(&set, options),
            set,
            options,
            scratch: Scratch::default(),
            met: Vec::new(),
            events: 0,
            summary: Summary::default(),
        }
    }

    /// Goes on with another set from the next line on; no line is lost or read twice.
    pub fn replace(&mut self, set: Arc<IndicatorSet>) {
        self.reader = reader_for(&set, self.options);
        self.set = set;
    }

    /// The set that is matched against.
    pub fn set(&self) -> &IndicatorSet {
        &self.set
    }

    /// Matches one line, without its line feed, of a stream that the caller takes apart.
    pub fn feed(&mut self, line: &[u8], on_hit: &mut impl FnMut(&Hit<'_>)) {
        let line = Line {
            byte: self.summary.bytes,
            bytes: (line.len() <= lines::LINE_BYTES).then_some(line),
            length: line.len() as u64,
        };
        self.take(&line, on_hit);
    }

    /// What was fed since the start or since this was last asked; lines and bytes are counted anew.
    pub fn finish(&mut self) -> Summary {
        std::mem::take(&mut self.summary)
    }

    /// Matches all lines of `reader`; `progress` is told every [`PROGRESS_LINES`] lines and may stop the run.
    ///
    /// # Errors
    /// As reading does; what was read until then was matched, and [`Matcher::finish`] tells how much.
    pub fn run(
        &mut self,
        reader: impl BufRead,
        mut on_hit: impl FnMut(&Hit<'_>),
        mut progress: impl FnMut(&Summary) -> ControlFlow<()>,
    ) -> io::Result<Summary> {
        self.summary = Summary::default();
        lines::each_line(reader, |line| {
            self.take(&line, &mut on_hit);
            if self.summary.lines.is_multiple_of(PROGRESS_LINES) {
                progress(&self.summary)
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(self.finish())
    }

    #[inline]
    fn take(&mut self, line: &Line<'_>, on_hit: &mut impl FnMut(&Hit<'_>)) {
        let number = self.summary.lines + 1;
        self.summary.bytes += line.length + 1;
        let Some(bytes) = line.bytes else {
            self.summary.lines = number;
            self.unread(line, Unread::Long);
            return;
        };
        if bytes.trim_ascii().is_empty() {
            return;
        }
        self.summary.lines = number;
        if let Err(reason) = self.match_event(bytes, number, line.byte, on_hit) {
            self.unread(line, reason);
        }
    }

    #[inline]
    fn match_event(
        &mut self,
        bytes: &[u8],
        line: u64,
        byte: u64,
        on_hit: &mut impl FnMut(&Hit<'_>),
    ) -> Result<(), Unread> {
        let event = self.reader.read(bytes)?;
        let number = self.events;
        self.events += 1;
        self.summary.events += 1;
        self.met.clear();
        let met = &mut self.met;
        let hits = &mut self.summary.hits;
        let rule = self.options.validity;
        // The time is read of what would be a hit only.
        let mut time = None;
        let read = event.each_seen(&mut self.scratch, |seen| {
            self.set.find(seen, |indicator, held| {
                let at = *time.get_or_insert_with(|| event.at());
                let valid =
                    rule == ValidityRule::Ignored || at.is_none_or(|at| held.validity().holds(at));
                if !valid || met.contains(&(indicator, seen.place)) {
                    return;
                }
                let Some(id) = held.id() else {
                    return;
                };
                if met.len() < HITS_PER_EVENT {
                    met.push((indicator, seen.place));
                }
                *hits += 1;
                on_hit(&Hit {
                    indicator: id,
                    confidence: held.confidence(),
                    value: seen.text,
                    place: seen.place,
                    log: event.log(),
                    at,
                    event: number,
                    line,
                    byte,
                });
            });
        });
        if read.is_err() {
            self.summary.events -= 1;
        }
        read
    }

    #[cold]
    fn unread(&mut self, line: &Line<'_>, reason: Unread) {
        if reason == Unread::OtherLog {
            self.summary.other_logs += 1;
            return;
        }
        self.summary.broken += 1;
        if self.summary.samples.len() < SAMPLES {
            let bytes = line.bytes.unwrap_or_default();
            let start = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
            self.summary.samples.push(BrokenLine {
                line: self.summary.lines,
                byte: line.byte,
                reason,
                start: String::from_utf8_lossy(start).into_owned(),
            });
        }
    }
}

impl Summary {
    /// Adds what another stream was made of; samples up to their limit.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.events += other.events;
        self.other_logs += other.other_logs;
        self.broken += other.broken;
        self.hits += other.hits;
        let room = SAMPLES.saturating_sub(self.samples.len());
        self.samples
            .extend(other.samples.iter().take(room).cloned());
    }
}

fn reader_for(set: &IndicatorSet, options: Options) -> Reader {
    Reader::wanting(options.assumed, |holds| set.wants(holds))
}

/// Lines between two calls of `progress`: a few milliseconds.
pub const PROGRESS_LINES: u64 = 16_384;

/// Broken lines that are kept.
pub const SAMPLES: usize = 10;

/// Bytes kept of a broken line.
pub const SAMPLE_BYTES: usize = 200;

/// Hits of one event that are compared with each other so that none is told twice.
const HITS_PER_EVENT: usize = 1_024;
