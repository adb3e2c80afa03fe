#![doc = include_str!("../README.md")]

pub mod build;
pub mod bundle;
pub mod canonical;
pub mod id;
pub mod json;
pub mod marking;
pub mod model;
pub mod object;
pub mod pattern_model;
pub mod reference;
pub mod selector;
pub mod timestamp;
pub mod validate;
pub mod view;
pub mod vocab;
