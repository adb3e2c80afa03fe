//! The extensions of an object, §3.10 and §7.3.

use crate::json::tree::{Members, Value, View};

use super::code;
use super::findings::{Findings, Path, shortened};
use super::value::{self, Around};
use super::{format, rule};
use crate::id::Id;
use crate::marking::TLP_2_EXTENSION;
use crate::model::{Class, Shape, extension, incident};
use crate::view::INCIDENT_CORE_EXTENSION;
use crate::vocab::core::EXTENSION_TYPE;

/// What an object's extensions say about the object.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Declared {
    /// The class that an extension gives to a new type.
    pub(super) class: Option<Class>,
    /// Whether properties at the top are an extension's.
    pub(super) top_level: bool,
}

/// Reads what the extensions declare, without judging them.
pub(super) fn declared(properties: Members<'_>) -> Declared {
    let mut declared = Declared::default();
    let extensions = properties.get("extensions").and_then(Value::members);
    for extension in extensions.into_iter().flat_map(Members::values) {
        match extension.get("extension_type").and_then(Value::as_str) {
            Some("new-sdo") => declared.class = Some(Class::Domain),
            Some("new-sco") => declared.class = Some(Class::Observable),
            Some("new-sro") => declared.class = Some(Class::Relationship),
            Some("toplevel-property-extension") => declared.top_level = true,
            _ => {}
        }
    }
    declared
}

/// Checks every extension of an object of type `kind`.
pub(super) fn check(
    kind: &str,
    class: Class,
    extensions: Members<'_>,
    root: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    let path = Path::Name(&root, "extensions");
    for (key, content) in extensions {
        let here = Path::Name(&path, key);
        let Some(content) = value::dictionary(content, here, findings) else {
            continue;
        };
        if let Some((host, shape)) = predefined(key) {
            if kind == host {
                value::part(shape, content, here, around, findings);
            } else {
                findings.add(
                    &code::EXTENSION_HOST,
                    here,
                    format_args!("`{key}` is an extension of `{host}`"),
                );
            }
        } else if key.starts_with("extension-definition-") {
            defined(kind, key, content, here, around, findings);
        } else {
            by_name(class, key, content, here, findings);
        }
    }
    if kind == "impact" {
        category(extensions, root, findings);
    }
}

fn predefined(key: &str) -> Option<(&'static str, &'static Shape)> {
    let standard = extension::PREDEFINED
        .iter()
        .find(|(_, shape)| shape.name == key)
        .copied();
    standard.or_else(|| {
        incident::IMPACT_EXTENSIONS
            .iter()
            .find(|shape| shape.name == key)
            .map(|shape| ("impact", *shape))
    })
}

/// An extension by the identifier of its definition (§7.3).
fn defined(
    kind: &str,
    key: &str,
    content: Members<'_>,
    here: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    if Id::parse(key).is_err() {
        findings.add(
            &code::EXTENSION_KEY,
            here,
            format_args!("`{}` is not an identifier", shortened(key)),
        );
    }
    let place = Path::Name(&here, "extension_type");
    let kind_of_extension = match content.get("extension_type").map(Value::view) {
        None => {
            findings.add(
                &code::EXTENSION_TYPE,
                here,
                "the extension has no `extension_type`",
            );
            None
        }
        Some(View::String(text)) if EXTENSION_TYPE.contains(text) => Some(text),
        Some(_) => {
            findings.add(
                &code::EXTENSION_TYPE,
                place,
                format_args!(
                    "`extension_type` is one of {}",
                    EXTENSION_TYPE.terms.join(", ")
                ),
            );
            None
        }
    };
    for name in content.keys() {
        value::property_name(name, Path::Name(&here, name), findings);
    }
    if key == INCIDENT_CORE_EXTENSION && kind == "incident" {
        expected("property-extension", kind_of_extension, place, findings);
        value::listed(&incident::INCIDENT_CORE, content, here, around, findings);
        rule::check(&incident::INCIDENT_CORE, content, here, findings);
        others(&incident::INCIDENT_CORE, content, here, findings);
        return;
    }
    if let Some((known, wanted)) = incident::extension_of(kind)
        && known == key
    {
        expected(wanted, kind_of_extension, place, findings);
        return;
    }
    if key != TLP_2_EXTENSION {
        findings.add(
            &code::EXTENSION_UNKNOWN,
            here,
            "the extension is not known here and is not looked into",
        );
    }
    for (name, item) in content {
        value::anything(name, item, Path::Name(&here, name), findings);
    }
}

fn expected(wanted: &str, found: Option<&str>, place: Path<'_>, findings: &mut Findings) {
    if found.is_some_and(|found| found != wanted) {
        findings.add(
            &code::EXTENSION_TYPE,
            place,
            format_args!("this extension is a `{wanted}`"),
        );
    }
}

/// Reports properties that a known extension does not have; earlier revisions had others.
fn others(shape: &'static Shape, content: Members<'_>, here: Path<'_>, findings: &mut Findings) {
    for (name, item) in content {
        let listed = shape
            .properties
            .iter()
            .any(|property| property.name == name);
        if !listed && name != "extension_type" {
            let place = Path::Name(&here, name);
            findings.custom(
                &code::CUSTOM,
                shape.section,
                place,
                name,
                format_args!("the {} has no `{}`", shape.name, shortened(name)),
            );
            value::anything(name, item, place, findings);
        }
    }
}

/// An extension by a name of its own (§11.3, deprecated).
fn by_name(class: Class, key: &str, content: Members<'_>, here: Path<'_>, findings: &mut Findings) {
    let name_good = (3..=250).contains(&key.len())
        && key.ends_with("-ext")
        && key
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if name_good || class != Class::Observable {
        findings.custom(
            &code::EXTENSION_CUSTOM,
            code::EXTENSION_CUSTOM.section,
            here,
            key,
            format_args!("the standard defines no extension `{}`", shortened(key)),
        );
    } else {
        findings.add_with_help(
            &code::EXTENSION_KEY,
            here,
            format_args!("the standard defines no extension `{}`", shortened(key)),
            "define it with an `extension-definition` and use its identifier",
        );
    }
    for (name, item) in content {
        let place = Path::Name(&here, name);
        if !format::is_property_name(name) {
            value::property_name(name, place, findings);
        }
        value::anything(name, item, place, findings);
    }
}

/// `impact_category` names the extension that is used.
fn category(extensions: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let used: Vec<&str> = extensions
        .keys()
        .filter_map(|key| key.strip_suffix("-ext"))
        .collect();
    if used.len() > 1 {
        findings.add(
            &code::IMPACT_CATEGORY,
            Path::Name(&root, "extensions"),
            "an impact is of one category and has one extension for it",
        );
    }
}
