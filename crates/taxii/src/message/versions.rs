//! The versions of one object, §5.8.

use serde::{Deserialize, Serialize};

/// The versions resource, §5.8.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Versions {
    /// Whether there are more versions than these.
    #[serde(default)]
    pub more: bool,
    /// Where to go on; see [`crate::message::manifest::Manifest::next`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The versions by `date_added`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}
