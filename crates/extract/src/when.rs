//! A day, month, year or period, as precise as the text says.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

/// A time that a text gives, resolved.
///
/// INVARIANT: `first` is not after `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When {
    first: Date,
    last: Date,
    precision: Precision,
}

/// How precise a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// One day.
    Day,
    /// Some days: a week, "earlier in February".
    Days,
    /// One month.
    Month,
    /// One year.
    Year,
}

impl When {
    /// One day.
    pub fn day(date: Date) -> Self {
        Self {
            first: date,
            last: date,
            precision: Precision::Day,
        }
    }

    /// The days from `first` to `last`, in either order.
    pub fn days(first: Date, last: Date) -> Self {
        Self {
            first: first.min(last),
            last: first.max(last),
            precision: Precision::Days,
        }
    }

    /// A month; nothing if there is no such month.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        Some(Self {
            first,
            last: first.last_of_month(),
            precision: Precision::Month,
        })
    }

    /// A year; nothing outside of jiff's calendar.
    pub fn year(year: i16) -> Option<Self> {
        let first = Date::new(year, 1, 1).ok()?;
        Some(Self {
            first,
            last: first.last_of_year(),
            precision: Precision::Year,
        })
    }

    /// The first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last(self) -> Date {
        self.last
    }

    /// How precise it is.
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The month before or after, `months` away, of a time known to the month.
    pub(crate) fn shifted_month(self, months: i64) -> Option<Self> {
        let moved = self.first.checked_add(months.months()).ok()?;
        Self::month(moved.year(), moved.month())
    }
}

/// EDTF (ISO 8601-2): `2024-02-16`, `2024-02`, `2024`, `2024-02-01/2024-02-16`.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.precision {
            Precision::Day => write!(f, "{}", self.first),
            Precision::Days => write!(f, "{}/{}", self.first, self.last),
            Precision::Month => write!(f, "{:04}-{:02}", self.first.year(), self.first.month()),
            Precision::Year => write!(f, "{:04}", self.first.year()),
        }
    }
}
