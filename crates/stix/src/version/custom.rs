//! Objects without what is custom to them (STIX 2.1 §11, deprecated).

use jiff::Timestamp as Instant;
use serde_json::{Map, Value};

use super::{VersionError, edited, model_class};
use crate::model::extension::PREDEFINED;
use crate::model::incident::IMPACT_EXTENSIONS;
use crate::model::{self, Shape, shared_property};
use crate::selector::Selector;

/// The object without custom properties and custom extensions, as a new version where it is versioned; the object as
/// it is where it has none; `None` where its very type is custom (§11.2) and nothing would be left.
///
/// Custom is what neither the standard nor an extension definition (§7.3) brings: properties that the type does not
/// have (§11.1), extensions by a name of their own (§11.3), and properties that a predefined extension does not have.
/// An object with a top-level property extension, or of a type that an extension brings, may have any properties; of
/// those only the ones that begin with `x_` count as custom. Granular markings of what is removed go with it.
///
/// ```
/// use serde_json::json;
///
/// let malware = json!({
///     "type": "malware", "spec_version": "2.1", "is_family": false, "x_custom": "armada",
///     "id": "malware--43517a13-500f-4799-8203-c3579adb2b13",
///     "created": "2024-04-06T20:03:00.000Z", "modified": "2024-04-06T20:03:00.000Z",
/// });
/// let now = "2024-05-01T08:00:00Z".parse().unwrap();
/// let plain = stix::version::custom::remove(malware.as_object().unwrap(), now).unwrap().unwrap();
/// assert!(!plain.contains_key("x_custom"));
/// ```
///
/// # Errors
/// As [`super::new_version`], where there is something to remove.
pub fn remove(
    properties: &Map<String, Value>,
    now: Instant,
) -> Result<Option<Map<String, Value>>, VersionError> {
    let kind = properties.get("type").and_then(Value::as_str);
    let kind = kind.ok_or(VersionError::Identity)?;
    if model_class(kind, properties).is_none() && kind != "bundle" {
        return Ok(None);
    }
    let mut changes = Map::new();
    for name in properties
        .keys()
        .filter(|name| is_custom(kind, properties, name))
    {
        changes.insert(name.clone(), Value::Null);
    }
    if let Some(Value::Object(extensions)) = properties.get("extensions") {
        let rest = extensions_of(kind, extensions);
        if rest != *extensions {
            let rest = (!rest.is_empty()).then_some(Value::Object(rest));
            changes.insert("extensions".to_owned(), rest.unwrap_or(Value::Null));
        }
    }
    if changes.is_empty() {
        return Ok(Some(properties.clone()));
    }
    if let Some(granular) = granular_of(properties, &changes) {
        changes.insert("granular_markings".to_owned(), granular);
    }
    edited(properties, &changes, now).map(Some)
}

fn is_custom(kind: &str, properties: &Map<String, Value>, name: &str) -> bool {
    let is_common = matches!(name, "type" | "id")
        || shared_property::PROPERTIES
            .iter()
            .any(|property| property.name == name);
    let shape = model::shape(kind).map(|(_, shape)| shape);
    if is_common || shape.is_some_and(|shape| has(shape, name)) {
        return false;
    }
    name.starts_with("x_") || (shape.is_some() && !has_top_level_extension(properties))
}

fn has(shape: &Shape, name: &str) -> bool {
    let mut listed = shape.properties.iter();
    listed.any(|property| property.name == name)
}

fn has_top_level_extension(properties: &Map<String, Value>) -> bool {
    let extensions = properties.get("extensions").and_then(Value::as_object);
    extensions
        .into_iter()
        .flat_map(Map::values)
        .any(|extension| {
            let extension_type = extension.get("extension_type").and_then(Value::as_str);
            extension_type == Some("toplevel-property-extension")
        })
}

/// The extensions that are defined, predefined ones without custom properties.
fn extensions_of(kind: &str, extensions: &Map<String, Value>) -> Map<String, Value> {
    let mut rest = Map::new();
    for (key, content) in extensions {
        let mut content = content.clone();
        if let Some(shape) = predefined(kind, key) {
            if let Value::Object(content) = &mut content {
                let custom = |name: &str| name != "extension_type" && !has(shape, name);
                content.retain(|name, _| !custom(name));
            }
            if content.as_object().is_some_and(Map::is_empty) {
                continue;
            }
        } else if !key.starts_with("extension-definition--") {
            continue;
        }
        rest.insert(key.clone(), content);
    }
    rest
}

fn predefined(kind: &str, key: &str) -> Option<&'static Shape> {
    let standard = PREDEFINED
        .iter()
        .find(|(host, shape)| *host == kind && shape.name == key)
        .map(|(_, shape)| *shape);
    let mut impact = IMPACT_EXTENSIONS.iter().copied();
    standard.or_else(|| impact.find(|shape| kind == "impact" && shape.name == key))
}

/// The granular markings without selectors of what goes; none where they stay as they are.
fn granular_of(properties: &Map<String, Value>, changes: &Map<String, Value>) -> Option<Value> {
    let present = properties.get("granular_markings")?;
    let mut after = properties.clone();
    for (name, value) in changes {
        if value.is_null() {
            after.remove(name);
        } else {
            after.insert(name.clone(), value.clone());
        }
    }
    let goes = |selector: &Value| {
        let selector = selector
            .as_str()
            .and_then(|text| Selector::parse(text).ok());
        selector.is_some_and(|selector| {
            selector.resolve_in(properties).is_some() && selector.resolve_in(&after).is_none()
        })
    };
    let mut rest = present.clone();
    for entry in rest.as_array_mut()? {
        if let Some(Value::Array(selectors)) = entry.get_mut("selectors") {
            selectors.retain(|selector| !goes(selector));
        }
    }
    rest.as_array_mut()?.retain(|entry| {
        let selectors = entry.get("selectors").and_then(Value::as_array);
        selectors.is_none_or(|selectors| !selectors.is_empty())
    });
    if rest == *present {
        return None;
    }
    let is_empty = rest.as_array().is_some_and(Vec::is_empty);
    Some(if is_empty { Value::Null } else { rest })
}
