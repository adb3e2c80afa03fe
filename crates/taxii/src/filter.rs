//! What a client asks of a collection: URL parameters, §3.4 and §3.5.

use jiff::Timestamp;
use stix::id::Id;

/// A request for part of a collection.
///
/// All conditions hold together; the values of one condition are alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only what was added after this moment.
    pub added_after: Option<Timestamp>,
    /// Most entries of the page: at least 1, at most what the server allows, its default where the client names none.
    pub limit: usize,
    /// Where to go on: a text that the backend gave as `next` of the page before. May be anything.
    pub next: Option<String>,
    /// Only these objects; an empty list matches nothing (the client named only what cannot be an identifier).
    pub ids: Option<Vec<Id>>,
    /// Only objects of these types.
    pub types: Option<Vec<String>>,
    /// Which versions of each object.
    pub versions: Vec<VersionMatch>,
    /// Only these versions of the STIX specification, for example `2.1`; where absent, only the latest in which the
    /// backend has each object.
    pub spec_versions: Option<Vec<String>>,
}

/// Which versions of an object are meant, §3.4.1 `match[version]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionMatch {
    /// Every version.
    All,
    /// The earliest.
    First,
    /// The latest; this is meant where nothing is said.
    Last,
    /// The one of this moment.
    Exact(Timestamp),
}
