//! TAXII timestamps, §2: RFC 3339 in UTC with microseconds.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, written with six digits after the point whatever they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub jiff::Timestamp);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Only what other servers wrote is read here; some leave out the offset.
        crate::client::moment::read(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not an RFC 3339 timestamp"))
    }
}
