//! The gate's tests: tables, goldens and properties.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod editions;
mod giver;
mod hostile;
mod matrix;
mod mutants;
mod non_interference;
mod pass;
mod policy;
mod returned;
mod scale;
mod stability;
mod terms;
mod types;
mod withdrawal;
mod world;
