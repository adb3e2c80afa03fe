//! The noroshi binary.
fn main() {}
