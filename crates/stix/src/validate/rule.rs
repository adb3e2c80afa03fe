//! Rules that tie properties together.

use crate::json::tree::{Members, Value};

use super::code;
use super::findings::{Findings, Path};
use crate::model::{Is, Presence, Rule, Shape};
use crate::timestamp::instant_of;

/// Checks the rules of a shape.
pub(super) fn check(
    shape: &'static Shape,
    properties: Members<'_>,
    path: Path<'_>,
    findings: &mut Findings,
) {
    for rule in shape.rules {
        one(rule, shape, properties, path, findings);
    }
}

fn one(
    rule: &'static Rule,
    shape: &'static Shape,
    properties: Members<'_>,
    path: Path<'_>,
    findings: &mut Findings,
) {
    let has = |name: &str| properties.contains_key(name);
    let mut say = |code, name: Option<&str>, message: String| {
        let here = match name {
            Some(name) => Path::Name(&path, name),
            None => path,
        };
        findings.add_of(code, shape.section, here, message, None);
    };
    match rule {
        Rule::AtLeastOne(names) => {
            if !names.iter().any(|name| has(name)) {
                let message = format!("`{}` has none of {}", shape.name, quoted(names));
                say(&code::AT_LEAST_ONE, None, message);
            }
        }
        Rule::AtLeastOneProperty { but } => {
            let any = shape
                .properties
                .iter()
                .any(|property| !but.contains(&property.name) && has(property.name));
            // A process may have all of it in an extension (§6.13).
            if !any && !has("extensions") {
                let message = format!("`{}` has none of its properties", shape.name);
                say(&code::AT_LEAST_ONE, None, message);
            }
        }
        Rule::NotBefore(first, second) => {
            if let Some((from, to)) = timestamps(properties, first, second)
                && to < from
            {
                let message = format!("`{second}` is before `{first}`");
                say(&code::ORDER, Some(second), message);
            }
        }
        Rule::After(first, second) => {
            if let Some((from, to)) = timestamps(properties, first, second)
                && to <= from
            {
                let message = format!("`{second}` is not after `{first}`");
                say(&code::ORDER, Some(second), message);
            }
        }
        Rule::NotTogether(first, second) => {
            if has(first) && has(second) {
                let message = format!("`{first}` and `{second}` do not stand together");
                say(&code::NOT_TOGETHER, Some(second), message);
            }
        }
        Rule::Needs(first, second) => {
            if has(first) && !has(second) {
                let message = format!("`{first}` needs `{second}`");
                say(&code::NEEDS, Some(first), message);
            }
        }
        Rule::Where(name, is, other, presence) => {
            if !properties.get(name).is_some_and(|value| is.holds(value)) {
                return;
            }
            match presence {
                Presence::Required if !has(other) => {
                    let message = format!("with this `{name}` there must be a `{other}`");
                    say(&code::NEEDS, Some(name), message);
                }
                Presence::Forbidden if has(other) => {
                    let message = format!("with this `{name}` there must be no `{other}`");
                    say(&code::FORBIDDEN, Some(other), message);
                }
                Presence::Required | Presence::Forbidden => {}
            }
        }
        Rule::NotLess(first, second) => {
            let number = |name: &str| properties.get(name).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (number(first), number(second))
                && most < least
            {
                let message = format!("`{second}` is less than `{first}`");
                say(&code::RANGE, Some(second), message);
            }
        }
    }
}

impl Is {
    fn holds(self, value: Value<'_>) -> bool {
        match self {
            Self::True => value.as_bool() == Some(true),
            Self::False => value.as_bool() == Some(false),
            Self::NoneOf(terms) => value.as_str().is_some_and(|text| !terms.contains(&text)),
        }
    }
}

fn timestamps(
    properties: Members<'_>,
    first: &str,
    second: &str,
) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    let read = |name: &str| instant_of(properties.get(name)?.as_str()?).ok();
    Some((read(first)?, read(second)?))
}

fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
