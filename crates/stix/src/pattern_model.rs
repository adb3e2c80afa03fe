//! The tables of the standard as the crate `pattern` asks for them, to check the paths of patterns.

use pattern::model::{Form, Model, Properties, Terms, Value};

use crate::model::extension::PREDEFINED;
use crate::model::shared_property::{PROPERTIES, Use, usage};
use crate::model::{
    Class, Format, Kind, Shape, Targets, domain, meta, observable, relationship, shape,
};
use crate::vocab::core::HASH_ALGORITHM;

/// The cyber-observable objects of STIX 2.1 §6 with the extensions that it predefines.
///
/// ```
/// let pattern = pattern::parse::parse("[file:sise > 10]").unwrap();
/// let findings = pattern::path_type::check(&pattern, &stix::pattern_model::StandardModel);
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `size`?"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StandardModel;

impl Model for StandardModel {
    fn object_types(&self) -> Vec<&str> {
        observable::SHAPES.iter().map(|shape| shape.name).collect()
    }

    fn object(&self, object_type: &str) -> Option<Box<dyn Properties<'_> + '_>> {
        match shape(object_type)? {
            (Class::Observable, shape) => Some(Box::new(Object(shape))),
            _ => None,
        }
    }

    fn is_never_observed(&self, object_type: &str) -> bool {
        // The objects of the incident suite are not here: their names are an extension's, and others' too.
        let named = |shapes: &[&Shape]| shapes.iter().any(|shape| shape.name == object_type);
        named(domain::SHAPES)
            || named(relationship::SHAPES)
            || named(&[
                &meta::EXTENSION_DEFINITION,
                &meta::LANGUAGE_CONTENT,
                &meta::MARKING_DEFINITION,
            ])
            || object_type == "bundle"
    }
}

/// An object: the properties of its table and the common ones (§3.2).
#[derive(Debug)]
struct Object(&'static Shape);

impl<'a> Properties<'a> for Object {
    fn names(&self) -> Vec<&'a str> {
        let common = PROPERTIES
            .iter()
            .map(|property| property.name)
            .filter(|name| usage(Class::Observable, name) != Use::NotApplicable);
        let mut names = Part(self.0).names();
        names.extend(["type", "id"]);
        names.extend(common);
        names
    }

    fn value(&self, name: &str) -> Option<Value<'a>> {
        match name {
            "id" | "type" => return Some(Value::String(Form::Any)),
            "extensions" => return Some(Value::Extensions(Box::new(Extensions(self.0.name)))),
            _ => {}
        }
        Part(self.0).value(name).or_else(|| {
            let property = PROPERTIES.iter().find(|property| property.name == name)?;
            (usage(Class::Observable, name) != Use::NotApplicable).then(|| value(&property.kind))
        })
    }
}

/// The properties of a table.
#[derive(Debug)]
struct Part(&'static Shape);

impl<'a> Properties<'a> for Part {
    fn names(&self) -> Vec<&'a str> {
        self.0
            .properties
            .iter()
            .map(|property| property.name)
            .collect()
    }

    fn value(&self, name: &str) -> Option<Value<'a>> {
        let property = self
            .0
            .properties
            .iter()
            .find(|property| property.name == name)?;
        Some(value(&property.kind))
    }
}

/// The extensions that the standard has for objects of this type.
#[derive(Debug)]
struct Extensions(&'static str);

impl<'a> Properties<'a> for Extensions {
    fn names(&self) -> Vec<&'a str> {
        PREDEFINED
            .iter()
            .filter(|(object_type, _)| *object_type == self.0)
            .map(|(_, shape)| shape.name)
            .collect()
    }

    fn value(&self, name: &str) -> Option<Value<'a>> {
        // Everybody may define extensions, and they are named by their definitions (§7.3).
        if name.starts_with("extension-definition--") {
            return Some(Value::Any);
        }
        PREDEFINED
            .iter()
            .find(|(object_type, shape)| *object_type == self.0 && shape.name == name)
            .map(|(_, shape)| Value::Part(Box::new(Part(shape))))
    }
}

fn value<'a>(kind: &'static Kind) -> Value<'a> {
    match kind {
        Kind::Any | Kind::Contents | Kind::Extensions | Kind::Observables => Value::Any,
        Kind::Binary => Value::Binary,
        Kind::Boolean => Value::Boolean,
        Kind::Dictionary(entry) => Value::Dictionary(Box::new(value(entry))),
        Kind::Either(one, other) => Value::Either(vec![value(one), value(other)]),
        Kind::Hashes => Value::Hashes(HASH_ALGORITHM.terms.to_vec()),
        Kind::Hex => Value::Hex,
        Kind::Integer { least, most } => Value::Integer {
            least: *least,
            most: *most,
        },
        Kind::List(item) => Value::List(Box::new(value(item))),
        Kind::Number { least, most } => Value::Float {
            least: *least,
            most: *most,
        },
        Kind::Object(shape) => Value::Part(Box::new(Part(shape))),
        Kind::Reference(targets) => Value::Reference(types(*targets)),
        Kind::String => Value::String(Form::Any),
        Kind::Term(vocabulary) => Value::Term(Terms {
            name: vocabulary.name,
            open: vocabulary.open,
            terms: vocabulary.terms,
        }),
        Kind::Text(format) => Value::String(match format {
            Format::Ipv4 => Form::Ipv4,
            Format::Ipv6 => Form::Ipv6,
            Format::Mac => Form::Mac,
            _ => Form::Any,
        }),
        Kind::Timestamp => Value::Timestamp,
    }
}

/// The object types of `targets`.
fn types(targets: Targets) -> Vec<&'static str> {
    if let Targets::Types(types) = targets {
        return types.to_vec();
    }
    [domain::SHAPES, observable::SHAPES, relationship::SHAPES]
        .into_iter()
        .flatten()
        .map(|shape| shape.name)
        .chain([meta::LANGUAGE_CONTENT.name, meta::MARKING_DEFINITION.name])
        .filter(|name| targets.admit(name))
        .collect()
}
