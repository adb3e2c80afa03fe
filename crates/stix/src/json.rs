//! JSON read strictly: no duplicate names, bounded depth.
//!
//! A duplicate name is refused outright (RFC 8259 §4 leaves its meaning open): if `object_marking_refs` stood
//! twice, the gate could read one list and the recipient the other.

pub mod fault;
mod observed;
pub(crate) mod read;
pub mod tree;

use serde_json::Value;

use fault::Fault;

/// Reads one JSON value and nothing after it, for those who want a value of `serde_json`; [`tree::parse`] costs a
/// fraction of it.
///
/// # Errors
/// The first thing that is wrong, with its byte; the text of the document is not repeated but for a duplicate name.
pub fn parse(text: &str) -> Result<Value, Fault> {
    Ok(tree::parse(text)?.root(text).to_value())
}
