//! The Information Exchange Policy 2.0 (FIRST) as a marking: "IEP Marking Definition Version 2.0 for STIX 2.1" of the
//! OASIS common object repository, draft of 19 December 2022.

use crate::json::tree::{Members, Value};
use crate::marking::Tlp;
use crate::object::Object;
use crate::timestamp::instant_of;

/// The extension that carries an IEP 2.0 policy (§2).
pub const IEP_2_EXTENSION: &str = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a";

/// A policy, as far as it restricts whoever passes information on; all of its statements are understood.
///
/// ```
/// use stix::marking::{Definition, Tlp, iep::{Attribution, IEP_2_EXTENSION}};
///
/// let text = r#"{"type": "marking-definition", "spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z",
///   "id": "marking-definition--6b0e4ff5-2f5c-4a3f-a1b8-0d4a3d3f7e61", "name": "policy",
///   "extensions": {"extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a": {
///     "extension_type": "property-extension", "iep_version": 2.0, "iep_id": "7e0a0a0d-29ab-4a1c-a2de-0d5c05b4a7f5",
///     "description": "no names", "start_date": "2026-01-01T00:00:00Z", "tlp": "amber",
///     "encrypt_in_transit": "must", "permitted_actions": "none", "affected_party_notifications": "must-not",
///     "provider_attribution": "must-not", "unmodified_resale": "must-not"}}}"#;
/// let object = stix::object::Object::parse(text).unwrap();
/// let Definition::Iep(policy) = Definition::read(&object) else { panic!("a policy") };
/// assert_eq!((policy.tlp, policy.attribution), (Tlp::Amber, Attribution::MustNot));
/// // What is not understood may be a restriction, so the whole is not understood.
/// let object = stix::object::Object::parse(&text.replace("amber", "blue")).unwrap();
/// assert_eq!(Definition::read(&object), Definition::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iep {
    /// How far the information may be passed on.
    pub tlp: Tlp,
    /// From when the policy is in force.
    pub start: jiff::Timestamp,
    /// Until when, where it ends.
    pub end: Option<jiff::Timestamp>,
    /// Whether who passes the information on names the provider.
    pub attribution: Attribution,
    /// Whether it must be encrypted when it is passed on.
    pub encrypt_in_transit: bool,
    /// What recipients may do.
    pub permitted_actions: PermittedActions,
    /// Whether those affected may be notified.
    pub affected_party_notifications: bool,
    /// Whether the information may be sold as it is.
    pub unmodified_resale: bool,
}

/// Whether the provider is named to those to whom information is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribution {
    /// As one likes.
    May,
    /// It is.
    Must,
    /// It is not.
    MustNot,
}

/// What recipients may do upon the information, the least first (`iep-permitted-actions-enum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermittedActions {
    /// Nothing; it is for their information.
    None,
    /// What the provider tells them when asked.
    ContactForInstruction,
    /// What is seen in their own networks only.
    InternallyVisible,
    /// What the actor does not see.
    ExternallyVisibleIndirect,
    /// Anything.
    ExternallyVisibleDirect,
}

impl Iep {
    /// Reads the policy of a marking definition; none if anything in it is not as the text has it, or is not known.
    pub fn read(object: &Object) -> Option<Self> {
        let policy = super::sole_extension(object, IEP_2_EXTENSION)?;
        policy.keys().all(is_known).then_some(())?;
        let text = |name: &str| policy.get(name).and_then(Value::as_str);
        let moment = |name: &str| instant_of(text(name)?).ok();
        text("iep_id").and(text("description"))?;
        if !is_version_2(policy.get("iep_version")?) {
            return None;
        }
        let end = match policy.get("end_date") {
            None => None,
            Some(_) => Some(moment("end_date")?),
        };
        Some(Self {
            tlp: tlp(text("tlp")?)?,
            start: moment("start_date")?,
            end,
            attribution: match text("provider_attribution")? {
                "may" => Attribution::May,
                "must" => Attribution::Must,
                "must-not" => Attribution::MustNot,
                _ => return None,
            },
            encrypt_in_transit: one_of(text("encrypt_in_transit")?, "must", "may")?,
            permitted_actions: match text("permitted_actions")? {
                "none" => PermittedActions::None,
                "contact-for-instruction" => PermittedActions::ContactForInstruction,
                "internally-visible-actions" => PermittedActions::InternallyVisible,
                "externally-visible-indirect-actions" => {
                    PermittedActions::ExternallyVisibleIndirect
                }
                "externally-visible-direct-actions" => PermittedActions::ExternallyVisibleDirect,
                _ => return None,
            },
            affected_party_notifications: may(policy, "affected_party_notifications")?,
            unmodified_resale: may(policy, "unmodified_resale")?,
        })
    }

    /// Whether the policy is in force: from its start, before its end.
    pub fn is_in_force(&self, now: jiff::Timestamp) -> bool {
        self.start <= now && self.end.is_none_or(|end| now < end)
    }
}

/// The levels of the extension, and those that TLP 2.0 has since.
fn tlp(text: &str) -> Option<Tlp> {
    Some(match text {
        "white" | "clear" => Tlp::Clear,
        "green" => Tlp::Green,
        "amber" => Tlp::Amber,
        "amber+strict" => Tlp::AmberStrict,
        "red" => Tlp::Red,
        _ => return None,
    })
}

/// `2.0`, which some write as a string.
fn is_version_2(value: Value<'_>) -> bool {
    value.as_f64() == Some(2.0) || matches!(value.as_str(), Some("2.0" | "2"))
}

fn may(policy: Members<'_>, name: &str) -> Option<bool> {
    one_of(policy.get(name)?.as_str()?, "may", "must-not")
}

/// Whether it is the one text; none if it is not the other either.
fn one_of(text: &str, one: &str, other: &str) -> Option<bool> {
    (text == one || text == other).then_some(text == one)
}

fn is_known(name: &str) -> bool {
    matches!(
        name,
        "extension_type"
            | "encrypt_in_transit"
            | "permitted_actions"
            | "affected_party_notifications"
            | "tlp"
            | "provider_attribution"
            | "unmodified_resale"
            | "iep_id"
            | "iep_version"
            | "policy_name"
            | "description"
            | "start_date"
            | "end_date"
    )
}
