//! Collections, §5.1 and §5.2.

use serde::{Deserialize, Serialize};

/// The collection resource, §5.2.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Collection {
    /// A UUID, as text: the standard wants one, servers that are asked may have others.
    pub id: String,
    /// Name of the collection.
    pub title: String,
    /// What it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A name that may stand in URLs instead of the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether the asker may read.
    #[serde(default)]
    pub can_read: bool,
    /// Whether the asker may add.
    #[serde(default)]
    pub can_write: bool,
    /// Media types of what it holds, the first one preferred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
}

/// The collections resource, §5.1.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Collections {
    /// What the asker may know of, in the same order each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<Collection>,
}
