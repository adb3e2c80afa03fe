//! One object as a whole.

use crate::json::tree::{Members, Value, View};

use super::code;
use super::extension::{self, Declared};
use super::findings::{Findings, Path, shortened};
use super::value::{self, Around};
use super::{Custom, Profile, advice, format, identifier, interop, marking, rule};
use crate::id::{is_type_name, kind_of};
use crate::model::shared_property::{self, Use};
use crate::model::{Class, Property, Shape, incident, relationship};
use crate::timestamp::instant_of;

/// Checks an object.
pub(super) fn check(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let kind = kind(properties, root, findings);
    let declared = extension::declared(properties);
    let known = kind.and_then(|kind| known(kind, properties));
    let class = known.map_or_else(|| guessed(declared, properties), |(class, _)| class);
    findings.enter(class);
    identifier::check(kind, kind.map(|_| class), properties, root, findings);
    if kind == Some("bundle") {
        return;
    }
    if let Some(kind) = kind
        && known.is_none()
        && (declared.class.is_none() || findings.options().custom_types == Custom::Refused)
    {
        findings.custom(
            &code::TYPE_CUSTOM,
            code::TYPE_CUSTOM.section,
            Path::Name(&root, "type"),
            kind,
            format_args!("the standard has no object type `{}`", shortened(kind)),
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
    if let Some(View::Object(extensions)) = properties.get("extensions").map(Value::view) {
        let kind = kind.unwrap_or_default();
        extension::check(kind, class, extensions, root, Around::default(), findings);
    }
    if let Some(kind) = kind
        && findings.options().profile == Profile::Interoperability
    {
        interop::check(kind, class, properties, root, findings);
    }
    if let Some(kind) = kind {
        advice::check(kind, properties, root, findings);
    }
    marking::selectors(properties, root, findings);
    order(properties, root, findings);
    special(kind.unwrap_or_default(), properties, root, findings);
}

/// The object's type, if it has one.
fn kind<'p>(properties: Members<'p>, root: Path<'_>, findings: &mut Findings) -> Option<&'p str> {
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
            format_args!("`{}` cannot be the name of a type", shortened(kind)),
            "use 3 to 250 characters of a-z, 0-9 and single hyphens, a letter first",
        );
    }
    Some(kind)
}

/// Class and table of the type; the objects of the incident suite are known by their extension.
fn known(kind: &str, properties: Members<'_>) -> Option<(Class, &'static Shape)> {
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
fn guessed(declared: Declared, properties: Members<'_>) -> Class {
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
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    for (property, usage) in shared_property::PROPERTIES
        .iter()
        .zip(shared_property::usages(class))
    {
        let path = Path::Name(&root, property.name);
        let Some(found) = properties.get(property.name) else {
            if usage == Use::Required {
                findings.add_of(
                    &code::REQUIRED,
                    "STIX 2.1 §3.2",
                    path,
                    format_args!("the object has no `{}`", property.name),
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
                format_args!("objects of this type have no `{}`", property.name),
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
fn precision(name: &str, found: Value<'_>, path: Path<'_>, findings: &mut Findings) {
    let Some(text) = found.as_str() else {
        return;
    };
    let digits = text.len().saturating_sub("0000-00-00T00:00:00.Z".len());
    if digits < 3 && instant_of(text).is_ok() {
        findings.add_with_help(
            &code::PRECISION,
            path,
            format_args!("`{name}` has {digits} digits after the point"),
            "write milliseconds, three digits",
        );
    }
}

/// Properties that neither the table nor the common properties have.
fn custom_properties(
    shape: Option<&'static Shape>,
    declared: Declared,
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    for (key, name, found) in properties.keyed() {
        let listed = matches!(name, "type" | "id")
            || lists(shared_property::PROPERTIES, key, name)
            || shape.is_some_and(|shape| lists(shape.properties, key, name));
        if listed {
            continue;
        }
        let path = Path::Name(&root, name);
        value::property_name(name, path, findings);
        if RESERVED.contains(&name) {
            findings.add(&code::RESERVED, path, format_args!("`{name}` is reserved"));
        } else if shape.is_some()
            && (!declared.top_level || findings.options().custom_properties == Custom::Refused)
        {
            findings.custom(
                &code::CUSTOM,
                code::CUSTOM.section,
                path,
                name,
                format_args!("the standard has no `{}` here", shortened(name)),
            );
        }
        value::anything(name, found, path, findings);
    }
}

/// Whether a table has a property of that name, by the key of the name first.
fn lists(table: &[Property], key: u64, name: &str) -> bool {
    table
        .iter()
        .any(|property| property.key == key && property.name == name)
}

/// §3.6.1: `modified` is not before `created`. To the last digit: the text may have more than nanoseconds.
fn order(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let read = |name: &str| instant_of(properties.get(name)?.as_str()?).ok();
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
fn special(kind: &str, properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    external_references(kind, properties, root, findings);
    match kind {
        "indicator" => super::pattern::check(properties, root, findings),
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
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    let path = Path::Name(&root, "external_references");
    let entries = properties.get("external_references").and_then(Value::items);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let here = Path::Item(&path, index);
        let Some(source) = text("source_name") else {
            continue;
        };
        let id = text("external_id");
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
            let looks = id
                .and_then(|id| id.split_once('-'))
                .is_some_and(|(start, _)| start.eq_ignore_ascii_case(name));
            let right = source == name && id.is_some_and(is_id);
            if (named || looks && kind == of) && !right {
                findings.add_of(
                    &code::EXTERNAL_ID,
                    section,
                    here,
                    format_args!(
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
fn described(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let kind = |name: &str| Some(properties.get(name)?.as_identifier()?.1);
    let name = properties.get("relationship_type").and_then(Value::as_str);
    let (Some(source), Some(name), Some(target)) = (kind("source_ref"), name, kind("target_ref"))
    else {
        return;
    };
    if relationship::is_described(source, name, target) {
        return;
    }
    let others = relationship::described(source, target);
    let message = format!(
        "the standard does not describe `{}` from `{}` to `{}`",
        shortened(name),
        shortened(source),
        shortened(target)
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
fn extension_definition(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let types = properties.get("extension_types").and_then(Value::items);
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
        .and_then(Value::items);
    for (index, name) in names.into_iter().flatten().enumerate() {
        if let Some(name) = name.as_str() {
            value::property_name(name, Path::Item(&path, index), findings);
        }
    }
}

/// §7.1.1.
fn contents(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let path = Path::Name(&root, "contents");
    let Some(View::Object(languages)) = properties.get("contents").map(Value::view) else {
        return;
    };
    for (language, translations) in languages {
        let here = Path::Name(&path, language);
        if !format::is_language(language) {
            findings.add(
                &code::LANGUAGE,
                here,
                format_args!(
                    "`{}` is not a language tag as of RFC 5646",
                    shortened(language)
                ),
            );
        }
        if let Some(translations) = value::dictionary(translations, here, findings) {
            for (name, translation) in translations {
                let place = Path::Name(&here, name);
                match translation.view() {
                    View::String(_) => {}
                    View::Array(_) | View::Object(_) => {
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
fn observed_data(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let refs = properties.get("object_refs").and_then(Value::items);
    if let Some(refs) = refs.filter(|refs| !refs.is_empty()) {
        let may_be_observable = |text: &str| {
            kind_of(text).is_ok_and(|kind| {
                crate::model::shape(kind).is_none_or(|(class, _)| class == Class::Observable)
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
    let Some(View::Object(container)) = properties.get("objects").map(Value::view) else {
        return;
    };
    let path = Path::Name(&root, "objects");
    let around = Around {
        container: Some(container),
    };
    for (key, item) in container {
        let here = Path::Name(&path, key);
        let Some(object) = item.members() else {
            value::wrong(here, "an observable", item, findings);
            continue;
        };
        contained(object, here, around, findings);
    }
}

/// An observable in the deprecated container: as others, but without identifier of its own.
fn contained(properties: Members<'_>, here: Path<'_>, around: Around<'_>, findings: &mut Findings) {
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
                format_args!("a `{kind}` is not an observable"),
            );
            return;
        }
        None => None,
    };
    if let Some(shape) = shape {
        value::listed(shape, properties, here, around, findings);
        rule::check(shape, properties, here, findings);
        for name in properties.keys() {
            let listed = matches!(name, "type" | "id")
                || shared_property::PROPERTIES
                    .iter()
                    .any(|property| property.name == name)
                || shape
                    .properties
                    .iter()
                    .any(|property| property.name == name);
            if !listed {
                let place = Path::Name(&here, name);
                value::property_name(name, place, findings);
                findings.custom(
                    &code::CUSTOM,
                    code::CUSTOM.section,
                    place,
                    name,
                    format_args!("the standard has no `{}` here", shortened(name)),
                );
            }
        }
    }
    if let Some(View::Object(extensions)) = properties.get("extensions").map(Value::view) {
        extension::check(kind, Class::Observable, extensions, here, around, findings);
    }
}

/// The category is the name of the extension without `-ext`.
fn impact_category(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let category = properties.get("impact_category").and_then(Value::as_str);
    let extensions = properties.get("extensions").and_then(Value::members);
    let used = extensions.into_iter().flat_map(Members::keys).find(|key| {
        incident::IMPACT_EXTENSIONS
            .iter()
            .any(|shape| shape.name == *key)
    });
    if let (Some(category), Some(used)) = (category, used)
        && used.strip_suffix("-ext") != Some(category)
    {
        findings.add(
            &code::IMPACT_CATEGORY,
            Path::Name(&root, "impact_category"),
            format_args!(
                "the category is `{}`, the extension `{used}`",
                shortened(category)
            ),
        );
    }
}

/// §3.8.
const RESERVED: &[&str] = &["severity", "username", "phone_number", "action"];
