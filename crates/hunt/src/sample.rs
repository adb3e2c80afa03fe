//! Telemetry made up: Zeek's `conn`, `dns` and `http` logs with hits planted, the same bytes for the same seed.
//!
//! Inside are `10.0.0.0/8` and `2001:db8:a::/48`, outside `198.18.0.0/15` and `2001:db8:ffff::/48`, names are
//! below `.example`, `.test` and `.invalid`: nothing of it belongs to anybody.
//!
//! INVARIANT: what is not planted matches nothing that is planted, so that the hits are known beforehand.

mod benign;
pub mod planted;
mod random;
mod write;

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use benign::Benign;
use planted::{PlantedIndicator, PlantedValue};
use random::Random;

/// A stream of log lines with planted hits.
#[derive(Debug)]
pub struct Telemetry {
    random: Random,
    benign: Benign,
    planted: Vec<PlantedIndicator>,
    /// Which planted indicator each planted line is for, in the order of the lines.
    order: Vec<usize>,
    lines: u64,
    written: u64,
    placed: u64,
    start: Timestamp,
    span: SignedDuration,
}

/// Why telemetry cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There are more hits than lines.
    #[error("{hits} hits do not fit into {lines} lines")]
    Lines {
        /// Hits asked for.
        hits: u64,
        /// Lines asked for.
        lines: u64,
    },
    /// A planted value matches what is benign here.
    #[error("`{value}` would match lines that are not planted")]
    Benign {
        /// The value.
        value: String,
    },
}

impl Telemetry {
    /// `lines` lines with the hits of `planted` spread evenly among them, over 24 hours from [`START`].
    ///
    /// # Errors
    /// [`SampleError`] where the hits could not be told beforehand.
    pub fn new(seed: u64, lines: u64, planted: &[PlantedIndicator]) -> Result<Self, SampleError> {
        let hits: u64 = planted.iter().map(|planted| planted.hits).sum();
        if hits > lines {
            return Err(SampleError::Lines { hits, lines });
        }
        let mut random = Random::new(seed);
        let benign = Benign::avoiding(planted)?;
        let mut order: Vec<usize> = planted
            .iter()
            .enumerate()
            .flat_map(|(at, planted)| (0..planted.hits).map(move |_| at))
            .collect();
        random.shuffle(&mut order);
        Ok(Self {
            random,
            benign,
            planted: planted.to_vec(),
            order,
            lines,
            written: 0,
            placed: 0,
            start: Timestamp::from_second(START).unwrap_or_default(),
            span: SignedDuration::from_hours(24),
        })
    }

    /// The same with other times: from `start` on, over `span`.
    #[must_use]
    pub fn during(mut self, start: Timestamp, span: SignedDuration) -> Self {
        self.start = start;
        self.span = span;
        self
    }

    /// In how many events each planted indicator is seen, in the order in which they were given; more than its own
    /// hits where another's value matches it too, as a URL's host does a domain.
    pub fn expected(&self) -> Vec<u64> {
        self.planted
            .iter()
            .map(|wanted| {
                self.planted
                    .iter()
                    .filter(|other| wanted.value.is_seen_in(&other.value))
                    .map(|other| other.hits)
                    .sum()
            })
            .collect()
    }

    /// Writes all lines that are left; answers how many bytes they were.
    ///
    /// # Errors
    /// As `to` does.
    pub fn write_to(&mut self, to: &mut impl Write) -> io::Result<u64> {
        let mut bytes = 0;
        let mut line = String::with_capacity(1024);
        while self.next_line(&mut line) {
            to.write_all(line.as_bytes())?;
            bytes += line.len() as u64;
        }
        to.flush()?;
        Ok(bytes)
    }

    /// Puts the next line, with its line feed, into `line`; false where there is none.
    pub fn next_line(&mut self, line: &mut String) -> bool {
        line.clear();
        if self.written == self.lines {
            return false;
        }
        let at = self.time();
        let planted = self.take_planted();
        self.written += 1;
        let mut writer = write::Writer {
            random: &mut self.random,
            benign: &self.benign,
            line,
            at,
        };
        match planted {
            Some((value, nth)) => writer.planted(&value, nth),
            None => writer.benign(),
        }
        line.push('\n');
        true
    }

    /// The planted value of this line, if it is the turn of one; and the how many-th of all it is.
    fn take_planted(&mut self) -> Option<(PlantedValue, u64)> {
        let hits = self.order.len() as u64;
        // Line n is planted where n·hits/lines steps up: evenly spread, and the last hit has its line.
        let due = u128::from(self.written + 1) * u128::from(hits) / u128::from(self.lines);
        if due <= u128::from(self.placed) {
            return None;
        }
        let nth = self.placed;
        self.placed += 1;
        let at = *self.order.get(usize::try_from(nth).ok()?)?;
        self.planted
            .get(at)
            .map(|planted| (planted.value.clone(), nth))
    }

    /// The time of this line: even steps with a jitter below one step, to the microsecond.
    fn time(&mut self) -> Timestamp {
        let step = self.span.as_micros() / i128::from(self.lines.max(1));
        let jitter = i128::from(self.random.below(u64::try_from(step).unwrap_or(0).max(1)));
        let micros = step * i128::from(self.written) + jitter;
        i64::try_from(micros)
            .ok()
            .and_then(|micros| {
                self.start
                    .checked_add(SignedDuration::from_micros(micros))
                    .ok()
            })
            .unwrap_or(self.start)
    }
}

impl Iterator for Telemetry {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut line = String::with_capacity(1024);
        self.next_line(&mut line).then_some(line)
    }
}

/// Lines of a sample where nobody says otherwise.
pub const LINES: u64 = 200_000;

/// 2026-01-15T00:00:00Z in seconds since 1970: when a sample starts where nobody says otherwise.
pub const START: i64 = 1_768_435_200;

#[cfg(test)]
mod tests;
