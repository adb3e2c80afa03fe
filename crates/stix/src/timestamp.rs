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
            .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
            .ok_or(ParseTimestampError::Form)
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    // RFC 3339 §5.6 allows second 60; it is the first moment of the next minute for ordering.
    let leap = second == 60;
    let mut nanosecond = 0;
    for at in 0..9 {
        let digit = fraction.get(at).map_or(0, |digit| digit - b'0');
        nanosecond = nanosecond * 10 + i32::from(digit);
    }
    let instant = moment_of(
        [year, month, day],
        [hour, minute, if leap { 59 } else { second }],
    )
    .and_then(|seconds| jiff::Timestamp::new(seconds, nanosecond).ok())
    .ok_or(ParseTimestampError::NoSuchMoment)?;
    if leap {
        instant
            .checked_add(jiff::SignedDuration::from_secs(1))
            .map_err(|_| ParseTimestampError::NoSuchMoment)
    } else {
        Ok(instant)
    }
}

/// The second since 1970 of a date of the Gregorian calendar, year 0 to 9999, and a time of day, if there is one.
fn moment_of([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Option<i64> {
    let leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap_year),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // The year is counted from March, so that the leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - DAYS_BEFORE_1970;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days from the last of February of year 0 to the first of January 1970.
const DAYS_BEFORE_1970: i64 = 719_469;

/// Longest text of a timestamp: 20 characters and a generous fraction.
const MAX_TIMESTAMP_BYTES: usize = 64;
