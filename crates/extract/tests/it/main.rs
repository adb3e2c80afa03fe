//! The crate from outside: reports in, candidates and drafts out.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too, and scores are printed to be read"
)]

mod bound;
mod corpus;
mod report;
mod score;
mod seed;
