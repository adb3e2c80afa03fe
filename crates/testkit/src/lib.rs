#![doc = include_str!("../README.md")]

pub mod corpus;
pub mod fuzz;
pub mod golden;
pub mod known;
pub mod shared;
pub mod skip;
pub mod time;

pub mod setting;
mod workspace;

#[cfg(test)]
mod tests;
