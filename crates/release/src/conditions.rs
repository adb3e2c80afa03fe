//! Under which conditions the giver of an object lets it go.

use std::collections::BTreeSet;

use jiff::Timestamp;
use stix::marking::caveat::Caveat;

use crate::held::{Consent, Provenance};
use crate::party::OrganisationId;

/// What the giver of an object allows beyond what its markings say; each part can only take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// Whether the reporter consents to its being passed on.
    pub consent: Consent,
    /// Nobody outside the house before this moment.
    pub embargo_until: Option<Timestamp>,
    /// To whom it may be released and to whom not; each of them binds.
    pub caveats: BTreeSet<Caveat>,
}

impl Conditions {
    /// Nothing beyond the markings.
    pub const NONE: Self = Self::of(Consent::Given);

    /// The same with this consent only.
    pub const fn of(consent: Consent) -> Self {
        Self {
            consent,
            embargo_until: None,
            caveats: BTreeSet::new(),
        }
    }

    /// What is allowed where both bind: the stricter of the two in every part.
    ///
    /// ```
    /// # use release::conditions::Conditions;
    /// # use release::held::Consent;
    /// let anonymous = Conditions::of(Consent::Anonymous);
    /// assert_eq!(anonymous.and(&Conditions::NONE), anonymous);
    /// assert_eq!(anonymous.and(&Conditions::of(Consent::Refused)).consent, Consent::Refused);
    /// ```
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let stricter = if strictness(self.consent) < strictness(other.consent) {
            other.consent
        } else {
            self.consent
        };
        Self {
            consent: stricter,
            embargo_until: self.embargo_until.max(other.embargo_until),
            caveats: self.caveats.union(&other.caveats).cloned().collect(),
        }
    }

    /// Whether nothing is allowed at `now` or later that `other` does not allow.
    pub fn is_within(&self, other: &Self, now: Timestamp) -> bool {
        // An embargo that is over binds nobody.
        let embargo = other.embargo_until.filter(|until| *until > now);
        strictness(self.consent) >= strictness(other.consent)
            && self.embargo_until.max(Some(now)) >= embargo.max(Some(now))
            && self.caveats.is_superset(&other.caveats)
    }

    /// How an object came that an organisation gave under these conditions.
    pub fn provenance(self, source: OrganisationId) -> Provenance {
        Provenance {
            consent: self.consent,
            embargo_until: self.embargo_until,
            caveats: self.caveats.into_iter().collect(),
            ..Provenance::given_by(source)
        }
    }
}

impl Default for Conditions {
    fn default() -> Self {
        Self::NONE
    }
}

fn strictness(consent: Consent) -> u8 {
    match consent {
        Consent::Given => 0,
        Consent::Anonymous => 1,
        Consent::Refused => 2,
    }
}
