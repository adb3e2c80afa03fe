//! Under which conditions objects were given, as the database has it.

use std::collections::BTreeSet;

use ::release::conditions::Conditions;
use ::release::held::Consent;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use stix::id::Id;
use stix::marking::caveat::{Caveat, Country};

use crate::convert::{micros, timestamp};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// The columns that [`Stored::read`] reads.
pub(crate) const COLUMNS: &str = "consent, embargo_until, caveats";

/// Conditions in the form of the database.
pub(crate) struct Stored {
    pub(crate) consent: i64,
    pub(crate) embargo_until: Option<i64>,
    pub(crate) caveats: Option<String>,
}

impl Stored {
    /// Of a row that has [`COLUMNS`] from the place `first` on.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            consent: row.get(first)?,
            embargo_until: row.get(first + 1)?,
            caveats: row.get(first + 2)?,
        })
    }

    pub(crate) fn of(conditions: &Conditions) -> Result<Self> {
        if conditions.caveats.len() > MAX_CAVEATS {
            return Err(StoreError::Excessive {
                what: "caveats on an object",
            });
        }
        let caveats: Vec<CaveatText> = conditions.caveats.iter().map(CaveatText::of).collect();
        let caveats = (!caveats.is_empty()).then(|| serde_json::to_string(&caveats));
        Ok(Self {
            consent: consent_code(conditions.consent),
            embargo_until: conditions.embargo_until.map(micros),
            caveats: caveats
                .transpose()
                .map_err(|_| StoreError::Corrupt { what: "caveat" })?,
        })
    }

    /// INVARIANT: what cannot be read allows nothing: it is an error, never no condition.
    pub(crate) fn conditions(self) -> Result<Conditions> {
        let texts: Vec<CaveatText> = match self.caveats.as_deref().map(serde_json::from_str) {
            None => Vec::new(),
            Some(read) => read.map_err(|_| StoreError::Corrupt { what: "caveat" })?,
        };
        let caveats: Option<BTreeSet<Caveat>> = texts.iter().map(CaveatText::read).collect();
        Ok(Conditions {
            consent: read_consent(self.consent),
            embargo_until: self.embargo_until.map(timestamp).transpose()?,
            caveats: caveats.ok_or(StoreError::Corrupt { what: "caveat" })?,
        })
    }
}

/// A caveat as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaveatText {
    to_countries: Vec<String>,
    to: Vec<String>,
    not_to_countries: Vec<String>,
    not_to: Vec<String>,
}

impl CaveatText {
    fn of(caveat: &Caveat) -> Self {
        let countries = |list: &BTreeSet<Country>| list.iter().map(ToString::to_string).collect();
        let ids = |list: &BTreeSet<Id>| list.iter().map(ToString::to_string).collect();
        Self {
            to_countries: countries(&caveat.releasable_to_countries),
            to: ids(&caveat.releasable_to_refs),
            not_to_countries: countries(&caveat.not_releasable_to_countries),
            not_to: ids(&caveat.not_releasable_to_refs),
        }
    }

    fn read(&self) -> Option<Caveat> {
        let countries = |list: &[String]| -> Option<BTreeSet<Country>> {
            list.iter().map(|text| text.parse().ok()).collect()
        };
        let ids = |list: &[String]| -> Option<BTreeSet<Id>> {
            list.iter().map(|text| Id::parse(text).ok()).collect()
        };
        Some(Caveat {
            releasable_to_countries: countries(&self.to_countries)?,
            releasable_to_refs: ids(&self.to)?,
            not_releasable_to_countries: countries(&self.not_to_countries)?,
            not_releasable_to_refs: ids(&self.not_to)?,
        })
    }
}

impl Reader<'_> {
    /// Under which conditions the newest version of an object was given; none if it is not held.
    ///
    /// # Errors
    /// If the database fails.
    pub fn conditions(&self, object: &Id) -> Result<Option<Conditions>> {
        let sql = format!("SELECT {COLUMNS} FROM object WHERE id = ?1 AND latest = 1");
        let stored = self
            .connection
            .prepare_cached(&sql)?
            .query_row([object.as_str()], |row| Stored::read(row, 0))
            .optional()?;
        stored.map(Stored::conditions).transpose()
    }

    /// Whether a release that is not withdrawn and not over at `now` names an object.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_released(&self, object: &Id, now: Timestamp) -> Result<bool> {
        let releases = self.releases_naming(object)?;
        Ok(releases.iter().any(|record| {
            let terms = &record.terms;
            terms.withdrawn.is_none() && terms.until.is_none_or(|until| until > now)
        }))
    }
}

impl Writer<'_> {
    /// Lets other conditions hold of an object, in every version that is held.
    ///
    /// # Errors
    /// If the database fails, or there are too many caveats.
    pub fn set_conditions(&self, object: &Id, conditions: &Conditions) -> Result<()> {
        let stored = Stored::of(conditions)?;
        self.connection
            .prepare_cached(
                "UPDATE object SET consent = ?2, embargo_until = ?3, caveats = ?4 WHERE id = ?1",
            )?
            .execute((
                object.as_str(),
                stored.consent,
                stored.embargo_until,
                stored.caveats,
            ))?;
        self.forget();
        Ok(())
    }
}

/// The consent that a number in the database stands for; one that is not known stands for none.
pub(crate) fn read_consent(code: i64) -> Consent {
    match code {
        1 => Consent::Given,
        2 => Consent::Anonymous,
        _ => Consent::Refused,
    }
}

pub(crate) fn consent_code(consent: Consent) -> i64 {
    match consent {
        Consent::Refused => 0,
        Consent::Given => 1,
        Consent::Anonymous => 2,
    }
}

/// Most caveats on one object: each import adds at most one, and each is asked for every audience.
const MAX_CAVEATS: usize = 100;
