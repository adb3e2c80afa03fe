//! An object in a node's hands, closed to everybody but the gate.

use std::fmt;

use jiff::Timestamp;
use stix::id::Id;
use stix::marking::caveat::Caveat;
use stix::object::Object;

use crate::party::{OrganisationId, PersonId};

/// An object that the node holds.
///
/// The store makes these and hands them on; what is inside can be read only by [`crate::gate::Gate`], on behalf of
/// an audience. The identifier alone is open, because the store needs it to find things.
///
/// Nobody outside this crate gets at the object:
///
/// ```compile_fail,E0624
/// fn peek(held: &release::held::Held) -> &stix::object::Object {
///     held.object()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn peek(held: release::held::Held) -> stix::object::Object {
///     held.object
/// }
/// ```
///
/// Nor does it come out by printing, copying or comparing:
///
/// ```compile_fail,E0599
/// fn print(held: &release::held::Held) -> String {
///     held.to_string()
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn is<T: Clone>() {}
/// is::<release::held::Held>();
/// ```
///
/// ```compile_fail,E0369
/// fn guess(held: &release::held::Held, guess: &release::held::Held) -> bool {
///     held == guess
/// }
/// ```
///
/// ```
/// # use release::held::{Held, Provenance};
/// # use release::party::OrganisationId;
/// let text = r#"{"type": "mutex", "id": "mutex--00000000-0000-4000-8000-000000000001", "name": "SECRET"}"#;
/// let object = stix::object::Object::parse(text).unwrap();
/// let source = OrganisationId(uuid::Uuid::nil());
/// let provenance = Provenance::given_by(source);
/// assert_eq!(format!("{:?}", Held::seal(object, provenance)), "Held { .. }");
/// ```
pub struct Held {
    object: Object,
    provenance: Provenance,
    received: Option<stix::timestamp::Timestamp>,
}

/// How an object came, and what its giver allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The organisation that gave it to this node.
    pub source: OrganisationId,
    /// The person who entered it, where one did: that person may see it even if it is RED.
    pub entered_by: Option<PersonId>,
    /// Whether the reporter consents to its being passed on.
    pub consent: Consent,
    /// Nobody outside the house before this moment.
    pub embargo_until: Option<Timestamp>,
    /// To whom it may be released and to whom not; each of them binds.
    pub caveats: Vec<Caveat>,
}

impl Provenance {
    /// What an organisation gave without saying more than its markings do.
    pub fn given_by(source: OrganisationId) -> Self {
        Self {
            source,
            entered_by: None,
            consent: Consent::Given,
            embargo_until: None,
            caveats: Vec::new(),
        }
    }
}

/// What the reporter said to passing an object on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// It may be passed on as its markings say, without anything that names who gave it.
    Anonymous,
    /// It may be passed on as its markings say.
    Given,
    /// It stays in the house.
    Refused,
}

impl Consent {
    /// All degrees.
    pub const ALL: [Self; 3] = [Self::Anonymous, Self::Given, Self::Refused];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Given => "given",
            Self::Refused => "refused",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|consent| consent.name() == text)
    }
}

impl Held {
    /// Closes an object up; from then on only the gate reads it.
    pub fn seal(object: Object, provenance: Provenance) -> Self {
        Self {
            object,
            provenance,
            received: None,
        }
    }

    /// The same, with the time by which its holder tells the contents of an object without versions apart.
    #[must_use]
    pub fn received(self, at: stix::timestamp::Timestamp) -> Self {
        Self {
            received: Some(at),
            ..self
        }
    }

    /// What it is asked for by and released under: its version; of an object without versions, when it was received.
    pub fn moment(&self) -> Option<&stix::timestamp::Timestamp> {
        self.version().or(self.received.as_ref())
    }

    /// The identifier.
    pub fn id(&self) -> &Id {
        self.object.id()
    }

    /// The version, see [`Object::version`].
    pub fn version(&self) -> Option<&stix::timestamp::Timestamp> {
        self.object.version()
    }

    pub(crate) fn object(&self) -> &Object {
        &self.object
    }

    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

impl fmt::Debug for Held {
    /// Says that something is held, and nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
