//! What became of objects that were sent, §4.3.

use serde::{Deserialize, Serialize};

use crate::message::timestamp::Timestamp;

/// The status resource, §4.3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// A UUID, as text.
    pub id: String,
    /// Whether all has been decided.
    pub status: Progress,
    /// When the request came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_timestamp: Option<Timestamp>,
    /// Objects in the request.
    #[serde(default)]
    pub total_count: u64,
    /// Objects taken in.
    #[serde(default)]
    pub success_count: u64,
    /// Which were taken in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successes: Vec<StatusDetails>,
    /// Objects refused.
    #[serde(default)]
    pub failure_count: u64,
    /// Which were refused, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<StatusDetails>,
    /// Objects not decided yet.
    #[serde(default)]
    pub pending_count: u64,
    /// Which are not decided yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pendings: Vec<StatusDetails>,
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Every object has been taken in or refused.
    Complete,
    /// Some are still to be decided.
    Pending,
}

/// One object of a request, §4.3.1 `status-details`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatusDetails {
    /// Identifier as far as it could be read.
    #[serde(default)]
    pub id: String,
    /// Version as the object spells it.
    #[serde(default)]
    pub version: String,
    /// Why, or what else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Status {
    /// The status of a request that has been decided; counts follow from the lists.
    pub fn complete(
        id: String,
        request_timestamp: jiff::Timestamp,
        successes: Vec<StatusDetails>,
        failures: Vec<StatusDetails>,
    ) -> Self {
        let success_count = count(&successes);
        let failure_count = count(&failures);
        Self {
            id,
            status: Progress::Complete,
            request_timestamp: Some(Timestamp(request_timestamp)),
            total_count: success_count.saturating_add(failure_count),
            success_count,
            successes,
            failure_count,
            failures,
            pending_count: 0,
            pendings: Vec::new(),
        }
    }
}

fn count(list: &[StatusDetails]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}
