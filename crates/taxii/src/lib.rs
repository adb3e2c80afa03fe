#![doc = include_str!("../README.md")]

pub mod authorization;
pub mod backend;
pub mod client;
pub mod coding;
pub mod cursor;
pub mod filter;
pub mod limits;
pub mod media_type;
pub mod message;
pub mod routes;

mod url;
