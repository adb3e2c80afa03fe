//! Where something stands in the text.

/// A place in the text as received, half-open, counted twice: in UTF-8 bytes and in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// First Unicode scalar value.
    pub char_start: usize,
    /// One past the last Unicode scalar value.
    pub char_end: usize,
}
