//! The crate from outside: real logs, planted hits, hostile bytes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

mod benign;
mod noninterference;
mod planted;
mod real_logs;
mod scan;
mod slow;
