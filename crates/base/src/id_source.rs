//! Where random identifiers and secrets come from.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// A source of random bytes.
///
/// The one source that asks the operating system is `app::system::SystemRandom`.
pub trait IdSource: Debug + Send + Sync {
    /// Fills `bytes` with random bytes, fit for secrets where the source is the operating system's.
    fn fill(&self, bytes: &mut [u8]);

    /// A random (version 4) UUID, RFC 9562 §5.4.
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// A source that counts: the same run gives the same ids. For tests and reproducible samples, never for secrets.
#[derive(Debug, Default)]
pub struct CountingIds {
    next: AtomicU64,
}

impl CountingIds {
    /// A source whose first UUID is made of the number `first`.
    pub fn from(first: u64) -> Self {
        Self {
            next: AtomicU64::new(first),
        }
    }
}

impl IdSource for CountingIds {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(16) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let mut block = [0_u8; 16];
            for (to, from) in block.iter_mut().rev().zip(number.to_le_bytes()) {
                *to = from;
            }
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}
