#![doc = include_str!("../README.md")]

mod cuts;
pub mod decision;
mod edition;
pub mod gate;
mod graph;
pub mod held;
mod local;
pub mod party;
mod required;
mod shape;
pub mod terms;
pub mod withdrawal;
