//! What becomes of the giver's name.

use std::collections::BTreeSet;

use stix::id::Id;

/// Whether those who get an object may learn who gave it to the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Giver {
    /// As it is: an object names its creator, an edition the house.
    Free,
    /// They must learn it, so nothing goes but the object itself: an edition would name the house in its place.
    Named,
    /// They must not; these identities stand for the giver.
    Unnamed(BTreeSet<Id>),
}

impl Giver {
    /// The identities that are not to be named.
    pub(crate) fn hidden(&self) -> Option<&BTreeSet<Id>> {
        match self {
            Self::Unnamed(hidden) => Some(hidden),
            Self::Free | Self::Named => None,
        }
    }
}
