//! Integration tests of `stix`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod bundle;
mod canonical;
mod examples;
mod fuzz;
mod marking_operations;
mod objects;
mod options;
mod pattern_model;
mod properties;
mod strict;
mod tree;
mod validate;
mod versioning;
mod view;
