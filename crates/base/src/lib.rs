#![doc = include_str!("../README.md")]

pub mod clock;
pub mod diagnostic;
pub mod hex;
pub mod id_source;
pub mod limits;
