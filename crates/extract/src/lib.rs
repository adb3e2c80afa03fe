#![doc = include_str!("../README.md")]

mod attack;
pub mod candidate;
mod context;
mod date;
mod dictionary;
mod document;
mod domain;
pub mod draft;
pub mod extraction;
pub mod incident;
pub mod language;
pub mod limits;
mod name;
mod observable;
pub mod relation;
mod rule;
mod sentence;
pub mod span;
pub mod statistic;
mod table;
mod text;
pub mod when;
