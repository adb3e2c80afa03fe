//! Comparing versions of one object (STIX 2.1 §3.6).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{VersionError, digits, is_revoked, order};
use crate::canonical::canonical;
use crate::timestamp::Timestamp;

/// What the first of two versions of an object is to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same identifier and `modified`, but other content: §3.6 does not define what a consumer does.
    Conflict,
    /// Its `modified` is earlier.
    Earlier,
    /// Its `modified` is later.
    Later,
    /// The second is revoked and the first is not: revocation holds for it, also where it claims to be later,
    /// because nothing comes after a revocation.
    Revoked,
    /// It is revoked and the second is not.
    Revokes,
    /// The same version with the same content.
    Same,
}

impl Comparison {
    /// What the second version is to the first.
    #[must_use]
    pub fn reverse(self) -> Self {
        match self {
            Self::Earlier => Self::Later,
            Self::Later => Self::Earlier,
            Self::Revoked => Self::Revokes,
            Self::Revokes => Self::Revoked,
            Self::Conflict | Self::Same => self,
        }
    }
}

/// What `left` is to `right`, two versions of one object.
///
/// `modified` counts by all its digits; where there is none, `created` (TAXII 2.1 §3.4.1), and what has neither is
/// the earliest. Content is the same where every property has the same value; a property that has its default value
/// may be left out (§3.6).
///
/// ```
/// use serde_json::json;
/// use stix::version::compare::{Comparison, compare};
///
/// let first = json!({
///     "type": "campaign", "spec_version": "2.1", "name": "Green Group",
///     "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///     "created": "2024-04-06T20:03:00.000Z", "modified": "2024-04-06T20:03:00.000Z",
/// });
/// let mut second = first.clone();
/// second["name"] = json!("Blue Group");
/// let compare = |left: &serde_json::Value, right: &serde_json::Value| {
///     compare(left.as_object().unwrap(), right.as_object().unwrap()).unwrap()
/// };
/// assert_eq!(compare(&first, &second), Comparison::Conflict);
/// second["modified"] = json!("2024-04-06T20:03:00.0001Z");
/// assert_eq!(compare(&first, &second), Comparison::Earlier);
/// ```
///
/// # Errors
/// [`VersionError::OtherObject`] where the identifiers differ, [`VersionError::Identity`] where there is none,
/// [`VersionError::Timestamp`] where a version cannot be read.
pub fn compare(
    left: &Map<String, Value>,
    right: &Map<String, Value>,
) -> Result<Comparison, VersionError> {
    let (left_id, right_id) = (id(left)?, id(right)?);
    if left_id != right_id {
        return Err(VersionError::OtherObject {
            left: left_id.to_owned(),
            right: right_id.to_owned(),
        });
    }
    let by_time = order_of(version(left)?.as_ref(), version(right)?.as_ref());
    if by_time == Ordering::Equal {
        return Ok(if content(left) == content(right) {
            Comparison::Same
        } else {
            Comparison::Conflict
        });
    }
    Ok(match (is_revoked(left), is_revoked(right)) {
        (false, true) => Comparison::Revoked,
        (true, false) => Comparison::Revokes,
        _ if by_time == Ordering::Less => Comparison::Earlier,
        _ => Comparison::Later,
    })
}

/// The most recent state of an object among its versions (§3.6); none where there are no versions.
///
/// A revoked version is the last one, also among those that claim to be later. Of two contents with one `modified`
/// the greater canonical form is taken, so that everybody takes the same.
///
/// # Errors
/// As [`compare`].
pub fn latest<'v>(
    versions: impl IntoIterator<Item = &'v Map<String, Value>>,
) -> Result<Option<&'v Map<String, Value>>, VersionError> {
    let mut versions = versions.into_iter();
    let Some(mut best) = versions.next() else {
        return Ok(None);
    };
    version(best)?;
    for next in versions {
        let is_better = match compare(next, best)? {
            Comparison::Later | Comparison::Revokes => true,
            Comparison::Earlier | Comparison::Revoked | Comparison::Same => false,
            // A revocation is not undone by another content of its moment.
            Comparison::Conflict => {
                (is_revoked(next), content(next)) > (is_revoked(best), content(best))
            }
        };
        if is_better {
            best = next;
        }
    }
    Ok(Some(best))
}

fn id(properties: &Map<String, Value>) -> Result<&str, VersionError> {
    let id = properties.get("id").and_then(Value::as_str);
    id.ok_or(VersionError::Identity)
}

/// What tells versions apart.
fn version(properties: &Map<String, Value>) -> Result<Option<Timestamp>, VersionError> {
    for name in ["modified", "created"] {
        if let Some(value) = properties.get(name) {
            return super::read_timestamp(value, name).map(Some);
        }
    }
    Ok(None)
}

fn order_of(left: Option<&Timestamp>, right: Option<&Timestamp>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => order(left, right),
        _ => left.is_some().cmp(&right.is_some()),
    }
}

/// A text that is the same for two representations of the same content (§3.6): RFC 8785, without default values and
/// without digits of the version's timestamps that say nothing.
fn content(properties: &Map<String, Value>) -> String {
    let mut rest = properties.clone();
    let kind = properties.get("type").and_then(Value::as_str);
    rest.retain(|name, value| {
        let is_default = DEFAULTS.contains(&name.as_str())
            // §5.2: `summary` of a sighting has the default false.
            || (kind == Some("sighting") && name == "summary");
        !(is_default && *value == Value::Bool(false))
    });
    for name in ["created", "modified"] {
        if let Some(Value::String(text)) = rest.get_mut(name) {
            let (second, fraction) = digits(text);
            *text = format!("{second}.{fraction}Z");
        }
    }
    let rest = Value::Object(rest);
    canonical(&rest).unwrap_or_else(|_| rest.to_string())
}

/// The common properties whose default is `false` (§3.2).
const DEFAULTS: &[&str] = &["defanged", "revoked"];
