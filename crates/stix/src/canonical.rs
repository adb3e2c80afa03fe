//! Canonical form (RFC 8785) and the deterministic identifiers that rest on it (STIX 2.1 §2.9).

use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use crate::id::{Id, SCO_NAMESPACE};
use crate::json::tree::{Members, View};

/// Why a value has no canonical form.
#[derive(Debug, Error)]
#[error("this JSON value has no canonical form (RFC 8785)")]
pub struct CanonicalError(#[source] serde_json::Error);

/// The canonical form of a JSON value, RFC 8785.
///
/// # Errors
/// A number that is not finite in IEEE 754 double precision.
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    serde_json_canonicalizer::to_string(value).map_err(CanonicalError)
}

/// The deterministic identifier of an SCO, or none where the object has no contributing property (§2.9: then the
/// identifier is a random UUID) or `kind` has no contributing properties at all.
///
/// Of `hashes` only one contributes: the first present of MD5, SHA-1, SHA-256, SHA-512.
pub fn sco_id(kind: &str, properties: &Map<String, Value>) -> Option<Id> {
    let names = contributing_properties(kind)?;
    let mut contributing = Map::new();
    for name in names {
        let Some(value) = properties.get(*name) else {
            continue;
        };
        let value = match (*name, value) {
            ("hashes", Value::Object(hashes)) => Value::Object(one_hash(hashes)?),
            _ => value.clone(),
        };
        contributing.insert((*name).to_owned(), value);
    }
    deterministic_id(kind, contributing)
}

/// As [`sco_id`], of the members of an object as they stand in its text.
pub fn sco_id_of(kind: &str, members: Members<'_>) -> Option<Id> {
    let names = contributing_properties(kind)?;
    let mut name = String::from("{");
    // The names of the standard are ASCII: their order as text is that of RFC 8785 §3.2.3.
    let mut sorted: [&str; 8] = [""; 8];
    for (to, from) in sorted.iter_mut().zip(names) {
        *to = from;
    }
    sorted.sort_unstable();
    for property in sorted.into_iter().filter(|property| !property.is_empty()) {
        let Some(value) = members.get(property) else {
            continue;
        };
        if name.len() > 1 {
            name.push(',');
        }
        name.push('"');
        name.push_str(property);
        name.push_str("\":");
        match value.view() {
            View::String(text) => name.push_str(&serde_json::to_string(text).ok()?),
            View::Object(hashes) if property == "hashes" => {
                let one = one_hash(&hashes.to_map())?;
                name.push_str(&canonical(&Value::Object(one)).ok()?);
            }
            _ => name.push_str(&canonical(&value.to_value()).ok()?),
        }
    }
    if name.len() == 1 {
        return None;
    }
    name.push('}');
    Id::new(kind, Uuid::new_v5(&SCO_NAMESPACE, name.as_bytes())).ok()
}

/// The identifier that follows from contributing properties as they are (§2.9), for types of extensions, which have
/// their own list of them; none where there are none or `kind` is no type name.
pub fn deterministic_id(kind: &str, contributing: Map<String, Value>) -> Option<Id> {
    if contributing.is_empty() {
        return None;
    }
    let name = canonical(&Value::Object(contributing)).ok()?;
    Id::new(kind, Uuid::new_v5(&SCO_NAMESPACE, name.as_bytes())).ok()
}

/// The ID-contributing properties of each SCO type (STIX 2.1 §6); none for types that have no deterministic identifier.
pub fn contributing_properties(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "artifact" => &["hashes", "payload_bin"],
        "autonomous-system" => &["number"],
        "directory" => &["path"],
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => &["value"],
        "email-message" => &["from_ref", "subject", "body"],
        "file" => &["hashes", "name", "parent_directory_ref", "extensions"],
        "mutex" => &["name"],
        "network-traffic" => &[
            "start",
            "end",
            "src_ref",
            "dst_ref",
            "src_port",
            "dst_port",
            "protocols",
            "extensions",
        ],
        "software" => &["name", "cpe", "swid", "vendor", "version"],
        "user-account" => &["account_type", "user_id", "account_login"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number"],
        _ => return None,
    })
}

/// The one hash that contributes; the hashes as they are if none of the four is among them.
fn one_hash(hashes: &Map<String, Value>) -> Option<Map<String, Value>> {
    if hashes.is_empty() {
        return None;
    }
    let chosen = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .iter()
        .find_map(|name| hashes.get_key_value(*name));
    Some(match chosen {
        Some((name, value)) => Map::from_iter([(name.clone(), value.clone())]),
        None => hashes.clone(),
    })
}
