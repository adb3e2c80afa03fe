//! Integration tests of `stix`.

mod bundle;
mod objects;
