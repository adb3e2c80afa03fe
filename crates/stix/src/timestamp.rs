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
        Ok(Self {
            instant: instant_of(text)?,
            text: text.into(),
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

/// The instant of a timestamp that is looked at and not kept: as [`Timestamp::parse`], without memory of its own.
///
/// # Errors
/// As [`Timestamp::parse`].
pub fn instant_of(text: &str) -> Result<jiff::Timestamp, ParseTimestampError> {
    let (moment, rest) = text
        .as_bytes()
        .split_first_chunk::<19>()
        .ok_or(ParseTimestampError::Form)?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = *moment
    else {
        return Err(ParseTimestampError::Form);
    };
    let fraction = match rest {
        [b'Z'] => &[],
        [b'.', digits @ .., b'Z'] if !digits.is_empty() => digits,
        _ => return Err(ParseTimestampError::Form),
    };
    if text.len() > MAX_TIMESTAMP_BYTES || !fraction.iter().all(u8::is_ascii_digit) {
        return Err(ParseTimestampError::Form);
    }
    let two = |tens: u8, ones: u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| (tens - b'0') * 10 + (ones - b'0'))
            .and_then(|number| i8::try_from(number).ok())
            .ok_or(ParseTimestampError::Form)
    };
    let year = i16::from(two(y1, y2)?) * 100 + i16::from(two(y3, y4)?);
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    // RFC 3339 §5.6 allows second 60; it is the first moment of the next minute for ordering.
    let leap = second == 60;
    let mut nanosecond = 0;
    for at in 0..9 {
        let digit = fraction.get(at).map_or(0, |digit| digit - b'0');
        nanosecond = nanosecond * 10 + i32::from(digit);
    }
    let time = jiff::civil::DateTime::new(
        year,
        month,
        day,
        hour,
        minute,
        if leap { 59 } else { second },
        nanosecond,
    );
    let instant = time
        .and_then(|time| jiff::tz::Offset::UTC.to_timestamp(time))
        .map_err(|_| ParseTimestampError::NoSuchMoment)?;
    if leap {
        instant
            .checked_add(jiff::SignedDuration::from_secs(1))
            .map_err(|_| ParseTimestampError::NoSuchMoment)
    } else {
        Ok(instant)
    }
}

/// Longest text of a timestamp: 20 characters and a generous fraction.
const MAX_TIMESTAMP_BYTES: usize = 64;
