#![doc = include_str!("../README.md")]

mod anonymity;
mod component;
pub mod conditions;
mod cuts;
pub mod decision;
mod demand;
mod edition;
pub mod gate;
mod giver;
mod graph;
pub mod held;
mod local;
pub mod party;
pub mod pass;
mod required;
mod returned;
mod shape;
pub mod terms;
mod translation;
pub mod withdrawal;
pub mod withheld;
