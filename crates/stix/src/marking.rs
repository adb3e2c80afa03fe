//! Data markings: TLP 2.0 and 1.x, statements, policies, caveats, object and granular markings (STIX 2.1 §7.2).

pub mod caveat;
pub mod iep;

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::id::Id;
use crate::json::tree::{self, Members};
use crate::marking::caveat::Caveat;
use crate::marking::iep::Iep;
use crate::object::Object;
use crate::selector::Selector;

/// The extension that carries TLP 2.0 markings.
pub const TLP_2_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The Traffic Light Protocol 2.0 (FIRST), least restrictive first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tlp {
    /// No limit on disclosure.
    Clear,
    /// The community.
    Green,
    /// The organisations named and their clients.
    Amber,
    /// The organisations named.
    AmberStrict,
    /// The persons named.
    Red,
}

impl Tlp {
    /// All five, least restrictive first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];

    /// The identifier of RED in TLP 1.x (STIX 2.1 §7.2.1.4).
    pub const RED_1_ID: &str = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";

    /// The identifier of the marking definition of TLP 2.0.
    pub fn id_text(self) -> &'static str {
        match self {
            Self::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Self::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Self::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Self::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Self::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        }
    }

    /// The level that a marking definition's identifier stands for: TLP 2.0, or TLP 1.x read as its successor.
    pub fn from_id(id: &Id) -> Option<Self> {
        let text = id.as_str();
        // STIX 2.1 §7.2.1.4 fixes the four identifiers of TLP 1.x.
        Some(match text {
            "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9" => Self::Clear,
            "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => Self::Green,
            "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => Self::Amber,
            Self::RED_1_ID => Self::Red,
            _ => return Self::ALL.into_iter().find(|level| level.id_text() == text),
        })
    }

    /// The label as FIRST spells it: `TLP:AMBER+STRICT`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// Reads a label, with or without `TLP:`, in any case; `white` is read as CLEAR.
    pub fn from_label(label: &str) -> Option<Self> {
        let upper = label.to_ascii_uppercase();
        Some(match upper.strip_prefix("TLP:").unwrap_or(&upper) {
            "CLEAR" | "WHITE" => Self::Clear,
            "GREEN" => Self::Green,
            "AMBER" => Self::Amber,
            "AMBER+STRICT" => Self::AmberStrict,
            "RED" => Self::Red,
            _ => return None,
        })
    }

    /// The marking definition object of TLP 2.0, as every node knows it.
    pub fn definition(self) -> Value {
        let level = match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber+strict",
            Self::Red => "red",
        };
        serde_json::json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": self.id_text(),
            "created": "2022-10-01T00:00:00.000Z",
            "name": self.label(),
            "extensions": { TLP_2_EXTENSION: { "extension_type": "property-extension", "tlp_2_0": level } },
        })
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// What a marking definition says, as far as this version understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// To whom it may be released and to whom not.
    Caveat(Caveat),
    /// An Information Exchange Policy 2.0.
    Iep(Iep),
    /// A level of the Traffic Light Protocol.
    Tlp(Tlp),
    /// A statement (copyright, terms of use): it travels with the object and restricts nobody.
    Statement(String),
    /// Anything else: who reads this fails closed.
    Unknown,
}

impl Definition {
    /// Reads a marking definition object.
    ///
    /// The TLP levels are recognised by identifier only: an object that merely calls itself `TLP:CLEAR` is unknown.
    pub fn read(object: &Object) -> Self {
        if let Some(level) = Tlp::from_id(object.id()) {
            return Self::Tlp(level);
        }
        if let Some(policy) = Iep::read(object) {
            return Self::Iep(policy);
        }
        if let Some(caveat) = Caveat::read(object) {
            return Self::Caveat(caveat);
        }
        let properties = object.members();
        let statement = properties
            .get("definition")
            .and_then(|definition| definition.get("statement"));
        match (
            object.string("definition_type"),
            statement.and_then(tree::Value::as_str),
        ) {
            (Some("statement"), Some(text)) if !properties.contains_key("extensions") => {
                Self::Statement(text.to_owned())
            }
            _ => Self::Unknown,
        }
    }
}

/// What a marking definition says in an extension, where it says nothing besides: all other properties are such as any
/// marking definition may have (§7.2.1), and the extension is the only one.
fn sole_extension<'o>(object: &'o Object, key: &str) -> Option<Members<'o>> {
    let properties = object.members();
    let usual = |name: &str| {
        matches!(
            name,
            "type"
                | "spec_version"
                | "id"
                | "created"
                | "created_by_ref"
                | "name"
                | "external_references"
                | "object_marking_refs"
                | "extensions"
        )
    };
    if object.kind() != "marking-definition" || !properties.keys().all(usual) {
        return None;
    }
    let extensions = properties.get("extensions")?.members()?;
    let content = extensions.get(key)?.members()?;
    let kind = content.get("extension_type").and_then(tree::Value::as_str);
    (extensions.len() == 1 && kind == Some("property-extension")).then_some(content)
}

/// The markings that an object carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markings {
    /// `object_marking_refs`, in the order received.
    pub object: Vec<Id>,
    /// `granular_markings` that name a marking definition; language tags restrict nothing and are left out.
    pub granular: Vec<GranularMarking>,
}

/// One granular marking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GranularMarking {
    /// The marking definition.
    pub marking: Id,
    /// The parts that it marks.
    pub selectors: Vec<Selector>,
}

/// Why an object's markings cannot be read. Such an object is refused: what cannot be read cannot be enforced.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadMarkingsError {
    /// `object_marking_refs` is not a list of identifiers of marking definitions.
    #[error("`object_marking_refs` is not a list of marking-definition identifiers")]
    ObjectMarkings,
    /// `granular_markings` is not a list of objects with `selectors` and exactly one of `marking_ref` and `lang`.
    #[error(
        "entry {0} of `granular_markings` does not have `selectors` and exactly one of `marking_ref` and `lang`"
    )]
    Granular(usize),
    /// `granular_markings` is not a list.
    #[error("`granular_markings` is not a list")]
    GranularList,
    /// A selector that cannot be read or selects nothing in the object.
    #[error(
        "the selector `{0}` of `granular_markings` is malformed or selects nothing in this object"
    )]
    Selector(String),
    /// More granular markings or selectors than [`MAX_SELECTORS`].
    #[error("more than {MAX_SELECTORS} selectors in `granular_markings`")]
    TooMany,
}

impl Markings {
    /// Reads the markings of an object's properties (STIX 2.1 §7.2).
    ///
    /// # Errors
    /// [`ReadMarkingsError`] on anything that is not exactly as the standard has it.
    pub fn read(properties: Members<'_>) -> Result<Self, ReadMarkingsError> {
        let items = |name: &str, error: ReadMarkingsError| {
            properties
                .get(name)
                .map(|value| value.items().ok_or(error))
                .transpose()
        };
        let refs = items("object_marking_refs", ReadMarkingsError::ObjectMarkings)?;
        let object = refs
            .into_iter()
            .flatten()
            .map(|item| marking_id(item).ok_or(ReadMarkingsError::ObjectMarkings))
            .collect::<Result<_, _>>()?;
        let mut granular = Vec::new();
        let entries = items("granular_markings", ReadMarkingsError::GranularList)?;
        let mut selector_count = 0;
        for (at, entry) in entries.into_iter().flatten().enumerate() {
            let bad = || ReadMarkingsError::Granular(at);
            let entry = entry.members().ok_or_else(bad)?;
            let listed = entry
                .get("selectors")
                .and_then(tree::Value::items)
                .filter(|list| !list.is_empty());
            let mut selectors = Vec::new();
            for selector in listed.ok_or_else(bad)? {
                selector_count += 1;
                if selector_count > MAX_SELECTORS {
                    return Err(ReadMarkingsError::TooMany);
                }
                let text = selector.as_str().ok_or_else(bad)?;
                let parsed = Selector::parse(text)
                    .ok()
                    .filter(|parsed| parsed.resolve_in_tree(properties).is_some());
                selectors.push(parsed.ok_or_else(|| ReadMarkingsError::Selector(text.to_owned()))?);
            }
            match (entry.get("marking_ref"), entry.get("lang")) {
                (Some(marking), None) => {
                    granular.push(GranularMarking {
                        marking: marking_id(marking).ok_or_else(bad)?,
                        selectors,
                    });
                }
                (None, Some(language)) if language.as_str().is_some() => {}
                _ => return Err(bad()),
            }
        }
        Ok(Self { object, granular })
    }
}

fn marking_id(value: tree::Value<'_>) -> Option<Id> {
    value
        .as_str()
        .and_then(|text| Id::parse(text).ok())
        .filter(|id| id.kind() == "marking-definition")
}

/// Most selectors in one object's granular markings: each is compared with each part of the object.
pub const MAX_SELECTORS: usize = 1_000;
