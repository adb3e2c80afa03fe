//! What stands in a collection, without the objects themselves, §5.3.

use serde::{Deserialize, Serialize};

use crate::message::timestamp::Timestamp;

/// The manifest resource, §5.3.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Whether there are more records than these.
    #[serde(default)]
    pub more: bool,
    /// Where to go on. The standard has it for envelopes only; its absence here is an omission that servers and
    /// clients fill the same way (oasis-tcs/cti-taxii2#110).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// One record for each version, by `date_added`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ManifestRecord>,
}

/// One version of an object, §5.3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// Identifier of the object.
    pub id: String,
    /// When this version was added to the collection.
    pub date_added: Timestamp,
    /// The version as its object spells it: `modified`, else `created`, else `date_added`.
    pub version: String,
    /// Media type of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}
