//! The codes of the diagnostics of the matcher; like those of [`crate::code`] they never change their meaning.

/// The PCRE of MATCHES cannot be compiled, or is too large.
pub const REGEX: &str = "PATTERN-MATCH-01";
/// The pattern has more comparisons with MATCHES than are compiled.
pub const TOO_MANY_REGEXES: &str = "PATTERN-MATCH-02";

/// An `observed-data` without a usable time.
pub const OBSERVATION_TIME: &str = "PATTERN-OBSERVATION-01";
/// An `observed-data` whose `number_observed` is not a positive integer.
pub const OBSERVATION_NUMBER: &str = "PATTERN-OBSERVATION-02";
/// An `observed-data` without objects, or with something else than objects.
pub const OBSERVATION_OBJECTS: &str = "PATTERN-OBSERVATION-03";
/// A reference of `object_refs` to an object that is not there.
pub const OBSERVATION_REFERENCE: &str = "PATTERN-OBSERVATION-04";
/// The document is neither a bundle nor an object nor a list of objects.
pub const NOT_OBJECTS: &str = "PATTERN-OBSERVATION-05";
/// An `observed-data` refers to more objects than are followed.
pub const OBSERVATION_TOO_MANY: &str = "PATTERN-OBSERVATION-06";
