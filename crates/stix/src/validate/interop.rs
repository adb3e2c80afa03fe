//! What the interoperability tests of STIX 2.1 ask beyond the standard.
//!
//! The OASIS document «STIX/TAXII 2.1 Interoperability Test Document» wants every object to name its producer, an
//! identity that comes with it, and some objects to have properties that the standard leaves optional.

use super::code;
use super::findings::{Findings, Path};
use crate::json::tree::Members;
use crate::model::Class;

/// Checks the properties of an object; that its producer comes with it is seen at the end of the document.
pub(super) fn check(
    kind: &str,
    class: Class,
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    if !matches!(class, Class::Domain | Class::Relationship) {
        return;
    }
    let required = REQUIRED
        .iter()
        .find_map(|(name, required)| (*name == kind).then_some(*required));
    let names = required.unwrap_or_default().iter().copied();
    for name in std::iter::once("created_by_ref").chain(names) {
        if !properties.contains_key(name) {
            findings.add(
                &code::INTEROP,
                Path::Name(&root, name),
                format_args!("an exchange that is to work everywhere wants a `{name}` here"),
            );
        }
    }
}

/// Properties that the standard leaves optional and the tests want, by type.
const REQUIRED: &[(&str, &[&str])] = &[
    (
        "attack-pattern",
        &["external_references", "kill_chain_phases"],
    ),
    ("indicator", &["name", "indicator_types"]),
    ("infrastructure", &["infrastructure_types"]),
    ("intrusion-set", &["resource_level", "primary_motivation"]),
    ("location", &["region"]),
    (
        "malware",
        &[
            "name",
            "malware_types",
            "first_seen",
            "last_seen",
            "architecture_execution_envs",
            "implementation_languages",
            "capabilities",
        ],
    ),
    (
        "malware-analysis",
        &[
            "version",
            "submitted",
            "analysis_started",
            "analysis_ended",
            "result",
        ],
    ),
    ("observed-data", &["object_refs"]),
    ("report", &["report_types"]),
    ("sighting", &["first_seen", "last_seen", "count"]),
    (
        "threat-actor",
        &[
            "threat_actor_types",
            "roles",
            "sophistication",
            "resource_level",
            "primary_motivation",
        ],
    ),
    ("tool", &["tool_types"]),
    ("vulnerability", &["external_references"]),
];
