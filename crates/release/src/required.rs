//! What an object may not be without: cutting it leaves nothing worth the name.

use serde_json::{Map, Value};
use stix::selector::Step;

/// The properties that the object type requires beyond the common ones (STIX 2.1 §4 to §7).
///
/// Types that are not listed require nothing that a cut could take.
pub(crate) fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "attack-pattern" | "campaign" | "course-of-action" | "identity" | "incident"
        | "infrastructure" | "intrusion-set" | "threat-actor" | "tool" | "vulnerability"
        | "software" | "mutex" => &["name"],
        "autonomous-system" => &["number"],
        "directory" => &["path"],
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => &["value"],
        "email-message" => &["is_multipart"],
        "event" => &["status"],
        "extension-definition" => &["name", "schema", "version", "extension_types"],
        "grouping" => &["context", "object_refs"],
        "indicator" => &["pattern", "pattern_type", "valid_from"],
        "language-content" => &["object_ref", "contents"],
        "malware" => &["is_family"],
        "malware-analysis" => &["product"],
        "marking-definition" => &["definition_type", "definition"],
        "network-traffic" => &["protocols"],
        "note" => &["content", "object_refs"],
        "observed-data" => &[
            "first_observed",
            "last_observed",
            "number_observed",
            "object_refs",
        ],
        "opinion" => &["opinion", "object_refs"],
        "relationship" => &["relationship_type", "source_ref", "target_ref"],
        "report" => &["name", "published", "object_refs"],
        "sighting" => &["sighting_of_ref"],
        "task" => &["outcome"],
        _ => &[],
    }
}

/// As [`required`], with what the values of this object require besides.
pub(crate) fn is_required(kind: &str, properties: &Map<String, Value>, name: &str) -> bool {
    required(kind).contains(&name)
        // STIX 2.1 §4.11: a malware family has a name, an instance need not.
        || (kind == "malware"
            && name == "name"
            && properties.get("is_family") == Some(&Value::Bool(true)))
}

/// Types of which at least one of these properties must be left (STIX 2.1 §4.7, §4.12, §4.14, §6).
pub(crate) fn required_any(kind: &str) -> &'static [&'static str] {
    match kind {
        "artifact" => &["payload_bin", "url"],
        "file" => &["hashes", "name"],
        "location" => &["region", "country", "latitude"],
        "malware-analysis" => &["result", "analysis_sco_refs"],
        "network-traffic" => &["src_ref", "dst_ref"],
        "observed-data" => &["objects", "object_refs"],
        "user-account" => &["user_id", "account_login", "display_name"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number", "issuer", "subject"],
        _ => &[],
    }
}

/// Pairs of properties of which the first does not stand without the second (STIX 2.1 §4.10, §6.1).
pub(crate) fn leans_on(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "artifact" => &[("url", "hashes")],
        "location" => &[
            ("latitude", "longitude"),
            ("longitude", "latitude"),
            ("precision", "latitude"),
            ("precision", "longitude"),
        ],
        _ => &[],
    }
}

/// What a list item or an extension needs: without one of these that it has, it goes as a whole.
pub(crate) fn needed_in(path: &[Step]) -> &'static [&'static str] {
    match path {
        [Step::Property(first), Step::Property(extension)] if first == "extensions" => {
            match extension.as_str() {
                INCIDENT_CORE => &["extension_type", "determination", "investigation_status"],
                _ => &["extension_type"],
            }
        }
        [.., Step::Property(list), Step::Item(_)] => match list.as_str() {
            "external_references" => &["source_name"],
            "kill_chain_phases" => &["kill_chain_name", "phase_name"],
            _ => &[],
        },
        _ => &[],
    }
}

/// Whether losing the value at a path loses the object: the extension that defines its very type (STIX 2.1 §7.3).
pub(crate) fn defines_type(path: &[Step], value: &Value) -> bool {
    let new_type = |extension: &Value| {
        extension
            .get("extension_type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.starts_with("new-"))
    };
    match path {
        [Step::Property(first)] if first == "extensions" => value
            .as_object()
            .is_some_and(|extensions| extensions.values().any(new_type)),
        [Step::Property(first), Step::Property(_)] if first == "extensions" => new_type(value),
        _ => false,
    }
}

/// Whether every type may have this property: an object that is left with these alone says nothing.
pub(crate) fn is_common(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "spec_version"
            | "id"
            | "created"
            | "modified"
            | "created_by_ref"
            | "revoked"
            | "lang"
            | "object_marking_refs"
            | "granular_markings"
            | "defanged"
    )
}

/// Properties without which there is no object at all, or another one than was meant (an object that was revoked would
/// be in force again): a cut in one of them withholds the whole.
pub(crate) const IDENTITY: [&str; 8] = [
    "type",
    "spec_version",
    "id",
    "created",
    "modified",
    "revoked",
    "object_marking_refs",
    "granular_markings",
];

/// The Incident Core Extension (draft, revision 07).
const INCIDENT_CORE: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
