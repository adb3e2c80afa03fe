//! A normal form of patterns, and equivalence by it.
//!
//! Two authors write one pattern in many ways: other spaces and parentheses, operands in another order,
//! `a = 1 OR a = 2` for `a IN (1, 2)`. [`normal_form`] takes all of them to one pattern; [`equivalent`] compares.
//!
//! What is used, and from where it follows:
//!
//! - inside brackets AND and OR are those of logic (§9.6): commutative, associative, idempotent, distributive,
//!   absorbing; alternatives that need an object of two types are dropped (§9.5). What implies another comparison
//!   on the same path swallows it: `a = 1 AND EXISTS a` is `a = 1`, as a missing property makes any comparison
//!   false.
//! - between brackets AND wants different observations (§9.5.2): it is commutative and associative, but
//!   `[a] AND [a]` is `[a] REPEATS 2 TIMES` (§9.5.1) and not `[a]`. OR absorbs; AND, FOLLOWEDBY and WITHIN
//!   distribute over it; `[a] OR [b]` is `[a OR b]`, for both match one observation.
//! - FOLLOWEDBY is associative: each observation on the left is no later than each on the right.
//! - START … STOP speaks of each observation alone, so it moves inwards, and two of them intersect.
//! - WITHIN says nothing of a single observation, REPEATS 1 TIMES says nothing at all.
//! - constants are compared by value: `1.0` is `1`, `b'AA=='` is `h'00'`, trailing zeros of a fraction mean
//!   nothing (§9.2).
//! - `NOT =` is `!=` and the reverse (§9.6.1), unless the path has `[*]`, where the standard leaves open what is
//!   negated. `NOT <` is not `>=`: they differ on a value of another type.
//!
//! Addresses, networks, domain names, digests and the names of registry keys are compared by what they denote
//! (§6.4, §6.8, §6.9, §6.17, §10.7), although `=` compares their spelling (§9.6.2): `'198.51.100.1/32'` is
//! `'198.51.100.1'`. So a normal form serves to compare patterns, not to match in their place.
//!
//! INVARIANT: the normal form of a normal form is itself, and the order in which operands were written has no
//! influence. What is equivalent here is so by the standard; the reverse does not always hold, as no bounded
//! procedure finds everything.

mod clause;
mod full;
mod node;
mod test;

use crate::tree::Pattern;
use node::Node;

/// The normal form of `pattern`.
///
/// Distribution can make a pattern exponentially larger; where it would go beyond [`TERMS`] alternatives, only
/// order, parentheses, constants and sets are brought to one form.
///
/// ```
/// use pattern::{normal, parse};
///
/// let pattern = parse::parse("[(file:size=2.0) OR file:size IN (1, 2)] REPEATS 1 TIMES").unwrap();
/// assert_eq!(normal::normal_form(&pattern).to_string(), "[file:size IN (1, 2)]");
/// ```
pub fn normal_form(pattern: &Pattern) -> Pattern {
    // A form that the limits of patterns forbid is no pattern; this one has been read.
    Pattern::new(&form(pattern).to_observation()).unwrap_or_else(|_| pattern.clone())
}

/// Whether the two patterns have one normal form, and so match the same.
///
/// ```
/// use pattern::{normal, parse};
///
/// let read = |text| parse::parse(text).unwrap();
/// assert!(normal::equivalent(
///     &read("[a:b = 1] AND ([a:c = 2] OR [a:d = 3])"),
///     &read("([a:d = 3] AND [a:b = 1]) OR ([a:b = 1] AND [a:c = 2])"),
/// ));
/// assert!(!normal::equivalent(&read("[a:b = 1] AND [a:b = 1]"), &read("[a:b = 1]")));
/// ```
pub fn equivalent(left: &Pattern, right: &Pattern) -> bool {
    left == right || form(left) == form(right)
}

fn form(pattern: &Pattern) -> Node {
    let ordered = Node::of(pattern.root());
    match full::distributed(&ordered) {
        // A form that could not be made again from itself would not be one: what is then left is the order.
        Some(form) if full::distributed(&form).as_ref() == Some(&form) => form,
        _ => ordered,
    }
}

/// Most alternatives that distribution may make of a pattern or a part of it.
///
/// Patterns of people have tens; the cost grows with the square.
pub const TERMS: usize = 512;

/// Most steps that distribution may take: some hundredths of a second.
const STEPS: usize = 200_000;
