//! What an object refers to, and which references it cannot do without.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use stix::id::Id;
use stix::object::Object;
use stix::selector::Step;

use crate::cuts::Cuts;
use crate::edition::{is_fixed, referred, referred_by_key};
use crate::required::{defines_type, is_common, is_required, leans_on, needs, part, required_any};

/// An object as the fixpoint sees it: its references, and what becomes of it when they go.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// Each reference from a part that is not cut, with its place.
    pub(crate) references: Vec<(Vec<Step>, Id)>,
    /// The top-level properties that stand or fall with references: places in `references`.
    pub(crate) hanging: Vec<Hanging>,
    /// How many are left of the properties of which the type requires one; none if it had none to begin with.
    pub(crate) any_left: Option<usize>,
    /// How many properties are left that say something; none if it had none to begin with.
    pub(crate) content_left: Option<usize>,
    /// Whether the cuts alone took something required.
    pub(crate) broken: bool,
}

/// A top-level property that is left as long as one of its references is.
#[derive(Debug)]
pub(crate) struct Hanging {
    /// Places in [`Shape::references`].
    pub(crate) on: Vec<usize>,
    /// Whether the object goes with it.
    pub(crate) required: bool,
    /// Whether it counts in [`Shape::any_left`].
    pub(crate) any: bool,
    /// Whether it counts in [`Shape::content_left`].
    pub(crate) content: bool,
}

/// What keeps a value alive.
enum Support {
    /// Nothing can take it.
    Always,
    /// It is cut.
    Never,
    /// It is left while one of these references is, at most.
    On(Vec<usize>),
}

impl Shape {
    /// Reads an object of which `cuts` are cut.
    ///
    /// What it promises is one-sided: an object that it calls broken is, and so is one that loses a hanging property
    /// that it needs; [`crate::edition::remainder`] may find further ones (where several references are needed at
    /// once).
    pub(crate) fn of(object: &Object, cuts: &Cuts) -> Self {
        let properties = object.properties();
        let any = required_any(object.kind());
        let mut shape = Self::default();
        let mut supports: BTreeMap<&str, Support> = BTreeMap::new();
        for (name, value) in properties {
            let support = if is_fixed(name) {
                Support::Always
            } else if name == "granular_markings" {
                shape.markings(object, value, cuts);
                Support::Always
            } else {
                shape.visit(object, value, &mut vec![Step::Property(name.clone())], cuts)
            };
            supports.insert(name, support);
        }
        for (name, on) in leans_on(object.kind()) {
            if matches!(supports.get(on), Some(Support::Never)) && supports.contains_key(name) {
                supports.insert(name, Support::Never);
            }
        }
        let (mut any_left, mut content_left) = (0, 0);
        let (mut had_any, mut had_content) = (false, false);
        for (name, support) in supports {
            let required = is_required(object.kind(), properties, name);
            let in_any = any.contains(&name);
            let content = !is_common(name);
            had_any |= in_any;
            had_content |= content;
            match support {
                Support::Never => shape.broken |= required,
                Support::Always | Support::On(_) => {
                    any_left += usize::from(in_any);
                    content_left += usize::from(content);
                }
            }
            if let Support::On(on) = support {
                shape.hanging.push(Hanging {
                    on,
                    required,
                    any: in_any,
                    content,
                });
            }
        }
        shape.any_left = had_any.then_some(any_left);
        shape.content_left = had_content.then_some(content_left);
        shape.broken |= shape.any_left == Some(0) || shape.content_left == Some(0);
        shape
    }

    fn refer(&mut self, path: &[Step], target: Id) -> usize {
        self.references.push((path.to_vec(), target));
        self.references.len() - 1
    }

    fn visit(
        &mut self,
        object: &Object,
        value: &Value,
        path: &mut Vec<Step>,
        cuts: &Cuts,
    ) -> Support {
        if cuts.names(path) {
            self.broken |= defines_type(path, value);
            return Support::Never;
        }
        match value {
            Value::String(text) => match referred(text) {
                Some(target) => Support::On(vec![self.refer(path, target)]),
                None => Support::Always,
            },
            Value::Array(items) => {
                let mut one_of = OneOf::new(items.is_empty());
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Item(index));
                    one_of.or(self.visit(object, item, path, cuts));
                    path.pop();
                }
                one_of.support()
            }
            Value::Object(map) => self.visit_map(object, value, map, path, cuts),
            Value::Null | Value::Bool(_) | Value::Number(_) => Support::Always,
        }
    }

    fn visit_map(
        &mut self,
        object: &Object,
        value: &Value,
        map: &Map<String, Value>,
        path: &mut Vec<Step>,
        cuts: &Cuts,
    ) -> Support {
        let table = part(object.kind(), object.properties(), path);
        let before = self.references.len();
        let mut one_of = OneOf::new(map.is_empty());
        let mut all_of = None;
        let mut lacking = false;
        for (name, item) in map {
            let named = referred_by_key(path, name);
            path.push(Step::Property(name.clone()));
            let key = named
                .filter(|_| !cuts.names(path))
                .map(|target| self.refer(path, target));
            let support = self.visit(object, item, path, cuts);
            path.pop();
            let support = match (key, support) {
                (None, support) => support,
                (Some(_), Support::Never) => Support::Never,
                (Some(key), Support::Always) => Support::On(vec![key]),
                (Some(key), Support::On(mut on)) => {
                    on.push(key);
                    Support::On(on)
                }
            };
            if needs(table, path, map, name) {
                match &support {
                    Support::Never => lacking = true,
                    Support::Always => {
                        all_of.get_or_insert_with(Vec::new);
                    }
                    Support::On(on) => all_of.get_or_insert_with(Vec::new).extend(on),
                }
            }
            one_of.or(support);
        }
        if lacking {
            self.references.truncate(before);
            self.broken |= defines_type(path, value);
            return Support::Never;
        }
        match all_of {
            Some(on) if on.is_empty() => Support::Always,
            Some(on) => Support::On(on),
            None => one_of.support(),
        }
    }

    /// What else stands in granular markings than the standard has there.
    fn markings(&mut self, object: &Object, entries: &Value, cuts: &Cuts) {
        for (at, entry) in entries.as_array().into_iter().flatten().enumerate() {
            let unknown = entry
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| !matches!(name.as_str(), "selectors" | "marking_ref"));
            for (name, value) in unknown {
                let mut path = vec![
                    Step::Property("granular_markings".to_owned()),
                    Step::Item(at),
                    Step::Property(name.clone()),
                ];
                self.visit(object, value, &mut path, cuts);
            }
        }
    }
}

/// A value of which one part must be left.
struct OneOf {
    always: bool,
    on: Vec<usize>,
}

impl OneOf {
    fn new(always: bool) -> Self {
        Self {
            always,
            on: Vec::new(),
        }
    }

    fn or(&mut self, support: Support) {
        match support {
            Support::Always => self.always = true,
            Support::Never => {}
            Support::On(on) => self.on.extend(on),
        }
    }

    fn support(self) -> Support {
        if self.always {
            Support::Always
        } else if self.on.is_empty() {
            Support::Never
        } else {
            Support::On(self.on)
        }
    }
}
