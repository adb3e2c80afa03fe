//! The gate's answer.

use std::fmt;

use stix::id::Id;
use stix::object::Object;
use stix::selector::Selector;
use stix::timestamp::Timestamp;

/// The answer for one object and one audience.
#[derive(Debug, Clone)]
pub enum Decision {
    /// The object itself.
    Whole(Released),
    /// An edition of it.
    Edition(Edition),
    /// Nothing; not even that there is something.
    Nothing,
}

/// An edition and what was done to make it: the releaser sees this, the audience sees only `released`.
#[derive(Debug, Clone)]
pub struct Edition {
    /// What the audience gets.
    pub released: Released,
    /// The object that it is an edition of.
    pub source: Id,
    /// What was cut, as selectors into the source.
    pub cut: Vec<Selector>,
}

/// Something that has passed the gate for one audience.
///
/// INVARIANT: only this crate makes one, so whatever is written to a socket or a file from a `Released` was decided.
///
/// ```compile_fail,E0624
/// fn smuggle(object: stix::object::Object) -> release::decision::Released {
///     release::decision::Released::new(object)
/// }
/// ```
///
/// ```compile_fail,E0451
/// fn smuggle(object: stix::object::Object) -> release::decision::Released {
///     release::decision::Released { object }
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn smuggle(object: stix::object::Object) -> release::decision::Released {
///     object.into()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn swap(released: &mut release::decision::Released, object: stix::object::Object) {
///     released.object = object;
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn is<T: Default>() {}
/// is::<release::decision::Released>();
/// ```
#[derive(Clone)]
pub struct Released {
    object: Object,
}

impl Released {
    pub(crate) fn new(object: Object) -> Self {
        Self { object }
    }

    /// The JSON text: for a whole object as received, for an edition as the gate wrote it.
    pub fn text(&self) -> &str {
        self.object.text()
    }

    /// The object, for reading.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// The identifier under which the audience knows it.
    pub fn id(&self) -> &Id {
        self.object.id()
    }

    /// The version, see [`Object::version`].
    pub fn version(&self) -> Option<&Timestamp> {
        self.object.version()
    }
}

impl fmt::Debug for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Released").field(self.object.id()).finish()
    }
}

impl Decision {
    /// What the audience gets, if anything.
    pub fn released(&self) -> Option<&Released> {
        match self {
            Self::Whole(released) => Some(released),
            Self::Edition(edition) => Some(&edition.released),
            Self::Nothing => None,
        }
    }

    /// What the audience gets, if anything.
    pub fn into_released(self) -> Option<Released> {
        match self {
            Self::Whole(released) => Some(released),
            Self::Edition(edition) => Some(edition.released),
            Self::Nothing => None,
        }
    }
}
