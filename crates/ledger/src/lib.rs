#![doc = include_str!("../README.md")]

pub mod checkpoint;
pub mod error;
pub mod frontier;
pub mod hash;
pub mod key;
pub mod leaf;
pub mod proof;
pub mod tile;
