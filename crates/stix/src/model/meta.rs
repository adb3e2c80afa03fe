//! Meta objects, §7.

use super::{Kind, Property, Rule, STRINGS, Shape, Targets, optional, required};
use crate::vocab::core::EXTENSION_TYPE;

/// §7.1.
pub const LANGUAGE_CONTENT: Shape = Shape {
    name: "language-content",
    section: "STIX 2.1 §7.1",
    properties: &[
        required("object_ref", Kind::Reference(Targets::Any)),
        optional("object_modified", Kind::Timestamp),
        required("contents", Kind::Contents),
    ],
    rules: &[],
};

/// §7.2.1. What `definition` holds depends on `definition_type`.
pub const MARKING_DEFINITION: Shape = Shape {
    name: "marking-definition",
    section: "STIX 2.1 §7.2.1",
    properties: &[
        optional("name", Kind::String),
        optional("definition_type", Kind::String),
        optional("definition", Kind::Any),
    ],
    rules: &[
        Rule::Needs("definition", "definition_type"),
        Rule::Needs("definition_type", "definition"),
        Rule::AtLeastOne(&["definition", "extensions"]),
    ],
};

/// §7.3.
pub const EXTENSION_DEFINITION: Shape = Shape {
    name: "extension-definition",
    section: "STIX 2.1 §7.3",
    properties: EXTENSION_PROPERTIES,
    rules: &[],
};

/// The statement marking, §7.2.1.3.
pub const STATEMENT: Shape = Shape {
    name: "statement",
    section: "STIX 2.1 §7.2.1.3",
    properties: &[required("statement", Kind::String)],
    rules: &[],
};

const EXTENSION_PROPERTIES: &[Property] = &[
    required("name", Kind::String),
    optional("description", Kind::String),
    required("schema", Kind::String),
    required("version", Kind::String),
    required("extension_types", Kind::List(&Kind::Term(&EXTENSION_TYPE))),
    optional("extension_properties", STRINGS),
];
