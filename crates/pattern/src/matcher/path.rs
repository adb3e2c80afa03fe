//! Where an object path leads (STIX 2.1 §9.7).

use crate::matcher::effort::Effort;
use crate::matcher::observation::Observation;
use crate::matcher::value::Value;
use crate::tree::{self, Name};

/// A path that is ready to be walked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) object_type: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Step {
    kind: Kind,
    /// Whether what it leads to names another object, whose properties the next step means (§9.7.4).
    follow: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Kind {
    AnyItem,
    Item(usize),
    Name(String),
}

impl Path {
    pub(super) fn new(path: &tree::Path) -> Self {
        let first = Kind::Name(path.property.text.as_str().to_owned());
        let rest = path.steps.iter().map(|step| match step {
            tree::Step::AnyItem => Kind::AnyItem,
            tree::Step::Item(index) => Kind::Item(usize::try_from(*index).unwrap_or(usize::MAX)),
            tree::Step::Name(Name { text, .. }) => Kind::Name(text.as_str().to_owned()),
        });
        let kinds: Vec<Kind> = std::iter::once(first).chain(rest).collect();
        let mut steps = Vec::with_capacity(kinds.len());
        let mut kinds = kinds.into_iter().peekable();
        let mut list = false;
        while let Some(kind) = kinds.next() {
            let reference = match &kind {
                Kind::Name(name) => {
                    list = name.ends_with("_refs");
                    name.ends_with("_ref")
                }
                Kind::AnyItem | Kind::Item(_) => std::mem::take(&mut list),
            };
            let follow = reference && matches!(kinds.peek(), Some(Kind::Name(_)));
            steps.push(Step { kind, follow });
        }
        Self {
            object_type: path.object_type.as_str().to_owned(),
            steps,
        }
    }

    /// Whether the property is binary: its name ends in `_bin` or `_hex` (§9.6.4).
    pub(super) fn encoding(&self) -> Option<Encoding> {
        let name = self.steps.iter().rev().find_map(|step| match &step.kind {
            Kind::Name(name) => Some(name),
            Kind::AnyItem | Kind::Item(_) => None,
        })?;
        if name.ends_with("_bin") {
            Some(Encoding::Base64)
        } else if name.ends_with("_hex") {
            Some(Encoding::Hexadecimal)
        } else {
            None
        }
    }

    /// Whether the last step is that name.
    pub(super) fn ends_in(&self, text: &str) -> bool {
        matches!(self.steps.last().map(|step| &step.kind), Some(Kind::Name(name)) if name == text)
    }

    /// Whether some value at the end of the path, from `object`, satisfies `check`.
    pub(super) fn any<'a, V: Value<'a>>(
        &self,
        object: V,
        observation: &Observation<'a, V>,
        effort: &Effort,
        check: &mut dyn FnMut(V) -> bool,
    ) -> bool {
        let mut steps = self.steps.as_slice();
        let mut value = Some(object);
        // Lists that are gone through, innermost last, each with the step that does so.
        let mut lists: Vec<(V::Items, &[Step])> = Vec::new();
        while effort.spend() {
            let Some(here) = value else {
                // This way leads nowhere; the next item of the innermost list may.
                let Some((items, at)) = lists.last_mut() else {
                    return false;
                };
                match (items.next(), at.split_first()) {
                    (Some(item), Some((step, rest))) => {
                        steps = rest;
                        value = step.arrive(item, observation);
                    }
                    _ => {
                        lists.pop();
                    }
                }
                continue;
            };
            let Some((step, rest)) = steps.split_first() else {
                if check(here) {
                    return true;
                }
                value = None;
                continue;
            };
            value = match &step.kind {
                Kind::AnyItem => {
                    lists.push((here.items(), steps));
                    None
                }
                Kind::Item(index) => here.items().nth(*index),
                Kind::Name(name) => here.member(name),
            }
            .and_then(|next| step.arrive(next, observation));
            steps = rest;
        }
        false
    }
}

impl Step {
    fn arrive<'a, V: Value<'a>>(&self, value: V, observation: &Observation<'a, V>) -> Option<V> {
        match value.text() {
            Some(id) if self.follow => observation.resolve(id),
            _ => Some(value),
        }
    }
}

/// How a binary property is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Base64,
    Hexadecimal,
}
