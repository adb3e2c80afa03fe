//! What of a pattern an index can find.
//!
//! Most indicators say "this address, or that one": a pattern that is true as soon as one property of one
//! object has one of some values. [`decompose`] gives these values; whoever matches by index puts them there.
//! The rest needs an engine that evaluates the pattern, and is named with its reason and place.
//!
//! INVARIANT: each [`Alternative`] alone, seen in any single observation, makes the whole pattern true.

use std::collections::HashSet;

use crate::constant::Constant;
use crate::network::Network;
use crate::span::Span;
use crate::tree::{Check, Comparison, Observation, Path, Pattern, Qualifier, Step, Test};

/// A pattern taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decomposition {
    /// Values that an index can hold, without repetition, in the order of the text.
    pub alternatives: Vec<Alternative>,
    /// Alternatives of the pattern that need an engine.
    pub needs_engine: Vec<NeedsEngine>,
}

/// One value that alone makes the pattern true.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Alternative {
    /// The property that has the value; it begins at an object of the type `path.object_type`.
    pub path: Path,
    /// The type that the referenced object must have, when the pattern says so, as in
    /// `network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1'`.
    pub referenced_type: Option<String>,
    /// The value.
    pub key: Key,
}

/// What the value of the property must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A text that ends so (`LIKE '%…'`); ASCII only, so normalisation does not change it.
    EndsWith(String),
    /// Exactly this (`=`, one of `IN`, `LIKE` without wildcards).
    Equal(Constant),
    /// A text that begins so (`LIKE '…%'`); ASCII only.
    StartsWith(String),
    /// An address or network within this one (`ISSUBSET`).
    Subset(Network),
}

/// A part of a pattern that no index answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsEngine {
    /// Why.
    pub reason: Reason,
    /// Where in the text; `0..0` for whole observations that are joined.
    pub span: Span,
}

/// Why a part of a pattern needs an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Several comparisons must hold on the same object.
    And,
    /// `NOT`, or `!=`: it is true of nearly everything.
    Negated,
    /// Several observations are needed: AND, FOLLOWEDBY, or REPEATS more than once.
    Observations,
    /// An operator that does not name values: an order, EXISTS, ISSUPERSET, MATCHES, a LIKE with wildcards
    /// elsewhere than at one end.
    Operator,
    /// START … STOP: the time decides too.
    Window,
}

impl Decomposition {
    /// Whether an index that holds the alternatives finds everything that the pattern finds.
    pub fn is_complete(&self) -> bool {
        self.needs_engine.is_empty()
    }
}

impl Reason {
    /// The reason in words, to follow "not matched by index: ".
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "several comparisons must hold on the same object",
            Self::Negated => "a negated comparison is true of nearly everything",
            Self::Observations => "several observations are needed",
            Self::Operator => "the operator names no values",
            Self::Window => "the time of the observation decides too",
        }
    }
}

/// Takes `pattern` apart.
///
/// ```
/// let pattern = pattern::parse::parse("[domain-name:value IN ('a.example', 'b.example')]").unwrap();
/// let parts = pattern::alternative::decompose(&pattern);
/// assert!(parts.is_complete());
/// assert_eq!(parts.alternatives.len(), 2);
/// ```
pub fn decompose(pattern: &Pattern) -> Decomposition {
    let mut parts = Decomposition::default();
    observation(pattern.root(), &mut parts);
    let mut seen = HashSet::new();
    parts
        .alternatives
        .retain(|alternative| seen.insert(alternative.clone()));
    parts
}

fn observation(node: &Observation, parts: &mut Decomposition) {
    match node {
        Observation::And(_) | Observation::FollowedBy(_) => {
            parts.needs_engine.push(NeedsEngine {
                reason: Reason::Observations,
                span: Span::default(),
            });
        }
        Observation::Group(inner) => observation(inner, parts),
        Observation::Or(operands) => operands
            .iter()
            .for_each(|operand| observation(operand, parts)),
        Observation::Qualified(qualified) => {
            let stop = qualified.qualifiers.iter().find_map(|qualifier| {
                let reason = match &qualifier.value {
                    Qualifier::Repeats(times) if times.get() > 1 => Reason::Observations,
                    Qualifier::StartStop { .. } => Reason::Window,
                    // One observation is always within any time and repeated once; what needs several
                    // is found below.
                    Qualifier::Repeats(_) | Qualifier::Within(_) => return None,
                };
                Some(NeedsEngine {
                    reason,
                    span: qualifier.span,
                })
            });
            match stop {
                Some(stop) => parts.needs_engine.push(stop),
                None => observation(&qualified.observation, parts),
            }
        }
        Observation::Single(inner) => comparison(&inner.value, parts),
    }
}

fn comparison(node: &Comparison, parts: &mut Decomposition) {
    match node {
        Comparison::And(operands) => match typed_reference(operands) {
            Some((value, referenced_type)) => test(value, Some(referenced_type), parts),
            None => parts.needs_engine.push(NeedsEngine {
                reason: Reason::And,
                span: node.span(),
            }),
        },
        Comparison::Group(inner) => comparison(inner, parts),
        Comparison::Or(operands) => operands
            .iter()
            .for_each(|operand| comparison(operand, parts)),
        Comparison::Test(inner) => test(inner, None, parts),
    }
}

fn test(test: &Test, referenced_type: Option<&str>, parts: &mut Decomposition) {
    let mut alternative = |key| {
        parts.alternatives.push(Alternative {
            path: test.path.value.clone(),
            referenced_type: referenced_type.map(str::to_owned),
            key,
        });
    };
    let refusal = match &test.check.value {
        _ if test.negated => Reason::Negated,
        Check::Equal(constant) => return alternative(Key::Equal(constant.clone())),
        Check::In(constants) => {
            return constants
                .iter()
                .for_each(|constant| alternative(Key::Equal(constant.clone())));
        }
        Check::IsSubset(set) => match Network::parse(set) {
            Some(network) => return alternative(Key::Subset(network)),
            None => Reason::Operator,
        },
        Check::Like(wildcards) => match like(wildcards) {
            Some(key) => return alternative(key),
            None => Reason::Operator,
        },
        Check::NotEqual(_) => Reason::Negated,
        Check::Exists
        | Check::Greater(_)
        | Check::GreaterOrEqual(_)
        | Check::IsSuperset(_)
        | Check::Less(_)
        | Check::LessOrEqual(_)
        | Check::Matches(_) => Reason::Operator,
    };
    parts.needs_engine.push(NeedsEngine {
        reason: refusal,
        span: test.span(),
    });
}

/// A LIKE that an index can answer.
fn like(text: &str) -> Option<Key> {
    let wild = |text: &str| text.contains(['%', '_']);
    if !text.is_ascii() {
        // LIKE compares after normalisation (STIX 2.1 §9.6.1), `=` does not.
        return None;
    }
    if !wild(text) {
        return Some(Key::Equal(Constant::String(text.into())));
    }
    let prefix = text
        .strip_suffix('%')
        .filter(|prefix| !wild(prefix) && !prefix.is_empty());
    let suffix = text
        .strip_prefix('%')
        .filter(|suffix| !wild(suffix) && !suffix.is_empty());
    prefix
        .map(|prefix| Key::StartsWith(prefix.to_owned()))
        .or_else(|| suffix.map(|suffix| Key::EndsWith(suffix.to_owned())))
}

/// The comparison on a referenced object and the type that the other one demands of that object: two
/// comparisons that hold together on one referenced object, which MISP and others write for addresses.
fn typed_reference(operands: &[Comparison]) -> Option<(&Test, &str)> {
    let [left, right] = operands else { return None };
    let (Comparison::Test(left), Comparison::Test(right)) = (left.ungrouped(), right.ungrouped())
    else {
        return None;
    };
    let typed = |kind: &Test, value: &Test| {
        let (reference, name) = referenced(&kind.path.value)?;
        let (other, _) = referenced(&value.path.value)?;
        (name == "type" && reference == other && !kind.negated).then_some(())
    };
    let (kind, value) = match (typed(left, right), typed(right, left)) {
        (Some(()), _) => (left, right),
        (None, Some(())) => (right, left),
        (None, None) => return None,
    };
    match &kind.check.value {
        Check::Equal(Constant::String(name)) => Some((value, name)),
        _ => None,
    }
}

/// The path of one reference, as far as the property of the referenced object.
type Reference<'a> = (&'a str, &'a str, &'a [Step]);

/// A path whose last step is a property of an object that one reference names: the path of that reference,
/// and the property. `[*]` is not one reference: two comparisons may hold on two different items.
fn referenced(path: &Path) -> Option<(Reference<'_>, &str)> {
    let (Step::Name(last), before) = path.steps.split_last()? else {
        return None;
    };
    let any = before.iter().any(|step| matches!(step, Step::AnyItem));
    let reference = before.iter().rev().find_map(|step| match step {
        Step::Name(name) => Some(&name.text),
        Step::AnyItem | Step::Item(_) => None,
    });
    let reference = reference.unwrap_or(&path.property.text);
    let indexed = matches!(before.last(), Some(Step::Item(_)));
    let single =
        (reference.ends_with("_ref") && !indexed) || (reference.ends_with("_refs") && indexed);
    (single && !any).then_some(((&path.object_type, &path.property.text, before), &last.text))
}
