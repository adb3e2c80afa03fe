//! What bounds the work: every loop over a text ends at one of these.

/// Longest text that is read, in bytes; what follows is left unread and a diagnostic says so.
///
/// The longest of 200 published threat reports looked at has 190 KB of text; an annual report of 300 pages about
/// 1 MB.
pub const TEXT_BYTES: usize = 2 * 1024 * 1024;

/// Most candidates of one text; a text full of addresses is a block list, and is better imported as one.
pub const CANDIDATES: usize = 20_000;

/// Longest sentence that rules about sentences are applied to, in bytes; a longer run of text without a full stop
/// is a table or a listing.
pub const SENTENCE_BYTES: usize = 4_000;

/// Longest URL in bytes, as browsers and proxies cut them.
pub const URL_BYTES: usize = 8_192;

/// Most names in one enumeration of victims.
pub const NAMES_PER_LIST: usize = 50;

/// Most incidents and relations of one text each.
pub const FINDINGS: usize = 2_000;
