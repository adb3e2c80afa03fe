//! One object as a whole.

use serde_json::{Map, Value};

use super::code;
use super::extension::{self, Declared};
use super::findings::{Findings, Path, shortened};
use super::value::{self, Around};
use super::{format, identifier, marking, rule};
use crate::id::{Id, is_type_name};
use crate::model::shared_property::{self, Use};
use crate::model::{Class, Shape, incident, relationship};
use crate::timestamp::Timestamp;

/// Checks an object.
pub(super) fn check(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let kind = kind(properties, root, findings);
    let declared = extension::declared(properties);
    let known = kind.and_then(|kind| known(kind, properties));
    let class = known.map_or_else(|| guessed(declared, properties), |(class, _)| class);
    identifier::check(kind, kind.map(|_| class), properties, root, findings);
    if kind == Some("bundle") {
        return;
    }
    if let Some(kind) = kind
        && known.is_none()
        && declared.class.is_none()
    {
        findings.add_with_help(
            &code::TYPE_CUSTOM,
            Path::Name(&root, "type"),
            format!("the standard has no object type `{}`", shortened(kind)),
            "define it with an `extension-definition`",
        );
    }
    common_properties(class, known.is_some(), properties, root, findings);
    let shape = known.map(|(_, shape)| shape);
    if let Some(shape) = shape {
        value::listed(shape, properties, root, Around::default(), findings);
        rule::check(shape, properties, root, findings);
    }
    if kind.is_some() {
        custom_properties(shape, declared, properties, root, findings);
    }
    if let Some(Value::Object(extensions)) = properties.get("extensions") {
        let kind = kind.unwrap_or_default();
        extension::check(kind, class, extensions, root, Around::default(), findings);
    }
    marking::selectors(properties, root, findings);
    order(properties, root, findings);
    special(kind.unwrap_or_default(), properties, root, findings);
}

/// The object's type, if it has one.
fn kind<'p>(
    properties: &'p Map<String, Value>,
    root: Path<'_>,
    findings: &mut Findings,
) -> Option<&'p str> {
    let path = Path::Name(&root, "type");
    let Some(kind) = properties.get("type").and_then(Value::as_str) else {
        findings.add_with_help(
            &code::TYPE_MISSING,
            path,
            "`type` is missing or not a string",
            "give the object type, for example `indicator`",
        );
        return None;
    };
    if kind == "bundle" {
        findings.add(&code::TYPE_BUNDLE, path, "a bundle is not an object");
    } else if !is_type_name(kind)
        || kind.starts_with('-')
        || kind.starts_with(|c: char| c.is_ascii_digit())
    {
        findings.add_with_help(
            &code::TYPE_NAME,
            path,
            format!("`{}` cannot be the name of a type", shortened(kind)),
            "use 3 to 250 characters of a-z, 0-9 and single hyphens, a letter first",
        );
    }
    Some(kind)
}

/// Class and table of the type; the objects of the incident suite are known by their extension.
fn known(kind: &str, properties: &Map<String, Value>) -> Option<(Class, &'static Shape)> {
    let found = crate::model::shape(kind)?;
    let suite = incident::SHAPES.iter().any(|shape| shape.name == kind);
    let key = incident::extension_of(kind).map(|(key, _)| key);
    let has = |key: &str| {
        properties
            .get("extensions")
            .and_then(|extensions| extensions.get(key))
            .is_some()
    };
    (!suite || key.is_some_and(has)).then_some(found)
}

/// The class of a type that is not known: what its extension says, else what its properties look like.
fn guessed(declared: Declared, properties: &Map<String, Value>) -> Class {
    let versioned = properties.contains_key("created") || properties.contains_key("modified");
    declared.class.unwrap_or(if versioned {
        Class::Domain
    } else {
        Class::Observable
    })
}

fn common_properties(
    class: Class,
    known: bool,
    properties: &Map<String, Value>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    for property in shared_property::PROPERTIES {
        let path = Path::Name(&root, property.name);
        let usage = shared_property::usage(class, property.name);
        let Some(found) = properties.get(property.name) else {
            if usage == Use::Required {
                findings.add_of(
                    &code::REQUIRED,
                    "STIX 2.1 §3.2",
                    path,
                    format!("the object has no `{}`", property.name),
                    None,
                );
            }
            continue;
        };
        if usage == Use::NotApplicable && (known || property.name == "defanged") {
            let code = if property.name == "defanged" {
                &code::DEFANGED
            } else {
                &code::NOT_APPLICABLE
            };
            findings.add(
                code,
                path,
                format!("objects of this type have no `{}`", property.name),
            );
        }
        value::check(&property.kind, found, path, Around::default(), findings);
        match property.name {
            "spec_version" if found.as_str() != Some("2.1") => {
                findings.add(&code::SPEC_VERSION, path, "`spec_version` must be `2.1`");
            }
            "created" | "modified" => precision(property.name, found, path, findings),
            _ => {}
        }
    }
}

/// §3.2: milliseconds at least.
fn precision(name: &str, found: &Value, path: Path<'_>, findings: &mut Findings) {
    let parsed = found.as_str().map(Timestamp::parse);
    if let Some(Ok(timestamp)) = parsed
        && timestamp.fraction_digits() < 3
    {
        findings.add_with_help(
            &code::PRECISION,
            path,
            format!(
                "`{name}` has {} digits after the point",
                timestamp.fraction_digits()
            ),
            "write milliseconds, three digits",
        );
    }
}

/// Properties that neither the table nor the common properties have.
fn custom_properties(
    shape: Option<&'static Shape>,
    declared: Declared,
    properties: &Map<String, Value>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    for (name, found) in properties {
        let listed = matches!(name.as_str(), "type" | "id")
            || shared_property::PROPERTIES
                .iter()
                .any(|property| property.name == *name)
            || shape.is_some_and(|shape| {
                shape
                    .properties
                    .iter()
                    .any(|property| property.name == *name)
            });
        if listed {
            continue;
        }
        let path = Path::Name(&root, name);
        value::property_name(name, path, findings);
        if RESERVED.contains(&name.as_str()) {
            findings.add(&code::RESERVED, path, format!("`{name}` is reserved"));
        } else if shape.is_some() && !declared.top_level {
            findings.add_with_help(
                &code::CUSTOM,
                path,
                format!("the standard has no `{}` here", shortened(name)),
                "carry it in an extension",
            );
        }
        value::anything(name, found, path, findings);
    }
}

/// §3.6.1: `modified` is not before `created`. To the last digit: the text may have more than nanoseconds.
fn order(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let read = |name: &str| Timestamp::parse(properties.get(name)?.as_str()?).ok();
    if let (Some(created), Some(modified)) = (read("created"), read("modified"))
        && modified < created
    {
        findings.add_of(
            &code::ORDER,
            "STIX 2.1 §3.6.1",
            Path::Name(&root, "modified"),
            "`modified` is before `created`",
            None,
        );
    }
}

/// What single types demand besides their tables.
fn special(kind: &str, properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    external_references(kind, properties, root, findings);
    match kind {
        "relationship" => described(properties, root, findings),
        "marking-definition" => marking::definition(properties, root, findings),
        "extension-definition" => extension_definition(properties, root, findings),
        "language-content" => contents(properties, root, findings),
        "observed-data" => observed_data(properties, root, findings),
        "impact" => impact_category(properties, root, findings),
        _ => {}
    }
}

/// §4.1.1 and §4.19.1.
fn external_references(
    kind: &str,
    properties: &Map<String, Value>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    let path = Path::Name(&root, "external_references");
    let entries = properties
        .get("external_references")
        .and_then(Value::as_array);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let here = Path::Item(&path, index);
        let (Some(source), id) = (text("source_name"), text("external_id")) else {
            continue;
        };
        for (name, is_id, of, section) in [
            (
                "cve",
                format::is_cve as fn(&str) -> bool,
                "vulnerability",
                "STIX 2.1 §4.19.1",
            ),
            (
                "capec",
                format::is_capec,
                "attack-pattern",
                "STIX 2.1 §4.1.1",
            ),
        ] {
            let named = source.eq_ignore_ascii_case(name);
            let looks =
                id.is_some_and(|id| id.to_ascii_lowercase().starts_with(&format!("{name}-")));
            let right = source == name && id.is_some_and(is_id);
            if (named || looks && kind == of) && !right {
                findings.add_of(
                    &code::EXTERNAL_ID,
                    section,
                    here,
                    format!(
                        "a reference to {} has the source name `{name}` and the identifier as it is given there",
                        name.to_ascii_uppercase()
                    ),
                    None,
                );
            }
        }
    }
}

/// §5.1 and the tables of the types.
fn described(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let id = |name: &str| Id::parse(properties.get(name)?.as_str()?).ok();
    let name = properties.get("relationship_type").and_then(Value::as_str);
    let (Some(source), Some(name), Some(target)) = (id("source_ref"), name, id("target_ref"))
    else {
        return;
    };
    if relationship::is_described(source.kind(), name, target.kind()) {
        return;
    }
    let others = relationship::described(source.kind(), target.kind());
    let message = format!(
        "the standard does not describe `{}` from `{}` to `{}`",
        shortened(name),
        shortened(source.kind()),
        shortened(target.kind())
    );
    let help = if others.is_empty() {
        "`related-to` goes between any two objects".to_owned()
    } else {
        format!("it describes {}", others.join(", "))
    };
    findings.add_with_help(
        &code::RELATIONSHIP,
        Path::Name(&root, "relationship_type"),
        message,
        help,
    );
}

/// §7.3.1.
fn extension_definition(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let types = properties.get("extension_types").and_then(Value::as_array);
    let top_level = types
        .into_iter()
        .flatten()
        .any(|item| item.as_str() == Some("toplevel-property-extension"));
    let listed = properties.contains_key("extension_properties");
    let path = Path::Name(&root, "extension_properties");
    if listed && !top_level {
        findings.add(
            &code::EXTENSION_PROPERTIES,
            path,
            "`extension_properties` goes with the extension type `toplevel-property-extension` only",
        );
    } else if top_level && !listed {
        findings.add(
            &code::EXTENSION_LIST,
            path,
            "an extension of top-level properties should list them",
        );
    }
    let names = properties
        .get("extension_properties")
        .and_then(Value::as_array);
    for (index, name) in names.into_iter().flatten().enumerate() {
        if let Some(name) = name.as_str() {
            value::property_name(name, Path::Item(&path, index), findings);
        }
    }
}

/// §7.1.1.
fn contents(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let path = Path::Name(&root, "contents");
    let Some(Value::Object(languages)) = properties.get("contents") else {
        return;
    };
    for (language, translations) in languages {
        let here = Path::Name(&path, language);
        if !format::is_language(language) {
            findings.add(
                &code::LANGUAGE,
                here,
                format!(
                    "`{}` is not a language tag as of RFC 5646",
                    shortened(language)
                ),
            );
        }
        if let Some(translations) = value::dictionary(translations, here, findings) {
            for (name, translation) in translations {
                let place = Path::Name(&here, name);
                match translation {
                    Value::String(_) => {}
                    Value::Array(_) | Value::Object(_) => {
                        value::anything("", translation, place, findings);
                    }
                    _ => findings.add(
                        &code::CONTENTS,
                        place,
                        "a translation is a string, a list or an object of them",
                    ),
                }
            }
        }
    }
}

/// §4.14.1 and §2.13.
fn observed_data(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let refs = properties.get("object_refs").and_then(Value::as_array);
    if let Some(refs) = refs.filter(|refs| !refs.is_empty()) {
        let may_be_observable = |text: &str| {
            Id::parse(text).is_ok_and(|id| {
                crate::model::shape(id.kind()).is_none_or(|(class, _)| class == Class::Observable)
            })
        };
        if !refs.iter().filter_map(Value::as_str).any(may_be_observable) {
            findings.add(
                &code::OBSERVED_SCO,
                Path::Name(&root, "object_refs"),
                "an observed data refers to one observable at least",
            );
        }
    }
    let Some(Value::Object(container)) = properties.get("objects") else {
        return;
    };
    let path = Path::Name(&root, "objects");
    let around = Around {
        container: Some(container),
    };
    for (key, object) in container {
        let here = Path::Name(&path, key);
        let Value::Object(object) = object else {
            value::wrong(here, "an observable", object, findings);
            continue;
        };
        contained(object, here, around, findings);
    }
}

/// An observable in the deprecated container: as others, but without identifier of its own.
fn contained(
    properties: &Map<String, Value>,
    here: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    let Some(kind) = properties.get("type").and_then(Value::as_str) else {
        findings.add(
            &code::TYPE_MISSING,
            Path::Name(&here, "type"),
            "`type` is missing or not a string",
        );
        return;
    };
    let shape = match crate::model::shape(kind) {
        Some((Class::Observable, shape)) => Some(shape),
        Some(_) => {
            findings.add(
                &code::REFERENCE_TYPE,
                here,
                format!("a `{kind}` is not an observable"),
            );
            return;
        }
        None => None,
    };
    if let Some(shape) = shape {
        value::listed(shape, properties, here, around, findings);
        rule::check(shape, properties, here, findings);
        for name in properties.keys() {
            let listed = matches!(name.as_str(), "type" | "id")
                || shared_property::PROPERTIES
                    .iter()
                    .any(|property| property.name == *name)
                || shape
                    .properties
                    .iter()
                    .any(|property| property.name == *name);
            if !listed {
                let place = Path::Name(&here, name);
                value::property_name(name, place, findings);
                findings.add(
                    &code::CUSTOM,
                    place,
                    format!("the standard has no `{}` here", shortened(name)),
                );
            }
        }
    }
    if let Some(Value::Object(extensions)) = properties.get("extensions") {
        extension::check(kind, Class::Observable, extensions, here, around, findings);
    }
}

/// The category is the name of the extension without `-ext`.
fn impact_category(properties: &Map<String, Value>, root: Path<'_>, findings: &mut Findings) {
    let category = properties.get("impact_category").and_then(Value::as_str);
    let extensions = properties.get("extensions").and_then(Value::as_object);
    let used = extensions.into_iter().flat_map(Map::keys).find(|key| {
        incident::IMPACT_EXTENSIONS
            .iter()
            .any(|shape| shape.name == key.as_str())
    });
    if let (Some(category), Some(used)) = (category, used)
        && used.strip_suffix("-ext") != Some(category)
    {
        findings.add(
            &code::IMPACT_CATEGORY,
            Path::Name(&root, "impact_category"),
            format!(
                "the category is `{}`, the extension `{used}`",
                shortened(category)
            ),
        );
    }
}

/// §3.8.
const RESERVED: &[&str] = &["severity", "username", "phone_number", "action"];
