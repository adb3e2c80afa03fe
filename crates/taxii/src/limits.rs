//! Limits of this crate, each with its reason.

/// Most characters of a query string.
///
/// A hundred identifiers of 100 characters are 10 kB; proxies refuse lines above 8 to 64 kB.
pub const QUERY_BYTES: usize = 64 * 1024;

/// Most values that the parameters of one request may list in all.
pub const FILTER_VALUES: usize = 1_000;

/// Longest `next` that is read; ours have 40 characters.
pub const CURSOR_BYTES: usize = 1_024;

/// Most objects in one envelope that is taken in: bounds the status resource that answers it.
pub const OBJECTS_PER_ENVELOPE: usize = 100_000;

/// Longest object identifier, collection name or API root in a path; type names end at 250 characters.
pub const SEGMENT_BYTES: usize = 400;

/// Shortest body that is worth compressing: below, it fits into one packet anyway.
pub const COMPRESSED_FROM_BYTES: usize = 1_400;
