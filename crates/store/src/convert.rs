//! Times, versions and ids as the database has them.

use jiff::Timestamp;
use stix::id::Id;
use uuid::Uuid;

use crate::error::{Result, StoreError};

pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::Corrupt { what: "time" })
}

/// The version as text whose order is the order of time: at least nine digits after the point, and no `Z`, which
/// would sort behind further digits.
pub(crate) fn version_key(version: &stix::timestamp::Timestamp) -> String {
    let text = version.as_str().trim_end_matches('Z');
    let (second, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{second}.{fraction:0<9}")
}

/// The moment that a key of a version stands for.
pub(crate) fn moment_of(key: &str) -> Result<stix::timestamp::Timestamp> {
    stix::timestamp::Timestamp::parse(&format!("{key}Z"))
        .map_err(|_| StoreError::Corrupt { what: "version" })
}

pub(crate) fn id(text: &str) -> Result<Id> {
    Id::parse(text).map_err(|_| StoreError::Corrupt { what: "identifier" })
}

pub(crate) fn uuid(text: &str) -> Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| StoreError::Corrupt { what: "identifier" })
}
