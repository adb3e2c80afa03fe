//! The key that signs tree heads: Ed25519 (RFC 8032), as RFC 9162 §10.2.2 allows it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::error::{FormatError, ProofError};

/// The secret half.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

/// The public half.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey([u8; KEY_BYTES]);

/// Bytes of a seed and of a public key (RFC 8032 §5.1.5).
pub const KEY_BYTES: usize = 32;
/// Bytes of a signature (RFC 8032 §5.1.6).
pub const SIGNATURE_BYTES: usize = 64;

impl SigningKey {
    /// The key of a seed of 32 random bytes.
    ///
    /// # Errors
    /// Never for 32 bytes.
    pub fn from_seed(seed: &[u8]) -> Result<Self, FormatError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| FormatError::Key)?;
        Ok(Self { pair })
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        let mut bytes = [0; KEY_BYTES];
        for (to, from) in bytes.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        VerifyingKey(bytes)
    }

    /// The signature of a message; the same for the same message, always (RFC 8032 §8.2).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

impl VerifyingKey {
    /// A key of which the bytes are known.
    ///
    /// # Errors
    /// If they are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, FormatError> {
        bytes.try_into().map(Self).map_err(|_| FormatError::Key)
    }

    /// Reads standard base64 with padding (RFC 4648 §4).
    ///
    /// # Errors
    /// If it is not 32 bytes of that.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        Self::from_slice(&STANDARD.decode(text).map_err(|_| FormatError::Key)?)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// If it is not this key's over this message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), ProofError> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| ProofError::Signature)
    }
}

/// Says nothing of the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// Standard base64 with padding.
impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}
