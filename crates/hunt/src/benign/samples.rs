//! Values to try LIKE and MATCHES on: what a wildcard or expression covers cannot be read off it.

use std::net::IpAddr;

use pattern::matcher::Matcher;
use pattern::matcher::compiled::CompiledPattern;
use pattern::matcher::instant::Instant;
use pattern::matcher::observation::{Object, Observation, Occurrence};
use pattern::tree::{Check, Comparison, Path, Pattern, Test};
use serde_json::{Value, json};

use super::judge::MAX_VALUE_CHARS;
use super::{Hit, List, Lists};

/// An address as something to try on.
pub(super) fn address(address: IpAddr) -> Value {
    json!({ "value": address.to_string() })
}

/// A name as something to try on.
pub(super) fn name(name: &str) -> Value {
    json!({ "value": name })
}

/// What LIKE or MATCHES finds among values.
pub(super) struct Trial {
    compiled: CompiledPattern,
}

impl Trial {
    /// Of LIKE or MATCHES; none where the expression cannot be compiled, for it matches nothing (STIX 2.1 §9.4).
    pub(super) fn of(check: &Check) -> Option<Self> {
        let test = Test::new(Path::new(OBJECT, "value"), check.clone());
        let pattern = Pattern::single(Comparison::Test(Box::new(test))).ok()?;
        let compiled = Matcher::compile(&pattern).ok()?;
        Some(Self { compiled })
    }

    /// Whether it matches; none where that took more effort than there is.
    fn finds(&self, observable: &Value) -> Option<bool> {
        let object = Object {
            id: OBJECT,
            object_type: OBJECT,
            value: observable,
        };
        let at = Occurrence::at(Instant::parse(MOMENT)?);
        let verdict = self
            .compiled
            .matches(&[Observation::new(OBJECT, at, vec![object])]);
        verdict.complete.then_some(verdict.is_match())
    }

    /// Whether it matches what nobody has a reason to look for, or cannot be tried.
    pub(super) fn is_wide(&self) -> bool {
        STRANGERS.iter().any(|pair| {
            pair.iter()
                .all(|text| self.finds(&name(text)) != Some(false))
        })
    }

    /// The benign values that it matches, the first of each list; none where it cannot be tried.
    pub(super) fn hits(&self, lists: &[&Lists], written: &str) -> Option<Vec<Hit>> {
        let mut found: Vec<List> = Vec::new();
        for (observable, list) in lists.iter().flat_map(|lists| &lists.samples) {
            if !found.contains(list) && self.finds(observable)? {
                found.push(*list);
            }
        }
        let hit = |list| Hit {
            list,
            value: written.chars().take(MAX_VALUE_CHARS).collect(),
        };
        Some(found.into_iter().map(hit).collect())
    }
}

/// When the observables were seen, which matters to nobody.
const MOMENT: &str = "2026-01-01T00:00:00Z";

/// Type and identifier of the observables.
const OBJECT: &str = "x-noroshi-sample";

/// Pairs of values without meaning: what matches both of a pair matches nearly everything of its kind.
const STRANGERS: [[&str; 2]; 4] = [
    ["k7q2xw9z.net", "b4-vhj.org"],
    ["203.0.113.77", "198.51.100.8"],
    ["https://k7q2xw9z.net/a", "http://b4-vhj.org:81/?q=7"],
    ["k7q2xw9z", "Zp 3/é.B"],
];
