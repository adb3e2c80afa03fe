//! Paths and constants against what objects look like.
//!
//! A pattern that obeys the grammar can still ask for what no object has: a misspelt property, a port of 70000, a
//! number where there is text. Such a comparison is false of every object (STIX 2.1 §9.6.1), so the pattern is read,
//! and never matches. [`check`] says so. What breaks a MUST of §9.6 or §9.7 is an error, what only cannot happen or
//! is likely a slip a warning, and what others may have defined (custom types, properties, extensions) a note.

mod compare;
mod near;

use std::fmt::Write as _;

use base::diagnostic::Diagnostic;

use crate::findings::Findings;
use crate::model::{Form, Model, Value};
use crate::span::Span;
use crate::tree::{Path, Pattern, Step, Test};
use crate::{code, token};

/// What of `pattern` cannot be true of the objects of `model`, in the order of the text.
///
/// The places are those of the text from which the pattern was read.
pub fn check(pattern: &Pattern, model: &impl Model) -> Vec<Diagnostic> {
    let mut checker = Checker {
        model,
        findings: Findings::default(),
    };
    for test in pattern.tests() {
        checker.test(test);
    }
    checker.findings.into_list()
}

/// The values that may stand at the end of `path`; none when the model knows no such path.
pub fn values<'m>(path: &Path, model: &'m impl Model) -> Vec<Value<'m>> {
    let mut checker = Checker {
        model,
        findings: Findings::default(),
    };
    checker.walk(path, Span::default()).unwrap_or_default()
}

struct Checker<'m, M> {
    model: &'m M,
    findings: Findings,
}

impl<'m, M: Model> Checker<'m, M> {
    fn test(&mut self, test: &Test) {
        if let Some(values) = self.walk(&test.path.value, test.path.span) {
            compare::check(test, &values, &mut self.findings);
        }
    }

    /// Follows the path. `None` when it was found to lead nowhere, and that has been reported.
    fn walk(&mut self, path: &Path, span: Span) -> Option<Vec<Value<'m>>> {
        let model = self.model;
        let Some(object) = model.object(&path.object_type) else {
            self.unknown_type(&path.object_type, span);
            return None;
        };
        let name = &path.property.text;
        let mut written = format!("{}:{}", path.object_type, path.property);
        let Some(value) = object.value(name) else {
            self.unknown_property(&object.names(), name, &path.object_type, span);
            return None;
        };
        let mut values = vec![value];
        for step in &path.steps {
            let mut next = Vec::new();
            let mut missed = None;
            for value in values {
                for value in alternatives(value) {
                    match self.step(value, step) {
                        Ok(value) => next.extend(value),
                        Err(miss) => missed = Some(missed.unwrap_or(miss)),
                    }
                }
                if next.len() > ALTERNATIVES {
                    return Some(vec![Value::Any]);
                }
            }
            match missed {
                Some(miss) if next.is_empty() => {
                    self.report(miss, step, &written, span);
                    return None;
                }
                _ => values = next,
            }
            // Writing to a string does not fail.
            let _ = match step {
                Step::AnyItem => write!(written, "[*]"),
                Step::Item(index) => write!(written, "[{index}]"),
                Step::Name(name) => write!(written, ".{name}"),
            };
        }
        Some(values.into_iter().flat_map(alternatives).collect())
    }

    /// What `step` leads to from `value`, or why it leads nowhere.
    fn step(&self, value: Value<'m>, step: &Step) -> Result<Vec<Value<'m>>, Miss> {
        let Step::Name(name) = step else {
            return match value {
                Value::Any => Ok(vec![Value::Any]),
                Value::List(item) => Ok(vec![*item]),
                other => Err(Miss::NoList(other.describe())),
            };
        };
        let name = &name.text;
        match value {
            Value::Any => Ok(vec![Value::Any]),
            Value::Dictionary(entry) => Ok(vec![*entry]),
            Value::Extensions(extensions) => {
                let found = extensions.value(name).map(|value| vec![value]);
                found.ok_or_else(|| Miss::Extension(owned(&extensions.names())))
            }
            Value::Hashes(usual) => {
                if usual.contains(&name.as_str()) {
                    Ok(vec![Value::String(Form::Any)])
                } else {
                    Err(Miss::Hash(owned(&usual)))
                }
            }
            Value::Part(part) => {
                let found = part.value(name).map(|value| vec![value]);
                found.ok_or_else(|| Miss::Property(owned(&part.names())))
            }
            Value::Reference(types) => {
                let types = if types.is_empty() {
                    self.model.object_types()
                } else {
                    types
                };
                let mut names = Vec::new();
                let mut found = Vec::new();
                let mut foreign = false;
                for object_type in types {
                    let Some(object) = self.model.object(object_type) else {
                        // An object that the model does not know may have anything.
                        foreign = true;
                        continue;
                    };
                    names.extend(owned(&object.names()));
                    found.extend(object.value(name));
                }
                if found.is_empty() && foreign {
                    found.push(Value::Any);
                }
                if found.is_empty() {
                    names.sort();
                    names.dedup();
                    Err(Miss::Property(names))
                } else {
                    Ok(found)
                }
            }
            Value::List(_) => Err(Miss::List),
            other => Err(Miss::Scalar(other.describe())),
        }
    }

    fn unknown_type(&mut self, object_type: &str, span: Span) {
        let name = token::excerpt(object_type);
        if self.model.is_never_observed(object_type) {
            let message =
                format!("objects of type `{name}` are never observed, so no pattern finds one");
            let finding = Diagnostic::error(code::NOT_OBSERVABLE, span.place(), message)
                .with_help("a path begins at a cyber-observable object, such as `file`");
            return self.findings.push(finding.with_section("STIX 2.1 §9.7"));
        }
        let finding = match near::nearest(object_type, &self.model.object_types()) {
            Some(near) => Diagnostic::warning(
                code::UNKNOWN_OBJECT_TYPE,
                span.place(),
                format!("the standard has no object type `{name}`"),
            )
            .with_help(format!("did you mean `{near}`?")),
            None => Diagnostic::note(
                code::UNKNOWN_OBJECT_TYPE,
                span.place(),
                format!(
                    "`{name}` is not an object type of the standard, so its properties are unknown"
                ),
            ),
        };
        self.findings.push(finding.with_section("STIX 2.1 §9.7"));
    }

    fn unknown_property<S: AsRef<str>>(
        &mut self,
        names: &[S],
        name: &str,
        owner: &str,
        span: Span,
    ) {
        let (name_text, owner) = (token::excerpt(name), token::excerpt(owner));
        // STIX 2.1 §11.1: the names of custom properties should begin so.
        let finding = if name.starts_with("x_") {
            Diagnostic::note(
                code::CUSTOM_PROPERTY,
                span.place(),
                format!(
                    "`{name_text}` is a custom property of `{owner}`, of which nothing is known"
                ),
            )
            .with_section("STIX 2.1 §11.1")
        } else {
            // An extension may have added it at the top level (§7.3), so it is no error.
            let finding = Diagnostic::warning(
                code::UNKNOWN_PROPERTY,
                span.place(),
                format!("`{owner}` has no property `{name_text}`"),
            )
            .with_section("STIX 2.1 §9.7");
            match near::nearest(name, names) {
                Some(near) => finding.with_help(format!("did you mean `{near}`?")),
                None => finding,
            }
        };
        self.findings.push(finding);
    }

    fn report(&mut self, miss: Miss, step: &Step, before: &str, span: Span) {
        let path = token::excerpt(before);
        let name = match step {
            Step::Name(name) => name.text.as_str(),
            Step::AnyItem | Step::Item(_) => "",
        };
        let finding = match miss {
            Miss::Extension(names) => {
                let message = format!(
                    "`{}` is not an extension of this object that the standard defines",
                    token::excerpt(name)
                );
                match near::nearest(name, &names) {
                    Some(near) => {
                        Diagnostic::warning(code::UNKNOWN_EXTENSION, span.place(), message)
                            .with_help(format!("did you mean `'{near}'`?"))
                    }
                    None => Diagnostic::note(code::UNKNOWN_EXTENSION, span.place(), message),
                }
                .with_section("STIX 2.1 §3.2")
            }
            Miss::Hash(names) => {
                let message = format!(
                    "`{}` is not a usual name of a hash algorithm",
                    token::excerpt(name)
                );
                match near::nearest(name, &names) {
                    Some(near) => Diagnostic::warning(code::UNKNOWN_HASH, span.place(), message)
                        .with_help(format!("did you mean `{}`?", crate::literal::name(&near))),
                    None => Diagnostic::note(code::UNKNOWN_HASH, span.place(), message),
                }
                .with_section("STIX 2.1 §10.7")
            }
            Miss::List => Diagnostic::error(
                code::LIST_WITHOUT_PLACE,
                span.place(),
                format!(
                    "`{path}` is a list, so a place in it comes before `.{}`",
                    token::excerpt(name)
                ),
            )
            .with_help(format!(
                "write `{path}[*]` for any item, or `{path}[0]` for the first"
            ))
            .with_section("STIX 2.1 §9.7.2"),
            Miss::NoList(what) => Diagnostic::error(
                code::NOT_A_LIST,
                span.place(),
                format!("`{path}` is {what}, not a list, so it has no items"),
            )
            .with_section("STIX 2.1 §9.7.2"),
            Miss::Property(names) => return self.unknown_property(&names, name, before, span),
            Miss::Scalar(what) => Diagnostic::error(
                code::NAME_BELOW_SCALAR,
                span.place(),
                format!(
                    "`{path}` is {what}, which has no property `{}`",
                    token::excerpt(name)
                ),
            )
            .with_section("STIX 2.1 §9.7"),
        };
        self.findings.push(finding);
    }
}

/// Why a step leads nowhere.
enum Miss {
    /// No such extension; these there are.
    Extension(Vec<String>),
    /// No usual hash; these there are.
    Hash(Vec<String>),
    /// A name where a place in a list must be.
    List,
    /// A place in what is no list but this.
    NoList(&'static str),
    /// No such property; these there are.
    Property(Vec<String>),
    /// A name below this, which has no parts.
    Scalar(&'static str),
}

/// What is either of several, one by one.
fn alternatives(value: Value<'_>) -> Vec<Value<'_>> {
    match value {
        Value::Either(values) => values.into_iter().flat_map(alternatives).collect(),
        other => vec![other],
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Most values that a path may lead to before nothing is said of it: a step through a reference to any object
/// multiplies them by the number of object types that have the property.
const ALTERNATIVES: usize = 256;
