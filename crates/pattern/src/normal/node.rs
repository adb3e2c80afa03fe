//! A pattern without what does not matter: parentheses, order, repetition.
//!
//! INVARIANT: nodes are made by the functions here only, so that equal patterns are equal nodes: chains of one
//! operator are flat, operands of AND and OR sorted, windows at the observations they speak of.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::test;
use crate::constant::{Constant, Timestamp};
use crate::tree::{Check, Comparison, Observation, Path, Qualified, Qualifier, Seconds, Test};

/// An observation expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// AND: each as often as its number says.
    All(Vec<(Node, u64)>),
    /// OR.
    Any(Vec<Node>),
    /// FOLLOWEDBY.
    Chain(Vec<Node>),
    /// One observation.
    Leaf(Leaf),
    /// All within less than so many seconds.
    Within(Box<Node>, Seconds),
}

/// `[…]`, perhaps with START and STOP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Leaf {
    /// What holds of an object of the observation; without groups.
    pub(super) comparison: Comparison,
    /// When it was observed.
    pub(super) window: Option<Window>,
}

/// START and STOP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    start: Timestamp,
    stop: Timestamp,
}

impl Node {
    /// The node of a tree.
    pub(super) fn of(observation: &Observation) -> Self {
        Self::within_window(observation, None)
    }

    fn within_window(observation: &Observation, window: Option<&Window>) -> Self {
        let each = |operands: &[Observation]| -> Vec<Self> {
            operands
                .iter()
                .map(|operand| Self::within_window(operand, window))
                .collect()
        };
        match observation {
            Observation::And(operands) => {
                Self::all(each(operands).into_iter().map(|node| (node, 1)).collect())
            }
            Observation::FollowedBy(operands) => Self::chain(each(operands)),
            Observation::Group(inner) => Self::within_window(inner, window),
            Observation::Or(operands) => Self::any(each(operands)),
            Observation::Qualified(qualified) => {
                let mut narrowed = window.cloned();
                for qualifier in &qualified.qualifiers {
                    if let Qualifier::StartStop { start, stop } = &qualifier.value {
                        let own = Window {
                            start: test::timestamp(start),
                            stop: test::timestamp(stop),
                        };
                        narrowed = Some(match narrowed {
                            Some(outer) => outer.intersection(own),
                            None => own,
                        });
                    }
                }
                let inner = Self::within_window(&qualified.observation, narrowed.as_ref());
                qualified
                    .qualifiers
                    .iter()
                    .fold(inner, |node, qualifier| match &qualifier.value {
                        Qualifier::Repeats(times) => Self::all(vec![(node, times.get())]),
                        Qualifier::StartStop { .. } => node,
                        Qualifier::Within(seconds) => Self::within(node, test::seconds(*seconds)),
                    })
            }
            Observation::Single(single) => Self::Leaf(Leaf {
                comparison: comparison(&single.value),
                window: window.cloned(),
            }),
        }
    }

    /// All of `operands`, each so often.
    pub(super) fn all(operands: Vec<(Self, u64)>) -> Self {
        let mut counted: BTreeMap<Self, u64> = BTreeMap::new();
        let mut add = |node, times: u64| {
            let count = counted.entry(node).or_insert(0);
            *count = count.saturating_add(times).min(MOST_TIMES);
        };
        for (node, times) in operands {
            match node {
                Self::All(inner) => inner
                    .into_iter()
                    .for_each(|(node, inner)| add(node, inner.saturating_mul(times))),
                node => add(node, times),
            }
        }
        if counted.len() == 1
            && let Some((node, 1)) = counted.first_key_value()
        {
            return node.clone();
        }
        Self::All(counted.into_iter().collect())
    }

    /// Any of `operands`. Those that are one observation in the same window are one.
    pub(super) fn any(operands: Vec<Self>) -> Self {
        let mut leaves: BTreeMap<Option<Window>, Vec<Comparison>> = BTreeMap::new();
        let mut others = Vec::new();
        let mut add = |node| match node {
            Self::Leaf(leaf) => leaves.entry(leaf.window).or_default().push(leaf.comparison),
            other => others.push(other),
        };
        for node in operands {
            match node {
                Self::Any(inner) => inner.into_iter().for_each(&mut add),
                other => add(other),
            }
        }
        others.extend(leaves.into_iter().map(|(window, comparisons)| {
            Self::Leaf(Leaf {
                comparison: disjunction(comparisons),
                window,
            })
        }));
        others.sort();
        others.dedup();
        alone(others).unwrap_or_else(Self::Any)
    }

    /// One after the other.
    pub(super) fn chain(operands: Vec<Self>) -> Self {
        let flat = operands.into_iter().flat_map(|node| match node {
            Self::Chain(inner) => inner,
            other => vec![other],
        });
        alone(flat.collect()).unwrap_or_else(Self::Chain)
    }

    /// All within so many seconds.
    pub(super) fn within(node: Self, seconds: Seconds) -> Self {
        match node {
            node if node.is_single() => node,
            Self::Within(inner, own) => {
                let least = if own.number() <= seconds.number() {
                    own
                } else {
                    seconds
                };
                Self::Within(inner, least)
            }
            node => Self::Within(Box::new(node), seconds),
        }
    }

    /// Whether whatever matches is one observation, which is within any time.
    fn is_single(&self) -> bool {
        match self {
            Self::Any(operands) => operands.iter().all(Self::is_single),
            Self::Leaf(_) => true,
            Self::All(_) | Self::Chain(_) | Self::Within(..) => false,
        }
    }

    /// The tree of the node, without groups: writing it adds the parentheses.
    pub(super) fn to_observation(&self) -> Observation {
        let each = |nodes: &[Self]| nodes.iter().map(Self::to_observation).collect();
        match self {
            Self::All(operands) => {
                let operands = operands.iter().map(|(node, times)| {
                    let node = node.to_observation();
                    match NonZeroU64::new(*times) {
                        Some(times) if times.get() > 1 => {
                            qualified(node, Qualifier::Repeats(times))
                        }
                        _ => node,
                    }
                });
                alone(operands.collect()).unwrap_or_else(Observation::And)
            }
            Self::Any(operands) => Observation::Or(each(operands)),
            Self::Chain(operands) => Observation::FollowedBy(each(operands)),
            Self::Leaf(leaf) => {
                let single = Observation::Single(leaf.comparison.clone().into());
                match &leaf.window {
                    Some(Window { start, stop }) => {
                        let (start, stop) = (start.clone(), stop.clone());
                        qualified(single, Qualifier::StartStop { start, stop })
                    }
                    None => single,
                }
            }
            Self::Within(node, seconds) => {
                qualified(node.to_observation(), Qualifier::Within(*seconds))
            }
        }
    }
}

impl Window {
    fn intersection(self, other: Self) -> Self {
        Self {
            start: if self.start.compare(&other.start).is_ge() {
                self.start
            } else {
                other.start
            },
            stop: if self.stop.compare(&other.stop).is_le() {
                self.stop
            } else {
                other.stop
            },
        }
    }

    /// Whether every time of `other` is one of this.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.start.compare(&other.start).is_le() && self.stop.compare(&other.stop).is_ge()
    }
}

/// A comparison with its parts in one form and in order.
pub(super) fn comparison(node: &Comparison) -> Comparison {
    match node {
        Comparison::And(operands) => conjunction(operands.iter().map(comparison).collect()),
        Comparison::Group(inner) => comparison(inner),
        Comparison::Or(operands) => disjunction(operands.iter().map(comparison).collect()),
        Comparison::Test(inner) => test::canonical(inner).into(),
    }
}

/// OR of comparisons that are in form.
pub(super) fn disjunction(operands: Vec<Comparison>) -> Comparison {
    let flat = operands
        .into_iter()
        .flat_map(|operand| match operand {
            Comparison::Or(inner) => inner,
            other => vec![other],
        })
        .collect();
    let operands = in_sets(flat, |test| match &test.check.value {
        Check::Equal(constant) if !test.negated => Some(std::slice::from_ref(constant)),
        Check::In(constants) if !test.negated => Some(constants),
        _ => None,
    });
    alone(operands).unwrap_or_else(Comparison::Or)
}

/// AND of comparisons that are in form.
pub(super) fn conjunction(operands: Vec<Comparison>) -> Comparison {
    let flat = operands
        .into_iter()
        .flat_map(|operand| match operand {
            Comparison::And(inner) => inner,
            other => vec![other],
        })
        .collect();
    let operands = in_sets(flat, |test| match &test.check.value {
        _ if test::any_item(&test.path.value) => None,
        Check::NotEqual(constant) if !test.negated => Some(std::slice::from_ref(constant)),
        Check::In(constants) if test.negated => Some(constants),
        _ => None,
    });
    alone(operands).unwrap_or_else(Comparison::And)
}

/// The operands sorted, those of which `values` gives the constants joined to one set for each path and type
/// (§9.6.1: the constants of a set have one type). In an AND, the sets are negated.
fn in_sets(
    operands: Vec<Comparison>,
    values: impl Fn(&Test) -> Option<&[Constant]>,
) -> Vec<Comparison> {
    let mut sets: BTreeMap<(Path, &'static str), (bool, Vec<Constant>)> = BTreeMap::new();
    let mut others = Vec::new();
    for operand in operands {
        if let Comparison::Test(inner) = &operand
            && let Some(constants) = values(inner)
        {
            let negated = inner.negated || matches!(inner.check.value, Check::NotEqual(_));
            let family = match constants.first() {
                Some(Constant::Float(_)) => "integer",
                Some(constant) => constant.type_name(),
                None => "",
            };
            let (_, set) = sets
                .entry((inner.path.value.clone(), family))
                .or_insert_with(|| (negated, Vec::new()));
            set.extend_from_slice(constants);
        } else {
            others.push(operand);
        }
    }
    others.extend(sets.into_iter().map(|((path, _), (negated, constants))| {
        let set = Test {
            negated,
            ..Test::new(path, Check::In(constants))
        };
        test::canonical(&set).into()
    }));
    others.sort();
    others.dedup();
    others
}

/// `observation` with one more qualifier, after those that it has.
fn qualified(observation: Observation, qualifier: Qualifier) -> Observation {
    let kind = std::mem::discriminant(&qualifier);
    match observation {
        // STIX 2.1 §9.5.1: one qualifier of each type.
        Observation::Qualified(mut inner)
            if inner
                .qualifiers
                .iter()
                .all(|other| std::mem::discriminant(&other.value) != kind) =>
        {
            inner.qualifiers.push(qualifier.into());
            Observation::Qualified(inner)
        }
        observation => Observation::Qualified(Box::new(Qualified {
            observation,
            qualifiers: vec![qualifier.into()],
        })),
    }
}

/// The only item, or the list again.
fn alone<T>(items: Vec<T>) -> Result<T, Vec<T>> {
    <[T; 1]>::try_from(items).map(|[item]| item)
}

/// Nobody has more observations than the largest integer of a pattern (§2.10): larger products stop here.
const MOST_TIMES: u64 = (1 << 53) - 1;
