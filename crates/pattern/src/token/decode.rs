//! What stands between the apostrophes of `h'…'`, `b'…'` and `t'…'`.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use crate::code;
use crate::constant::{Constant, Timestamp};

/// Why the inside of a prefixed constant is refused.
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) help: &'static str,
    pub(super) section: &'static str,
}

pub(super) fn hex(text: &str) -> Result<Constant, Refusal> {
    let refusal = || Refusal {
        code: code::HEX,
        help: "pairs of the digits 0 to 9 and a to f, as in `h'ffc3'`",
        section: "STIX 2.1 §9.2",
    };
    hex_bytes(text).map(Constant::Hex).ok_or_else(refusal)
}

/// The bytes of pairs of hexadecimal digits in either case; none where the text is anything else.
pub(crate) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| {
        pairs
            .filter_map(|pair| match pair {
                [high, low] => u8::try_from(high * 16 + low).ok(),
                _ => None,
            })
            .collect()
    })
}

/// The bytes of base64 with its padding; none where the text is anything else.
pub(crate) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

pub(super) fn binary(text: &str) -> Result<Constant, Refusal> {
    // STIX 2.1 §9.2: line feeds inside base64 must be supported and ignored.
    let compact: String = text
        .chars()
        .filter(|character| !matches!(character, '\n' | '\r'))
        .collect();
    base64_bytes(&compact).map(Constant::Binary).ok_or(Refusal {
        code: code::BINARY,
        help: "base64 with its padding, as in `b'ABI='`",
        section: "STIX 2.1 §9.2",
    })
}

pub(super) fn timestamp(text: &str) -> Result<Constant, Refusal> {
    Timestamp::parse(text)
        .map(Constant::Timestamp)
        .map_err(|help| Refusal {
            code: code::TIMESTAMP,
            help,
            section: "STIX 2.1 §2.16",
        })
}

/// Padding is required; what the last digit says beyond the last byte is ignored, as RFC 4648 §3.5 allows.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);
