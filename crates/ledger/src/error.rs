//! What can be wrong with what somebody hands in.

use thiserror::Error;

/// Why bytes are no leaf, hash, key or checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormatError {
    /// A signed checkpoint is not three lines, an empty line and its signatures.
    #[error("this is no signed checkpoint")]
    Checkpoint,
    /// A hash is not 32 bytes, in base64.
    #[error("this is no SHA-256 hash in base64")]
    Hash,
    /// A key is not 32 bytes, in base64.
    #[error("this is no Ed25519 key in base64")]
    Key,
    /// A leaf is not the canonical form of one of the kinds known.
    #[error("this is no leaf of a known kind in canonical form")]
    Leaf,
}

/// Why a proof or a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The leaf or the older tree is not within the tree.
    #[error("a tree of {size} leaves has no place {place}")]
    Beyond {
        /// What was to be proven.
        place: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
    /// There are too many or too few hashes.
    #[error("the proof has the wrong length")]
    Length,
    /// The signature is another key's, or of another text.
    #[error("the signature is not that of the key")]
    Signature,
    /// The checkpoint is another log's.
    #[error("the checkpoint is another log's")]
    Origin,
}
