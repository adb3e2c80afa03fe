//! Limits of this crate, each with its reason.

/// Most characters of a query string.
///
/// A hundred identifiers of 100 characters are 10 kB; proxies refuse lines above 8 to 64 kB.
pub const QUERY_BYTES: usize = 64 * 1024;

/// Most values that the parameters of one request may list in all.
pub const FILTER_VALUES: usize = 1_000;

/// Longest `next` that is read; ours have 40 characters.
pub const CURSOR_BYTES: usize = 1_024;

/// Most objects in one envelope that is taken in: bounds the status resource that answers it, and what is kept of
/// objects that are refused, some three kilobytes each.
pub const OBJECTS_PER_ENVELOPE: usize = 50_000;

/// Most objects of one envelope that are read, whoever sends it: some servers have no pages.
pub const OBJECTS_READ_PER_ENVELOPE: usize = 500_000;

/// Longest object identifier, collection name or API root in a path; type names end at 250 characters.
pub const SEGMENT_BYTES: usize = 400;

/// Shortest body that is worth compressing: below, it fits into one packet anyway.
pub const COMPRESSED_FROM_BYTES: usize = 1_400;

/// Longest `Authorization` header that is read: a login and a password of 256 characters of four bytes, in base64,
/// fit four times.
pub const AUTHORIZATION_BYTES: usize = 8 * 1024;

/// Largest window of a zstd frame that is unpacked, as a power of two: RFC 9659 §3 allows 8 MiB to HTTP.
pub const ZSTD_WINDOW_LOG: u32 = 23;

/// Entity tags of one `If-None-Match` that are looked at; a poller has one.
pub const ENTITY_TAGS: usize = 100;

/// Bodies that are unpacked and read at the same time: each takes several times its length of memory, and more of
/// them than there are cores make none of them faster.
pub const BODIES_AT_ONCE: usize = 4;
