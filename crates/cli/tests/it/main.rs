//! The binary as its users meet it: arguments, standard streams, exit codes, signals.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what helps the tests fails as they do"
)]

mod attack;
mod crash;
mod demo;
mod help;
mod import;
mod ledger;
mod life;
mod odd;
mod pattern;
mod peer;
mod pipe;
mod python;
mod quarantine;
mod serve;
mod setting;
mod taxii_peer;
mod tool;
mod validate;
