//! Many patterns at once: an observation meets only those that it may satisfy.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use crate::matcher::compiled::{self, CompiledPattern, Verdict};
use crate::matcher::effort::{Effort, PATH_STEPS};
use crate::matcher::index::{Filed, Index};
use crate::matcher::observation::Observation;
use crate::matcher::value::Value;

/// Patterns, each with a key of its owner.
///
/// The cost of an observation depends on what it satisfies, hardly on how many patterns there are; comparisons that no
/// index answers (an order, a negation, EXISTS, a regular expression without four plain characters in a row) are
/// evaluated on every object of their type.
///
/// ```
/// use pattern::matcher::{Matcher, observation, set::PatternSet};
///
/// let mut set = PatternSet::new();
/// for (key, text) in [(1, "[domain-name:value = 'a.example']"), (2, "[domain-name:value LIKE '%.b.example']")] {
///     set.insert(key, Matcher::compile(&pattern::parse::parse(text).unwrap()).unwrap());
/// }
/// let data = serde_json::json!({
///     "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
///     "first_observed": "2026-01-15T09:00:00Z", "last_observed": "2026-01-15T09:00:00Z",
///     "number_observed": 1, "objects": { "0": { "type": "domain-name", "value": "www.b.example" } } });
/// let found = set.matches(&observation::read(&data).observations);
/// assert_eq!(found.matches.len(), 1);
/// assert_eq!(found.matches[0].key, &2);
/// assert_eq!(found.matches[0].observations, [0]);
/// ```
#[derive(Debug)]
pub struct PatternSet<K> {
    slots: BTreeMap<K, usize>,
    entries: Vec<Option<Entry<K>>>,
    free: Vec<usize>,
    index: Index,
}

/// A pattern of the set.
#[derive(Debug)]
pub(super) struct Entry<K> {
    pub(super) key: K,
    pub(super) pattern: CompiledPattern,
    /// Where each `[…]` is filed.
    filed: Vec<Vec<Filed>>,
}

/// A pattern that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetMatch<'s, K> {
    /// The key of the pattern.
    pub key: &'s K,
    /// The observations that make it true, as [`Verdict::observations`].
    pub observations: Vec<usize>,
}

/// The answer for a set of patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVerdict<'s, K> {
    /// The patterns that match, in the order of their keys.
    pub matches: Vec<SetMatch<'s, K>>,
    /// Whether it is certain that no others match; see [`Verdict::complete`].
    pub complete: bool,
}

/// The `[…]` number `single` of the pattern in `slot` is satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) slot: usize,
    pub(super) single: usize,
}

impl<K> Default for PatternSet<K> {
    fn default() -> Self {
        Self {
            slots: BTreeMap::new(),
            entries: Vec::new(),
            free: Vec::new(),
            index: Index::default(),
        }
    }
}

impl<K: Clone + Ord> PatternSet<K> {
    /// A set without patterns.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The pattern of that key.
    pub fn pattern(&self, key: &K) -> Option<&CompiledPattern> {
        self.entry(*self.slots.get(key)?)
            .map(|entry| &entry.pattern)
    }

    /// Adds a pattern; answers the one that had the key before.
    pub fn insert(&mut self, key: K, pattern: CompiledPattern) -> Option<CompiledPattern> {
        let before = self.remove(&key);
        let slot = self.free.pop().unwrap_or(self.entries.len());
        let filed = pattern
            .singles
            .iter()
            .enumerate()
            .map(|(single, comparison)| self.index.insert(comparison, slot, single))
            .collect();
        let entry = Some(Entry {
            key: key.clone(),
            pattern,
            filed,
        });
        match self.entries.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.entries.push(entry),
        }
        self.slots.insert(key, slot);
        before
    }

    /// Takes a pattern out.
    pub fn remove(&mut self, key: &K) -> Option<CompiledPattern> {
        let slot = self.slots.remove(key)?;
        let entry = self.entries.get_mut(slot)?.take()?;
        for (single, filed) in entry.filed.iter().enumerate() {
            self.index.remove(filed, slot, single);
        }
        self.free.push(slot);
        Some(entry.pattern)
    }

    /// Matches all patterns against a set of observations, as [`CompiledPattern::matches`] does for one.
    pub fn matches<'a, V: Value<'a>>(
        &self,
        observations: &[Observation<'a, V>],
    ) -> SetVerdict<'_, K> {
        let order = compiled::order(observations);
        let occurrences = compiled::occurrences(observations, &order);
        let effort = Effort::new(0);
        let mut found: Vec<(Hit, usize)> = Vec::new();
        let mut hits = Vec::new();
        for (position, place) in order.iter().enumerate() {
            if let Some(observation) = observations.get(*place) {
                self.hits(observation, &effort, &mut hits);
                found.extend(hits.drain(..).map(|hit| (hit, position)));
            }
        }
        found.sort_unstable();
        let mut matches = Vec::new();
        for group in found.chunk_by(|(left, _), (right, _)| left.slot == right.slot) {
            let slot = group.first().map(|(hit, _)| hit.slot);
            let Some(entry) = slot.and_then(|slot| self.entry(slot)) else {
                continue;
            };
            let group = group.iter().map(|(hit, position)| (hit.single, *position));
            let verdict = entry.pattern.conclude(group, &order, &occurrences, &effort);
            let Verdict { observations, .. } = verdict;
            matches.extend(observations.map(|observations| SetMatch {
                key: &entry.key,
                observations,
            }));
        }
        matches.sort_by(|left, right| left.key.cmp(right.key));
        SetVerdict {
            matches,
            complete: effort.is_complete(),
        }
    }

    pub(super) fn slot(&self, key: &K) -> Option<usize> {
        self.slots.get(key).copied()
    }

    pub(super) fn entry(&self, slot: usize) -> Option<&Entry<K>> {
        self.entries.get(slot)?.as_ref()
    }

    /// Appends the `[…]` that the observation satisfies, in order and each once.
    pub(super) fn hits<'a, V: Value<'a>>(
        &self,
        observation: &Observation<'a, V>,
        outer: &Effort,
        hits: &mut Vec<Hit>,
    ) {
        for object in observation.objects() {
            // Each `[…]` is looked at once, however many values of the object wake it.
            let mut woken: HashSet<(usize, usize), RandomState> = HashSet::default();
            self.index.look_up(object, observation, outer, &mut |wake| {
                if !woken.insert((wake.slot, wake.single)) {
                    return;
                }
                let holds = wake.exact || {
                    let effort = Effort::new(PATH_STEPS);
                    let single = self
                        .entry(wake.slot)
                        .and_then(|entry| entry.pattern.singles.get(wake.single));
                    let holds = single.is_some_and(|single| {
                        single.holds(object.object_type, object.value, observation, &effort)
                    });
                    if !effort.is_complete() {
                        outer.give_up();
                    }
                    holds
                };
                if holds {
                    hits.push(Hit {
                        slot: wake.slot,
                        single: wake.single,
                    });
                }
            });
        }
        hits.sort_unstable();
        hits.dedup();
    }
}
