//! The time of a line.

use jiff::Timestamp;

use crate::scan::Raw;

/// Reads `ts`: seconds since 1970 as a number, or an RFC 3339 text; Zeek writes either.
pub(crate) fn read(value: Raw<'_>) -> Option<Timestamp> {
    match value {
        Raw::Scalar(number) => seconds(number),
        Raw::String(text) => {
            let mut scratch = String::new();
            text.text(&mut scratch).ok()?.parse().ok()
        }
        Raw::Nested(_) => None,
    }
}

/// Decimal seconds, exactly to the nanosecond; a `f64` would lose the last microsecond digit's neighbours.
fn seconds(number: &[u8]) -> Option<Timestamp> {
    let number = std::str::from_utf8(number).ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let mut nanoseconds = 0_i32;
    let mut unit = 100_000_000;
    for digit in fraction.bytes().take(9) {
        nanoseconds += i32::from(digit - b'0') * unit;
        unit /= 10;
    }
    Timestamp::new(whole.parse().ok()?, nanoseconds).ok()
}
