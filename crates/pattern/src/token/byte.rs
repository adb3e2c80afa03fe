//! What the bytes of a pattern can be part of, and finding some of them fast.

/// Marks those of eight bytes that are `byte` by their highest bit. Above the lowest of them others may be marked.
#[inline]
pub(super) fn equal(eight: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    let differences = eight ^ (ONES * u64::from(byte));
    differences.wrapping_sub(ONES) & !differences & HIGHEST
}

/// What `byte` can go on.
#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// A byte of words, which names of types, names without apostrophes and keywords are.
pub(super) const WORD: u8 = 1;

/// A byte of numbers after their sign.
pub(super) const NUMBER: u8 = 2;

/// A byte of names without apostrophes.
pub(super) const NAME: u8 = 4;

#[expect(
    clippy::indexing_slicing,
    reason = "`byte` is below 256, and this is evaluated at compile time"
)]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            classes[byte as usize] |= WORD;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            classes[byte as usize] |= NAME;
        }
        if byte.is_ascii_digit() || byte == b'.' {
            classes[byte as usize] |= NUMBER;
        }
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};
