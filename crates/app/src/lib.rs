#![doc = include_str!("../README.md")]

pub mod access;
pub mod certificate;
pub mod dashboard;
pub mod error;
pub mod exchange;
pub mod ledger;
pub mod node;
pub mod object;
pub mod party;
pub mod quota;
pub mod register;
pub mod sharing;
pub mod sign_in;
pub mod system;

mod catch_up;
mod drawn;
mod feed;
mod intake;
mod values;
mod view;
