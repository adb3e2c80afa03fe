#![doc = include_str!("../README.md")]

pub mod decision;
mod edition;
pub mod gate;
pub mod held;
pub mod party;
mod required;
pub mod terms;
