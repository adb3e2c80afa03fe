#![doc = include_str!("../README.md")]

pub mod access;
pub mod account;
pub mod certificate;
pub mod dashboard;
pub mod error;
pub mod exchange;
pub mod four_eyes;
pub mod guard;
pub mod intake;
pub mod ledger;
pub mod life;
pub mod membership;
pub mod network;
pub mod node;
pub mod object;
pub mod party;
pub mod proposal;
pub mod quarantine;
pub mod query;
pub mod quota;
pub mod register;
pub mod request;
pub mod rule;
pub mod sharing;
pub mod sign_in;
pub mod system;
pub mod trust;

mod arrival;
mod catch_up;
mod drawn;
mod effect;
mod feed;
mod values;
mod view;
mod written;
