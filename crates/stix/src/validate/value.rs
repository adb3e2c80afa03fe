//! Values against what their property wants.

use std::fmt::Display;

use crate::json::tree::{Members, Value, View};

use super::check;
use super::code;
use super::findings::{Findings, Path, shortened};
use super::format;
use super::rule;
use crate::id::kind_of;
use crate::model::{Format, Kind, Shape, Targets};
use crate::timestamp::instant_of;
use crate::vocab::Vocabulary;

/// What the check of a value needs to know of its surroundings.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// The container in which references resolve, in the deprecated form of observed data (§2.13).
    pub(super) container: Option<Members<'a>>,
}

/// Checks the properties of a part against its shape; properties that the shape lacks are reported.
pub(super) fn part(
    shape: &'static Shape,
    properties: Members<'_>,
    path: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    if properties.is_empty() {
        findings.add(
            &code::EMPTY,
            path,
            format_args!("an empty `{}`", shape.name),
        );
    }
    listed(shape, properties, path, around, findings);
    for (key, name, value) in properties.keyed() {
        if !shape
            .properties
            .iter()
            .any(|property| property.key == key && property.name == name)
        {
            unlisted(shape.name, name, value, path, findings);
        }
    }
    rule::check(shape, properties, path, findings);
}

/// Checks the properties that the shape lists.
pub(super) fn listed(
    shape: &'static Shape,
    properties: Members<'_>,
    path: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    for property in shape.properties {
        match properties.get(property.name) {
            Some(value) => check(
                &property.kind,
                value,
                Path::Name(&path, property.name),
                around,
                findings,
            ),
            None if property.required => findings.add_of(
                &code::REQUIRED,
                shape.section,
                Path::Name(&path, property.name),
                format_args!("`{}` has no `{}`", shape.name, property.name),
                None,
            ),
            None => {}
        }
    }
}

/// Reports a property that a part of the standard does not have.
fn unlisted(part: &str, name: &str, value: Value<'_>, path: Path<'_>, findings: &mut Findings) {
    let here = Path::Name(&path, name);
    property_name(name, here, findings);
    findings.custom(
        &code::CUSTOM,
        code::CUSTOM.section,
        here,
        name,
        format_args!("the standard has no `{}` in `{part}`", shortened(name)),
    );
    anything(name, value, here, findings);
}

/// Checks the name of a property that is not the standard's.
pub(super) fn property_name(name: &str, path: Path<'_>, findings: &mut Findings) {
    if !format::is_property_name(name) {
        findings.add_with_help(
            &code::PROPERTY_NAME,
            path,
            format_args!("`{}` cannot be the name of a property", shortened(name)),
            "use 3 to 250 characters of a-z, 0-9 and `_`, a letter first",
        );
    }
}

/// Checks a value that the tables say nothing about by what holds everywhere.
pub(super) fn anything(name: &str, value: Value<'_>, path: Path<'_>, findings: &mut Findings) {
    // The standard wants these endings of references, not references of these endings: a warning.
    let reference = |value: Value<'_>, path: Path<'_>, findings: &mut Findings| {
        if value.as_identifier().is_none() {
            findings.add(
                &code::REFERENCE_CUSTOM,
                path,
                "what is named like a reference holds no identifier",
            );
        }
    };
    match value.view() {
        View::Array(items) if name.ends_with("_refs") => {
            for (index, item) in items.iter().enumerate() {
                reference(item, Path::Item(&path, index), findings);
            }
        }
        _ if name.ends_with("_ref") || name.ends_with("_refs") => {
            reference(value, path, findings);
        }
        _ => {}
    }
    match value.view() {
        View::Null => findings.add(&code::JSON_TYPE, path, "STIX has no `null`"),
        View::Array(items) if items.is_empty() => {
            findings.add_with_help(
                &code::EMPTY,
                path,
                "an empty list",
                "leave the property out",
            );
        }
        View::Object(map) if map.is_empty() => findings.add_with_help(
            &code::EMPTY,
            path,
            "an empty dictionary",
            "leave the property out",
        ),
        View::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                anything("", item, Path::Item(&path, index), findings);
            }
        }
        View::Object(map) => {
            for (key, item) in map {
                let here = Path::Name(&path, key);
                if findings.in_observable() {
                    key_case(key, path, here, findings);
                }
                anything(key, item, here, findings);
            }
        }
        View::Number(number) => {
            if !number.contains(['.', 'e', 'E']) {
                integer(
                    value,
                    -crate::model::INTEGER_BOUND,
                    crate::model::INTEGER_BOUND,
                    path,
                    findings,
                );
            }
        }
        View::String(text) if name.ends_with("_hex") && !format::is_hex(text) => {
            hex(path, findings);
        }
        View::String(text) if name.ends_with("_bin") && !format::is_base64(text) => {
            binary(path, findings);
        }
        View::Bool(_) | View::String(_) => {}
    }
}

/// Checks a value against the kind that its property has.
pub(super) fn check(
    kind: &'static Kind,
    value: Value<'_>,
    path: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    match kind {
        Kind::Any => anything("", value, path, findings),
        Kind::Either(first, second) => {
            let first_fits = accepts(first, value);
            check(
                if first_fits { first } else { second },
                value,
                path,
                around,
                findings,
            );
        }
        Kind::Boolean => {
            if value.as_bool().is_none() {
                wrong(path, "`true` or `false`", value, findings);
            }
        }
        Kind::Integer { least, most } => integer(value, *least, *most, path, findings),
        Kind::Number { least, most } => match value.as_f64() {
            Some(number) if number < *least || number > *most => findings.add(
                &code::RANGE,
                path,
                format_args!("the value is between {least} and {most}"),
            ),
            Some(_) => {}
            None => wrong(path, "a number", value, findings),
        },
        Kind::List(item_kind) => match value.view() {
            View::Array(items) => {
                if items.is_empty() {
                    findings.add_with_help(
                        &code::EMPTY,
                        path,
                        "an empty list",
                        "leave the property out",
                    );
                }
                for (index, item) in items.iter().enumerate() {
                    check(item_kind, item, Path::Item(&path, index), around, findings);
                }
            }
            _ => wrong(path, "a list", value, findings),
        },
        Kind::Dictionary(value_kind) => {
            if let Some(map) = dictionary(value, path, findings) {
                for (key, item) in map {
                    let here = Path::Name(&path, key);
                    key_case(key, path, here, findings);
                    if !format::is_dictionary_key(key) {
                        findings.add(
                            &code::DICTIONARY_KEY,
                            here,
                            "a key has 1 to 250 characters of a-z, A-Z, 0-9, `-` and `_`",
                        );
                    }
                    check(value_kind, item, here, around, findings);
                }
            }
        }
        Kind::Object(shape) => match value.view() {
            View::Object(properties) => part(shape, properties, path, around, findings),
            _ => wrong(path, "an object in braces", value, findings),
        },
        Kind::Hashes => hashes(value, path, findings),
        Kind::Reference(targets) => reference(*targets, value, path, around, findings),
        // What these hold is checked where the whole object is seen.
        Kind::Extensions | Kind::Observables | Kind::Contents => {
            dictionary(value, path, findings);
        }
        Kind::Binary
        | Kind::Hex
        | Kind::String
        | Kind::Text(_)
        | Kind::Term(_)
        | Kind::Timestamp => match value.as_str() {
            Some(text) => string(kind, text, path, findings),
            None => wrong(path, "a string", value, findings),
        },
    }
}

fn string(kind: &Kind, text: &str, path: Path<'_>, findings: &mut Findings) {
    match kind {
        Kind::Binary if !format::is_base64(text) => binary(path, findings),
        Kind::Hex if !format::is_hex(text) => hex(path, findings),
        Kind::Text(format) => form(*format, text, path, findings),
        Kind::Term(vocabulary) => term(vocabulary, text, path, findings),
        Kind::Timestamp => {
            if let Err(error) = instant_of(text) {
                findings.add(
                    &code::TIMESTAMP,
                    path,
                    format_args!("`{}` is not a timestamp: {error}", shortened(text)),
                );
            }
        }
        _ => {}
    }
}

fn form(format: Format, text: &str, path: Path<'_>, findings: &mut Findings) {
    let Some(complaint) = format::complaint(format, text) else {
        return;
    };
    let of = match format {
        Format::Country => Some(check::COUNTRIES),
        Format::LowerCase => Some(check::KILL_CHAIN_NAMES),
        Format::MediaType => Some(check::MEDIA_TYPE),
        Format::PriorityClass => Some(check::PRIORITY),
        Format::Product => Some(check::ANALYSIS_PRODUCT),
        Format::UrlSuggested => Some(check::URLS),
        _ => None,
    };
    if of.is_some_and(|of| findings.is_off(of)) {
        return;
    }
    let code = match format {
        _ if of.is_some() => &code::FORM_SUGGESTED,
        Format::Language => &code::LANGUAGE,
        _ => &code::FORM,
    };
    let section = match format {
        Format::CharacterSet => "STIX 2.1 §3.9.1",
        Format::Country => "STIX 2.1 §4.10.1",
        Format::Cpe => "STIX 2.1 §6.14.1",
        Format::DomainName => "STIX 2.1 §6.4.1",
        Format::EmailAddress => "STIX 2.1 §6.5.1",
        Format::Ipv4 => "STIX 2.1 §6.8.1",
        Format::Ipv6 => "STIX 2.1 §6.9.1",
        Format::Mac => "STIX 2.1 §6.10.1",
        Format::LowerCase => "STIX 2.1 §2.11",
        Format::Product => "STIX 2.1 §4.12.1",
        Format::MediaType => "STIX 2.1 §6.7.1",
        Format::PriorityClass => "STIX 2.1 §6.13.2",
        Format::RegistryKey => "STIX 2.1 §6.17.1",
        Format::RelationshipType => "STIX 2.1 §5.1.2",
        Format::Url => "STIX 2.1 §6.15.1",
        Format::UrlSuggested => "STIX 2.1 §2.5",
        Format::Language => code.section,
    };
    findings.add_of(
        code,
        section,
        path,
        format_args!("`{}`: {complaint}", shortened(text)),
        None,
    );
}

/// §2.4 and §2.14.
fn term(vocabulary: &Vocabulary, text: &str, path: Path<'_>, findings: &mut Findings) {
    if vocabulary.contains(text) {
        return;
    }
    if vocabulary.open {
        let said_below = vocabulary.close_to(text).is_some()
            && !findings.is_off(check::of_vocabulary(vocabulary.name));
        if !said_below && text.contains(|c: char| c.is_uppercase() || c == ' ' || c == '_') {
            findings.advise(
                check::OPEN_VOCABULARY_FORMAT,
                &code::FORM_SUGGESTED,
                "STIX 2.1 §2.11",
                path,
                "terms are written in lower case with hyphens between words",
            );
        }
        if findings.is_off(check::of_vocabulary(vocabulary.name)) {
            return;
        }
    }
    let code = if vocabulary.open {
        &code::VOCABULARY
    } else {
        &code::ENUMERATION
    };
    let help = match vocabulary.close_to(text) {
        Some(close) => Some(format!("write `{close}`")),
        None if vocabulary.open => None,
        None => Some(format!("one of {}", vocabulary.terms.join(", "))),
    };
    findings.add_of(
        code,
        vocabulary.section,
        path,
        format_args!("`{}` is not in `{}`", shortened(text), vocabulary.name),
        help.as_ref().map(|help| help as &dyn Display),
    );
}

/// §2.7 and §10.7.
fn hashes(value: Value<'_>, path: Path<'_>, findings: &mut Findings) {
    let Some(map) = dictionary(value, path, findings) else {
        return;
    };
    for (algorithm, value) in map {
        let here = Path::Name(&path, algorithm);
        if !format::is_hash_name(algorithm) {
            findings.add(
                &code::HASH_KEY,
                here,
                "the name of a hash algorithm has 3 to 250 characters of a-z, A-Z, 0-9, `-` and `_`",
            );
        } else if !crate::vocab::core::HASH_ALGORITHM.contains(algorithm)
            && !algorithm.starts_with("x_")
        {
            let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_uppercase();
            let close = crate::vocab::core::HASH_ALGORITHM
                .terms
                .iter()
                .find(|known| plain(known) == plain(algorithm));
            findings.add_of(
                &code::HASH_UNKNOWN,
                code::HASH_UNKNOWN.section,
                here,
                format_args!("`{}` is not in `hash-algorithm-ov`", shortened(algorithm)),
                close
                    .map(|known| format!("write `{known}`"))
                    .as_ref()
                    .map(|help| help as &dyn Display),
            );
        }
        match value.as_str() {
            Some(text) if !format::is_digest(algorithm, text) => findings.add(
                &code::HASH_VALUE,
                here,
                format_args!("this is not a hash by {}", shortened(algorithm)),
            ),
            Some(_) => {}
            None => wrong(here, "a string", value, findings),
        }
    }
}

fn reference(
    targets: Targets,
    value: Value<'_>,
    path: Path<'_>,
    around: Around<'_>,
    findings: &mut Findings,
) {
    let Some(text) = value.as_str() else {
        wrong(path, "an identifier", value, findings);
        return;
    };
    if let Some(container) = around.container {
        // §2.13: references are keys of the same container.
        let kind = container
            .get(text)
            .map(|target| target.get("type").and_then(Value::as_str));
        match kind {
            None => findings.add(
                &code::REFERENCE_LOCAL,
                path,
                format_args!("`{}` is not in the same container", shortened(text)),
            ),
            Some(Some(kind)) if !targets.admit(kind) => {
                wrong_target(targets, kind, path, findings);
            }
            Some(_) => {}
        }
        return;
    }
    match value.as_identifier() {
        Some((_, kind)) if !targets.admit(kind) => wrong_target(targets, kind, path, findings),
        Some(_) => {}
        None => {
            if let Err(error) = kind_of(text) {
                findings.add(
                    &code::REFERENCE_FORM,
                    path,
                    format_args!("`{}` is not an identifier: {error}", shortened(text)),
                );
            }
        }
    }
}

fn wrong_target(targets: Targets, kind: &str, path: Path<'_>, findings: &mut Findings) {
    findings.add(
        &code::REFERENCE_TYPE,
        path,
        format_args!(
            "the reference is to a `{}`; it must be to {}",
            shortened(kind),
            targets.describe()
        ),
    );
}

/// The dictionary that `value` is, if it is one; an empty one is reported.
pub(super) fn dictionary<'v>(
    value: Value<'v>,
    path: Path<'_>,
    findings: &mut Findings,
) -> Option<Members<'v>> {
    let Some(map) = value.members() else {
        wrong(path, "a dictionary", value, findings);
        return None;
    };
    if map.is_empty() {
        findings.add_with_help(
            &code::EMPTY,
            path,
            "an empty dictionary",
            "leave the property out",
        );
    }
    Some(map)
}

fn integer(value: Value<'_>, least: i64, most: i64, path: Path<'_>, findings: &mut Findings) {
    // A number written as `5.0` is the integer 5 (RFC 8259 §6 knows one kind of number).
    let whole = value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < 9.0e15)
            .then(|| format!("{number:.0}").parse().ok())
            .flatten()
    });
    match whole {
        Some(number) if (least..=most).contains(&number) => {}
        None if value.as_number().is_none()
            || value.as_f64().is_some_and(|number| number.fract() != 0.0) =>
        {
            wrong(path, "a whole number", value, findings);
        }
        _ => findings.add(
            &code::RANGE,
            path,
            format_args!("the value is between {least} and {most}"),
        ),
    }
}

fn binary(path: Path<'_>, findings: &mut Findings) {
    findings.add(&code::BINARY, path, "this is not base64 as of RFC 4648");
}

fn hex(path: Path<'_>, findings: &mut Findings) {
    findings.add(
        &code::HEX,
        path,
        "hexadecimal digits stand in pairs and in lower case",
    );
}

/// Reports a value of the wrong JSON type.
pub(super) fn wrong(path: Path<'_>, wanted: &str, value: Value<'_>, findings: &mut Findings) {
    let is = match value.view() {
        View::Null => "`null`",
        View::Bool(_) => "a boolean",
        View::Number(_) => "a number",
        View::String(_) => "a string",
        View::Array(_) => "a list",
        View::Object(_) => "an object",
    };
    findings.add(
        &code::JSON_TYPE,
        path,
        format_args!("{wanted} belongs here, not {is}"),
    );
}

/// Whether a value is of the JSON type that the kind has, for a choice between two.
fn accepts(kind: &Kind, value: Value<'_>) -> bool {
    match kind {
        Kind::Integer { .. } | Kind::Number { .. } => value.as_number().is_some(),
        Kind::List(_) => value.items().is_some(),
        Kind::Dictionary(_) | Kind::Object(_) => value.members().is_some(),
        _ => value.as_str().is_some(),
    }
}

/// §2.3: keys are in lower case where they are not names of somebody else's.
fn key_case(key: &str, path: Path<'_>, here: Path<'_>, findings: &mut Findings) {
    let own_case = matches!(path, Path::Name(_, name) if OWN_CASE.contains(&name));
    if !own_case && key.contains(|c: char| c.is_ascii_uppercase()) {
        findings.advise(
            check::DICTIONARY_KEYS,
            &code::ADVICE,
            "STIX 2.1 §2.3",
            here,
            format_args!("the key `{}` is not in lower case", shortened(key)),
        );
    }
}

/// Dictionaries whose keys are the names of somebody else's registry, in the case that they have there.
const OWN_CASE: &[&str] = &[
    "additional_header_fields",
    "document_info_dict",
    "environment_variables",
    "exif_tags",
    "ipfix",
    "options",
    "request_header",
    "startup_info",
];
