//! Decisions and random bytes that are the same each time.

use super::*;

#[derive(Debug)]
pub(super) struct Seeded(pub(super) Mutex<u64>);

impl Seeded {
    pub(super) fn reset(&self, seed: u64) {
        *self.0.lock().unwrap() = seed;
    }
}

impl IdSource for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *byte = next(&mut state).to_le_bytes()[3];
        }
    }
}

/// The generator `SplitMix64`.
pub(super) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A source of decisions.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(next(&mut self.0) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        let high = u128::from(next(&mut self.0));
        let bytes = (high << 64 | u128::from(next(&mut self.0))).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
