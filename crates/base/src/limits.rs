//! Limits that several crates share. A limit of one crate stands beside the loop that it bounds.

/// Longest JSON text of one STIX object, in bytes.
///
/// The longest of 24,771 ATT&CK objects is under 64 KiB; MISP galleries and malware analyses reach a few
/// hundred; an `artifact` may carry its payload in base64.
pub const OBJECT_BYTES: usize = 8 * 1024 * 1024;

/// Deepest nesting of arrays and objects in a JSON text that is read.
///
/// STIX itself needs seven levels; `serde_json` refuses at 128.
pub const JSON_DEPTH: usize = 64;

/// Most findings that are reported of one document: beyond that nobody reads them, and a hostile document
/// must not make the report larger than itself.
pub const DIAGNOSTICS_PER_DOCUMENT: usize = 1_000;

/// Most references that one object may make to others.
///
/// A report of a whole framework (ATT&CK) refers to about 25,000 objects.
pub const REFERENCES_PER_OBJECT: usize = 100_000;
