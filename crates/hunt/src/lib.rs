#![doc = include_str!("../README.md")]

pub mod benign;
pub mod index;
pub mod indicator;
pub mod matching;
pub mod normal;
pub mod reader;
pub mod sample;
pub mod scan;
pub mod seen;
pub mod sighting;
pub mod source;
