//! Where in the text of a pattern something stands.

use std::cmp::Ordering;

use base::diagnostic::Place;

/// Bytes `start..end` of the text of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value with its place in the text.
///
/// Two spanned values are equal when their values are: the same pattern written with other spaces is the
/// same tree.
#[derive(Debug, Clone, Copy, Eq)]
pub struct Spanned<T> {
    /// What stands there.
    pub value: T,
    /// Where; `0..0` when the value was built and not read.
    pub span: Span,
}

impl Span {
    /// The span from the beginning of this one to the end of `other`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The span as the place of a diagnostic.
    pub fn place(self) -> Place {
        Place::Bytes {
            start: self.start,
            end: self.end,
        }
    }
}

impl<T> Spanned<T> {
    /// `value`, which stands at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> From<T> for Spanned<T> {
    fn from(value: T) -> Self {
        Self {
            value,
            span: Span::default(),
        }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}
