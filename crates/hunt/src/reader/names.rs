//! The names of the fields that any source looks at, each with a slot.

use crate::scan::Quoted;
use crate::source::Source;

/// Number of a name.
pub(crate) type Slot = u8;

/// Where the time is kept.
pub(crate) const TIME: Slot = 0;

/// The name that tells the log.
pub(crate) const PATH: Slot = 1;

/// Most names; a bit mask of 32 tells which were met.
pub(crate) const SLOTS: usize = 32;

/// From a name to its slot: a table without collisions, found when it is made.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    known: Vec<&'static [u8]>,
    multiplier: u32,
    table: [Slot; TABLE],
}

impl Names {
    /// The names of `sources`.
    pub(crate) fn of(sources: &[Source]) -> Self {
        let mut names: Vec<&'static [u8]> = vec![b"ts", b"_path"];
        for source in sources {
            let fields = source.fields.iter().map(|field| field.name);
            for name in fields.chain(source.telltales.iter().copied()) {
                let name = name.as_bytes();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        // INVARIANT: the names of all sources fit the mask, which a test checks.
        names.truncate(SLOTS);
        for attempt in 0..TRIES {
            let multiplier = (2 * attempt + 1).wrapping_mul(SPREAD);
            if let Some(table) = table(&names, multiplier) {
                return Self {
                    known: names,
                    multiplier,
                    table,
                };
            }
        }
        Self {
            known: names,
            multiplier: 0,
            table: [FREE; TABLE],
        }
    }

    /// The slot of a name as it stands in a line.
    #[inline]
    pub(crate) fn slot(&self, name: Quoted<'_>) -> Option<Slot> {
        if name.escaped {
            let mut text = String::new();
            let text = name.text(&mut text).ok()?;
            return self.slot_of(text.as_bytes());
        }
        self.slot_of(name.bytes)
    }

    #[inline]
    fn slot_of(&self, name: &[u8]) -> Option<Slot> {
        let slot = *self.table.get(bucket(name, self.multiplier))?;
        let candidate = self.known.get(usize::from(slot))?;
        (*candidate == name).then_some(slot)
    }

    #[cfg(test)]
    pub(crate) fn all(&self) -> &[&'static [u8]] {
        &self.known
    }
}

fn table(names: &[&[u8]], multiplier: u32) -> Option<[Slot; TABLE]> {
    let mut table = [FREE; TABLE];
    for (slot, name) in names.iter().enumerate() {
        let held = table.get_mut(bucket(name, multiplier))?;
        if *held != FREE {
            return None;
        }
        *held = Slot::try_from(slot).ok()?;
    }
    Some(table)
}

/// Length, first, middle and last byte tell the names apart.
#[inline]
fn bucket(name: &[u8], multiplier: u32) -> usize {
    let (Some(first), Some(middle), Some(last)) =
        (name.first(), name.get(name.len() / 2), name.last())
    else {
        return TABLE;
    };
    let [length, ..] = name.len().to_le_bytes();
    let word = u32::from_le_bytes([*first, *last, *middle, length]);
    (word.wrapping_mul(multiplier) >> (32 - TABLE_BITS)) as usize
}

const TABLE_BITS: u32 = 9;
const TABLE: usize = 1 << TABLE_BITS;
const FREE: Slot = Slot::MAX;

/// 30 names in 512 places: about four of ten multipliers have no collision.
const TRIES: u32 = 1_000;

/// 2^32 divided by the golden ratio: its multiples have bits all over.
const SPREAD: u32 = 0x9e37_79b1;
