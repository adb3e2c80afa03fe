//! One STIX object, kept as received.

use std::sync::OnceLock;

use base::diagnostic::{Diagnostic, Place};
use base::limits::{OBJECT_BYTES, REFERENCES_PER_OBJECT};
use serde_json::{Map, Value};

use crate::id::Id;
use crate::json::tree::{self, Members, Tree};
use crate::marking::{Markings, ReadMarkingsError};
use crate::reference;
use crate::timestamp::Timestamp;

/// A STIX object: its JSON text byte for byte as received, and what was read of it.
///
/// A value of this type has what every path through a node relies on: a type and an identifier that agree, version
/// timestamps that can be compared, markings that can be enforced. Whether it is *valid* STIX is asked of
/// [`crate::validate`] and answered with diagnostics.
///
/// What is asked of it borrows from the text.
#[derive(Debug, Clone)]
pub struct Object {
    text: Box<str>,
    tree: Tree,
    /// The properties as a map, for those who change them; made when it is asked for.
    map: OnceLock<Map<String, Value>>,
    id: Id,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    markings: Markings,
}

impl Object {
    /// Reads one object from its JSON text.
    ///
    /// # Errors
    /// What makes the text unfit to be held at all, one diagnostic for each: not JSON, a duplicate name, too large
    /// or too deep, no identifier, a version that cannot be compared, markings that cannot be enforced.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > OBJECT_BYTES {
            let message = format!(
                "the object has {} bytes, more than {OBJECT_BYTES}",
                text.len()
            );
            return Err(vec![Diagnostic::error(
                "STIX-JSON-03",
                Place::Whole,
                message,
            )]);
        }
        let space_bytes = text.len() - text.trim_start_matches(JSON_SPACE).len();
        let text: Box<str> = text.trim_matches(JSON_SPACE).into();
        let tree = tree::parse(&text).map_err(|mut fault| {
            fault.offset += space_bytes;
            vec![fault.diagnostic()]
        })?;
        let Some(members) = tree.root(&text).members() else {
            return Err(vec![Diagnostic::error(
                "STIX-JSON-02",
                Place::Whole,
                "an object stands in braces `{…}`",
            )]);
        };
        let Head {
            id,
            created,
            modified,
            markings,
        } = Head::read(members)?;
        Ok(Self {
            text,
            tree,
            map: OnceLock::new(),
            id,
            created,
            modified,
            markings,
        })
    }

    /// Makes an object of properties, writing its text: common properties first, then by name.
    ///
    /// # Errors
    /// As [`Object::parse`].
    pub fn from_properties(properties: Map<String, Value>) -> Result<Self, Vec<Diagnostic>> {
        let object = Self::parse(&write(&properties))?;
        // Reading the text again would give the same.
        let _ = object.map.set(properties);
        Ok(object)
    }

    /// The JSON text as received, without white space around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The identifier.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// The object type.
    pub fn kind(&self) -> &str {
        self.id.kind()
    }

    /// All properties, in the order of the text.
    pub fn members(&self) -> Members<'_> {
        // INVARIANT: the text is an object; `value` of the empty tree would have no members.
        self.tree.root(&self.text).as_members()
    }

    /// All properties as a map, for those who change them or want them by name: it is made when it is first asked
    /// for, and costs several times what [`Object::members`] does.
    pub fn properties(&self) -> &Map<String, Value> {
        self.map.get_or_init(|| self.members().to_map())
    }

    /// `created`, where the object has one.
    pub fn created(&self) -> Option<&Timestamp> {
        self.created.as_ref()
    }

    /// `modified`, where the object has one.
    pub fn modified(&self) -> Option<&Timestamp> {
        self.modified.as_ref()
    }

    /// What tells versions of one identifier apart: `modified`, else `created`; none for most SCOs (TAXII 2.1 §3.4.1).
    pub fn version(&self) -> Option<&Timestamp> {
        self.modified.as_ref().or(self.created.as_ref())
    }

    /// The markings of the object and of its parts.
    pub fn markings(&self) -> &Markings {
        &self.markings
    }

    /// Whether the object is revoked (§3.6): this version and every earlier one.
    pub fn is_revoked(&self) -> bool {
        self.members().get("revoked").and_then(tree::Value::as_bool) == Some(true)
    }

    /// `created_by_ref`, where the object has one.
    pub fn created_by(&self) -> Option<Id> {
        self.reference("created_by_ref")
    }

    /// A property that is a string.
    pub fn string(&self, name: &str) -> Option<&str> {
        self.members().get(name).and_then(tree::Value::as_str)
    }

    /// A property that is a list of strings; what is no string is passed over.
    pub fn strings(&self, name: &str) -> impl Iterator<Item = &str> {
        self.members()
            .get(name)
            .and_then(tree::Value::items)
            .into_iter()
            .flatten()
            .filter_map(tree::Value::as_str)
    }

    /// A property that is one identifier.
    pub fn reference(&self, name: &str) -> Option<Id> {
        self.string(name).and_then(|text| Id::parse(text).ok())
    }

    /// A property that is a list of identifiers.
    pub fn reference_list(&self, name: &str) -> impl Iterator<Item = Id> {
        self.strings(name).filter_map(|text| Id::parse(text).ok())
    }

    /// A property that is a timestamp.
    pub fn timestamp(&self, name: &str) -> Option<Timestamp> {
        self.string(name)
            .and_then(|text| Timestamp::parse(text).ok())
    }

    /// What a person would call the object: its name, value, pattern or first words.
    pub fn title(&self) -> &str {
        [
            "name",
            "value",
            "pattern",
            "abstract",
            "content",
            "opinion",
            "path",
            "key",
            "user_id",
            "relationship_type",
        ]
        .into_iter()
        .find_map(|name| self.string(name))
        .unwrap_or(self.id.as_str())
    }
}

/// What is read of an object when it is taken in.
struct Head {
    id: Id,
    created: Option<Timestamp>,
    modified: Option<Timestamp>,
    markings: Markings,
}

impl Head {
    fn read(properties: Members<'_>) -> Result<Self, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let id = read_id(properties, &mut found);
        let created = read_timestamp(properties, "created", &mut found);
        let modified = read_timestamp(properties, "modified", &mut found);
        let markings = Markings::read(properties).unwrap_or_else(|error| {
            found.push(markings_diagnostic(&error));
            Markings::default()
        });
        if reference::reaches_limit(properties) {
            let message = format!("the object refers to {REFERENCES_PER_OBJECT} others or more");
            found.push(Diagnostic::error("STIX-REF-01", Place::Whole, message));
        }
        match id {
            Some(id) if found.is_empty() => Ok(Self {
                id,
                created,
                modified,
                markings,
            }),
            _ => Err(found),
        }
    }
}

/// The JSON text of properties: the common properties in their customary order, then the others by name.
fn write(properties: &Map<String, Value>) -> String {
    let first = [
        "type",
        "spec_version",
        "id",
        "created_by_ref",
        "created",
        "modified",
    ];
    let rest = properties
        .keys()
        .map(String::as_str)
        .filter(|name| !first.contains(name));
    let mut text = String::from("{");
    for name in first
        .into_iter()
        .filter(|name| properties.contains_key(*name))
        .chain(rest)
    {
        let Some(value) = properties.get(name) else {
            continue;
        };
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&Value::String(name.to_owned()).to_string());
        text.push(':');
        text.push_str(&value.to_string());
    }
    text.push('}');
    text
}

fn read_id(properties: Members<'_>, found: &mut Vec<Diagnostic>) -> Option<Id> {
    let kind = properties.get("type").and_then(tree::Value::as_str);
    if kind.is_none() {
        let place = Place::Pointer("/type".into());
        found.push(
            Diagnostic::error("STIX-ID-01", place, "`type` is missing or not a string")
                .with_section("STIX 2.1 §3.2")
                .with_help("give the object type, for example `indicator`"),
        );
    }
    let place = Place::Pointer("/id".into());
    let Some(text) = properties.get("id").and_then(tree::Value::as_str) else {
        found.push(
            Diagnostic::error("STIX-ID-02", place, "`id` is missing or not a string")
                .with_section("STIX 2.1 §3.2")
                .with_help("give an identifier of the form `type--UUID`"),
        );
        return None;
    };
    match Id::parse(text) {
        Err(error) => {
            let message = format!("`{}` is not an identifier: {error}", shortened(text));
            found.push(
                Diagnostic::error("STIX-ID-03", place, message).with_section("STIX 2.1 §2.9"),
            );
            None
        }
        Ok(id) if kind.is_some_and(|kind| kind != id.kind()) => {
            let message = format!(
                "the identifier is of a `{}`, the object of type `{}`",
                id.kind(),
                shortened(kind.unwrap_or_default())
            );
            found.push(
                Diagnostic::error("STIX-ID-04", place, message).with_section("STIX 2.1 §2.9"),
            );
            None
        }
        Ok(id) => Some(id),
    }
}

fn read_timestamp(
    properties: Members<'_>,
    name: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<Timestamp> {
    let value = properties.get(name)?;
    let place = Place::Pointer(format!("/{name}"));
    let parsed = value.as_str().map(Timestamp::parse);
    match parsed {
        Some(Ok(timestamp)) => Some(timestamp),
        Some(Err(error)) => {
            found.push(
                Diagnostic::error(
                    "STIX-TIME-01",
                    place,
                    format!("`{name}` is not a timestamp: {error}"),
                )
                .with_section("STIX 2.1 §2.16"),
            );
            None
        }
        None => {
            found.push(
                Diagnostic::error("STIX-TIME-01", place, format!("`{name}` is not a string"))
                    .with_section("STIX 2.1 §2.16"),
            );
            None
        }
    }
}

fn markings_diagnostic(error: &ReadMarkingsError) -> Diagnostic {
    let name = match error {
        ReadMarkingsError::ObjectMarkings => "/object_marking_refs",
        _ => "/granular_markings",
    };
    Diagnostic::error("STIX-MARK-01", Place::Pointer(name.into()), error.to_string())
        .with_section("STIX 2.1 §7.2")
        .with_help("an object whose markings cannot be read is not taken in, because they could not be enforced")
}

/// The first characters of a text from outside, for a message.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// White space of JSON, RFC 8259 §2.
const JSON_SPACE: &[char] = &[' ', '\t', '\r', '\n'];
