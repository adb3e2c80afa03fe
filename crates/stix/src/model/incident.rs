//! The Incident Core Extension suite, revision 07 of 2024-07-02 (OASIS common object repository).
//!
//! What revision 06 wrote otherwise is read too: counts of entities as a dictionary, `monetary-ext` for
//! `economic-ext`; its entry lists are reported as properties that the extension does not have.

use super::relationship::{Row, row, row_to_observables};
use super::shared_property::ANY_REFERENCES;
use super::{
    FLOAT, INTEGER, Is, Kind, NATURAL, PERCENT, Presence, Property, Rule, Shape, Targets, optional,
    required, to,
};
use crate::vocab::incident::{
    ASSET_TYPE, DETECTION_METHODS, ECONOMIC_IMPACT_TYPE, ENTITY_TYPE, EVENT_STATUS, EVENT_TYPE,
    EXTERNAL_IMPACT, INCIDENT_CONFIDENTIALITY_LOSS, INCIDENT_DETERMINATION, INCIDENT_INVESTIGATION,
    INFORMATION_TYPE, INTEGRITY_ALTERATION, PHYSICAL_IMPACT, RECOVERABILITY, STATE_CHANGE_TYPE,
    TASK_OUTCOME, TASK_TYPE, TIMESTAMP_FIDELITY, TRACEABILITY,
};

/// The objects of the suite.
pub const SHAPES: &[&Shape] = &[&EVENT, &IMPACT, &TASK];

/// The extension that makes an object of this type one of the suite's, and which extension type it has.
pub fn extension_of(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "incident" => (crate::view::INCIDENT_CORE_EXTENSION, "property-extension"),
        "event" => (
            "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
            "new-sdo",
        ),
        "impact" => (
            "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
            "new-sdo",
        ),
        "task" => (
            "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
            "new-sdo",
        ),
        _ => return None,
    })
}

/// The extension of `incident`.
pub const INCIDENT_CORE: Shape = Shape {
    name: "Incident Core Extension",
    section: SECTION,
    properties: &[
        required("determination", Kind::Term(&INCIDENT_DETERMINATION)),
        required("investigation_status", Kind::Term(&INCIDENT_INVESTIGATION)),
        optional("criticality", PERCENT),
        optional(
            "detection_methods",
            Kind::List(&Kind::Term(&DETECTION_METHODS)),
        ),
        optional("event_refs", EVENTS),
        optional("impact_refs", IMPACTS),
        optional("incident_types", EVENT_TYPES),
        optional("recoverability", Kind::Term(&RECOVERABILITY)),
        optional("scores", Kind::List(&Kind::Object(&INCIDENT_SCORE))),
        optional("task_refs", TASKS),
    ],
    rules: &[],
};

/// `event`.
pub const EVENT: Shape = Shape {
    name: "event",
    section: SECTION,
    properties: &[
        required("status", Kind::Term(&EVENT_STATUS)),
        optional("changed_objects", STATE_CHANGES),
        optional("description", Kind::String),
        optional("end_time", Kind::Timestamp),
        optional("end_time_fidelity", FIDELITY),
        optional("event_types", EVENT_TYPES),
        optional("goal", Kind::String),
        optional("name", Kind::String),
        optional("next_event_refs", EVENTS),
        optional("sighting_refs", Kind::List(&to(&["sighting"]))),
        optional("start_time", Kind::Timestamp),
        optional("start_time_fidelity", FIDELITY),
    ],
    rules: TIMES,
};

/// `impact`.
pub const IMPACT: Shape = Shape {
    name: "impact",
    section: SECTION,
    properties: &[
        optional("impact_category", Kind::String),
        optional("criticality", PERCENT),
        optional("description", Kind::String),
        optional("end_time", Kind::Timestamp),
        optional("end_time_fidelity", FIDELITY),
        optional("impacted_entity_counts", ENTITY_COUNTS),
        optional("impacted_refs", ANY_REFERENCES),
        optional("recoverability", Kind::Term(&RECOVERABILITY)),
        optional("start_time", Kind::Timestamp),
        optional("start_time_fidelity", FIDELITY),
        optional("sub_impact_refs", IMPACTS),
        optional("superseded_by_ref", to(&["impact"])),
    ],
    rules: &[
        Rule::NotBefore("start_time", "end_time"),
        Rule::Needs("superseded_by_ref", "end_time"),
    ],
};

/// `task`.
pub const TASK: Shape = Shape {
    name: "task",
    section: SECTION,
    properties: &[
        required("outcome", Kind::Term(&TASK_OUTCOME)),
        optional("affected_entity_counts", ENTITY_COUNTS),
        optional("changed_objects", STATE_CHANGES),
        optional("task_types", Kind::List(&Kind::Term(&TASK_TYPE))),
        optional("description", Kind::String),
        optional("due_date", Kind::Timestamp),
        optional("end_time", Kind::Timestamp),
        optional("end_time_fidelity", FIDELITY),
        optional("error", Kind::String),
        optional("name", Kind::String),
        optional("next_task_refs", TASKS),
        optional("priority", PERCENT),
        optional("start_time", Kind::Timestamp),
        optional("start_time_fidelity", FIDELITY),
    ],
    rules: TIMES,
};

/// The extensions of `impact`, one for each category.
pub const IMPACT_EXTENSIONS: &[&Shape] = &[
    &Shape {
        name: "availability-ext",
        section: SECTION,
        properties: &[required("availability_impact", PERCENT)],
        rules: &[],
    },
    &Shape {
        name: "confidentiality-ext",
        section: SECTION,
        properties: &[
            required("loss_type", Kind::Term(&INCIDENT_CONFIDENTIALITY_LOSS)),
            optional("information_type", Kind::Term(&INFORMATION_TYPE)),
            optional("record_count", NATURAL),
            optional("record_size", NATURAL),
        ],
        rules: &[Rule::Where(
            "loss_type",
            Is::NoneOf(&["none"]),
            "information_type",
            Presence::Required,
        )],
    },
    &Shape {
        name: "external-ext",
        section: SECTION,
        properties: &[required("impact_type", Kind::Term(&EXTERNAL_IMPACT))],
        rules: &[],
    },
    &Shape {
        name: "integrity-ext",
        section: SECTION,
        properties: &[
            required("alteration", Kind::Term(&INTEGRITY_ALTERATION)),
            optional("information_type", Kind::Term(&INFORMATION_TYPE)),
            optional("record_count", NATURAL),
            optional("record_size", NATURAL),
        ],
        rules: &[Rule::Where(
            "alteration",
            Is::NoneOf(&["none"]),
            "information_type",
            Presence::Required,
        )],
    },
    &Shape {
        name: "economic-ext",
        section: SECTION,
        properties: ECONOMIC,
        rules: ECONOMIC_RULES,
    },
    &Shape {
        // The name of `economic-ext` before revision 07.
        name: "monetary-ext",
        section: SECTION,
        properties: ECONOMIC,
        rules: ECONOMIC_RULES,
    },
    &Shape {
        name: "physical-ext",
        section: SECTION,
        properties: &[
            required("impact_type", Kind::Term(&PHYSICAL_IMPACT)),
            optional("asset_type", Kind::Term(&ASSET_TYPE)),
        ],
        rules: &[Rule::Where(
            "impact_type",
            Is::NoneOf(&["none"]),
            "asset_type",
            Presence::Required,
        )],
    },
    &Shape {
        name: "traceability-ext",
        section: SECTION,
        properties: &[required("traceability_impact", Kind::Term(&TRACEABILITY))],
        rules: &[],
    },
];

pub(super) const RELATIONSHIPS: &[Row] = &[
    row("incident", "led-to", &["incident"]),
    row("incident", "impacts", &["identity", "infrastructure"]),
    row(
        "incident",
        "attributed-to",
        &["intrusion-set", "threat-actor"],
    ),
    row("incident", "targets", &["identity", "infrastructure"]),
    row("incident", "located-at", &["location"]),
    row("campaign", "associated-with", &["incident"]),
    row("identity", "contact-for", &["incident", "task"]),
    row("indicator", "detected", &["incident"]),
    row("event", "causes", &["impact"]),
    row("event", "affects", &["identity"]),
    row("event", "led-to", &["task"]),
    row_to_observables("event", "impacts", &["infrastructure"]),
    row("event", "located-at", &["location"]),
    row("identity", "performed", &["event", "task"]),
    row("indicator", "based-on", &["event"]),
    row("malware", "performed", &["event"]),
    row("tool", "performed", &["event", "task"]),
    row("task", "uses", &["course-of-action"]),
    row("task", "blocks", &["event"]),
    row("task", "causes", &["event"]),
    row("task", "detects", &["event"]),
    row("task", "creates", &["indicator"]),
    row_to_observables("task", "impacts", &["infrastructure"]),
    row("task", "located-at", &["location"]),
    row("identity", "assigned", &["task"]),
    // The text of the extension says `poc-for`, its table `contact-for`: both are known.
    row("identity", "poc-for", &["task"]),
    row("identity", "participated-in", &["task"]),
];

const INCIDENT_SCORE: Shape = Shape {
    name: "incident-score",
    section: SECTION,
    properties: &[
        required("name", Kind::String),
        required("value", FLOAT),
        optional("description", Kind::String),
    ],
    rules: &[],
};

const ENTITY_COUNT: Shape = Shape {
    name: "entity-count",
    section: SECTION,
    properties: &[
        required("entity_type", Kind::Term(&ENTITY_TYPE)),
        required("count", FLOAT),
        optional("precise_within", FLOAT),
    ],
    rules: &[],
};

const STATE_CHANGE: Shape = Shape {
    name: "state-change",
    section: SECTION,
    properties: &[
        required("state_change_type", Kind::Term(&STATE_CHANGE_TYPE)),
        optional("initial_ref", Kind::Reference(Targets::DomainOrObservable)),
        optional("result_ref", Kind::Reference(Targets::DomainOrObservable)),
    ],
    rules: &[Rule::AtLeastOne(&["initial_ref", "result_ref"])],
};

const ECONOMIC: &[Property] = &[
    required("variety", Kind::Term(&ECONOMIC_IMPACT_TYPE)),
    optional("conversion_rate", FLOAT),
    optional("conversion_time", Kind::Timestamp),
    optional("currency", Kind::String),
    optional("currency_actual", Kind::String),
    optional("max_amount", FLOAT),
    optional("min_amount", FLOAT),
];

const ECONOMIC_RULES: &[Rule] = &[
    Rule::Needs("conversion_rate", "currency_actual"),
    Rule::Needs("currency_actual", "conversion_rate"),
    Rule::Needs("conversion_rate", "conversion_time"),
    Rule::Needs("min_amount", "currency"),
    Rule::Needs("currency_actual", "currency"),
    Rule::Needs("max_amount", "min_amount"),
    Rule::Needs("min_amount", "max_amount"),
    Rule::NotLess("min_amount", "max_amount"),
];

const EVENTS: Kind = Kind::List(&to(&["event"]));
const IMPACTS: Kind = Kind::List(&to(&["impact"]));
const TASKS: Kind = Kind::List(&to(&["task"]));
const EVENT_TYPES: Kind = Kind::List(&Kind::Term(&EVENT_TYPE));
const FIDELITY: Kind = Kind::Term(&TIMESTAMP_FIDELITY);
const STATE_CHANGES: Kind = Kind::List(&Kind::Object(&STATE_CHANGE));
const TIMES: &[Rule] = &[Rule::NotBefore("start_time", "end_time")];
const SECTION: &str = "Incident Extension rev 07";

/// Revision 06 had a dictionary of counts.
const ENTITY_COUNTS: Kind = Kind::Either(
    &Kind::List(&Kind::Object(&ENTITY_COUNT)),
    &Kind::Dictionary(&INTEGER),
);
