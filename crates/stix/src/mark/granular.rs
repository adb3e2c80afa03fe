//! The granular markings of one object, taken together by mark.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{GRANULAR, Mark, MarkError};
use crate::marking::{MAX_SELECTORS, ReadMarkingsError};
use crate::selector::Selector;

/// Which mark is on which parts, in the order in which the marks first came.
#[derive(Debug, Default)]
pub(super) struct Granular {
    order: Vec<Mark>,
    selectors: BTreeMap<Mark, BTreeSet<Selector>>,
}

impl Granular {
    /// Reads `granular_markings` (§7.2.3.1).
    ///
    /// Identifiers and languages are taken as they stand, and selectors need not select anything: what an object says
    /// of its markings is told also where it is not valid.
    pub(super) fn read(properties: &Map<String, Value>) -> Result<Self, MarkError> {
        let mut granular = Self::default();
        let entries = match properties.get(GRANULAR) {
            None => return Ok(granular),
            Some(Value::Array(entries)) => entries,
            Some(_) => return Err(MarkError::Unreadable(ReadMarkingsError::GranularList)),
        };
        let mut count = 0_usize;
        for (at, entry) in entries.iter().enumerate() {
            let bad = || MarkError::Unreadable(ReadMarkingsError::Granular(at));
            let mark = match (entry.get("marking_ref"), entry.get("lang")) {
                (Some(Value::String(id)), None) => Mark::Definition(id.clone()),
                (None, Some(Value::String(tag))) => Mark::Language(tag.clone()),
                _ => return Err(bad()),
            };
            let listed = entry.get("selectors").and_then(Value::as_array);
            let mut parts = BTreeSet::new();
            for selector in listed.ok_or_else(bad)? {
                count = count.saturating_add(1);
                if count > MAX_SELECTORS {
                    return Err(MarkError::Unreadable(ReadMarkingsError::TooMany));
                }
                let text = selector.as_str().ok_or_else(bad)?;
                let unreadable = ReadMarkingsError::Selector(text.to_owned());
                parts.insert(Selector::parse(text).map_err(|_| MarkError::Unreadable(unreadable))?);
            }
            granular.put_on(&parts, &mark);
        }
        Ok(granular)
    }

    /// As [`Granular::read`], but refuses entries that would not be written as they were read.
    pub(super) fn read_to_edit(properties: &Map<String, Value>) -> Result<Self, MarkError> {
        let entries = properties.get(GRANULAR).and_then(Value::as_array);
        let is_foreign = |entry: &Value| entry.as_object().is_some_and(|entry| entry.len() > 2);
        match entries.into_iter().flatten().position(is_foreign) {
            Some(at) => Err(MarkError::Foreign(at)),
            None => Self::read(properties),
        }
    }

    /// The marks and what they are on.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Mark, &BTreeSet<Selector>)> {
        let found = |mark| self.selectors.get(mark).map(|selectors| (mark, selectors));
        self.order.iter().filter_map(found)
    }

    /// Whether this very part has a mark that `is`.
    pub(super) fn has(&self, part: &Selector, is: impl Fn(&Mark) -> bool) -> bool {
        self.entries()
            .any(|(mark, selectors)| is(mark) && selectors.contains(part))
    }

    /// Puts a mark on parts.
    pub(super) fn put_on(&mut self, parts: &BTreeSet<Selector>, mark: &Mark) {
        if !self.selectors.contains_key(mark) {
            self.order.push(mark.clone());
        }
        let selectors = self.selectors.entry(mark.clone()).or_default();
        selectors.extend(parts.iter().cloned());
    }

    /// Takes the marks that go off these very parts.
    pub(super) fn take_off(&mut self, parts: &BTreeSet<Selector>, goes: impl Fn(&Mark) -> bool) {
        for (mark, selectors) in &mut self.selectors {
            if goes(mark) {
                selectors.retain(|selector| !parts.contains(selector));
            }
        }
    }

    /// The value of `granular_markings`, or `null` where nothing is marked: there are no empty lists (§2.12).
    pub(super) fn write(&self) -> Result<Value, MarkError> {
        let count: usize = self.selectors.values().map(BTreeSet::len).sum();
        if count > MAX_SELECTORS {
            return Err(MarkError::TooMany);
        }
        let mut entries = Vec::new();
        for (mark, selectors) in self.entries().filter(|(_, listed)| !listed.is_empty()) {
            let (name, text) = match mark {
                Mark::Definition(id) => ("marking_ref", id),
                Mark::Language(tag) => ("lang", tag),
            };
            let selectors: Value = selectors.iter().map(Selector::to_string).collect();
            entries.push(Value::Object(Map::from_iter([
                (name.to_owned(), Value::String(text.clone())),
                ("selectors".to_owned(), selectors),
            ])));
        }
        Ok(if entries.is_empty() {
            Value::Null
        } else {
            Value::Array(entries)
        })
    }
}
