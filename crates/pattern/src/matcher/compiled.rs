//! A pattern that is ready to be matched.

use base::diagnostic::Diagnostic;

use crate::matcher::comparison::{Comparison, Findings};
use crate::matcher::effort::{Effort, PATH_STEPS};
use crate::matcher::node::Node;
use crate::matcher::observation::{Observation, Occurrence};
use crate::matcher::search;
use crate::matcher::value::Value;
use crate::tree::Pattern;

/// A pattern with its comparisons and regular expressions compiled.
#[derive(Debug)]
pub struct CompiledPattern {
    pub(super) node: Node,
    /// The `[…]` in the order of the text.
    pub(super) singles: Vec<Comparison>,
}

/// The answer for one pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The observations that make the pattern true, by their places, ascending; none where it does not match.
    ///
    /// They are those that are complete first: no shorter beginning of the observations, in the order of their
    /// last time and then of their place, holds a match.
    pub observations: Option<Vec<usize>>,
    /// Whether the answer is certain; a match always is. Where it is not, a limit was reached: steps of the search,
    /// places of one match, steps along paths, or steps back of a regular expression.
    pub complete: bool,
}

impl Verdict {
    /// Whether the pattern matches.
    pub fn is_match(&self) -> bool {
        self.observations.is_some()
    }
}

impl CompiledPattern {
    /// Compiles a pattern; see [`crate::matcher::Matcher::compile`].
    pub(super) fn new(pattern: &Pattern) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let mut singles = Vec::new();
        let node = Node::new(pattern.root(), &mut |comparison| {
            singles.push(Comparison::new(comparison, &mut findings));
            singles.len() - 1
        });
        if findings.list.is_empty() {
            Ok(Self { node, singles })
        } else {
            Err(findings.list)
        }
    }

    /// Matches the pattern against a set of observations (STIX 2.1 §9.4).
    ///
    /// ```
    /// use pattern::matcher::{Matcher, observation};
    ///
    /// let pattern = pattern::parse::parse("[file:name LIKE 'foo.%']").unwrap();
    /// let compiled = Matcher::compile(&pattern).unwrap();
    /// let data = serde_json::json!([
    ///     { "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
    ///       "first_observed": "2026-01-15T09:00:00Z", "last_observed": "2026-01-15T09:00:00Z",
    ///       "number_observed": 1, "objects": { "0": { "type": "file", "name": "foo.dll" } } },
    /// ]);
    /// let verdict = compiled.matches(&observation::read(&data).observations);
    /// assert_eq!(verdict.observations, Some(vec![0]));
    /// ```
    pub fn matches<'a, V: Value<'a>>(&self, observations: &[Observation<'a, V>]) -> Verdict {
        let order = order(observations);
        let effort = Effort::new(0);
        let mut hits = Vec::new();
        for (number, single) in self.singles.iter().enumerate() {
            for (position, place) in order.iter().enumerate() {
                let observation = observations.get(*place);
                if observation.is_some_and(|observation| satisfies(single, observation, &effort)) {
                    hits.push((number, position));
                }
            }
        }
        self.conclude(
            hits.into_iter(),
            &order,
            &occurrences(observations, &order),
            &effort,
        )
    }

    /// The verdict, when each of `hits` says that a `[…]` is satisfied by the occurrence at a position; they are in
    /// order. `order` has the place of the observation for each position.
    pub(super) fn conclude(
        &self,
        hits: impl Iterator<Item = (usize, usize)> + Clone,
        order: &[usize],
        occurrences: &[Occurrence],
        effort: &Effort,
    ) -> Verdict {
        // Only what satisfies something plays a part.
        let mut positions: Vec<usize> = hits.clone().map(|(_, position)| position).collect();
        positions.sort_unstable();
        positions.dedup();
        let relevant: Vec<Occurrence> = positions
            .iter()
            .filter_map(|&position| occurrences.get(position).copied())
            .collect();
        let mut candidates = vec![Vec::new(); self.singles.len()];
        for (single, position) in hits {
            if let (Some(list), Ok(place)) = (
                candidates.get_mut(single),
                positions.binary_search(&position),
            ) {
                list.push(place);
            }
        }
        let found = search::find(&self.node, &relevant, &candidates, effort);
        let observations = found.map(|found| {
            let mut places: Vec<usize> = found
                .iter()
                .filter_map(|&place| order.get(*positions.get(place)?).copied())
                .collect();
            places.sort_unstable();
            places
        });
        Verdict {
            complete: observations.is_some() || effort.is_complete(),
            observations,
        }
    }
}

/// The places of the observations in the order in which they are complete.
pub(super) fn order<'a, V: Value<'a>>(observations: &[Observation<'a, V>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..observations.len()).collect();
    order.sort_by_key(|&place| {
        observations
            .get(place)
            .map(|observation| observation.occurrence().last())
    });
    order
}

pub(super) fn occurrences<'a, V: Value<'a>>(
    observations: &[Observation<'a, V>],
    order: &[usize],
) -> Vec<Occurrence> {
    order
        .iter()
        .filter_map(|&place| observations.get(place).map(Observation::occurrence))
        .collect()
}

/// Whether some object of the observation satisfies what stands between the brackets.
pub(super) fn satisfies<'a, V: Value<'a>>(
    single: &Comparison,
    observation: &Observation<'a, V>,
    outer: &Effort,
) -> bool {
    let effort = Effort::new(PATH_STEPS);
    let holds = observation
        .objects()
        .iter()
        .any(|object| single.holds(object.object_type, object.value, observation, &effort));
    if !effort.is_complete() {
        outer.give_up();
    }
    holds
}
