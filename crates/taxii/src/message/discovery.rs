//! What a server and its API roots say of themselves, §4.1 and §4.2.

use serde::{Deserialize, Serialize};

/// The discovery resource, §4.1.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Discovery {
    /// Name of the server.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The API root to use when in doubt; one of `api_roots`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// URLs of API roots, absolute or relative to the discovery resource, that the asker may know of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_roots: Vec<String>,
}

/// The API root resource, §4.2.1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ApiRoot {
    /// Name of the API root.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Media types of the TAXII versions that it speaks, [`crate::media_type::TAXII`] among them.
    #[serde(default)]
    pub versions: Vec<String>,
    /// Longest body of a request, in bytes.
    #[serde(default)]
    pub max_content_length: u64,
}
