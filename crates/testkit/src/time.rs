//! A clock that stands still and ids that count, so that every run gives the same bytes.

use base::clock::FixedClock;
use base::id_source::CountingIds;
use jiff::Timestamp;

/// 2026-01-15T09:00:00Z: the time in tests that need just some time.
///
/// # Panics
///
/// Never: the text is a valid time.
#[expect(clippy::expect_used, reason = "the constant is a valid time")]
pub fn start() -> Timestamp {
    "2026-01-15T09:00:00Z".parse().expect("a valid time")
}

/// A clock that stands at [`start`] until it is told to move.
pub fn clock() -> FixedClock {
    FixedClock::at(start())
}

/// Ids made of 1, 2, 3 and so on.
pub fn ids() -> CountingIds {
    CountingIds::from(1)
}
