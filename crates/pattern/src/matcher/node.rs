//! An observation expression that is ready to be searched for.

use std::num::NonZeroU64;

use crate::matcher::instant::{self, Instant};
use crate::tree::{Comparison, Observation, Qualifier};

/// An observation expression whose `[…]` are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    And(Vec<Node>),
    FollowedBy(Vec<Node>),
    Or(Vec<Node>),
    Repeats(NonZeroU64, Box<Node>),
    Single(usize),
    /// Not before the first, before the second.
    Window(Instant, Instant, Box<Node>),
    /// Less than so many attoseconds between the first and the last.
    Within(i128, Box<Node>),
}

impl Node {
    /// The expression, handing each `[…]` to `single`, which numbers it.
    pub(super) fn new(
        observation: &Observation,
        single: &mut impl FnMut(&Comparison) -> usize,
    ) -> Self {
        let mut all = |operands: &[Observation]| -> Vec<Self> {
            operands
                .iter()
                .map(|operand| Self::new(operand, single))
                .collect()
        };
        match observation {
            Observation::And(operands) => Self::And(all(operands)),
            Observation::FollowedBy(operands) => Self::FollowedBy(all(operands)),
            Observation::Group(inner) => Self::new(inner, single),
            Observation::Or(operands) => Self::Or(all(operands)),
            Observation::Qualified(qualified) => {
                let inner = Self::new(&qualified.observation, single);
                // §9.5.1: a qualifier applies to what stands before it, qualifiers included.
                qualified.qualifiers.iter().fold(inner, |node, qualifier| {
                    let node = Box::new(node);
                    match &qualifier.value {
                        Qualifier::Repeats(times) => Self::Repeats(*times, node),
                        Qualifier::StartStop { start, stop } => {
                            Self::Window(start.into(), stop.into(), node)
                        }
                        Qualifier::Within(seconds) => {
                            Self::Within(instant::duration(*seconds), node)
                        }
                    }
                })
            }
            Observation::Single(comparison) => Self::Single(single(&comparison.value)),
        }
    }

    /// Whether it could hold, as far as only the existence of candidates is concerned.
    pub(super) fn is_possible(&self, has_candidate: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::And(operands) | Self::FollowedBy(operands) => operands
                .iter()
                .all(|operand| operand.is_possible(has_candidate)),
            Self::Or(operands) => operands
                .iter()
                .any(|operand| operand.is_possible(has_candidate)),
            Self::Repeats(_, inner) | Self::Window(_, _, inner) | Self::Within(_, inner) => {
                inner.is_possible(has_candidate)
            }
            Self::Single(single) => has_candidate(*single),
        }
    }

    /// How many observations it takes at least.
    pub(super) fn least(&self) -> u64 {
        match self {
            Self::And(operands) | Self::FollowedBy(operands) => operands
                .iter()
                .map(Self::least)
                .fold(0, u64::saturating_add),
            Self::Or(operands) => operands.iter().map(Self::least).min().unwrap_or(0),
            Self::Repeats(times, inner) => times.get().saturating_mul(inner.least()),
            Self::Single(_) => 1,
            Self::Window(_, _, inner) | Self::Within(_, inner) => inner.least(),
        }
    }

    /// Whether one observation that satisfies one of its `[…]` is enough.
    pub(super) fn is_plain(&self) -> bool {
        match self {
            Self::Single(_) => true,
            Self::Or(operands) => operands.iter().all(Self::is_plain),
            _ => false,
        }
    }
}
