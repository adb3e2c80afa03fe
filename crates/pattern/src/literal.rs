//! How values are written as constants and names in a pattern.
//!
//! Whoever builds a pattern from a value goes through here (or through [`crate::build`]): a value that is
//! pasted between apostrophes can end the string and change what the pattern means.

use base64::Engine as _;

use crate::constant::Constant;
use crate::token;

/// `value` as a string constant: in apostrophes, with `\'` and `\\` escaped (STIX 2.1 §9.2).
///
/// ```
/// assert_eq!(pattern::literal::string(r"it's C:\x"), r"'it\'s C:\\x'");
/// ```
pub fn string(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for character in value.chars() {
        if matches!(character, '\'' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('\'');
    text
}

/// `bytes` as a hex constant, in lower case: `h'ffc3'`.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str("h'");
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text.push('\'');
    text
}

/// `bytes` as a binary constant: `b'ABI='`.
pub fn binary(bytes: &[u8]) -> String {
    format!(
        "b'{}'",
        base64::engine::general_purpose::STANDARD.encode(bytes)
    )
}

/// A property name or dictionary key as a step of an object path: in apostrophes where it must be
/// (STIX 2.1 §9.7), as it is otherwise.
///
/// ```
/// assert_eq!(pattern::literal::name("MD5"), "MD5");
/// assert_eq!(pattern::literal::name("SHA-256"), "'SHA-256'");
/// ```
pub fn name(name: &str) -> String {
    if token::is_plain_name(name) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// Any constant as it is written in a pattern.
pub fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Binary(bytes) => binary(bytes),
        Constant::Boolean(value) => value.to_string(),
        Constant::Float(value) => value.to_string(),
        Constant::Hex(bytes) => hex(bytes),
        Constant::Integer(value) => value.value().to_string(),
        Constant::String(value) => string(value),
        Constant::Timestamp(value) => format!("t'{}'", value.text()),
    }
}
