//! Markings of an object, and marking definitions, §7.2.

use crate::json::tree::{Members, Value, View};

use super::check;
use super::code;
use super::findings::{Findings, Path, shortened};
use super::value::{self, Around};
use crate::id::Id;
use crate::marking::{MAX_SELECTORS, TLP_2_EXTENSION, Tlp};
use crate::model::meta;
use crate::selector::Selector;

/// Checks that every selector selects something (§7.2.3.1).
pub(super) fn selectors(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let path = Path::Name(&root, "granular_markings");
    let entries = properties.get("granular_markings").and_then(Value::items);
    let Some(entries) = entries else {
        return;
    };
    let mut count = 0;
    for (at, entry) in entries.iter().enumerate() {
        let here = Path::Item(&path, at);
        let here = Path::Name(&here, "selectors");
        let listed = entry.get("selectors").and_then(Value::items);
        for (index, selector) in listed.into_iter().flatten().enumerate() {
            count += 1;
            if count > MAX_SELECTORS {
                findings.add(
                    &code::SELECTOR,
                    here,
                    format_args!("more than {MAX_SELECTORS} selectors"),
                );
                return;
            }
            let Some(text) = selector.as_str() else {
                continue;
            };
            let here = Path::Item(&here, index);
            match Selector::parse(text) {
                Err(error) => findings.add(
                    &code::SELECTOR,
                    here,
                    format_args!("`{}` is not a selector: {error}", shortened(text)),
                ),
                Ok(selector) if selector.resolve_in_tree(properties).is_none() => findings.add(
                    &code::SELECTOR,
                    here,
                    format_args!("`{}` selects nothing in this object", shortened(text)),
                ),
                Ok(_) => {}
            }
        }
    }
}

/// Checks a marking definition.
pub(super) fn definition(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let id = properties.get("id").and_then(Value::as_str);
    let path = Path::Name(&root, "definition");
    let kind = properties.get("definition_type").and_then(Value::as_str);
    let level = id
        .and_then(|id| Id::parse(id).ok())
        .and_then(|id| Tlp::from_id(&id));
    let definition = properties.get("definition");
    match (kind, definition.map(Value::view)) {
        (Some("tlp"), _) => {
            if !is_tlp_1(properties) {
                findings.add_with_help(
                    &code::MARKING_TLP,
                    path,
                    "a marking of type `tlp` must be one of the four that the standard defines, as it is defined there",
                    "use the markings of TLP 2.0",
                );
            }
        }
        (_, None) => {}
        (Some("statement"), Some(View::Object(statement))) => {
            value::part(
                &meta::STATEMENT,
                statement,
                path,
                Around::default(),
                findings,
            );
        }
        (_, Some(View::Object(map))) if map.is_empty() => {
            findings.add(&code::EMPTY, path, "an empty marking");
        }
        (_, Some(View::Object(_))) => {
            if kind.is_some() {
                findings.advise(
                    check::EXTENSIONS_USE,
                    &code::MARKING_CUSTOM,
                    code::MARKING_CUSTOM.section,
                    Path::Name(&root, "definition_type"),
                    "the standard has `statement` and `tlp`; other markings are made with an extension",
                );
            }
        }
        (_, Some(_)) => {
            if let Some(other) = definition {
                value::wrong(path, "an object in braces", other, findings);
            }
        }
    }
    if kind != Some("tlp") && TLP_1.iter().any(|(_, known)| Some(*known) == id) {
        findings.add(
            &code::MARKING_IMPOSTOR,
            Path::Name(&root, "id"),
            "this is the identifier of a TLP marking; who reads it will take the object for that",
        );
    }
    tlp_2(level, properties, root, findings);
    itself(id, properties, root, findings);
}

/// Checks that TLP 2.0 is said by its own objects only.
fn tlp_2(level: Option<Tlp>, properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let id = properties.get("id").and_then(Value::as_str);
    let level = level.filter(|level| Some(level.id_text()) == id);
    let said = properties
        .get("extensions")
        .and_then(|extensions| extensions.get(TLP_2_EXTENSION));
    let good = match level {
        Some(level) => {
            let defined = level.definition();
            said.map(Value::to_value).as_ref()
                == defined.pointer(&format!("/extensions/{TLP_2_EXTENSION}"))
                && properties.get("created").and_then(Value::as_str)
                    == defined.get("created").and_then(serde_json::Value::as_str)
                && properties.get("definition").is_none()
        }
        None => said.is_none(),
    };
    if !good {
        findings.add_of(
            &code::MARKING_TLP,
            "TLP 2.0 extension",
            Path::Name(&root, "extensions"),
            "this is not one of the five markings of TLP 2.0 as they are defined",
            None,
        );
    }
}

/// Checks that the marking does not mark itself (§3.2).
fn itself(id: Option<&str>, properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let Some(id) = id else {
        return;
    };
    let object = properties
        .get("object_marking_refs")
        .and_then(Value::items)
        .into_iter()
        .flatten();
    let granular = properties
        .get("granular_markings")
        .and_then(Value::items)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("marking_ref"));
    for (name, found) in [
        (
            "object_marking_refs",
            object.filter_map(Value::as_str).any(|text| text == id),
        ),
        (
            "granular_markings",
            granular.filter_map(Value::as_str).any(|text| text == id),
        ),
    ] {
        if found {
            findings.add(
                &code::MARKING_SELF,
                Path::Name(&root, name),
                "a marking definition must not be marked with itself",
            );
        }
    }
}

/// Whether this is one of the four markings of §7.2.1.4, with nothing added, left out or changed.
fn is_tlp_1(properties: Members<'_>) -> bool {
    TLP_1.iter().any(|(level, id)| {
        let defined = serde_json::json!({
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": id,
            "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp",
            "name": format!("TLP:{}", level.to_ascii_uppercase()),
            "definition": { "tlp": level },
        });
        defined.as_object() == Some(&properties.to_map())
    })
}

/// The levels of TLP 1 and their markings, §7.2.1.4.
const TLP_1: &[(&str, &str)] = &[
    (
        "white",
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    ),
    (
        "green",
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    ),
    (
        "amber",
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    ),
    (
        "red",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    ),
];
