#![doc = include_str!("../README.md")]

pub mod attribution;
pub mod classification;
pub mod model;
pub mod sector;
pub mod severity;
pub mod stix_form;

#[cfg(test)]
mod tests;
