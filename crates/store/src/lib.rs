#![doc = include_str!("../README.md")]

pub mod comparison;
pub mod database;
pub mod error;
pub mod feed;
pub mod incident;
pub mod journal;
pub mod ledger;
pub mod object;
pub mod party;
pub mod quarantine;
pub mod release;
pub mod search;
pub mod secret;

mod convert;
mod schema;
