#![doc = include_str!("../README.md")]

pub mod alternative;
pub mod build;
pub mod caret;
mod check;
pub mod code;
pub mod constant;
pub mod explain;
mod findings;
pub mod format;
pub mod literal;
pub mod matcher;
pub mod model;
pub mod network;
pub mod normal;
pub mod parse;
pub mod path_type;
pub mod span;
pub mod text;
pub mod token;
pub mod tree;
