//! The one real clock and the one real source of randomness.

use base::clock::Clock;
use base::id_source::IdSource;
use jiff::Timestamp;

/// The clock of the operating system, to the microsecond: what the database keeps is what was read.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the operating system for the time"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// The random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl IdSource for SystemRandom {
    #[expect(
        clippy::panic,
        reason = "without randomness no secret is one: a node must not go on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}
