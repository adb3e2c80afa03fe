//! What an object may not be without: cutting it leaves nothing worth the name.

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

/// Types of which at least one of these properties must be left (STIX 2.1 §4.11, §6).
pub(crate) fn required_any(kind: &str) -> &'static [&'static str] {
    match kind {
        "artifact" => &["payload_bin", "url"],
        "file" => &["hashes", "name"],
        "location" => &["region", "country", "latitude"],
        "user-account" => &["user_id", "account_login", "display_name"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number", "issuer", "subject"],
        _ => &[],
    }
}

/// The properties that an item of a list needs: without one of them the item goes too.
pub(crate) fn required_in_item(list: &str) -> &'static [&'static str] {
    match list {
        "external_references" => &["source_name"],
        "kill_chain_phases" => &["kill_chain_name", "phase_name"],
        _ => &[],
    }
}

/// Properties without which there is no object at all: a marking on one of them withholds the whole.
pub(crate) const IDENTITY: [&str; 7] = [
    "type",
    "spec_version",
    "id",
    "created",
    "modified",
    "object_marking_refs",
    "granular_markings",
];
