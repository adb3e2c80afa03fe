//! The tree against the definitions of RFC 9162, written down as they stand there.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic is how a test fails"
)]

mod checkpoints;
mod leaves;
mod tree;
