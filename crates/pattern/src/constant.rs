//! The constants of a pattern, STIX 2.1 §9.2.
//!
//! A value of these types is valid: an integer is within ±(2^53−1), a float is finite, a timestamp exists in
//! the calendar. Bytes are held decoded, so that `h'6162'` and `b'YWI='` are two spellings of one value that
//! stay distinguishable by their variant.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::text::Text;

/// A constant on the right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Constant {
    /// `b'…'`, decoded.
    Binary(Vec<u8>),
    /// `true` or `false`.
    Boolean(bool),
    /// A number with a decimal point.
    Float(Float),
    /// `h'…'`, decoded.
    Hex(Vec<u8>),
    /// A whole number.
    Integer(Integer),
    /// `'…'` without its escapes.
    String(Text),
    /// `t'…'`.
    Timestamp(Timestamp),
}

/// An integer of STIX, within ±(2^53−1) (§2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Integer(i64);

/// A finite double (§2.5); equal when every bit is.
#[derive(Debug, Clone, Copy)]
pub struct Float(f64);

/// A timestamp of STIX (§2.16), with its digits as received.
///
/// Equality and order are those of the text; [`Timestamp::compare`] compares instants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(Text);

impl Constant {
    /// The name of the type as the standard writes it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Binary(_) => "binary",
            Self::Boolean(_) => "boolean",
            Self::Float(_) => "float",
            Self::Hex(_) => "hex",
            Self::Integer(_) => "integer",
            Self::String(_) => "string",
            Self::Timestamp(_) => "timestamp",
        }
    }

    /// The text of a string constant, without escapes.
    pub fn as_string(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl Integer {
    /// Largest magnitude that STIX 2.1 §2.10 allows.
    pub const MAX: i64 = (1 << 53) - 1;

    /// The integer `value`, or `None` when STIX has no such integer.
    pub fn new(value: i64) -> Option<Self> {
        (-Self::MAX..=Self::MAX)
            .contains(&value)
            .then_some(Self(value))
    }

    /// The value.
    pub fn value(self) -> i64 {
        self.0
    }
}

impl Float {
    /// The number `value`, or `None` when it is not finite.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The value.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    /// The order of the numbers, with -0 before 0.
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Float {
    /// The shortest digits that read back as the same number, always with a decimal point, never with an
    /// exponent: patterns have none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let point = if digits.contains('.') { "" } else { ".0" };
        write!(f, "{digits}{point}")
    }
}

impl Timestamp {
    /// Reads `YYYY-MM-DDTHH:mm:ss[.s+]Z`; otherwise says what is wrong.
    ///
    /// # Errors
    /// A sentence for people, without the text itself.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let Some(body) = text.strip_suffix('Z') else {
            return Err("a timestamp ends in `Z`: it is always in UTC");
        };
        let (moment, fraction) = match body.split_once('.') {
            Some((moment, fraction)) => (moment, Some(fraction)),
            None => (body, None),
        };
        if fraction.is_some_and(|digits| {
            digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit())
        }) {
            return Err("a decimal point is followed by one or more digits");
        }
        let shape = moment.len() == SHAPE.len()
            && moment.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| {
                if shape == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == shape
                }
            });
        if !shape {
            return Err("a timestamp looks like `2016-01-20T12:31:12.123Z`");
        }
        let [year, month, day, hour, minute, second] =
            [0..4, 5..7, 8..10, 11..13, 14..16, 17..19].map(|range| number(moment.get(range)));
        if !(1..=12).contains(&month) {
            return Err("there is no such month");
        }
        let last_day = days_in_month(year, month);
        if !(1..=last_day).contains(&day) {
            return Err("there is no such day in that month");
        }
        if hour > 23 || minute > 59 {
            return Err("there is no such time of day");
        }
        // RFC 3339 §5.7: second 60 exists only as a leap second, which ends a month at 23:59:60 UTC.
        let leap_second = second == 60 && hour == 23 && minute == 59 && day == last_day;
        if second > 59 && !leap_second {
            return Err("there is no such second: 60 is only a leap second at the end of a month");
        }
        Ok(Self(text.into()))
    }

    /// The text as received.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Which instant is earlier; fractions of any length are compared exactly.
    pub fn compare(&self, other: &Self) -> Ordering {
        let (left, left_fraction) = self.parts();
        let (right, right_fraction) = other.parts();
        // Digits without trailing zeros compare as text exactly as the fractions do as numbers.
        left.cmp(right)
            .then_with(|| left_fraction.cmp(right_fraction))
    }

    fn parts(&self) -> (&str, &str) {
        let body = self.0.strip_suffix('Z').unwrap_or(&self.0);
        match body.split_once('.') {
            Some((moment, fraction)) => (moment, fraction.trim_end_matches('0')),
            None => (body, ""),
        }
    }
}

/// The value of up to four decimal digits; the caller has checked that they are digits.
fn number(digits: Option<&str>) -> u32 {
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(u32::MAX)
}

fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const SHAPE: &str = "0000-00-00T00:00:00";
