//! Signed tree heads, in the form that transparency logs share: a C2SP checkpoint in a C2SP signed note.
//!
//! ```text
//! noroshi/6a1f…/person/7c2d…            the origin: which log this is
//! 5                                     how many leaves
//! 0BPE…=                                the root, in base64
//!
//! — noroshi/6a1f…/person/7c2d… rjR1…=   the key's number and the signature, in base64
//! ```
//!
//! There is no time in it: a head is a function of its leaves and its key, so it says nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{FormatError, ProofError};
use crate::hash::Hash;
use crate::key::{KEY_BYTES, SIGNATURE_BYTES, SigningKey, VerifyingKey};

/// The head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many leaves it has.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// The name of a log: visible ASCII without `+`, as C2SP signed notes ask of the name of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

/// A checkpoint with its signatures, read but not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    head: Checkpoint,
    signatures: Vec<(String, Vec<u8>)>,
}

impl Origin {
    /// A name.
    ///
    /// # Errors
    /// If it is empty, too long, or has other characters than visible ASCII without `+`.
    pub fn new(text: impl Into<String>) -> Result<Self, FormatError> {
        let text = text.into();
        let fits = !text.is_empty()
            && text.len() <= MAX_ORIGIN_BYTES
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
        if fits {
            Ok(Self(text))
        } else {
            Err(FormatError::Checkpoint)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of a key under this name, which tells it from others at a glance (C2SP signed-note).
    fn key_number(&self, key: &VerifyingKey) -> [u8; NUMBER_BYTES] {
        let mut bytes = Vec::with_capacity(self.0.len() + 2 + KEY_BYTES);
        bytes.extend_from_slice(self.0.as_bytes());
        bytes.extend_from_slice(&[b'\n', ED25519]);
        bytes.extend_from_slice(key.as_bytes());
        let mut number = [0; NUMBER_BYTES];
        for (to, from) in number.iter_mut().zip(Hash::of(&bytes).as_bytes()) {
            *to = *from;
        }
        number
    }
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin.0, self.size, self.root)
    }

    /// The signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let mut signature = self.origin.key_number(&key.verifying_key()).to_vec();
        signature.extend(key.sign(text.as_bytes()));
        let signature = STANDARD.encode(signature);
        format!("{text}\n\u{2014} {} {signature}\n", self.origin.0)
    }
}

impl SignedCheckpoint {
    /// Reads a signed note; other signatures than ours may stand beside it.
    ///
    /// # Errors
    /// If it is not in the form above, to the byte.
    pub fn parse(note: &str) -> Result<Self, FormatError> {
        let wrong = FormatError::Checkpoint;
        if note.len() > MAX_NOTE_BYTES {
            return Err(wrong);
        }
        let (text, signatures) = note.split_once("\n\n").ok_or(wrong)?;
        let lines: Vec<&str> = text.split('\n').collect();
        let &[origin, size, root] = lines.as_slice() else {
            return Err(wrong);
        };
        let head = Checkpoint {
            origin: Origin::new(origin)?,
            size: size.parse().map_err(|_| wrong)?,
            root: Hash::parse(root)?,
        };
        // A leading zero or plus would be another text for the same head.
        if head.size.to_string() != size {
            return Err(wrong);
        }
        let signatures = signatures.strip_suffix('\n').ok_or(wrong)?;
        let signatures: Vec<(String, Vec<u8>)> = signatures
            .split('\n')
            .map(|line| {
                let (name, value) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
                Some((name.to_owned(), STANDARD.decode(value).ok()?))
            })
            .collect::<Option<_>>()
            .ok_or(wrong)?;
        Ok(Self { head, signatures })
    }

    /// The head, if the key signed it under its origin, and the origin is the one that is expected.
    ///
    /// # Errors
    /// If not.
    pub fn verify(&self, origin: &Origin, key: &VerifyingKey) -> Result<&Checkpoint, ProofError> {
        if self.head.origin != *origin {
            return Err(ProofError::Origin);
        }
        let number = origin.key_number(key);
        let text = self.head.text();
        // At most as many as a note has bytes.
        for (name, value) in &self.signatures {
            if name != origin.as_str() || value.len() != NUMBER_BYTES + SIGNATURE_BYTES {
                continue;
            }
            let Some((found, signature)) = value.split_first_chunk::<NUMBER_BYTES>() else {
                continue;
            };
            if *found == number && key.verify(text.as_bytes(), signature).is_ok() {
                return Ok(&self.head);
            }
        }
        Err(ProofError::Signature)
    }

    /// The origin that it names, which nothing vouches for yet.
    pub fn origin(&self) -> &Origin {
        &self.head.origin
    }
}

/// The kind of signature: Ed25519 (C2SP signed-note).
const ED25519: u8 = 1;
/// Bytes of a key's number.
const NUMBER_BYTES: usize = 4;
/// Longest name of a log: two UUIDs and the words between them take less than half.
const MAX_ORIGIN_BYTES: usize = 200;
/// Longest note: a head and a dozen signatures.
const MAX_NOTE_BYTES: usize = 4_096;
