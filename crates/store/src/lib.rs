#![doc = include_str!("../README.md")]

pub mod account;
pub mod comparison;
pub mod conditions;
pub mod database;
pub mod edition;
pub mod error;
pub mod feed;
pub mod incident;
pub mod journal;
pub mod ledger;
pub mod network;
pub mod object;
pub mod origin;
pub mod owner;
pub mod party;
pub mod peer;
pub mod quarantine;
pub mod query;
pub mod quota;
pub mod release;
pub mod request;
pub mod rule;
pub mod search;
pub mod secret;
pub mod submitted;
pub mod trust;

mod convert;
mod reference;
mod schema;
