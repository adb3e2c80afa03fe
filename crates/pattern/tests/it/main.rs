//! Tests of the crate through its public face.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod alternative;
mod build;
mod caret;
mod constant;
mod corpus;
mod explain;
mod findings;
mod fuzz;
mod limits;
mod matcher;
mod matcher_fuzz;
mod matcher_property;
mod matcher_rules;
mod matcher_stream;
mod meaning;
mod network;
mod normal;
mod property;
mod rules;
