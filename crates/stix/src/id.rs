//! Identifiers: `type--UUID`, STIX 2.1 §2.9.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

/// The namespace of deterministic SCO identifiers, STIX 2.1 §2.9.
pub const SCO_NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// An identifier: an object type, two hyphens, a UUID in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    text: Box<str>,
    type_bytes: usize,
}

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseIdError {
    /// No `--` between type and UUID.
    #[error("an identifier has the form `type--UUID`")]
    Form,
    /// The type has characters or a length that §3.1 does not allow.
    #[error("a type name is 3 to 250 characters of a-z, 0-9 and `-`")]
    Type,
    /// What follows is not a UUID in lower case with hyphens.
    #[error("the part after `--` is a UUID in lower case with hyphens (RFC 9562)")]
    Uuid,
}

impl Id {
    /// Reads an identifier.
    ///
    /// The UUID may be of any version (§2.9 recommends 4 and, for SCOs, 5; others circulate), but must be written in
    /// lower case with hyphens: two spellings of one id would be two ids to everybody who compares text.
    ///
    /// # Errors
    /// [`ParseIdError`] says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseIdError> {
        let kind = kind_of(text)?;
        Ok(Self {
            text: text.into(),
            type_bytes: kind.len(),
        })
    }
    /// The identifier of `kind` with `uuid`.
    ///
    /// # Errors
    /// [`ParseIdError::Type`] if `kind` is not a type name.
    pub fn new(kind: &str, uuid: Uuid) -> Result<Self, ParseIdError> {
        if is_type_name(kind) {
            Ok(Self {
                text: format!("{kind}--{uuid}").into(),
                type_bytes: kind.len(),
            })
        } else {
            Err(ParseIdError::Type)
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The object type, for example `indicator`.
    pub fn kind(&self) -> &str {
        self.text.get(..self.type_bytes).unwrap_or_default()
    }

    /// The UUID.
    pub fn uuid(&self) -> Uuid {
        let text = self.text.get(self.type_bytes + 2..).unwrap_or_default();
        // INVARIANT: the constructors admit nothing that is not a UUID.
        Uuid::try_parse(text).unwrap_or_default()
    }
}

/// The object type of an identifier, which is looked at and not kept: as [`Id::parse`], without memory of its own.
///
/// # Errors
/// As [`Id::parse`].
pub fn kind_of(text: &str) -> Result<&str, ParseIdError> {
    recognised(text).ok_or_else(|| shape_error(text))
}

/// The object type, if the text is an identifier; asked of many texts that are none.
pub(crate) fn recognised(text: &str) -> Option<&str> {
    text.get(..type_bytes(text.as_bytes())?.into())
}

/// How many bytes of an identifier are its type; none of what is no identifier.
pub(crate) fn type_bytes(text: &[u8]) -> Option<u8> {
    // §2.9 allows no `--` in a type name, so the only one of a good identifier stands before the 36 of the UUID.
    let (before, uuid) = text.split_last_chunk::<36>()?;
    let kind = before.strip_suffix(b"--")?;
    if !is_type(kind) {
        return None;
    }
    let [
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        ..,
    ] = uuid
    else {
        return None;
    };
    // Without branches, since nearly all are good.
    let (mut good, mut hyphens) = (true, 0_u8);
    for byte in uuid {
        let hyphen = *byte == b'-';
        hyphens += u8::from(hyphen);
        good &= (byte.wrapping_sub(b'0') < 10) | (byte.wrapping_sub(b'a') < 6) | hyphen;
    }
    if good && hyphens == 4 {
        u8::try_from(kind.len()).ok()
    } else {
        None
    }
}

/// What is wrong with a text that is no identifier: looked at from the left, as its author would.
fn shape_error(text: &str) -> ParseIdError {
    match text.split_once("--") {
        None => ParseIdError::Form,
        Some((kind, _)) if !is_type_name(kind) => ParseIdError::Type,
        Some(_) => ParseIdError::Uuid,
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Whether `name` may name an object type: STIX 2.1 §2.9 and §3.1, 3 to 250 of `a-z0-9-`.
pub fn is_type_name(name: &str) -> bool {
    is_type(name.as_bytes())
}

fn is_type(name: &[u8]) -> bool {
    if !(3..=250).contains(&name.len()) {
        return false;
    }
    // Without branches, since nearly all are good.
    let (mut good, mut before) = (true, 0);
    for byte in name {
        let hyphen = *byte == b'-';
        good &= (byte.wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10) | hyphen;
        good &= !(hyphen && before == b'-');
        before = *byte;
    }
    good
}
