//! Points in time that can be subtracted.

use crate::constant::Timestamp;
use crate::tree::Seconds;

/// A point in time in attoseconds (10⁻¹⁸ s) since 0000-03-01T00:00:00Z; digits beyond that are dropped.
///
/// WITHIN needs differences, which [`Timestamp`] does not have; properties that are timestamps are compared by
/// [`Timestamp::compare`] with all their digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i128);

impl Instant {
    /// Earlier than every timestamp.
    pub(super) const EARLIEST: Self = Self(i128::MIN / 4);
    /// Later than every timestamp.
    pub(super) const LATEST: Self = Self(i128::MAX / 4);

    /// Reads a timestamp of STIX (§2.16); none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        Timestamp::parse(text).ok().map(|time| Self::from(&time))
    }

    /// So many seconds, in attoseconds.
    pub(super) fn seconds(seconds: u32) -> i128 {
        i128::from(seconds) * ATTOSECONDS
    }

    /// The attoseconds from `earlier` to this one, negative where it is later.
    pub fn since(self, earlier: Self) -> i128 {
        self.0.saturating_sub(earlier.0)
    }

    /// The point `attoseconds` later.
    #[must_use]
    pub fn plus(self, attoseconds: i128) -> Self {
        Self(self.0.saturating_add(attoseconds))
    }
}

impl From<&Timestamp> for Instant {
    fn from(time: &Timestamp) -> Self {
        let text = time.text();
        let digits = |range: std::ops::Range<usize>| -> i128 {
            text.get(range)
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(0)
        };
        let (year, month, day) = (digits(0..4), digits(5..7), digits(8..10));
        // Years that begin in March have the leap day last, so that months have fixed offsets.
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (month * 153 + 2) / 5
            + day
            - 1;
        let seconds = ((days * 24 + digits(11..13)) * 60 + digits(14..16)) * 60 + digits(17..19);
        let fraction = text
            .get(20..)
            .map_or("", |fraction| fraction.trim_end_matches('Z'));
        Self(seconds * ATTOSECONDS + fraction_of(fraction))
    }
}

/// The length of WITHIN in attoseconds.
pub(super) fn duration(seconds: Seconds) -> i128 {
    match seconds {
        Seconds::Integer(whole) => i128::from(whole.get()) * ATTOSECONDS,
        // The digits of a float are those that its author wrote, up to the precision of a double.
        Seconds::Float(float) => {
            let text = float.to_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let whole = whole.parse::<i128>().unwrap_or(LONGEST).min(LONGEST);
            whole * ATTOSECONDS + fraction_of(fraction)
        }
    }
}

/// The digits after a decimal point, in attoseconds.
fn fraction_of(digits: &str) -> i128 {
    digits
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(18)
        .fold(0, |sum, digit| {
            sum * 10 + i128::from(digit.wrapping_sub(b'0'))
        })
}

const ATTOSECONDS: i128 = 1_000_000_000_000_000_000;

/// Longer than the ten thousand years that timestamps can name.
const LONGEST: i128 = 1_000_000_000_000;
