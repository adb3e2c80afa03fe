//! What an object may not be without: cutting it leaves nothing worth the name.
//!
//! The tables of [`stix::model`] say what a type and each of its parts require; the gate cuts such that what is left
//! keeps to them, because the house answers for an edition.

use serde_json::{Map, Value};
use stix::model::{
    Is, Kind, Presence, Property, Rule, Shape, extension, incident, shared_property,
};
use stix::selector::Step;
use stix::view::INCIDENT_CORE_EXTENSION;

/// Whether this object may not lose this top-level property.
pub(crate) fn is_required(kind: &str, properties: &Map<String, Value>, name: &str) -> bool {
    table(kind).is_some_and(|shape| requires(shape, properties, name))
}

/// Types of which at least one of these properties must be left.
pub(crate) fn required_any(kind: &str) -> &'static [&'static str] {
    match kind {
        // STIX 2.1 §6.16, §6.17 and §6.18 ask for one property, whichever; one of these is what makes it an account,
        // a key or a certificate.
        "user-account" => &["user_id", "account_login", "display_name"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number", "issuer", "subject"],
        _ => table(kind).map_or(&[], one_of),
    }
}

/// Pairs of properties of which the first does not stand without the second.
pub(crate) fn leans_on(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table(kind).into_iter().flat_map(leanings)
}

/// The properties left of a part that do not stand without one that it lost.
pub(crate) fn leaning(
    shape: Option<&'static Shape>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<&'static str> {
    let lost = |name: &str| before.contains_key(name) && !after.contains_key(name);
    shape
        .into_iter()
        .flat_map(leanings)
        .filter(|(name, on)| lost(on) && after.contains_key(*name))
        .map(|(name, _)| name)
        .collect()
}

/// Whether what is left of a part has all that the part cannot be without: else it goes as a whole.
pub(crate) fn is_part(
    shape: Option<&'static Shape>,
    path: &[Step],
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> bool {
    let lost = |name: &String| !after.contains_key(name) && needs(shape, path, before, name);
    if before.keys().any(lost) {
        return false;
    }
    let Some(shape) = shape else {
        return true;
    };
    shape.rules.iter().all(|rule| match rule {
        Rule::AtLeastOne(names) => {
            let has = |map: &Map<String, Value>| names.iter().any(|name| map.contains_key(*name));
            !has(before) || has(after)
        }
        Rule::AtLeastOneProperty { but } => {
            // A process may have all of it in an extension (STIX 2.1 §6.13).
            let counts = |name: &String| {
                let own = is_listed(shape.properties, name) && !but.contains(&name.as_str());
                own || name == "extensions"
            };
            !before.keys().any(counts) || after.keys().any(counts)
        }
        _ => true,
    })
}

/// Whether a part goes as a whole without this property of it.
pub(crate) fn needs(
    shape: Option<&'static Shape>,
    path: &[Step],
    properties: &Map<String, Value>,
    name: &str,
) -> bool {
    let extension =
        matches!(path, [Step::Property(first), Step::Property(_)] if first == "extensions");
    // An embedded observable is one by its type.
    let embedded = matches!(path, [Step::Property(first), Step::Property(_)] if first == "objects");
    (extension && name == "extension_type")
        || (embedded && name == "type")
        || shape.is_some_and(|shape| requires(shape, properties, name))
}

/// The table of the part of an object that stands at `path`; none where the standard says nothing of it.
pub(crate) fn part(
    kind: &str,
    properties: &Map<String, Value>,
    path: &[Step],
) -> Option<&'static Shape> {
    match path {
        // An embedded observable (STIX 2.1 §4.14, deprecated) is of its own type.
        [Step::Property(first), Step::Property(key), rest @ ..]
            if kind == "observed-data" && first == "objects" =>
        {
            let embedded = properties.get(first)?.get(key)?;
            let kind = embedded.get("type")?.as_str()?;
            if rest.is_empty() {
                table(kind)
            } else {
                part(kind, embedded.as_object()?, rest)
            }
        }
        [Step::Property(first), Step::Property(key), rest @ ..] if first == "extensions" => {
            within(extension_table(kind, key)?, rest)
        }
        [Step::Property(first), rest @ ..] => {
            let listed = table(kind).and_then(|shape| listed(shape.properties, first));
            let property = listed.or_else(|| listed_common(first))?;
            below(property.kind, rest)
        }
        _ => None,
    }
}

/// Whether losing the value at a path loses the object: the extension that defines its very type (STIX 2.1 §7.3).
pub(crate) fn defines_type(path: &[Step], value: &Value) -> bool {
    let new_type = |extension: &Value| {
        extension
            .get("extension_type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.starts_with("new-"))
    };
    match path {
        [Step::Property(first)] if first == "extensions" => value
            .as_object()
            .is_some_and(|extensions| extensions.values().any(new_type)),
        [Step::Property(first), Step::Property(_)] if first == "extensions" => new_type(value),
        _ => false,
    }
}

/// Whether others name it by its identifier and by nothing else, so that there is no edition of it (STIX 2.1 §7.2, §7.3).
pub(crate) fn is_definition(kind: &str) -> bool {
    matches!(kind, "marking-definition" | "extension-definition")
}

/// Whether every type may have this property: an object that is left with these alone says nothing.
pub(crate) fn is_common(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "spec_version"
            | "id"
            | "created"
            | "modified"
            | "created_by_ref"
            | "revoked"
            | "lang"
            | "object_marking_refs"
            | "granular_markings"
            | "defanged"
    )
}

/// The properties without which an object of this type is not one, and those on which they lean: what a revoked
/// version of it consists of.
pub(crate) fn essentials<'p>(kind: &str, properties: &'p Map<String, Value>) -> Vec<&'p str> {
    let mut kept: Vec<&str> = properties
        .keys()
        .map(String::as_str)
        .filter(|name| IDENTITY.contains(name) || is_required(kind, properties, name))
        .collect();
    let any = required_any(kind);
    if !any.iter().any(|name| kept.contains(name)) {
        kept.extend(any.iter().find_map(|name| {
            properties
                .get_key_value(*name)
                .map(|(name, _)| name.as_str())
        }));
    }
    let mut at = 0;
    while let Some(name) = kept.get(at).copied() {
        for (_, on) in leans_on(kind).filter(|(leaning, _)| *leaning == name) {
            if let Some((on, _)) = properties.get_key_value(on)
                && !kept.contains(&on.as_str())
            {
                kept.push(on);
            }
        }
        at += 1;
    }
    kept
}

/// Properties without which there is no object at all, or another one than was meant (an object that was revoked would
/// be in force again): a cut in one of them withholds the whole.
pub(crate) const IDENTITY: [&str; 8] = [
    "type",
    "spec_version",
    "id",
    "created",
    "modified",
    "revoked",
    "object_marking_refs",
    "granular_markings",
];

/// The table of a type.
pub(crate) fn table(kind: &str) -> Option<&'static Shape> {
    stix::model::shape(kind).map(|(_, shape)| shape)
}

fn requires(shape: &Shape, properties: &Map<String, Value>, name: &str) -> bool {
    listed(shape.properties, name).is_some_and(|property| property.required)
        || shape.rules.iter().any(|rule| match rule {
            Rule::Where(on, is, what, Presence::Required) => {
                *what == name && properties.get(*on).is_some_and(|value| holds(*is, value))
            }
            _ => false,
        })
}

fn holds(is: Is, value: &Value) -> bool {
    match is {
        Is::True => value.as_bool() == Some(true),
        Is::False => value.as_bool() == Some(false),
        Is::NoneOf(terms) => value.as_str().is_some_and(|text| !terms.contains(&text)),
    }
}

/// The properties of which the table asks for one.
fn one_of(shape: &Shape) -> &'static [&'static str] {
    let mut lists = shape.rules.iter().filter_map(|rule| match rule {
        Rule::AtLeastOne(names) => Some(*names),
        _ => None,
    });
    lists.next().unwrap_or_default()
}

fn leanings(shape: &'static Shape) -> impl Iterator<Item = (&'static str, &'static str)> {
    shape.rules.iter().filter_map(|rule| match rule {
        Rule::Needs(name, on) => Some((*name, *on)),
        _ => None,
    })
}

/// Whether a table has this property.
pub(crate) fn is_listed(properties: &[Property], name: &str) -> bool {
    properties.iter().any(|property| property.name == name)
}

fn listed(properties: &'static [Property], name: &str) -> Option<&'static Property> {
    properties.iter().find(|property| property.name == name)
}

fn listed_common(name: &str) -> Option<&'static Property> {
    listed(shared_property::PROPERTIES, name)
}

/// The table of an extension, by its key.
fn extension_table(kind: &str, key: &str) -> Option<&'static Shape> {
    if kind == "incident" && key == INCIDENT_CORE_EXTENSION {
        return Some(&incident::INCIDENT_CORE);
    }
    let standard = extension::PREDEFINED
        .iter()
        .find(|(host, shape)| *host == kind && shape.name == key)
        .map(|(_, shape)| *shape);
    standard.or_else(|| {
        let mut of_impact = incident::IMPACT_EXTENSIONS.iter();
        of_impact
            .find(|shape| kind == "impact" && shape.name == key)
            .copied()
    })
}

/// The table of what stands at `path` within a part of this table.
fn within(shape: &'static Shape, path: &[Step]) -> Option<&'static Shape> {
    match path {
        [] => Some(shape),
        [Step::Property(name), rest @ ..] => below(listed(shape.properties, name)?.kind, rest),
        [Step::Item(_), ..] => None,
    }
}

/// The table of what stands at `path` below a value of this kind.
fn below(kind: Kind, path: &[Step]) -> Option<&'static Shape> {
    match (kind, path) {
        (Kind::Object(shape), _) => within(shape, path),
        (Kind::List(inner), [Step::Item(_), rest @ ..])
        | (Kind::Dictionary(inner), [Step::Property(_), rest @ ..]) => below(*inner, rest),
        (Kind::Either(one, other), _) => below(*one, path).or_else(|| below(*other, path)),
        _ => None,
    }
}
