//! Integration tests of `stix`.

mod bundle;
