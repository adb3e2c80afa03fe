//! Distribution: a pattern as alternatives, each a number of observations that are all needed.

use std::collections::BTreeMap;

use super::TERMS;
use super::clause::{Beyond, Clause, Tests, contains};
use super::node::{Leaf, Node, Window};
use crate::tree::Seconds;

/// The distributed form of `node`; `None` where that would go beyond the limits.
pub(super) fn distributed(node: &Node) -> Option<Node> {
    let mut leaves = Vec::new();
    collect(node, &mut leaves);
    let mut all = Distribution {
        tests: Tests::of(leaves.into_iter().map(|leaf| &leaf.comparison)).ok()?,
        units: Vec::new(),
        numbers: BTreeMap::new(),
    };
    let terms = all.terms(node).ok()?;
    (!terms.is_empty()).then(|| all.node(&terms))
}

/// What is needed, each as often as its number says; sorted.
type Term = Vec<(u32, u64)>;

/// What a term is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// One after the other; none is a chain alone.
    Chain(Vec<Term>),
    /// One observation.
    Leaf(Clause, Option<Window>),
    /// Within less than so many seconds.
    Within(Term, Seconds),
}

struct Distribution {
    tests: Tests,
    units: Vec<Unit>,
    numbers: BTreeMap<Unit, u32>,
}

impl Distribution {
    /// The alternatives of `node`, none of which implies another.
    fn terms(&mut self, node: &Node) -> Result<Vec<Term>, Beyond> {
        match node {
            Node::All(operands) => {
                let mut all = vec![Vec::new()];
                for (operand, times) in operands {
                    let terms = self.terms(operand)?;
                    let terms = self.repeated(&terms, *times)?;
                    all = self.products(&all, &terms, |_, one, other| Ok(sum(one, other)))?;
                }
                Ok(all)
            }
            Node::Any(operands) => {
                let mut any = Vec::new();
                for operand in operands {
                    any.extend(self.terms(operand)?);
                }
                self.reduced(any)
            }
            Node::Chain(operands) => {
                let mut chains: Option<Vec<Term>> = None;
                for operand in operands {
                    let terms = self.terms(operand)?;
                    chains = Some(match chains {
                        None => terms,
                        Some(before) => self.products(&before, &terms, Self::followed)?,
                    });
                }
                chains.ok_or(Beyond)
            }
            Node::Leaf(Leaf { comparison, window }) => {
                let clauses = self.tests.clauses(comparison)?;
                clauses
                    .into_iter()
                    .map(|clause| Ok(vec![(self.unit(Unit::Leaf(clause, window.clone()))?, 1)]))
                    .collect()
            }
            Node::Within(inner, seconds) => {
                let terms = self.terms(inner)?;
                let terms = terms
                    .iter()
                    .map(|term| self.within(term, *seconds))
                    .collect::<Result<Vec<_>, _>>()?;
                self.reduced(terms)
            }
        }
    }

    /// `times` matches of any of `terms`: every way to choose them.
    fn repeated(&mut self, terms: &[Term], times: u64) -> Result<Vec<Term>, Beyond> {
        if let [term] = terms {
            let times = term
                .iter()
                .map(|(unit, count)| (*unit, count.saturating_mul(times)));
            return Ok(vec![times.collect()]);
        }
        if choices(terms.len(), times).is_none() {
            return Err(Beyond);
        }
        let mut all = vec![Vec::new()];
        for _ in 0..times {
            all = self.products(&all, terms, |_, one, other| Ok(sum(one, other)))?;
        }
        Ok(all)
    }

    fn products(
        &mut self,
        left: &[Term],
        right: &[Term],
        join: fn(&mut Self, &Term, &Term) -> Result<Term, Beyond>,
    ) -> Result<Vec<Term>, Beyond> {
        if left.len() * right.len() > 4 * TERMS {
            return Err(Beyond);
        }
        let mut all = Vec::new();
        for one in left {
            for other in right {
                self.tests.spend(one.len() + other.len())?;
                all.push(join(self, one, other)?);
            }
        }
        self.reduced(all)
    }

    fn followed(&mut self, before: &Term, after: &Term) -> Result<Term, Beyond> {
        let mut links = self.links(before);
        links.extend(self.links(after));
        Ok(vec![(self.unit(Unit::Chain(links))?, 1)])
    }

    fn links(&self, term: &Term) -> Vec<Term> {
        match term.as_slice() {
            [(unit, 1)] => match self.units.get(*unit as usize) {
                Some(Unit::Chain(links)) => links.clone(),
                _ => vec![term.clone()],
            },
            _ => vec![term.clone()],
        }
    }

    fn within(&mut self, term: &Term, seconds: Seconds) -> Result<Term, Beyond> {
        let mut all = Vec::new();
        for (unit, count) in term {
            match self.units.get(*unit as usize) {
                // What must be within less already, or within more, which adds nothing.
                Some(Unit::Within(inner, own)) if own.number() >= seconds.number() => {
                    let inner: Term = inner
                        .iter()
                        .map(|(unit, times)| (*unit, times.saturating_mul(*count)))
                        .collect();
                    all = sum(&all, &inner);
                }
                _ => all = sum(&all, &vec![(*unit, *count)]),
            }
        }
        if let [(unit, 1)] = all.as_slice()
            && matches!(
                self.units.get(*unit as usize),
                Some(Unit::Leaf(..) | Unit::Within(..))
            )
        {
            return Ok(all);
        }
        Ok(vec![(self.unit(Unit::Within(all, seconds))?, 1)])
    }

    /// Without those that imply another.
    fn reduced(&mut self, terms: Vec<Term>) -> Result<Vec<Term>, Beyond> {
        let mut sized: Vec<(u64, Term)> = terms
            .into_iter()
            .map(|term| {
                let count = term
                    .iter()
                    .fold(0_u64, |count, (_, times)| count.saturating_add(*times));
                (count, term)
            })
            .collect();
        sized.sort();
        sized.dedup();
        let mut kept: Vec<(u64, Term)> = Vec::new();
        for (count, term) in sized {
            self.tests.spend(2 * kept.len() * (1 + term.len()))?;
            if kept.iter().any(|(_, weaker)| self.implies(&term, weaker)) {
                continue;
            }
            // Of two with one number of observations, the later one may be the weaker.
            kept.retain(|(size, other)| *size != count || !self.implies(other, &term));
            kept.push((count, term));
            if kept.len() > TERMS {
                return Err(Beyond);
            }
        }
        Ok(kept.into_iter().map(|(_, term)| term).collect())
    }

    /// Whether observations that match `strong` match `weak`: each unit of `weak` has one of its own in `strong`
    /// that implies it.
    fn implies(&self, strong: &Term, weak: &Term) -> bool {
        if weak.len() == 1
            && strong.len() == 1
            && let (Some((strong, most)), Some((weak, least))) = (strong.first(), weak.first())
        {
            return least <= most && self.covers(*strong, *weak);
        }
        let exact = weak.iter().all(|(unit, least)| {
            strong
                .binary_search_by_key(unit, |(unit, _)| *unit)
                .ok()
                .and_then(|at| strong.get(at))
                .is_some_and(|(_, most)| most >= least)
        });
        exact || self.assigned(strong, weak)
    }

    /// Looks for the assignment by augmenting paths, in terms of few observations.
    fn assigned(&self, strong: &Term, weak: &Term) -> bool {
        let (Some(strong), Some(weak)) = (few(strong), few(weak)) else {
            return false;
        };
        if weak.len() > strong.len() {
            return false;
        }
        let mut taken: Vec<Option<usize>> = vec![None; strong.len()];
        (0..weak.len()).all(|wanted| {
            let mut seen = vec![false; strong.len()];
            self.assign(wanted, &strong, &weak, &mut taken, &mut seen)
        })
    }

    fn assign(
        &self,
        wanted: usize,
        strong: &[u32],
        weak: &[u32],
        taken: &mut [Option<usize>],
        seen: &mut [bool],
    ) -> bool {
        let Some(unit) = weak.get(wanted) else {
            return false;
        };
        for (at, candidate) in strong.iter().enumerate() {
            if seen.get(at) != Some(&false) || !self.covers(*candidate, *unit) {
                continue;
            }
            if let Some(mark) = seen.get_mut(at) {
                *mark = true;
            }
            let free = match taken.get(at).copied().flatten() {
                None => true,
                Some(other) => self.assign(other, strong, weak, taken, seen),
            };
            if free && let Some(place) = taken.get_mut(at) {
                *place = Some(wanted);
                return true;
            }
        }
        false
    }

    /// Whether what matches `strong` matches `weak`.
    fn covers(&self, strong: u32, weak: u32) -> bool {
        if strong == weak {
            return true;
        }
        match (
            self.units.get(strong as usize),
            self.units.get(weak as usize),
        ) {
            (Some(Unit::Leaf(strong, narrow)), Some(Unit::Leaf(weak, wide))) => {
                let window = match (narrow, wide) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(narrow), Some(wide)) => wide.contains(narrow),
                };
                window && contains(strong, weak)
            }
            _ => false,
        }
    }

    fn unit(&mut self, unit: Unit) -> Result<u32, Beyond> {
        if let Some(number) = self.numbers.get(&unit) {
            return Ok(*number);
        }
        let number = u32::try_from(self.units.len()).map_err(|_| Beyond)?;
        self.units.push(unit.clone());
        self.numbers.insert(unit, number);
        Ok(number)
    }

    fn node(&self, terms: &[Term]) -> Node {
        Node::any(terms.iter().map(|term| self.term_node(term)).collect())
    }

    fn term_node(&self, term: &Term) -> Node {
        let operands = term.iter().filter_map(|(unit, times)| {
            let node = match self.units.get(*unit as usize)? {
                Unit::Chain(links) => {
                    Node::chain(links.iter().map(|link| self.term_node(link)).collect())
                }
                Unit::Leaf(clause, window) => Node::Leaf(Leaf {
                    comparison: self.tests.comparison(clause),
                    window: window.clone(),
                }),
                Unit::Within(inner, seconds) => Node::within(self.term_node(inner), *seconds),
            };
            Some((node, *times))
        });
        Node::all(operands.collect())
    }
}

fn collect<'a>(node: &'a Node, leaves: &mut Vec<&'a Leaf>) {
    match node {
        Node::All(operands) => {
            for (operand, _) in operands {
                collect(operand, leaves);
            }
        }
        Node::Any(operands) | Node::Chain(operands) => {
            for operand in operands {
                collect(operand, leaves);
            }
        }
        Node::Leaf(leaf) => leaves.push(leaf),
        Node::Within(inner, _) => collect(inner, leaves),
    }
}

/// Both terms together.
fn sum(left: &Term, right: &Term) -> Term {
    let mut all: BTreeMap<u32, u64> = left.iter().copied().collect();
    for (unit, count) in right {
        let total = all.entry(*unit).or_insert(0);
        *total = total.saturating_add(*count);
    }
    all.into_iter().collect()
}

/// In how many ways `times` of `kinds` can be chosen, if not in more than [`TERMS`].
fn choices(kinds: usize, times: u64) -> Option<u64> {
    // The product (times + 1) … (times + k) / k! for k = kinds − 1, which is whole at every step.
    (1..kinds as u64).try_fold(1_u64, |ways, step| {
        let ways = ways.checked_mul(times.checked_add(step)?)? / step;
        (ways <= TERMS as u64).then_some(ways)
    })
}

/// The units one by one, if they are few.
fn few(term: &Term) -> Option<Vec<u32>> {
    let mut units = Vec::new();
    for (unit, count) in term {
        for _ in 0..*count {
            if units.len() == FEW {
                return None;
            }
            units.push(*unit);
        }
    }
    Some(units)
}

/// Most observations of an alternative for which it is tried whether one implies the other by an assignment
/// that is not plain; the cost is their product.
const FEW: usize = 8;
