//! The hashes of the tree (RFC 9162 §2.1.1): SHA-256, with a byte in front that tells leaves from nodes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256, digest};

use crate::error::FormatError;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

impl Hash {
    /// A hash of which the bytes are known.
    pub fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// A hash of which the bytes are known, as a slice.
    ///
    /// # Errors
    /// If they are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, FormatError> {
        bytes.try_into().map(Self).map_err(|_| FormatError::Hash)
    }

    /// Reads standard base64 with padding (RFC 4648 §4).
    ///
    /// # Errors
    /// If it is not 32 bytes of that.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        Self::from_slice(&STANDARD.decode(text).map_err(|_| FormatError::Hash)?)
    }

    /// The plain SHA-256 of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::taken(digest(&SHA256, bytes).as_ref())
    }

    /// The hash of a leaf: `SHA-256(0x00 || leaf)` (RFC 9162 §2.1.1).
    pub fn leaf(bytes: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&[0]);
        context.update(bytes);
        Self::taken(context.finish().as_ref())
    }

    /// The hash of a node: `SHA-256(0x01 || left || right)` (RFC 9162 §2.1.1).
    pub fn node(left: Self, right: Self) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&[1]);
        context.update(&left.0);
        context.update(&right.0);
        Self::taken(context.finish().as_ref())
    }

    /// The root of the tree without leaves: `SHA-256("")` (RFC 9162 §2.1.1).
    pub fn empty_root() -> Self {
        Self::of(b"")
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    fn taken(bytes: &[u8]) -> Self {
        let mut hash = [0; HASH_BYTES];
        for (to, from) in hash.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self(hash)
    }
}

/// Standard base64 with padding.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
