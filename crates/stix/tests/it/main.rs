//! Integration tests of `stix`.

mod bundle;
mod canonical;
mod examples;
mod objects;
mod properties;
