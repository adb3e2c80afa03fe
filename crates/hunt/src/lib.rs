#![doc = include_str!("../README.md")]

pub mod index;
pub mod normal;
pub mod reader;
pub mod scan;
pub mod seen;
pub mod source;
