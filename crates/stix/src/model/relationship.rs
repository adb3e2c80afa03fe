//! Relationship objects (§5) and which relationships the standard describes (the tables of §4, §6 and Appendix B).

use super::{
    Class, Format, Kind, Property, Rule, Shape, Targets, incident, optional, required, to,
};

/// The relationship objects.
pub const SHAPES: &[&Shape] = &[&RELATIONSHIP, &SIGHTING];

/// §5.1.
pub const RELATIONSHIP: Shape = Shape {
    name: "relationship",
    section: "STIX 2.1 §5.1",
    properties: &[
        required("relationship_type", Kind::Text(Format::RelationshipType)),
        optional("description", Kind::String),
        required("source_ref", Kind::Reference(Targets::DomainOrObservable)),
        required("target_ref", Kind::Reference(Targets::DomainOrObservable)),
        optional("start_time", Kind::Timestamp),
        optional("stop_time", Kind::Timestamp),
    ],
    rules: &[Rule::After("start_time", "stop_time")],
};

/// §5.2.
pub const SIGHTING: Shape = Shape {
    name: "sighting",
    section: "STIX 2.1 §5.2",
    properties: SIGHTING_PROPERTIES,
    rules: &[Rule::NotBefore("first_seen", "last_seen")],
};

const SIGHTING_PROPERTIES: &[Property] = &[
    optional("description", Kind::String),
    optional("first_seen", Kind::Timestamp),
    optional("last_seen", Kind::Timestamp),
    optional(
        "count",
        Kind::Integer {
            least: 0,
            most: 999_999_999,
        },
    ),
    required("sighting_of_ref", Kind::Reference(Targets::Domain)),
    optional("observed_data_refs", Kind::List(&to(&["observed-data"]))),
    optional(
        "where_sighted_refs",
        Kind::List(&to(&["identity", "location"])),
    ),
    optional("summary", Kind::Boolean),
];

/// Whether the standard, or the Incident Core Extension, describes this relationship.
pub fn is_described(source: &str, name: &str, target: &str) -> bool {
    match name {
        // §3.7.
        "related-to" => return true,
        "derived-from" | "duplicate-of" => return source == target,
        _ => {}
    }
    MATRIX
        .iter()
        .chain(incident::RELATIONSHIPS)
        .any(|row| row.source == source && row.name == name && row.admits(target))
}

/// The relationship names that are described from `source` to `target`, for advice.
pub fn described(source: &str, target: &str) -> Vec<&'static str> {
    MATRIX
        .iter()
        .chain(incident::RELATIONSHIPS)
        .filter(|row| row.source == source && row.admits(target))
        .map(|row| row.name)
        .collect()
}

/// One row of the tables: a source, a name, the targets.
#[derive(Debug)]
pub struct Row {
    source: &'static str,
    name: &'static str,
    targets: &'static [&'static str],
    observables: bool,
}

impl Row {
    fn admits(&self, target: &str) -> bool {
        self.targets.contains(&target)
            || self.observables
                && super::shape(target).is_some_and(|(class, _)| class == Class::Observable)
    }
}

pub(super) const fn row(
    source: &'static str,
    name: &'static str,
    targets: &'static [&'static str],
) -> Row {
    Row {
        source,
        name,
        targets,
        observables: false,
    }
}

pub(super) const fn row_to_observables(
    source: &'static str,
    name: &'static str,
    targets: &'static [&'static str],
) -> Row {
    Row {
        source,
        name,
        targets,
        observables: true,
    }
}

const MATRIX: &[Row] = &[
    row("attack-pattern", "delivers", &["malware"]),
    row(
        "attack-pattern",
        "targets",
        &["identity", "location", "vulnerability"],
    ),
    row("attack-pattern", "uses", &["malware", "tool"]),
    row(
        "campaign",
        "attributed-to",
        &["intrusion-set", "threat-actor"],
    ),
    row("campaign", "compromises", &["infrastructure"]),
    row("campaign", "originates-from", &["location"]),
    row(
        "campaign",
        "targets",
        &["identity", "location", "vulnerability"],
    ),
    row(
        "campaign",
        "uses",
        &["attack-pattern", "infrastructure", "malware", "tool"],
    ),
    row("course-of-action", "investigates", &["indicator"]),
    row(
        "course-of-action",
        "mitigates",
        &[
            "attack-pattern",
            "indicator",
            "malware",
            "tool",
            "vulnerability",
        ],
    ),
    row(
        "course-of-action",
        "remediates",
        &["malware", "vulnerability"],
    ),
    row(
        "domain-name",
        "resolves-to",
        &["domain-name", "ipv4-addr", "ipv6-addr"],
    ),
    row("identity", "located-at", &["location"]),
    row(
        "indicator",
        "indicates",
        &[
            "attack-pattern",
            "campaign",
            "infrastructure",
            "intrusion-set",
            "malware",
            "threat-actor",
            "tool",
        ],
    ),
    row("indicator", "based-on", &["observed-data"]),
    row(
        "infrastructure",
        "communicates-with",
        &[
            "infrastructure",
            "ipv4-addr",
            "ipv6-addr",
            "domain-name",
            "url",
        ],
    ),
    row_to_observables(
        "infrastructure",
        "consists-of",
        &["infrastructure", "observed-data"],
    ),
    row("infrastructure", "controls", &["infrastructure", "malware"]),
    row("infrastructure", "delivers", &["malware"]),
    row("infrastructure", "has", &["vulnerability"]),
    row("infrastructure", "hosts", &["tool", "malware"]),
    row("infrastructure", "located-at", &["location"]),
    row("infrastructure", "uses", &["infrastructure"]),
    row("intrusion-set", "attributed-to", &["threat-actor"]),
    row("intrusion-set", "compromises", &["infrastructure"]),
    row("intrusion-set", "hosts", &["infrastructure"]),
    row("intrusion-set", "owns", &["infrastructure"]),
    row("intrusion-set", "originates-from", &["location"]),
    row(
        "intrusion-set",
        "targets",
        &["identity", "location", "vulnerability"],
    ),
    row(
        "intrusion-set",
        "uses",
        &["attack-pattern", "infrastructure", "malware", "tool"],
    ),
    row("ipv4-addr", "belongs-to", &["autonomous-system"]),
    row("ipv4-addr", "resolves-to", &["mac-addr"]),
    row("ipv6-addr", "belongs-to", &["autonomous-system"]),
    row("ipv6-addr", "resolves-to", &["mac-addr"]),
    row("malware", "authored-by", &["threat-actor", "intrusion-set"]),
    row("malware", "beacons-to", &["infrastructure"]),
    row("malware", "exfiltrates-to", &["infrastructure"]),
    row(
        "malware",
        "communicates-with",
        &["ipv4-addr", "ipv6-addr", "domain-name", "url"],
    ),
    row("malware", "controls", &["malware"]),
    row("malware", "downloads", &["malware", "tool", "file"]),
    row("malware", "drops", &["malware", "tool", "file"]),
    row("malware", "exploits", &["vulnerability"]),
    row("malware", "originates-from", &["location"]),
    row(
        "malware",
        "targets",
        &["identity", "infrastructure", "location", "vulnerability"],
    ),
    row(
        "malware",
        "uses",
        &["attack-pattern", "infrastructure", "malware", "tool"],
    ),
    row("malware", "variant-of", &["malware"]),
    row("malware-analysis", "characterizes", &["malware"]),
    row("malware-analysis", "av-analysis-of", &["malware"]),
    row("malware-analysis", "static-analysis-of", &["malware"]),
    row("malware-analysis", "dynamic-analysis-of", &["malware"]),
    row("threat-actor", "attributed-to", &["identity"]),
    row("threat-actor", "compromises", &["infrastructure"]),
    row("threat-actor", "hosts", &["infrastructure"]),
    row("threat-actor", "owns", &["infrastructure"]),
    row("threat-actor", "impersonates", &["identity"]),
    row("threat-actor", "located-at", &["location"]),
    row(
        "threat-actor",
        "targets",
        &["identity", "location", "vulnerability"],
    ),
    row(
        "threat-actor",
        "uses",
        &["attack-pattern", "infrastructure", "malware", "tool"],
    ),
    row("tool", "delivers", &["malware"]),
    row("tool", "drops", &["malware"]),
    row("tool", "has", &["vulnerability"]),
    row(
        "tool",
        "targets",
        &["identity", "infrastructure", "location", "vulnerability"],
    ),
    row("tool", "uses", &["infrastructure"]),
];
