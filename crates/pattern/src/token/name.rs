//! The plain names of object paths, §9.7, read without tokens of their own.

use super::{Lexer, byte, is_reserved};
use crate::span::Spanned;

impl<'a> Lexer<'a> {
    /// The plain name that `mark` joins to what was read last, without a gap, as nearly every path is written; both
    /// are then read. `None` says only that the next tokens are to be read one at a time.
    #[inline]
    pub(crate) fn joined_name(&mut self, mark: u8) -> Option<Spanned<&'a str>> {
        if self.byte(self.at) != Some(mark) {
            return None;
        }
        let start = self.at + 1;
        let first = self.byte(start)?;
        let rest = self.text.as_bytes().get(start..)?;
        let length = rest
            .iter()
            .position(|byte| byte::class(*byte) & byte::NAME == 0)?;
        let end = start + length;
        // A hyphen goes on the word, an apostrophe may belong to a constant that begins with a letter.
        if first.is_ascii_digit() || matches!(self.byte(end), Some(b'-' | b'\'')) {
            return None;
        }
        let name = self.text.get(start..end)?;
        // No reserved word begins with another letter.
        let reserved = matches!(first, b'A'..=b'Z' | b'f' | b't') && is_reserved(name);
        if reserved || name.is_empty() {
            return None;
        }
        self.at = end;
        Some(Spanned::new(name, self.since(start)))
    }
}
