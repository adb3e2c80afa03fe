//! Comparisons as alternatives, each of which is a set of tests.
//!
//! INVARIANT: a clause holds every test of the pattern that one of its tests implies, so that one clause implies
//! another exactly when it contains it.

use std::collections::BTreeMap;

use super::test::any_item;
use super::{STEPS, TERMS};
use crate::constant::Constant;
use crate::network::Network;
use crate::tree::{Check, Comparison, Test};

/// The numbers of tests that hold together, sorted.
pub(super) type Clause = Vec<u32>;

/// The tests of a pattern.
pub(super) struct Tests {
    list: Vec<Test>,
    numbers: BTreeMap<Test, u32>,
    /// What each test implies, itself included.
    implied: Vec<Clause>,
    /// How many steps are left.
    steps: usize,
}

/// The limits do not allow for more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beyond;

impl Tests {
    /// The tests of `comparisons`.
    pub(super) fn of<'a>(
        comparisons: impl Iterator<Item = &'a Comparison>,
    ) -> Result<Self, Beyond> {
        let mut all = Self {
            list: Vec::new(),
            numbers: BTreeMap::new(),
            implied: Vec::new(),
            steps: STEPS,
        };
        for comparison in comparisons {
            all.collect(comparison)?;
        }
        let mut paths: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (test, number) in &all.numbers {
            paths.entry(&test.path.value).or_default().push(*number);
        }
        let mut implied: Vec<Clause> = vec![Vec::new(); all.list.len()];
        for numbers in paths.into_values() {
            for left in &numbers {
                for right in &numbers {
                    if left == right || implies(all.test(*left)?, all.test(*right)?) {
                        implied.get_mut(*left as usize).ok_or(Beyond)?.push(*right);
                    }
                }
            }
        }
        for clause in &mut implied {
            clause.sort_unstable();
        }
        all.implied = implied;
        Ok(all)
    }

    /// The alternatives of `comparison`, none of which implies another.
    pub(super) fn clauses(&mut self, comparison: &Comparison) -> Result<Vec<Clause>, Beyond> {
        match comparison {
            Comparison::And(operands) => {
                let mut all = vec![Vec::new()];
                for operand in operands {
                    let more = self.clauses(operand)?;
                    all = self.product(&all, &more)?;
                }
                Ok(all)
            }
            Comparison::Group(inner) => self.clauses(inner),
            Comparison::Or(operands) => {
                let mut any = Vec::new();
                for operand in operands {
                    any.extend(self.clauses(operand)?);
                }
                self.reduced(any)
            }
            Comparison::Test(test) => {
                let (tests, together) = parts(test);
                let clauses = tests
                    .iter()
                    .map(|test| self.closed(test))
                    .collect::<Result<Vec<Clause>, Beyond>>()?;
                if together {
                    return Ok(vec![
                        clauses
                            .into_iter()
                            .fold(Vec::new(), |all, one| union(&all, &one)),
                    ]);
                }
                self.reduced(clauses)
            }
        }
    }

    /// The clause as a comparison of as few tests as say it all.
    pub(super) fn comparison(&self, clause: &[u32]) -> Comparison {
        let least = clause.iter().filter(|number| {
            !clause
                .iter()
                .any(|other| other != *number && self.implies(*other, **number))
        });
        let tests = least.filter_map(|number| self.test(*number).ok());
        super::node::conjunction(tests.cloned().map(Comparison::from).collect())
    }

    /// Takes `count` of the steps that are left.
    pub(super) fn spend(&mut self, count: usize) -> Result<(), Beyond> {
        self.steps = self.steps.checked_sub(count).ok_or(Beyond)?;
        Ok(())
    }

    fn collect(&mut self, comparison: &Comparison) -> Result<(), Beyond> {
        match comparison {
            Comparison::And(operands) | Comparison::Or(operands) => operands
                .iter()
                .try_for_each(|operand| self.collect(operand)),
            Comparison::Group(inner) => self.collect(inner),
            Comparison::Test(test) => {
                for part in parts(test).0 {
                    if !self.numbers.contains_key(&part) {
                        let number = u32::try_from(self.list.len()).map_err(|_| Beyond)?;
                        if self.list.len() >= TERMS {
                            return Err(Beyond);
                        }
                        self.list.push(part.clone());
                        self.numbers.insert(part, number);
                    }
                }
                Ok(())
            }
        }
    }

    fn test(&self, number: u32) -> Result<&Test, Beyond> {
        self.list.get(number as usize).ok_or(Beyond)
    }

    fn closed(&self, test: &Test) -> Result<Clause, Beyond> {
        let number = self.numbers.get(test).ok_or(Beyond)?;
        self.implied.get(*number as usize).cloned().ok_or(Beyond)
    }

    fn implies(&self, left: u32, right: u32) -> bool {
        self.implied
            .get(left as usize)
            .is_some_and(|implied| implied.binary_search(&right).is_ok())
    }

    /// Every clause of the one with every one of the other, but for those that need an object of two types.
    fn product(&mut self, left: &[Clause], right: &[Clause]) -> Result<Vec<Clause>, Beyond> {
        let count = left.len() * right.len();
        if count > 4 * TERMS {
            return Err(Beyond);
        }
        let mut all = Vec::with_capacity(count);
        for one in left {
            for other in right {
                // STIX 2.1 §9.5: all operands of AND are about the same object.
                let apart = match (one.first(), other.first()) {
                    (Some(one), Some(other)) => {
                        self.test(*one)?.path.value.object_type
                            != self.test(*other)?.path.value.object_type
                    }
                    _ => false,
                };
                if !apart {
                    self.spend(one.len() + other.len())?;
                    all.push(union(one, other));
                }
            }
        }
        self.reduced(all)
    }

    /// Without those that imply another.
    fn reduced(&mut self, mut clauses: Vec<Clause>) -> Result<Vec<Clause>, Beyond> {
        clauses.sort_by(|left, right| left.len().cmp(&right.len()).then_with(|| left.cmp(right)));
        clauses.dedup();
        let mut kept: Vec<(u64, Clause)> = Vec::new();
        for clause in clauses {
            self.spend(kept.len())?;
            let mask = mask(&clause);
            if kept
                .iter()
                .any(|(other, weaker)| other & !mask == 0 && contains(&clause, weaker))
            {
                continue;
            }
            kept.push((mask, clause));
            if kept.len() > TERMS {
                return Err(Beyond);
            }
        }
        Ok(kept.into_iter().map(|(_, clause)| clause).collect())
    }
}

/// Whether `larger` has every item of `smaller`; both are sorted.
pub(super) fn contains(larger: &[u32], smaller: &[u32]) -> bool {
    let mut rest = larger.iter();
    smaller
        .iter()
        .all(|wanted| rest.by_ref().find(|number| *number >= wanted) == Some(wanted))
}

/// A bit for each number, of which two may share one: a set that is contained has no bit that the other lacks.
fn mask(clause: &[u32]) -> u64 {
    clause
        .iter()
        .fold(0, |mask, number| mask | (1 << (number % 64)))
}

fn union(left: &[u32], right: &[u32]) -> Clause {
    let mut all = [left, right].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// A set as tests of its constants, and whether they hold together; any other test alone.
fn parts(test: &Test) -> (Vec<Test>, bool) {
    let each = |constants: &[Constant], check: fn(Constant) -> Check| {
        constants
            .iter()
            .map(|constant| Test::new(test.path.value.clone(), check(constant.clone())))
            .collect()
    };
    match &test.check.value {
        Check::In(constants) if !test.negated && !constants.is_empty() => {
            (each(constants, Check::Equal), false)
        }
        Check::In(constants) if test.negated && !any_item(&test.path.value) => {
            (each(constants, Check::NotEqual), true)
        }
        _ => (vec![test.clone()], true),
    }
}

/// Whether a value for which `left` holds is one for which `right` holds; both are on the same path.
fn implies(left: &Test, right: &Test) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    if left.negated || right.negated {
        // A comparison with a missing property is false, whatever the operator (§9.6).
        return right.check.value == Check::Exists
            && !right.negated
            && left.check.value != Check::Exists;
    }
    let network = |test: &Test| match &test.check.value {
        Check::Equal(Constant::String(text)) | Check::IsSubset(text) | Check::IsSuperset(text) => {
            Network::parse(text)
        }
        _ => None,
    };
    match (&left.check.value, &right.check.value) {
        (_, Check::Exists) => true,
        (Check::Equal(one), Check::NotEqual(other)) => comparable(one, other) && one != other,
        (Check::Equal(one), Check::Less(other)) => compare(one, other) == Some(Less),
        (Check::Equal(one), Check::LessOrEqual(other)) => {
            matches!(compare(one, other), Some(Less | Equal))
        }
        (Check::Equal(one), Check::Greater(other)) => compare(one, other) == Some(Greater),
        (Check::Equal(one), Check::GreaterOrEqual(other)) => {
            matches!(compare(one, other), Some(Greater | Equal))
        }
        (
            Check::Less(one),
            Check::Less(other) | Check::LessOrEqual(other) | Check::NotEqual(other),
        )
        | (Check::LessOrEqual(one), Check::LessOrEqual(other)) => {
            matches!(compare(one, other), Some(Less | Equal))
        }
        (Check::LessOrEqual(one), Check::Less(other) | Check::NotEqual(other)) => {
            compare(one, other) == Some(Less)
        }
        (
            Check::Greater(one),
            Check::Greater(other) | Check::GreaterOrEqual(other) | Check::NotEqual(other),
        )
        | (Check::GreaterOrEqual(one), Check::GreaterOrEqual(other)) => {
            matches!(compare(one, other), Some(Greater | Equal))
        }
        (Check::GreaterOrEqual(one), Check::Greater(other) | Check::NotEqual(other)) => {
            compare(one, other) == Some(Greater)
        }
        (Check::IsSubset(_) | Check::Equal(_), Check::IsSubset(_)) => network(left)
            .zip(network(right))
            .is_some_and(|(inner, outer)| inner.is_subset(&outer)),
        (Check::IsSuperset(_) | Check::Equal(_), Check::IsSuperset(_)) => network(left)
            .zip(network(right))
            .is_some_and(|(outer, inner)| inner.is_subset(&outer)),
        _ => false,
    }
}

/// Whether two constants are of types that no value can equal both of unless they are the same.
fn comparable(one: &Constant, other: &Constant) -> bool {
    use Constant::{Boolean, Float, Integer, String, Timestamp};
    matches!(
        (one, other),
        (Boolean(_), Boolean(_))
            | (Integer(_) | Float(_), Integer(_) | Float(_))
            | (String(_), String(_))
            | (Timestamp(_), Timestamp(_))
    )
}

/// The order of two numbers or instants. That of strings depends on whether the property is binary (§9.6.4).
fn compare(one: &Constant, other: &Constant) -> Option<std::cmp::Ordering> {
    match (one, other) {
        (Constant::Integer(one), Constant::Integer(other)) => Some(one.cmp(other)),
        (Constant::Timestamp(one), Constant::Timestamp(other)) => Some(one.compare(other)),
        _ => number(one)?.partial_cmp(&number(other)?),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "integers of STIX are within ±(2^53−1), which a double holds exactly"
)]
fn number(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::Float(float) => Some(float.value()),
        Constant::Integer(integer) => Some(integer.value() as f64),
        _ => None,
    }
}
