//! Domain objects, §4.

use super::shared_property::{ANY_REFERENCES, KILL_CHAIN_PHASES};
use super::{
    FLOAT, Format, Is, Kind, Presence, Rule, STRINGS, Shape, Targets, optional, required, to,
};
use crate::vocab::core::{
    ATTACK_MOTIVATION, ATTACK_RESOURCE_LEVEL, GROUPING_CONTEXT, IDENTITY_CLASS,
    IMPLEMENTATION_LANGUAGE, INDICATOR_TYPE, INDUSTRY_SECTOR, INFRASTRUCTURE_TYPE,
    MALWARE_CAPABILITIES, MALWARE_RESULT, MALWARE_TYPE, OPINION as OPINION_TERMS, PATTERN_TYPE,
    PROCESSOR_ARCHITECTURE, REGION, REPORT_TYPE, THREAT_ACTOR_ROLE, THREAT_ACTOR_SOPHISTICATION,
    THREAT_ACTOR_TYPE, TOOL_TYPE,
};

/// The domain objects.
pub const SHAPES: &[&Shape] = &[
    &ATTACK_PATTERN,
    &CAMPAIGN,
    &COURSE_OF_ACTION,
    &GROUPING,
    &IDENTITY,
    &INCIDENT,
    &INDICATOR,
    &INFRASTRUCTURE,
    &INTRUSION_SET,
    &LOCATION,
    &MALWARE,
    &MALWARE_ANALYSIS,
    &NOTE,
    &OBSERVED_DATA,
    &OPINION,
    &REPORT,
    &THREAT_ACTOR,
    &TOOL,
    &VULNERABILITY,
];

/// §4.1.
pub const ATTACK_PATTERN: Shape = Shape {
    name: "attack-pattern",
    section: "STIX 2.1 §4.1",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("aliases", STRINGS),
        optional("kill_chain_phases", KILL_CHAIN_PHASES),
    ],
    rules: &[],
};

/// §4.2.
pub const CAMPAIGN: Shape = Shape {
    name: "campaign",
    section: "STIX 2.1 §4.2",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("aliases", STRINGS),
        optional("first_seen", Kind::Timestamp),
        optional("last_seen", Kind::Timestamp),
        optional("objective", Kind::String),
    ],
    rules: &[Rule::NotBefore("first_seen", "last_seen")],
};

/// §4.3.
pub const COURSE_OF_ACTION: Shape = Shape {
    name: "course-of-action",
    section: "STIX 2.1 §4.3",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
    ],
    rules: &[],
};

/// §4.4.
pub const GROUPING: Shape = Shape {
    name: "grouping",
    section: "STIX 2.1 §4.4",
    properties: &[
        optional("name", Kind::String),
        optional("description", Kind::String),
        required("context", Kind::Term(&GROUPING_CONTEXT)),
        required("object_refs", ANY_REFERENCES),
    ],
    rules: &[],
};

/// §4.5.
pub const IDENTITY: Shape = Shape {
    name: "identity",
    section: "STIX 2.1 §4.5",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("roles", STRINGS),
        optional("identity_class", Kind::Term(&IDENTITY_CLASS)),
        optional("sectors", Kind::List(&Kind::Term(&INDUSTRY_SECTOR))),
        optional("contact_information", Kind::String),
    ],
    rules: &[],
};

/// §4.6.
pub const INCIDENT: Shape = Shape {
    name: "incident",
    section: "STIX 2.1 §4.6",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
    ],
    rules: &[],
};

/// §4.7.
pub const INDICATOR: Shape = Shape {
    name: "indicator",
    section: "STIX 2.1 §4.7",
    properties: &[
        optional("name", Kind::String),
        optional("description", Kind::String),
        optional("indicator_types", Kind::List(&Kind::Term(&INDICATOR_TYPE))),
        required("pattern", Kind::String),
        required("pattern_type", Kind::Term(&PATTERN_TYPE)),
        optional("pattern_version", Kind::String),
        required("valid_from", Kind::Timestamp),
        optional("valid_until", Kind::Timestamp),
        optional("kill_chain_phases", KILL_CHAIN_PHASES),
    ],
    rules: &[Rule::After("valid_from", "valid_until")],
};

/// §4.8.
pub const INFRASTRUCTURE: Shape = Shape {
    name: "infrastructure",
    section: "STIX 2.1 §4.8",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional(
            "infrastructure_types",
            Kind::List(&Kind::Term(&INFRASTRUCTURE_TYPE)),
        ),
        optional("aliases", STRINGS),
        optional("kill_chain_phases", KILL_CHAIN_PHASES),
        optional("first_seen", Kind::Timestamp),
        optional("last_seen", Kind::Timestamp),
    ],
    rules: &[Rule::NotBefore("first_seen", "last_seen")],
};

/// §4.9.
pub const INTRUSION_SET: Shape = Shape {
    name: "intrusion-set",
    section: "STIX 2.1 §4.9",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("aliases", STRINGS),
        optional("first_seen", Kind::Timestamp),
        optional("last_seen", Kind::Timestamp),
        optional("goals", STRINGS),
        optional("resource_level", Kind::Term(&ATTACK_RESOURCE_LEVEL)),
        optional("primary_motivation", Kind::Term(&ATTACK_MOTIVATION)),
        optional(
            "secondary_motivations",
            Kind::List(&Kind::Term(&ATTACK_MOTIVATION)),
        ),
    ],
    rules: &[Rule::NotBefore("first_seen", "last_seen")],
};

/// §4.10.
pub const LOCATION: Shape = Shape {
    name: "location",
    section: "STIX 2.1 §4.10",
    properties: &[
        optional("name", Kind::String),
        optional("description", Kind::String),
        optional(
            "latitude",
            Kind::Number {
                least: -90.0,
                most: 90.0,
            },
        ),
        optional(
            "longitude",
            Kind::Number {
                least: -180.0,
                most: 180.0,
            },
        ),
        optional("precision", FLOAT),
        optional("region", Kind::Term(&REGION)),
        optional("country", Kind::Text(Format::Country)),
        optional("administrative_area", Kind::String),
        optional("city", Kind::String),
        optional("street_address", Kind::String),
        optional("postal_code", Kind::String),
    ],
    rules: &[
        Rule::AtLeastOne(&["region", "country", "latitude"]),
        Rule::Needs("latitude", "longitude"),
        Rule::Needs("longitude", "latitude"),
        Rule::Needs("precision", "latitude"),
        Rule::Needs("precision", "longitude"),
    ],
};

/// §4.11.
pub const MALWARE: Shape = Shape {
    name: "malware",
    section: "STIX 2.1 §4.11",
    properties: &[
        optional("name", Kind::String),
        optional("description", Kind::String),
        optional("malware_types", Kind::List(&Kind::Term(&MALWARE_TYPE))),
        required("is_family", Kind::Boolean),
        optional("aliases", STRINGS),
        optional("kill_chain_phases", KILL_CHAIN_PHASES),
        optional("first_seen", Kind::Timestamp),
        optional("last_seen", Kind::Timestamp),
        optional("operating_system_refs", Kind::List(&to(&["software"]))),
        optional(
            "architecture_execution_envs",
            Kind::List(&Kind::Term(&PROCESSOR_ARCHITECTURE)),
        ),
        optional(
            "implementation_languages",
            Kind::List(&Kind::Term(&IMPLEMENTATION_LANGUAGE)),
        ),
        optional(
            "capabilities",
            Kind::List(&Kind::Term(&MALWARE_CAPABILITIES)),
        ),
        optional("sample_refs", Kind::List(&to(&["file", "artifact"]))),
    ],
    rules: &[
        Rule::NotBefore("first_seen", "last_seen"),
        Rule::Where("is_family", Is::True, "name", Presence::Required),
    ],
};

/// §4.12.
pub const MALWARE_ANALYSIS: Shape = Shape {
    name: "malware-analysis",
    section: "STIX 2.1 §4.12",
    properties: &[
        required("product", Kind::Text(Format::Product)),
        optional("version", Kind::String),
        optional("host_vm_ref", to(&["software"])),
        optional("operating_system_ref", to(&["software"])),
        optional("installed_software_refs", Kind::List(&to(&["software"]))),
        optional("configuration_version", Kind::String),
        optional("modules", STRINGS),
        optional("analysis_engine_version", Kind::String),
        optional("analysis_definition_version", Kind::String),
        optional("submitted", Kind::Timestamp),
        optional("analysis_started", Kind::Timestamp),
        optional("analysis_ended", Kind::Timestamp),
        optional("result_name", Kind::String),
        optional("result", Kind::Term(&MALWARE_RESULT)),
        optional(
            "analysis_sco_refs",
            Kind::List(&Kind::Reference(Targets::Observable)),
        ),
        optional("sample_ref", to(&["file", "network-traffic", "artifact"])),
    ],
    rules: &[Rule::AtLeastOne(&["result", "analysis_sco_refs"])],
};

/// §4.13.
pub const NOTE: Shape = Shape {
    name: "note",
    section: "STIX 2.1 §4.13",
    properties: &[
        optional("abstract", Kind::String),
        required("content", Kind::String),
        optional("authors", STRINGS),
        required("object_refs", ANY_REFERENCES),
    ],
    rules: &[],
};

/// §4.14.
pub const OBSERVED_DATA: Shape = Shape {
    name: "observed-data",
    section: "STIX 2.1 §4.14",
    properties: &[
        required("first_observed", Kind::Timestamp),
        required("last_observed", Kind::Timestamp),
        required(
            "number_observed",
            Kind::Integer {
                least: 1,
                most: 999_999_999,
            },
        ),
        optional("objects", Kind::Observables),
        optional(
            "object_refs",
            Kind::List(&Kind::Reference(Targets::ObservableOrRelationship)),
        ),
    ],
    rules: &[
        Rule::NotBefore("first_observed", "last_observed"),
        Rule::AtLeastOne(&["objects", "object_refs"]),
        Rule::NotTogether("objects", "object_refs"),
    ],
};

/// §4.15.
pub const OPINION: Shape = Shape {
    name: "opinion",
    section: "STIX 2.1 §4.15",
    properties: &[
        optional("explanation", Kind::String),
        optional("authors", STRINGS),
        required("opinion", Kind::Term(&OPINION_TERMS)),
        required("object_refs", ANY_REFERENCES),
    ],
    rules: &[],
};

/// §4.16.
pub const REPORT: Shape = Shape {
    name: "report",
    section: "STIX 2.1 §4.16",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("report_types", Kind::List(&Kind::Term(&REPORT_TYPE))),
        required("published", Kind::Timestamp),
        required("object_refs", ANY_REFERENCES),
    ],
    rules: &[],
};

/// §4.17.
pub const THREAT_ACTOR: Shape = Shape {
    name: "threat-actor",
    section: "STIX 2.1 §4.17",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional(
            "threat_actor_types",
            Kind::List(&Kind::Term(&THREAT_ACTOR_TYPE)),
        ),
        optional("aliases", STRINGS),
        optional("first_seen", Kind::Timestamp),
        optional("last_seen", Kind::Timestamp),
        optional("roles", Kind::List(&Kind::Term(&THREAT_ACTOR_ROLE))),
        optional("goals", STRINGS),
        optional("sophistication", Kind::Term(&THREAT_ACTOR_SOPHISTICATION)),
        optional("resource_level", Kind::Term(&ATTACK_RESOURCE_LEVEL)),
        optional("primary_motivation", Kind::Term(&ATTACK_MOTIVATION)),
        optional(
            "secondary_motivations",
            Kind::List(&Kind::Term(&ATTACK_MOTIVATION)),
        ),
        optional(
            "personal_motivations",
            Kind::List(&Kind::Term(&ATTACK_MOTIVATION)),
        ),
    ],
    rules: &[Rule::NotBefore("first_seen", "last_seen")],
};

/// §4.18.
pub const TOOL: Shape = Shape {
    name: "tool",
    section: "STIX 2.1 §4.18",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
        optional("tool_types", Kind::List(&Kind::Term(&TOOL_TYPE))),
        optional("aliases", STRINGS),
        optional("kill_chain_phases", KILL_CHAIN_PHASES),
        optional("tool_version", Kind::String),
    ],
    rules: &[],
};

/// §4.19.
pub const VULNERABILITY: Shape = Shape {
    name: "vulnerability",
    section: "STIX 2.1 §4.19",
    properties: &[
        required("name", Kind::String),
        optional("description", Kind::String),
    ],
    rules: &[],
};
