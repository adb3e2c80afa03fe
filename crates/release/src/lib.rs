#![doc = include_str!("../README.md")]

mod cuts;
pub mod decision;
mod edition;
pub mod gate;
mod graph;
pub mod held;
pub mod party;
mod required;
mod shape;
pub mod terms;
