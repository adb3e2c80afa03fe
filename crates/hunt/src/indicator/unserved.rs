//! What of the indicators given is not looked for, and why.

use std::collections::BTreeMap;
use std::fmt;

use stix::id::Id;

use crate::index::InsertError;

/// What was taken in and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Indicators given.
    pub given: u64,
    /// Indicators of which at least one value is looked for.
    pub served: u64,
    /// Values looked for.
    pub entries: u64,
    /// How often each reason was met; an indicator may meet several, and be served in part.
    pub reasons: BTreeMap<Reason, u64>,
    /// The first [`LISTED`] refusals.
    pub refusals: Vec<Refusal>,
}

/// One indicator, or part of one, that is not looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The indicator.
    pub indicator: Id,
    /// Why.
    pub reason: Reason,
}

/// Why something is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Its confidence is below what was asked for.
    Confidence,
    /// The pattern, or a part of it, needs the pattern engine.
    Engine(pattern::alternative::Reason),
    /// The value is on the list of what is benign.
    Excluded,
    /// The index is full.
    Full,
    /// The object is not an indicator.
    Kind,
    /// The pattern is in another language than STIX patterning.
    Language,
    /// The value is too long.
    Long,
    /// Pattern or validity cannot be read.
    Malformed,
    /// Part of a value is asked for, and not names below a domain.
    Part,
    /// No log that is read shows this property.
    Property,
    /// The indicator is revoked.
    Revoked,
    /// The property cannot have this value: an address that is none, a hash of another length.
    Value,
}

impl Report {
    /// Indicators that are not looked for at all.
    pub fn unserved(&self) -> u64 {
        self.given - self.served
    }

    pub(crate) fn refuse(&mut self, id: &Id, reason: Reason) {
        *self.reasons.entry(reason).or_default() += 1;
        if self.refusals.len() < LISTED {
            self.refusals.push(Refusal {
                indicator: id.clone(),
                reason,
            });
        }
    }
}

impl Reason {
    /// The reason in words, to follow "not looked for: ".
    pub fn text(self) -> &'static str {
        match self {
            Self::Confidence => "its confidence is below what was asked for",
            Self::Engine(reason) => reason.text(),
            Self::Excluded => "the value is on the list of what is benign",
            Self::Full => "the index is full",
            Self::Kind => "the object is not an indicator",
            Self::Language => "the pattern is not a STIX pattern",
            Self::Long => "the value is too long",
            Self::Malformed => "the pattern or its validity cannot be read",
            Self::Part => "the index holds whole values and names below a domain, not other parts",
            Self::Property => "no log that is read shows this property",
            Self::Revoked => "the indicator is revoked",
            Self::Value => "the property cannot have this value",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl From<InsertError> for Reason {
    fn from(error: InsertError) -> Self {
        match error {
            InsertError::Full => Self::Full,
            InsertError::Long => Self::Long,
        }
    }
}

/// Refusals listed one by one: enough to act on, little enough to show.
pub const LISTED: usize = 1_000;
