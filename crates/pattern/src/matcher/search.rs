//! The search for observations that make an observation expression true (STIX 2.1 §9.5).
//!
//! Places of the expression are filled from left to right, each with the earliest observation that leaves a
//! solution; what was chosen before bounds what may come next, so that WITHIN and FOLLOWEDBY look at a stretch of the
//! candidates and not at all of them. Times are intervals: choices stand when there are times in their intervals
//! that satisfy every condition together.
//!
//! INVARIANT: choices of which every two can be satisfied can be satisfied together. Conditions are those of nodes,
//! and nodes lie one in another or apart: where x and y are joined by one, and y and z by another, the outer of the
//! two also joins x and z, at least as tightly as the two in a row. So no chain of conditions says more than the one
//! between its ends, and looking at pairs, with the times that START … STOP leaves, decides.
//!
//! INVARIANT: a search ends after [`SEARCH_STEPS`] steps and goes at most [`DEPTH`] nodes and [`CHOSEN`] places deep; what it gives up for
//! either is said in [`Effort::is_complete`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::matcher::effort::Effort;
use crate::matcher::instant::Instant;
use crate::matcher::node::Node;
use crate::matcher::observation::Occurrence;

/// The places of observations that make `node` true, ascending and each once.
///
/// `candidates` has for each `[…]` the places of the occurrences that satisfy it, ascending. The answer is found in the
/// fewest first occurrences that hold one.
pub(super) fn find(
    node: &Node,
    occurrences: &[Occurrence],
    candidates: &[Vec<usize>],
    effort: &Effort,
) -> Option<Vec<usize>> {
    let has_candidate = |single: usize| candidates.get(single).is_some_and(|list| !list.is_empty());
    if !node.is_possible(&has_candidate) {
        return None;
    }
    if node.is_plain() {
        let first = candidates.iter().filter_map(|list| list.first()).min()?;
        return Some(vec![*first]);
    }
    let by_time: Vec<Vec<usize>> = candidates
        .iter()
        .map(|list| {
            let mut list = list.clone();
            list.sort_by_key(|&place| (occurrences.get(place).map(Occurrence::first), place));
            list
        })
        .collect();
    let longest = occurrences
        .iter()
        .map(|occurrence| occurrence.last().since(occurrence.first()))
        .max()
        .unwrap_or(0);
    let least = node.least();
    let within = |prefix: usize| {
        let first = occurrences.get(..prefix)?.iter();
        let there: u64 = first.map(|one| u64::from(one.number().get())).sum();
        if there < least {
            return None;
        }
        Search {
            occurrences,
            candidates: &by_time,
            prefix,
            longest,
            used: vec![0; prefix],
            chosen: Vec::new(),
            scopes: Vec::new(),
            depth: 0,
            steps: Effort::new(SEARCH_STEPS),
            outer: effort,
        }
        .run(node)
    };
    let mut found = within(occurrences.len())?;
    // What is true of some occurrences is true of more: look for the fewest.
    let mut most = found.last().map_or(0, |last| last + 1);
    let mut fewest = 0;
    while fewest < most {
        let middle = fewest.midpoint(most);
        match within(middle) {
            Some(earlier) => {
                most = earlier.last().map_or(0, |last| last + 1).min(middle);
                found = earlier;
            }
            None => fewest = middle + 1,
        }
    }
    Some(found)
}

struct Search<'s> {
    occurrences: &'s [Occurrence],
    /// For each `[…]`, in the order of their first times.
    candidates: &'s [Vec<usize>],
    /// Only occurrences before this place are looked at.
    prefix: usize,
    /// The longest interval of an occurrence.
    longest: i128,
    /// How often each occurrence has been taken.
    used: Vec<u64>,
    chosen: Vec<Choice>,
    scopes: Vec<Scope>,
    /// How many nodes are being solved, each inside the one before.
    depth: usize,
    steps: Effort,
    outer: &'s Effort,
}

/// A filled place, with the times that the windows around it leave.
#[derive(Clone, Copy)]
struct Choice {
    place: usize,
    times: u64,
    first: Instant,
    last: Instant,
}

/// A condition on what is chosen while it is open.
#[derive(Clone, Copy)]
enum Scope {
    /// Not before the choices `from..to`.
    After(usize, usize),
    Window(Instant, Instant),
    /// Close to the choices from this one on.
    Within(usize, i128),
}

/// What the open scopes leave of time.
struct Bounds {
    /// A choice ends here or later.
    last_at_least: Instant,
    /// A choice begins here or earlier.
    first_at_most: Instant,
    start: Instant,
    /// Inclusive.
    stop: Instant,
}

/// What is done when a node is satisfied.
type Next<'n, 's> = &'n mut dyn FnMut(&mut Search<'s>) -> bool;

impl<'s> Search<'s> {
    fn run(mut self, node: &Node) -> Option<Vec<usize>> {
        let mut found = None;
        if let Some(repeated) = Repeated::of(node) {
            found = self.repeated(&repeated);
        } else {
            self.solve(node, &mut |search| {
                found = Some(search.chosen.iter().map(|choice| choice.place).collect());
                true
            });
        }
        if found.is_none() && !self.steps.is_complete() {
            self.outer.give_up();
        }
        let mut found: Vec<usize> = found?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn solve(&mut self, node: &Node, next: Next<'_, 's>) -> bool {
        if self.depth >= DEPTH {
            self.steps.give_up();
            return false;
        }
        self.depth += 1;
        let done = self.solve_node(node, next);
        self.depth -= 1;
        done
    }

    fn solve_node(&mut self, node: &Node, next: Next<'_, 's>) -> bool {
        match node {
            Node::And(operands) => self.all(operands, next),
            Node::FollowedBy(operands) => self.in_order(operands, self.chosen.len(), next),
            Node::Or(operands) => operands.iter().any(|operand| self.solve(operand, next)),
            Node::Repeats(times, inner) => match inner.as_ref() {
                Node::Single(single) => self.choose(*single, times.get(), 0, next),
                inner => self.repeat(inner, times.get(), next),
            },
            Node::Single(single) => self.choose(*single, 1, 0, next),
            Node::Window(start, stop, inner) => {
                self.scoped(Scope::Window(*start, stop.plus(-1)), inner, next)
            }
            Node::Within(duration, inner) => {
                self.scoped(Scope::Within(self.chosen.len(), *duration), inner, next)
            }
        }
    }

    fn all(&mut self, operands: &[Node], next: Next<'_, 's>) -> bool {
        match operands.split_first() {
            None => next(self),
            Some((first, rest)) => self.solve(first, &mut |search| search.all(rest, next)),
        }
    }

    fn in_order(&mut self, operands: &[Node], from: usize, next: Next<'_, 's>) -> bool {
        match operands.split_first() {
            None => next(self),
            Some((first, rest)) => self.scoped(
                Scope::After(from, self.chosen.len()),
                first,
                &mut |search| search.in_order(rest, from, next),
            ),
        }
    }

    fn repeat(&mut self, node: &Node, times: u64, next: Next<'_, 's>) -> bool {
        match times.checked_sub(1) {
            None => next(self),
            Some(left) => self.solve(node, &mut |search| search.repeat(node, left, next)),
        }
    }

    /// Satisfies `node` under `scope`, which is closed before `next` and opened again when that fails.
    fn scoped(&mut self, scope: Scope, node: &Node, next: Next<'_, 's>) -> bool {
        self.scopes.push(scope);
        let done = self.solve(node, &mut |search| {
            search.scopes.pop();
            let done = next(search);
            search.scopes.push(scope);
            done
        });
        self.scopes.pop();
        done
    }

    /// Fills `times` places with observations that satisfy the `[…]`, from the candidate at `from` on.
    fn choose(&mut self, single: usize, times: u64, from: usize, next: Next<'_, 's>) -> bool {
        if times == 0 {
            return next(self);
        }
        if self.chosen.len() >= CHOSEN {
            self.steps.give_up();
            return false;
        }
        let candidates: &'s [usize] = self.candidates.get(single).map_or(&[], Vec::as_slice);
        let bounds = self.bounds();
        let earliest = bounds.last_at_least.plus(-self.longest);
        let first_of = |place: usize| self.occurrences.get(place).map(Occurrence::first);
        let begin = candidates
            .partition_point(|&place| first_of(place).is_some_and(|first| first < earliest));
        let end = candidates.partition_point(|&place| {
            first_of(place).is_some_and(|first| first <= bounds.first_at_most)
        });
        let begin = begin.max(from);
        if times > 1 && !self.are_enough(candidates.get(begin..end).unwrap_or(&[]), times) {
            return false;
        }
        for position in begin..end {
            if !self.steps.spend() {
                return false;
            }
            let Some(choice) = candidates
                .get(position)
                .and_then(|&place| self.choice(place, &bounds))
            else {
                continue;
            };
            let mut taken = choice.times.min(times);
            while taken > 0 {
                if !self.steps.spend() {
                    return false;
                }
                self.take(Choice {
                    times: taken,
                    ..choice
                });
                if self.choose(single, times - taken, position + 1, next) {
                    return true;
                }
                self.give_back();
                taken -= 1;
            }
        }
        false
    }

    /// The occurrence as a choice under the open scopes, with the times that it still has.
    fn choice(&self, place: usize, bounds: &Bounds) -> Option<Choice> {
        if place >= self.prefix {
            return None;
        }
        let occurrence = self.occurrences.get(place)?;
        let left = u64::from(occurrence.number().get()) - self.used.get(place)?;
        let choice = Choice {
            place,
            times: left,
            first: occurrence.first().max(bounds.start),
            last: occurrence.last().min(bounds.stop),
        };
        (left > 0
            && choice.first <= choice.last
            && choice.last >= bounds.last_at_least
            && choice.first <= bounds.first_at_most)
            .then_some(choice)
    }

    fn take(&mut self, choice: Choice) {
        if let Some(used) = self.used.get_mut(choice.place) {
            *used += choice.times;
        }
        self.chosen.push(choice);
    }

    fn give_back(&mut self) {
        if let Some(choice) = self.chosen.pop()
            && let Some(used) = self.used.get_mut(choice.place)
        {
            *used -= choice.times;
        }
    }

    /// Whether the candidates have `times` observations left between them.
    fn are_enough(&self, candidates: &[usize], times: u64) -> bool {
        let mut left = times;
        for &place in candidates {
            if !self.steps.spend() {
                return false;
            }
            let (Some(occurrence), Some(used)) =
                (self.occurrences.get(place), self.used.get(place))
            else {
                continue;
            };
            left = left.saturating_sub(u64::from(occurrence.number().get()) - used);
            if left == 0 {
                return true;
            }
        }
        false
    }

    fn bounds(&self) -> Bounds {
        let mut bounds = Bounds {
            last_at_least: Instant::EARLIEST,
            first_at_most: Instant::LATEST,
            start: Instant::EARLIEST,
            stop: Instant::LATEST,
        };
        let mut looked_at = self.scopes.len();
        for scope in &self.scopes {
            match *scope {
                Scope::After(from, to) => {
                    looked_at += to - from;
                    let before = self.chosen.get(from..to).unwrap_or(&[]);
                    if let Some(latest) = before.iter().map(|choice| choice.first).max() {
                        bounds.last_at_least = bounds.last_at_least.max(latest);
                    }
                }
                Scope::Window(start, stop) => {
                    bounds.start = bounds.start.max(start);
                    bounds.stop = bounds.stop.min(stop);
                    bounds.last_at_least = bounds.last_at_least.max(start);
                    bounds.first_at_most = bounds.first_at_most.min(stop);
                }
                Scope::Within(from, duration) => {
                    let near = self.chosen.get(from..).unwrap_or(&[]);
                    looked_at += near.len();
                    if let Some(latest) = near.iter().map(|choice| choice.first).max() {
                        let bound = latest.plus(1 - duration);
                        bounds.last_at_least = bounds.last_at_least.max(bound);
                    }
                    if let Some(earliest) = near.iter().map(|choice| choice.last).min() {
                        let bound = earliest.plus(duration - 1);
                        bounds.first_at_most = bounds.first_at_most.min(bound);
                    }
                }
            }
        }
        self.steps.charge(looked_at / LOOKS);
        bounds
    }

    /// One `[…]`, repeated: a sweep over its candidates, however many.
    fn repeated(&mut self, repeated: &Repeated) -> Option<Vec<usize>> {
        let bounds = Bounds {
            last_at_least: Instant::EARLIEST,
            first_at_most: Instant::LATEST,
            start: repeated.start,
            stop: repeated.stop,
        };
        let candidates: &'s [usize] = self
            .candidates
            .get(repeated.single)
            .map_or(&[], Vec::as_slice);
        let mut choices: Vec<Choice> = candidates
            .iter()
            .filter_map(|&place| self.choice(place, &bounds))
            .collect();
        choices.sort_by_key(|choice| (choice.first, choice.place));
        // Those that can be together with the choice at hand as the one that begins last: the heap has the one
        // that ends first on top, which is the first to drop out.
        let mut open: BinaryHeap<(Reverse<Instant>, usize)> = BinaryHeap::new();
        let mut sum: u64 = 0;
        for (position, choice) in choices.iter().enumerate() {
            open.push((Reverse(choice.last), position));
            sum += choice.times;
            while let Some(&(Reverse(last), oldest)) = open.peek() {
                if repeated
                    .within
                    .is_none_or(|duration| choice.first.since(last) < duration)
                {
                    break;
                }
                open.pop();
                sum -= choices.get(oldest).map_or(0, |choice| choice.times);
            }
            if sum >= repeated.times {
                let mut positions: Vec<usize> =
                    open.iter().map(|(_, position)| *position).collect();
                positions.sort_unstable();
                let mut left = repeated.times;
                let taken = positions
                    .iter()
                    .filter_map(|&position| choices.get(position))
                    .take_while(|choice| {
                        let needed = left > 0;
                        left = left.saturating_sub(choice.times);
                        needed
                    });
                return Some(taken.map(|choice| choice.place).collect());
            }
        }
        None
    }
}

/// `[…]` with nothing but qualifiers, at most one of them REPEATS.
struct Repeated {
    single: usize,
    times: u64,
    within: Option<i128>,
    start: Instant,
    stop: Instant,
}

impl Repeated {
    fn of(node: &Node) -> Option<Self> {
        match node {
            Node::Single(single) => Some(Self {
                single: *single,
                times: 1,
                within: None,
                start: Instant::EARLIEST,
                stop: Instant::LATEST,
            }),
            Node::Repeats(times, inner) => {
                let inner = Self::of(inner)?;
                (inner.times == 1).then_some(Self {
                    times: times.get(),
                    // One observation alone is within any time.
                    within: None,
                    ..inner
                })
            }
            Node::Window(start, stop, inner) => {
                let inner = Self::of(inner)?;
                Some(Self {
                    start: inner.start.max(*start),
                    stop: inner.stop.min(stop.plus(-1)),
                    ..inner
                })
            }
            Node::Within(duration, inner) => {
                let inner = Self::of(inner)?;
                let within = inner.within.map_or(*duration, |other| other.min(*duration));
                Some(Self {
                    within: Some(within),
                    ..inner
                })
            }
            Node::And(_) | Node::FollowedBy(_) | Node::Or(_) => None,
        }
    }
}

/// Most steps of one search, some tens of milliseconds: two observation expressions with a condition on time
/// need about as many as there are candidates.
pub(super) const SEARCH_STEPS: u64 = 1_000_000;

/// Most places that a search fills with AND, FOLLOWEDBY and REPEATS in groups: it goes as deep on the stack.
pub(super) const CHOSEN: usize = 256;

/// Most nodes that are solved one inside the other, which is how deep the search goes on the stack: groups with
/// qualifiers, repeated, would otherwise multiply.
const DEPTH: usize = 600;

/// So many choices that are looked at for a condition count as one step.
const LOOKS: usize = 8;
