//! A set of parts that are cut out of one object.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use stix::selector::{Selector, Step};

/// Parts of one object, each with everything below it.
///
/// INVARIANT: every question is answered in the time of a look-up for each step of a path, however many parts are cut:
/// an object may come with a thousand selectors and a hundred thousand places to compare them with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cuts(BTreeSet<Vec<Step>>);

impl Cuts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn insert(&mut self, path: Vec<Step>) {
        self.0.insert(path);
    }

    /// Whether exactly this part is named.
    pub(crate) fn names(&self, path: &[Step]) -> bool {
        self.0.contains(path)
    }

    /// Whether a part is cut: it, or something that it is in, is named.
    pub(crate) fn covers(&self, path: &[Step]) -> bool {
        !self.0.is_empty()
            && (1..=path.len()).any(|end| path.get(..end).is_some_and(|prefix| self.names(prefix)))
    }

    /// Whether anything in a top-level property is named, or the whole of it.
    pub(crate) fn touches(&self, property: &str) -> bool {
        let first = vec![Step::Property(property.to_owned())];
        self.0
            .range(first.clone()..)
            .next()
            .is_some_and(|path| path.starts_with(&first))
    }

    /// What is cut under both.
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let within = |a: &Self, b: &Self| -> Vec<Vec<Step>> {
            a.0.iter().filter(|path| b.covers(path)).cloned().collect()
        };
        Self(
            within(self, other)
                .into_iter()
                .chain(within(other, self))
                .collect(),
        )
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Step]> {
        self.0.iter().map(Vec::as_slice)
    }

    pub(crate) fn selectors(&self) -> impl Iterator<Item = Selector> {
        self.0.iter().cloned().map(Selector::from_steps)
    }
}

/// Whether a path leads to something in an object.
pub(crate) fn resolves(properties: &Map<String, Value>, path: &[Step]) -> bool {
    let Some((Step::Property(first), rest)) = path.split_first() else {
        return false;
    };
    rest.iter()
        .try_fold(properties.get(first), |value, step| match step {
            Step::Property(name) => Some(value?.as_object()?.get(name)),
            Step::Item(index) => Some(value?.as_array()?.get(*index)),
        })
        .flatten()
        .is_some()
}
