//! The resources of TAXII 2.1 as they stand on the wire.
//!
//! Reading is lenient, as clients of many servers need it: absent lists are empty, absent counts are zero, unknown
//! properties are passed over. Writing is strict: empty lists and absent values are left out (§3.7), timestamps are
//! in UTC with microseconds (§2).

pub mod collection;
pub mod discovery;
pub mod envelope;
pub mod error;
pub mod manifest;
pub mod status;
pub mod timestamp;
pub mod versions;
