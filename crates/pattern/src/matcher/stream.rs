//! Matching observations as they arrive.
//!
//! A pattern that needs several observations keeps those that satisfy one of its `[…]` until the rest arrives. What is
//! kept is bounded: at most [`KEPT_PER_PATTERN`] observations a pattern, the oldest going first, and [`KEPT_IN_ALL`]
//! together, about a hundred bytes each; of an observation its times and its number are kept, not its objects.
//! Observations expire when no later one can complete a match with them: where the whole pattern stands under
//! WITHIN, those that end that long before the stream's time; where it stands under START … STOP, all of them when
//! the stream's time has reached STOP.
//!
//! The stream's time is the latest `last_observed` that was seen, less the tolerance. Observations may arrive in any
//! order: order between them is that of their times, never that of their arrival. One that comes later than the
//! tolerance allows, or that began longer before its end than that, is matched too, only that what it needs may have
//! expired.
//!
//! When a pattern has matched, its observations are used up, and it goes on with the others. The first match of a
//! pattern is that of [`CompiledPattern::matches`](crate::matcher::compiled::CompiledPattern::matches), when the
//! observations arrive in the order of their last times and nothing was dropped.

use std::collections::{BTreeMap, BTreeSet};

use crate::matcher::effort::Effort;
use crate::matcher::instant::Instant;
use crate::matcher::node::Node;
use crate::matcher::observation::{Observation, Occurrence};
use crate::matcher::search;
use crate::matcher::set::{Hit, PatternSet};
use crate::matcher::value::Value;

/// Patterns that wait for observations.
///
/// ```
/// use pattern::matcher::{Matcher, observation, set::PatternSet, stream::Stream};
///
/// let text = "([domain-name:value = 'a.example'] FOLLOWEDBY [file:name = 'b.exe']) WITHIN 60 SECONDS";
/// let mut set = PatternSet::new();
/// set.insert("beacon", Matcher::compile(&pattern::parse::parse(text).unwrap()).unwrap());
/// let mut stream = Stream::new(set, 0);
/// let seen = |time: &str, object: serde_json::Value| serde_json::json!({
///     "type": "observed-data", "first_observed": time, "last_observed": time, "number_observed": 1,
///     "objects": { "0": object } });
/// let first = seen("2026-01-15T09:00:00Z", serde_json::json!({ "type": "domain-name", "value": "a.example" }));
/// let second = seen("2026-01-15T09:00:30Z", serde_json::json!({ "type": "file", "name": "b.exe" }));
/// assert!(stream.push(&observation::read(&first).observations[0]).is_empty());
/// let found = stream.push(&observation::read(&second).observations[0]);
/// assert_eq!(found[0].key, "beacon");
/// assert_eq!(found[0].observations, [0, 1]);
/// ```
#[derive(Debug)]
pub struct Stream<K> {
    set: PatternSet<K>,
    tolerance: i128,
    latest: Instant,
    arrived: u64,
    waiting: BTreeMap<usize, Waiting>,
    kept: usize,
    dropped: u64,
    given_up: u64,
    hits: Vec<Hit>,
}

/// A match, completed by the observation that has just arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamMatch<K> {
    /// The key of the pattern.
    pub key: K,
    /// The observations that make it true, numbered from 0 as they arrived, ascending.
    pub observations: Vec<u64>,
}

/// What one pattern has seen.
#[derive(Debug, Default)]
struct Waiting {
    /// In the order of arrival.
    kept: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    number: u64,
    occurrence: Occurrence,
    /// The `[…]` that it satisfies, ascending.
    singles: Vec<usize>,
}

impl<K: Clone + Ord> Stream<K> {
    /// A stream for the patterns of `set`, whose observations arrive up to `tolerance_secs` late.
    pub fn new(set: PatternSet<K>, tolerance_secs: u32) -> Self {
        Self {
            set,
            tolerance: Instant::seconds(tolerance_secs),
            latest: Instant::EARLIEST,
            arrived: 0,
            waiting: BTreeMap::new(),
            kept: 0,
            dropped: 0,
            given_up: 0,
            hits: Vec::new(),
        }
    }

    /// The patterns.
    pub fn patterns(&self) -> &PatternSet<K> {
        &self.set
    }

    /// How many observations are kept, each counted once for every pattern that waits with it.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// How many were dropped at a limit: as long as this is 0, no match was missed for want of space.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many observations were not looked at to the end because of a limit of the search.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Takes an observation; answers the patterns that it completes, in the order of their keys.
    pub fn push<'a, V: Value<'a>>(
        &mut self,
        observation: &Observation<'a, V>,
    ) -> Vec<StreamMatch<K>> {
        let number = self.arrived;
        self.arrived += 1;
        let occurrence = observation.occurrence();
        self.latest = self.latest.max(occurrence.last());
        let effort = Effort::new(0);
        let mut hits = std::mem::take(&mut self.hits);
        self.set.hits(observation, &effort, &mut hits);
        let mut matches = Vec::new();
        for group in hits.chunk_by(|left, right| left.slot == right.slot) {
            let Some(slot) = group.first().map(|hit| hit.slot) else {
                continue;
            };
            let singles = group.iter().map(|hit| hit.single).collect();
            let kept = Kept {
                number,
                occurrence,
                singles,
            };
            matches.extend(self.complete(slot, kept, &effort));
        }
        hits.clear();
        self.hits = hits;
        if !effort.is_complete() {
            self.given_up += 1;
        }
        if number % SWEEP == SWEEP - 1 {
            self.sweep();
        }
        matches.sort_by(|left, right| left.key.cmp(&right.key));
        matches
    }

    /// Adds a pattern; one of the same key is replaced, and what it has seen is forgotten.
    pub fn insert(&mut self, key: K, pattern: crate::matcher::compiled::CompiledPattern) {
        self.remove(&key);
        self.set.insert(key, pattern);
    }

    /// Takes a pattern out; answers whether it was there.
    pub fn remove(&mut self, key: &K) -> bool {
        let Some(slot) = self.set.slot(key) else {
            return false;
        };
        if let Some(waiting) = self.waiting.remove(&slot) {
            self.kept -= waiting.kept.len();
        }
        self.set.remove(key).is_some()
    }

    fn complete(&mut self, slot: usize, kept: Kept, effort: &Effort) -> Option<StreamMatch<K>> {
        let entry = self.set.entry(slot)?;
        let node = &entry.pattern.node;
        if node.is_plain() {
            return Some(StreamMatch {
                key: entry.key.clone(),
                observations: vec![kept.number],
            });
        }
        let now = self.latest.plus(-self.tolerance);
        let waiting = self.waiting.entry(slot).or_default();
        let before = waiting.kept.len();
        waiting.expire(node, now);
        self.kept -= before - waiting.kept.len();
        waiting.kept.push(kept);
        self.kept += 1;
        let occurrences: Vec<Occurrence> =
            waiting.kept.iter().map(|kept| kept.occurrence).collect();
        let mut candidates = vec![Vec::new(); entry.pattern.singles.len()];
        for (place, kept) in waiting.kept.iter().enumerate() {
            for single in &kept.singles {
                if let Some(list) = candidates.get_mut(*single) {
                    list.push(place);
                }
            }
        }
        let Some(found) = search::find(node, &occurrences, &candidates, effort) else {
            if waiting.kept.len() > KEPT_PER_PATTERN || self.kept > KEPT_IN_ALL {
                waiting.kept.remove(0);
                self.kept -= 1;
                self.dropped += 1;
            }
            return None;
        };
        let found: BTreeSet<usize> = found.into_iter().collect();
        let mut observations = Vec::with_capacity(found.len());
        let mut place = 0;
        waiting.kept.retain(|kept| {
            let used = found.contains(&place);
            if used {
                observations.push(kept.number);
            }
            place += 1;
            !used
        });
        self.kept -= observations.len();
        if waiting.kept.is_empty() {
            self.waiting.remove(&slot);
        }
        Some(StreamMatch {
            key: entry.key.clone(),
            observations,
        })
    }

    /// Lets expire what waits with patterns of which nothing arrives any more.
    fn sweep(&mut self) {
        let now = self.latest.plus(-self.tolerance);
        let set = &self.set;
        let mut kept = 0;
        self.waiting.retain(|slot, waiting| {
            if let Some(entry) = set.entry(*slot) {
                waiting.expire(&entry.pattern.node, now);
            } else {
                waiting.kept.clear();
            }
            kept += waiting.kept.len();
            !waiting.kept.is_empty()
        });
        self.kept = kept;
    }
}

impl Waiting {
    /// Forgets what nothing that ends at `now` or later can complete.
    fn expire(&mut self, node: &Node, now: Instant) {
        if stop(node).is_some_and(|stop| stop <= now) {
            // What begins before STOP may still arrive late in an interval that ends after it: only what cannot be
            // together with anything goes.
            self.kept.retain(|kept| kept.occurrence.last() >= now);
        }
        if let Some(within) = within(node) {
            self.kept
                .retain(|kept| now.since(kept.occurrence.last()) < within);
        }
    }
}

/// The WITHIN under which the whole pattern stands.
fn within(node: &Node) -> Option<i128> {
    match node {
        Node::Within(duration, inner) => {
            Some(within(inner).map_or(*duration, |other| other.min(*duration)))
        }
        Node::Window(_, _, inner) => within(inner),
        _ => None,
    }
}

/// The STOP under which the whole pattern stands.
fn stop(node: &Node) -> Option<Instant> {
    match node {
        Node::Window(_, until, inner) => {
            Some(stop(inner).map_or(*until, |other| other.min(*until)))
        }
        Node::Repeats(_, inner) | Node::Within(_, inner) => stop(inner),
        _ => None,
    }
}

/// Most observations that one pattern keeps: REPEATS needs as many as its number, and feeds ask for at most some
/// hundred.
pub const KEPT_PER_PATTERN: usize = 4_096;

/// Most observations that all patterns keep together, about 100 MiB.
pub const KEPT_IN_ALL: usize = 1_000_000;

/// After so many observations everything that waits is looked through for what has expired.
const SWEEP: u64 = 4_096;
