//! Who is concerned: organisations, communities, persons, and the audience of a read.

use std::collections::BTreeSet;
use std::fmt;

use stix::id::Id;
use stix::marking::caveat::Country;
use uuid::Uuid;

/// A typed UUID with its text form.
macro_rules! party_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

party_id! {
    /// An organisation; the UUID is that of its STIX identity.
    OrganisationId
}
party_id! {
    /// A community of organisations, for example all telecom carriers.
    CommunityId
}
party_id! {
    /// A person with an account.
    PersonId
}
party_id! {
    /// A saved query over what a node holds.
    QueryId
}
party_id! {
    /// A release.
    ReleaseId
}
party_id! {
    /// A release, correction or standing rule that was asked for and waits for a second person.
    RequestId
}
party_id! {
    /// A standing rule, by which objects are released as they arrive.
    RuleId
}

impl OrganisationId {
    /// The identifier of the organisation's STIX identity.
    ///
    /// # Panics
    /// Never: `identity` is a type name.
    #[expect(
        clippy::expect_used,
        reason = "`identity` is a type name, so the identifier is well-formed"
    )]
    pub fn identity(self) -> Id {
        Id::new("identity", self.0).expect("`identity` is a type name")
    }

    /// The organisation of a STIX identity.
    pub fn of_identity(identity: &Id) -> Option<Self> {
        (identity.kind() == "identity").then(|| Self(identity.uuid()))
    }
}

/// On whose behalf something is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// A person of the node's own organisation, or a service that acts for that person.
    Own {
        /// The person.
        person: PersonId,
    },
    /// An organisation that the node serves, or a person of it.
    Member(Member),
    /// Everybody.
    Public,
}

/// An organisation outside the house, as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The communities that it belongs to now.
    pub communities: BTreeSet<CommunityId>,
    /// The organisations whose client it is: AMBER may be passed on to it.
    pub client_of: BTreeSet<OrganisationId>,
    /// The person who asks, where it is a person: RED names persons.
    pub person: Option<PersonId>,
    /// The organisation's country, where it is known: caveats name countries.
    pub country: Option<Country>,
}

impl Audience {
    /// The person who asks, where it is a person.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Own { person } => Some(*person),
            Self::Member(member) => member.person,
            Self::Public => None,
        }
    }

    /// Whether this is the node's own organisation.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Own { .. })
    }
}
