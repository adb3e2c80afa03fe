//! STIX timestamps: RFC 3339 in UTC, digits kept as received.

use std::cmp::Ordering;
use std::fmt;

use thiserror::Error;

/// A timestamp as received (STIX 2.1 §2.16, §3.2): `2024-02-16T09:30:00.000Z`.
///
/// The digits after the point are part of an object's version identity, so the text is kept; ordering and
/// equality compare the instant, not the text.
#[derive(Debug, Clone)]
pub struct Timestamp {
    text: Box<str>,
    instant: jiff::Timestamp,
}

/// Why a text is not a STIX timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseTimestampError {
    /// Not of the form `YYYY-MM-DDTHH:MM:SS[.digits]Z`.
    #[error("a timestamp has the form `YYYY-MM-DDTHH:MM:SS.sssZ`, in UTC")]
    Form,
    /// The form is right but there is no such moment.
    #[error("there is no such date or time of day")]
    NoSuchMoment,
}

impl Timestamp {
    /// Reads a timestamp: upper-case `T` and `Z`, a point only with digits after it.
    ///
    /// Digits beyond nanoseconds are kept in the text and dropped from the instant.
    ///
    /// # Errors
    /// [`ParseTimestampError`] says whether the form or the moment is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        let bytes = text.as_bytes();
        let digits_at = |from: usize, count: usize| {
            bytes
                .get(from..from + count)
                .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
        let date = digits_at(0, 4)
            && is(4, b'-')
            && digits_at(5, 2)
            && is(7, b'-')
            && digits_at(8, 2)
            && is(10, b'T');
        let time = digits_at(11, 2)
            && is(13, b':')
            && digits_at(14, 2)
            && is(16, b':')
            && digits_at(17, 2);
        if !date || !time || bytes.len() > MAX_TIMESTAMP_BYTES {
            return Err(ParseTimestampError::Form);
        }
        let (Some(second), Some(rest)) = (text.get(..19), text.get(19..)) else {
            return Err(ParseTimestampError::Form);
        };
        let Some(fraction) = rest.strip_suffix('Z') else {
            return Err(ParseTimestampError::Form);
        };
        let nanoseconds = match fraction.strip_prefix('.') {
            None if fraction.is_empty() => "",
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.get(..9).unwrap_or(digits)
            }
            _ => return Err(ParseTimestampError::Form),
        };
        let plain = if nanoseconds.is_empty() {
            format!("{second}Z")
        } else {
            format!("{second}.{nanoseconds}Z")
        };
        // RFC 3339 §5.6 allows second 60; it is the first moment of the next minute for ordering.
        let instant: jiff::Timestamp = plain
            .parse()
            .map_err(|_| ParseTimestampError::NoSuchMoment)?;
        Ok(Self {
            text: text.into(),
            instant,
        })
    }

    /// The timestamp of an instant, with milliseconds, or more digits where the instant has them.
    pub fn from_instant(instant: jiff::Timestamp) -> Self {
        let nanosecond = instant.subsec_nanosecond();
        let text = if nanosecond % 1_000_000 == 0 {
            format!("{instant:.3}")
        } else if nanosecond % 1_000 == 0 {
            format!("{instant:.6}")
        } else {
            format!("{instant:.9}")
        };
        Self {
            text: text.into(),
            instant,
        }
    }

    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The moment, to the nanosecond.
    pub fn instant(&self) -> jiff::Timestamp {
        self.instant
    }

    /// How many digits stand after the point.
    pub fn fraction_digits(&self) -> usize {
        self.text
            .split_once('.')
            .map_or(0, |(_, rest)| rest.len().saturating_sub(1))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

/// Longest text of a timestamp: 20 characters and a generous fraction.
const MAX_TIMESTAMP_BYTES: usize = 64;
