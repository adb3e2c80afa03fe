//! Bytes as people compare them.

use std::fmt;

/// Writes bytes as lower-case hexadecimal digits, two for each.
///
/// ```
/// assert_eq!(base::hex::Hex(&[0, 10, 255]).to_string(), "000aff");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
