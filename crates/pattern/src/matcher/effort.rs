//! How much work an answer may take.

use std::cell::Cell;

/// A budget of steps, and whether it was enough.
#[derive(Debug)]
pub(super) struct Effort {
    left: Cell<u64>,
    incomplete: Cell<bool>,
}

impl Effort {
    pub(super) fn new(steps: u64) -> Self {
        Self {
            left: Cell::new(steps),
            incomplete: Cell::new(false),
        }
    }

    /// Takes one step; false where none is left.
    pub(super) fn spend(&self) -> bool {
        if let Some(left) = self.left.get().checked_sub(1) {
            self.left.set(left);
            true
        } else {
            self.incomplete.set(true);
            false
        }
    }

    /// Takes several steps for work that has been done at once.
    pub(super) fn charge(&self, steps: usize) {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let left = self.left.get().saturating_sub(steps);
        self.left.set(left);
    }

    /// Notes that something was given up, so that "no" may be wrong.
    pub(super) fn give_up(&self) {
        self.incomplete.set(true);
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.incomplete.get()
    }
}

/// Most steps along paths in one observation for one `[…]`: `[*]` in `[*]` over lists that name each other would
/// otherwise multiply. The largest objects of real telemetry have some thousand values. Long comparisons count as
/// several, so that all of it takes some seconds at most.
pub(super) const PATH_STEPS: u64 = 1_000_000;

/// So many bytes of a text that is compared or searched count as one step along a path.
pub(super) const BYTES: usize = 64;
