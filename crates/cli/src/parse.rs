//! Texts of the command line as values; each error says what would be right.

use anyhow::{Context as _, Result};
use incident::sector::Sector;
use jiff::Timestamp;
use stix::id::Id;
use stix::marking::Tlp;

/// An identifier of a STIX object.
pub(crate) fn id(text: &str) -> Result<Id, String> {
    Id::parse(text).map_err(|error| error.to_string())
}

/// A level of the Traffic Light Protocol: `green`, `TLP:AMBER+STRICT`.
pub(crate) fn tlp(text: &str) -> Result<Tlp, String> {
    Tlp::from_label(text)
        .ok_or_else(|| "a level is clear, green, amber, amber+strict or red".to_owned())
}

/// A sector.
pub(crate) fn sector(text: &str) -> Result<Sector, String> {
    Sector::parse(text).ok_or_else(|| {
        let names: Vec<&str> = Sector::ALL.iter().map(|sector| sector.name()).collect();
        format!("a sector is one of {}", names.join(", "))
    })
}

/// A moment in UTC, or a day, which means its beginning.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .map_err(|_| "a moment is 2026-01-15 or 2026-01-15T09:30:00Z".to_owned())
}

/// A day.
pub(crate) fn day(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse()
        .map_err(|_| "a day is written 2026-01-15".to_owned())
}

/// A country, ISO 3166-1.
pub(crate) fn country(text: &str) -> Result<String, String> {
    let upper = text.to_ascii_uppercase();
    if upper.len() == 2 && upper.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(upper)
    } else {
        Err("a country is two letters (ISO 3166-1)".to_owned())
    }
}

/// A value that `read` may not know.
pub(crate) fn known<T>(what: &str, text: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    read(text).with_context(|| format!("there is no {what} `{text}`"))
}
