//! Caveats: to organisations of which countries, and to which organisations, something may be released.
//!
//! STIX has no marking for this, so it is an extension of ours of `property-extension` type on a marking definition:
//!
//! | property | type | meaning |
//! | --- | --- | --- |
//! | `releasable_to_countries` | list of ISO 3166-1 alpha-2 codes | organisations of these countries, and no others but those of `releasable_to_refs` |
//! | `releasable_to_refs` | list of identifiers of `identity` | these organisations, and no others but those of `releasable_to_countries` |
//! | `not_releasable_to_countries` | list of ISO 3166-1 alpha-2 codes | no organisation of these countries |
//! | `not_releasable_to_refs` | list of identifiers of `identity` | not these organisations |
//!
//! At least one is there. An organisation is named by its STIX identity.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::id::Id;
use crate::json::tree::{Members, Value};
use crate::object::Object;

/// The extension that carries a caveat.
pub const CAVEAT_EXTENSION: &str = "extension-definition--e27626b2-1b59-4bd5-adff-d77ab730d26f";

/// A country by its code of ISO 3166-1 alpha-2, in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A text is not a code of two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a country is named by the two letters of ISO 3166-1 alpha-2")]
pub struct ParseCountryError;

impl FromStr for Country {
    type Err = ParseCountryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(ParseCountryError),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

/// To whom something may be released, and to whom not; the lists that are empty say nothing.
///
/// ```
/// use stix::marking::caveat::{Caveat, Country};
///
/// let caveat = Caveat { releasable_to_countries: ["jp", "AU"].map(|code| code.parse().unwrap()).into(), ..Caveat::default() };
/// let carrier = "identity--7e0a0a0d-29ab-4a1c-a2de-0d5c05b4a7f5".parse().unwrap();
/// assert!(caveat.admits(&carrier, "JP".parse().ok()));
/// assert!(!caveat.admits(&carrier, "NZ".parse().ok()));
/// assert!(!caveat.admits(&carrier, None));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caveat {
    /// The countries whose organisations may have it.
    pub releasable_to_countries: BTreeSet<Country>,
    /// The organisations that may have it.
    pub releasable_to_refs: BTreeSet<Id>,
    /// The countries whose organisations may not.
    pub not_releasable_to_countries: BTreeSet<Country>,
    /// The organisations that may not.
    pub not_releasable_to_refs: BTreeSet<Id>,
}

impl Caveat {
    /// Reads the caveat of a marking definition; none if anything in it is not as described, or is not known.
    pub fn read(object: &Object) -> Option<Self> {
        let content = super::sole_extension(object, CAVEAT_EXTENSION)?;
        content.keys().all(is_known).then_some(())?;
        let caveat = Self {
            releasable_to_countries: list(content, "releasable_to_countries", country)?,
            releasable_to_refs: list(content, "releasable_to_refs", identity)?,
            not_releasable_to_countries: list(content, "not_releasable_to_countries", country)?,
            not_releasable_to_refs: list(content, "not_releasable_to_refs", identity)?,
        };
        (caveat != Self::default()).then_some(caveat)
    }

    /// Whether the organisation with this identity may have it; one whose country is not known is of none that may and
    /// of any that may not.
    pub fn admits(&self, organisation: &Id, country: Option<Country>) -> bool {
        let open = self.releasable_to_countries.is_empty() && self.releasable_to_refs.is_empty();
        let named = self.releasable_to_refs.contains(organisation)
            || country.is_some_and(|country| self.releasable_to_countries.contains(&country));
        let excluded = self.not_releasable_to_refs.contains(organisation)
            || (!self.not_releasable_to_countries.is_empty()
                && country
                    .is_none_or(|country| self.not_releasable_to_countries.contains(&country)));
        (open || named) && !excluded
    }
}

/// The items of a list, each read; empty if there is no list, none if one cannot be read or there is an empty list
/// (STIX 2.1 §2.12 has none).
fn list<T: Ord>(
    content: Members<'_>,
    name: &str,
    read: fn(&str) -> Option<T>,
) -> Option<BTreeSet<T>> {
    let Some(value) = content.get(name) else {
        return Some(BTreeSet::new());
    };
    let items = value.items().filter(|items| !items.is_empty())?;
    items
        .iter()
        .map(|item| read(Value::as_str(item)?))
        .collect()
}

fn country(text: &str) -> Option<Country> {
    text.parse().ok()
}

fn identity(text: &str) -> Option<Id> {
    Id::parse(text).ok().filter(|id| id.kind() == "identity")
}

fn is_known(name: &str) -> bool {
    matches!(
        name,
        "extension_type"
            | "releasable_to_countries"
            | "releasable_to_refs"
            | "not_releasable_to_countries"
            | "not_releasable_to_refs"
    )
}
