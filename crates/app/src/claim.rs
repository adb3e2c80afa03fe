//! What a source was told is taken in, although it is not held as its own.
//!
//! INVARIANT: to the source it is held: a second content of the same version is answered as a conflict, so that nobody
//! learns by it whether the first one was taken in.

use jiff::Timestamp;
use release::party::OrganisationId;
use sha2::{Digest as _, Sha256};
use stix::object::Object;
use store::database::{Reader, Writer};
use store::object::ObjectKey;

use crate::error::AppError;

/// Whether a source was told that this version of an object is taken in with other content than this.
pub(crate) fn conflicts_with_claim(
    reader: &Reader<'_>,
    source: OrganisationId,
    object: &Object,
    now: Timestamp,
) -> Result<bool, AppError> {
    let claimed = reader.claim(source, object.id().as_str(), &claimed_version(object, now))?;
    Ok(claimed.is_some_and(|claimed| claimed != content(object)))
}

/// Remembers that a source is told that this version of an object is taken in, although it is not held as its own.
pub(crate) fn claim(
    writer: &Writer<'_>,
    source: OrganisationId,
    object: &Object,
    now: Timestamp,
) -> Result<(), AppError> {
    let version = claimed_version(object, now);
    Ok(writer.put_claim(source, object.id().as_str(), &version, &content(object))?)
}

/// The time of receipt tells versions apart of what has none, as where objects are held.
fn claimed_version(object: &Object, now: Timestamp) -> String {
    object
        .version()
        .map_or_else(|| now.to_string(), ObjectKey::version_text)
}

/// A digest of the properties: two texts with the same are the same object.
fn content(object: &Object) -> [u8; 32] {
    digest(&serde_json::to_string(object.properties()).unwrap_or_default())
}

/// SHA-256 of a text.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
