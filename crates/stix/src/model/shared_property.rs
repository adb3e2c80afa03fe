//! Common properties (§3.2) and the types of their values (§2).

use super::{
    Class, Format, Kind, PERCENT, Property, Rule, STRINGS, Shape, Targets, optional, required, to,
};

/// How a common property goes with a class of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It must be there.
    Required,
    /// It may be there.
    Optional,
    /// The standard does not have it there.
    NotApplicable,
}

/// The common properties but `type` and `id`, which every object has.
pub const PROPERTIES: &[Property] = &[
    optional("spec_version", Kind::String),
    optional("created_by_ref", to(&["identity"])),
    optional("created", Kind::Timestamp),
    optional("modified", Kind::Timestamp),
    optional("revoked", Kind::Boolean),
    optional("labels", STRINGS),
    optional("confidence", PERCENT),
    optional("lang", Kind::Text(Format::Language)),
    optional(
        "external_references",
        Kind::List(&Kind::Object(&EXTERNAL_REFERENCE)),
    ),
    optional(
        "object_marking_refs",
        Kind::List(&to(&["marking-definition"])),
    ),
    optional(
        "granular_markings",
        Kind::List(&Kind::Object(&GRANULAR_MARKING)),
    ),
    optional("defanged", Kind::Boolean),
    optional("extensions", Kind::Extensions),
];

/// How the common property `name` goes with a class, by the table of §3.2.
pub fn usage(class: Class, name: &str) -> Use {
    PROPERTIES
        .iter()
        .zip(usages(class))
        .find_map(|(property, usage)| (property.name == name).then_some(usage))
        .unwrap_or(Use::NotApplicable)
}

/// How the common properties go with a class, by the table of §3.2, in the order of [`PROPERTIES`].
pub fn usages(class: Class) -> impl Iterator<Item = Use> {
    let column = match class {
        Class::Domain | Class::Relationship => 0,
        Class::Observable => 1,
        Class::Extension => 2,
        Class::Language => 3,
        Class::Marking => 4,
    };
    USAGE
        .iter()
        .map(move |row| row.get(column).copied().unwrap_or(Use::NotApplicable))
}

/// The table of §3.2, a row for each of [`PROPERTIES`], with the columns: domain and relationship objects,
/// observables, extension definitions, language contents, marking definitions. What the text of a type says otherwise than the table is taken from there.
const USAGE: [[Use; 5]; PROPERTIES.len()] = {
    use Use::{NotApplicable as N, Optional as O, Required as R};
    [
        [R, O, R, R, R], // spec_version
        [O, N, R, O, O], // created_by_ref
        [R, N, R, R, R], // created
        [R, N, R, R, N], // modified
        [O, N, O, O, N], // revoked
        [O, N, O, O, N], // labels
        [O, N, N, O, N], // confidence
        [O, N, N, N, N], // lang
        [O, N, O, O, O], // external_references
        [O, O, O, O, O], // object_marking_refs
        [O, O, O, O, O], // granular_markings
        [N, O, N, N, N], // defanged
        [O, O, N, O, O], // extensions
    ]
};

/// §2.5.
pub const EXTERNAL_REFERENCE: Shape = Shape {
    name: "external-reference",
    section: "STIX 2.1 §2.5",
    properties: &[
        required("source_name", Kind::String),
        optional("description", Kind::String),
        optional("url", Kind::Text(Format::UrlSuggested)),
        optional("hashes", Kind::Hashes),
        optional("external_id", Kind::String),
    ],
    rules: &[Rule::AtLeastOne(&["description", "url", "external_id"])],
};

/// §2.11.
pub const KILL_CHAIN_PHASE: Shape = Shape {
    name: "kill-chain-phase",
    section: "STIX 2.1 §2.11",
    properties: &[
        required("kill_chain_name", Kind::Text(Format::LowerCase)),
        required("phase_name", Kind::Text(Format::LowerCase)),
    ],
    rules: &[],
};

/// §7.2.3.1.
pub const GRANULAR_MARKING: Shape = Shape {
    name: "granular-marking",
    section: "STIX 2.1 §7.2.3.1",
    properties: &[
        optional("lang", Kind::Text(Format::Language)),
        optional("marking_ref", to(&["marking-definition"])),
        required("selectors", STRINGS),
    ],
    rules: &[
        Rule::AtLeastOne(&["lang", "marking_ref"]),
        Rule::NotTogether("lang", "marking_ref"),
    ],
};

pub(super) const KILL_CHAIN_PHASES: Kind = Kind::List(&Kind::Object(&KILL_CHAIN_PHASE));
pub(super) const ANY_REFERENCES: Kind = Kind::List(&Kind::Reference(Targets::Any));
