//! Versions of one object: making the next, revoking, and comparing (STIX 2.1 §3.6).
//!
//! [`new_version`] and [`revoke`] take an object's properties and give those of the version that follows;
//! [`custom::remove`] does so without custom properties; [`compare::compare`] and [`compare::latest`] tell versions
//! apart. Nothing here knows who asks: only the object's creator may make a version (§3.6), everybody else makes an
//! object with an identifier of its own.
//!
//! INVARIANT: a version that is made here is later than the one it was made of, by all digits of `modified`.

pub mod compare;
pub mod custom;

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp as Instant};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::canonical::{contributing_properties, sco_id};
use crate::id::Id;
use crate::model::shared_property::{self, Use};
use crate::model::{self, Class};
use crate::selector::Selector;
use crate::timestamp::Timestamp;

/// Why there is no such version of an object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// A versioned observable under the identifier that everybody derives from its content: two producers' versions
    /// would collide.
    #[error(
        "`{0}` follows from the content, so everybody has it: a versioned observable needs another"
    )]
    DefaultNamespace(String),
    /// A property that no version may change.
    #[error("`{0}` cannot be changed in a new version")]
    Fixed(String),
    /// `type` or `id` is missing or malformed, or they do not agree.
    #[error(
        "the object has no `type` and `id` that agree, so there is nothing to make a version of"
    )]
    Identity,
    /// A granular marking would be left that selects something the new version does not have.
    #[error("a granular marking selects `{0}`, which the new version would not have")]
    LeftSelector(String),
    /// The object has no `created`, and therefore no versions.
    #[error("the object has no `created`, so it has no versions")]
    NoCreated,
    /// The calendar ends before a later version.
    #[error("no timestamp is later than `{0}`")]
    NoLaterTime(String),
    /// A `modified` was given that is not later than the present one.
    #[error("`modified` would be `{given}`, which is not later than `{present}`")]
    NotLater {
        /// What was given.
        given: String,
        /// What the object has.
        present: String,
    },
    /// Objects of this type have no versions.
    #[error("a `{0}` has no versions")]
    NotVersioned(String),
    /// Two objects were compared that are not versions of one.
    #[error("`{left}` and `{right}` are different objects, not versions of one")]
    OtherObject {
        /// The identifier of the one.
        left: String,
        /// The identifier of the other.
        right: String,
    },
    /// A required property would be removed.
    #[error("`{0}` is required and cannot be removed")]
    Required(String),
    /// The object is revoked, and that is for good.
    #[error("the object is revoked: no later version of it can be made")]
    Revoked,
    /// A property that tells versions apart is not a timestamp.
    #[error("`{0}` is not a timestamp, so versions cannot be told apart")]
    Timestamp(&'static str),
}

impl VersionError {
    /// The section of the standard that decides.
    pub fn section(&self) -> &'static str {
        match self {
            Self::Fixed(name) => match name.as_str() {
                "created" | "type" => "STIX 2.1 §3.2",
                "created_by_ref" => "STIX 2.1 §3.5",
                "id" => "STIX 2.1 §3.6",
                _ => "STIX 2.1 §3.4",
            },
            Self::Identity => "STIX 2.1 §2.9",
            Self::LeftSelector(_) => "STIX 2.1 §7.2.3.1",
            Self::NotVersioned(kind) if kind == "marking-definition" => "STIX 2.1 §7.2.1",
            Self::Required(_) => "STIX 2.1 §3.2",
            Self::Timestamp(_) => "STIX 2.1 §2.16",
            Self::DefaultNamespace(_)
            | Self::NoCreated
            | Self::NoLaterTime(_)
            | Self::NotLater { .. }
            | Self::NotVersioned(_)
            | Self::OtherObject { .. }
            | Self::Revoked => "STIX 2.1 §3.6",
        }
    }
}

/// The next version of an object: `changes` over `properties`, `null` where a property is to be removed.
///
/// `modified` is `now` to as many digits as the object's own has, at least to the millisecond (§3.2), and at least
/// one millisecond later than that where the clock stands still or is behind. Where `changes` has `modified` itself,
/// that is taken, if it is later. A property that is given with the value it has counts as no change of it. Every
/// call makes a version, even without a change.
///
/// What is checked is what concerns versions; whether the result is valid STIX is asked of [`crate::validate`].
///
/// ```
/// use serde_json::json;
///
/// let campaign = json!({
///     "type": "campaign", "spec_version": "2.1", "name": "Green Group",
///     "id": "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
///     "created": "2024-04-06T20:03:00.000Z", "modified": "2024-04-06T20:03:00.000Z",
/// });
/// let changes = json!({ "name": "Green Group Attacks", "description": null });
/// let now = "2024-05-01T08:00:00.1239Z".parse().unwrap();
/// let next = stix::version::new_version(
///     campaign.as_object().unwrap(), changes.as_object().unwrap(), now,
/// ).unwrap();
/// assert_eq!(next["modified"], "2024-05-01T08:00:00.123Z");
/// assert_eq!(next["name"], "Green Group Attacks");
/// ```
///
/// # Errors
/// [`VersionError`]: the object has no versions, is revoked, or the change is not one of a version.
pub fn new_version(
    properties: &Map<String, Value>,
    changes: &Map<String, Value>,
    now: Instant,
) -> Result<Map<String, Value>, VersionError> {
    match standing(properties)? {
        Standing::Versioned => {}
        Standing::Unversioned(kind) if model_class(kind, properties).is_none() => {
            return Err(VersionError::NoCreated);
        }
        Standing::Unversioned(kind) => return Err(VersionError::NotVersioned(kind.to_owned())),
    }
    changed(properties, changes, Some(now))
}

/// The version that revokes an object (§3.6): this version and every earlier one, for good.
///
/// # Errors
/// As [`new_version`]; [`VersionError::Revoked`] where the object is revoked already.
pub fn revoke(
    properties: &Map<String, Value>,
    now: Instant,
) -> Result<Map<String, Value>, VersionError> {
    let changes = Map::from_iter([("revoked".to_owned(), Value::Bool(true))]);
    new_version(properties, &changes, now)
}

/// Whether an object is revoked (§3.2).
pub fn is_revoked(properties: &Map<String, Value>) -> bool {
    properties.get("revoked") == Some(&Value::Bool(true))
}

/// `changes` over `properties`, as a new version where the object is versioned; where it is an observable that is not
/// (§3.6), as the same object with other properties.
pub(crate) fn edited(
    properties: &Map<String, Value>,
    changes: &Map<String, Value>,
    now: Instant,
) -> Result<Map<String, Value>, VersionError> {
    let now = matches!(standing(properties)?, Standing::Versioned).then_some(now);
    changed(properties, changes, now)
}

/// How an object stands to versions.
enum Standing<'p> {
    /// It has versions.
    Versioned,
    /// An observable of this type, or an object of a type that nobody knows, without `created` and `modified`.
    Unversioned(&'p str),
}

fn standing(properties: &Map<String, Value>) -> Result<Standing<'_>, VersionError> {
    let kind = properties.get("type").and_then(Value::as_str);
    let id = properties.get("id").and_then(Value::as_str);
    let (Some(kind), Some(Ok(id))) = (kind, id.map(Id::parse)) else {
        return Err(VersionError::Identity);
    };
    if id.kind() != kind {
        return Err(VersionError::Identity);
    }
    let class = model_class(kind, properties);
    // §7.2.1: a marking definition cannot be versioned, for that would change the markings of others' objects. A
    // bundle is no object at all (§8).
    if class == Some(Class::Marking) || kind == "bundle" {
        return Err(VersionError::NotVersioned(kind.to_owned()));
    }
    if !properties.contains_key("created") {
        let may_have_none = matches!(class, None | Some(Class::Observable));
        return if may_have_none && !properties.contains_key("modified") {
            Ok(Standing::Unversioned(kind))
        } else {
            Err(VersionError::NoCreated)
        };
    }
    if is_revoked(properties) {
        return Err(VersionError::Revoked);
    }
    // §3.6: whoever versions an observable must not use the default namespace.
    if sco_id(kind, properties).is_some_and(|derived| derived == id) {
        return Err(VersionError::DefaultNamespace(id.to_string()));
    }
    Ok(Standing::Versioned)
}

/// The class of an object's type, by the standard or by an extension that brings the type (§7.3).
fn model_class(kind: &str, properties: &Map<String, Value>) -> Option<Class> {
    let known = model::shape(kind).map(|(class, _)| class);
    let extensions = properties.get("extensions").and_then(Value::as_object);
    let mut declared = extensions
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|extension| extension.get("extension_type").and_then(Value::as_str))
        .filter_map(|extension_type| match extension_type {
            "new-sco" => Some(Class::Observable),
            "new-sdo" => Some(Class::Domain),
            "new-sro" => Some(Class::Relationship),
            _ => None,
        });
    known.or_else(|| declared.next())
}

fn changed(
    properties: &Map<String, Value>,
    changes: &Map<String, Value>,
    now: Option<Instant>,
) -> Result<Map<String, Value>, VersionError> {
    let mut next = properties.clone();
    for (name, value) in changes {
        if properties.get(name) == Some(value) {
            continue;
        }
        if is_fixed(properties, name, value) {
            return Err(VersionError::Fixed(name.clone()));
        }
        if !value.is_null() {
            next.insert(name.clone(), value.clone());
        } else if is_required(properties, name) {
            return Err(VersionError::Required(name.clone()));
        } else {
            next.remove(name);
        }
    }
    if let Some(now) = now {
        let given = changes.get("modified").filter(|value| !value.is_null());
        let modified = next_modified(properties, given, now)?;
        next.insert("modified".to_owned(), Value::String(modified));
    }
    match left_selector(properties, &next) {
        Some(selector) => Err(VersionError::LeftSelector(selector)),
        None => Ok(next),
    }
}

/// Whether a version may not change this property to this value.
fn is_fixed(properties: &Map<String, Value>, name: &str, value: &Value) -> bool {
    if matches!(name, "type" | "id" | "created" | "created_by_ref") {
        // What is not there and is not put there is not changed either.
        return properties.contains_key(name) || !value.is_null();
    }
    let text = |name| properties.get(name).and_then(Value::as_str);
    let (Some(kind), Some(Ok(id))) = (text("type"), text("id").map(Id::parse)) else {
        return false;
    };
    // §2.9, §3.4: an identifier of version 5 follows from what contributes to it, in whoever's namespace.
    id.uuid().get_version_num() == 5
        && contributing_properties(kind).is_some_and(|names| names.contains(&name))
}

/// Whether the object must have this property, by its type's table or that of the common properties (§3.2).
fn is_required(properties: &Map<String, Value>, name: &str) -> bool {
    if !properties.contains_key(name) {
        return false;
    }
    let kind = properties
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let own = model::shape(kind).is_some_and(|(_, shape)| {
        let mut listed = shape.properties.iter();
        listed.any(|property| property.required && property.name == name)
    });
    let common = model_class(kind, properties)
        .is_some_and(|class| shared_property::usage(class, name) == Use::Required);
    // `created` is fixed, and what has it has `modified` (§3.2).
    own || common || name == "modified"
}

/// `modified` of the version after this one.
fn next_modified(
    properties: &Map<String, Value>,
    given: Option<&Value>,
    now: Instant,
) -> Result<String, VersionError> {
    let read = |name: &'static str| match properties.get(name) {
        None => Ok(None),
        Some(value) => read_timestamp(value, name).map(Some),
    };
    let created = read("created")?.ok_or(VersionError::NoCreated)?;
    // §3.6.1: `modified` is not earlier than `created`, whatever the object says.
    let present = match read("modified")? {
        Some(modified) if order(&modified, &created) == Ordering::Greater => modified,
        Some(_) | None => created,
    };
    if let Some(given) = given.filter(|given| properties.get("modified") != Some(*given)) {
        let given = read_timestamp(given, "modified")?;
        return if order(&given, &present) == Ordering::Greater {
            Ok(to_milliseconds(&given))
        } else {
            Err(VersionError::NotLater {
                given: given.to_string(),
                present: present.to_string(),
            })
        };
    }
    // §3.2: three digits at least. More than nine no clock has.
    let digits = present.fraction_digits().clamp(3, 9);
    let no_later = || VersionError::NoLaterTime(present.to_string());
    // Second 60 is read as an earlier instant than its text says, hence the second try.
    let steps = [
        SignedDuration::from_millis(1),
        SignedDuration::from_millis(1_001),
    ];
    for step in steps {
        let least = present
            .instant()
            .checked_add(step)
            .map_err(|_| no_later())?;
        let instant = cut(now, digits).unwrap_or(now).max(least);
        let text = format!("{instant:.digits$}");
        let next = Timestamp::parse(&text).map_err(|_| no_later())?;
        if order(&next, &present) == Ordering::Greater {
            return Ok(text);
        }
    }
    Err(no_later())
}

fn read_timestamp(value: &Value, name: &'static str) -> Result<Timestamp, VersionError> {
    let read = value.as_str().map(Timestamp::parse);
    read.and_then(Result::ok)
        .ok_or(VersionError::Timestamp(name))
}

/// The instant without what stands behind `digits` digits of the second.
fn cut(instant: Instant, digits: usize) -> Option<Instant> {
    let unit = 10_i128.checked_pow(u32::try_from(9_usize.checked_sub(digits)?).ok()?)?;
    let nanoseconds = instant.as_nanosecond();
    Instant::from_nanosecond(nanoseconds.checked_sub(nanoseconds.rem_euclid(unit))?).ok()
}

/// The text of a timestamp, with zeros up to three digits after the point (§3.2).
fn to_milliseconds(timestamp: &Timestamp) -> String {
    let digits = timestamp.fraction_digits();
    if digits >= 3 {
        return timestamp.to_string();
    }
    let text = timestamp.as_str().trim_end_matches('Z');
    let point = if digits == 0 { "." } else { "" };
    let zeros = "0".repeat(3 - digits);
    format!("{text}{point}{zeros}Z")
}

/// Compares two timestamps by all their digits, more than nine after the point too, and with second 60 after 59.
///
/// [`Timestamp`] itself compares instants, to the nanosecond; two versions may be closer than that (§3.2).
///
/// ```
/// use std::cmp::Ordering;
/// use stix::timestamp::Timestamp;
/// use stix::version::order;
///
/// let read = |text| Timestamp::parse(text).unwrap();
/// let earlier = read("2024-04-06T20:03:00.1234567890Z");
/// let later = read("2024-04-06T20:03:00.1234567891Z");
/// assert_eq!(order(&earlier, &later), Ordering::Less);
/// assert_eq!(order(&read("2024-04-06T20:03:00Z"), &read("2024-04-06T20:03:00.000Z")), Ordering::Equal);
/// ```
pub fn order(left: &Timestamp, right: &Timestamp) -> Ordering {
    digits(left.as_str()).cmp(&digits(right.as_str()))
}

/// The text up to the second and the digits that count after it: both compare as texts, for a timestamp's form is
/// fixed (§2.16).
fn digits(text: &str) -> (&str, &str) {
    let text = text.trim_end_matches('Z');
    let (second, fraction) = text.split_once('.').unwrap_or((text, ""));
    (second, fraction.trim_end_matches('0'))
}

/// A selector of the new granular markings that selects nothing in the new version, though it did in the old one or
/// is new (§7.2.3.1: selectors refer to content that is present).
fn left_selector(old: &Map<String, Value>, new: &Map<String, Value>) -> Option<String> {
    let entries = new.get("granular_markings").and_then(Value::as_array)?;
    let mut selectors = entries
        .iter()
        .filter_map(|entry| entry.get("selectors").and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_str)
        .take(crate::marking::MAX_SELECTORS);
    let is_same = old.get("granular_markings") == new.get("granular_markings");
    let left = selectors.find(|text| {
        Selector::parse(text).is_ok_and(|selector| {
            let was = !is_same || selector.resolve_in(old).is_some();
            was && selector.resolve_in(new).is_none()
        })
    });
    left.map(str::to_owned)
}
