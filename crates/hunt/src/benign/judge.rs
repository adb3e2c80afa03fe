//! Whether something benign alone makes a pattern match.

use std::cell::Cell;
use std::collections::BTreeSet;

use ipnet::IpNet;
use pattern::constant::Constant;
use pattern::tree::{Check, Comparison, Observation, Path, Pattern, Step, Test};

use super::samples::Trial;
use super::{Hit, List, Lists};
use crate::normal;

/// What a part of a pattern is satisfied with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// Something benign.
    Benign(BTreeSet<Hit>),
    /// Something that says what it looks for and is not known to be benign.
    Narrow,
    /// Much, so that it says little by itself; beside something benign it is another condition.
    Weak,
    /// Nearly everything, so that it is no condition at all.
    Wide(BTreeSet<Hit>),
}

/// What a property holds, as far as the lists are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Hash,
    Other,
    /// An address, network, name or URL.
    Place,
}

/// What is asked, and what may still be tried.
struct Judge<'a> {
    lists: &'a [&'a Lists],
    trials: Cell<usize>,
}

pub(super) fn pattern(lists: &[&Lists], pattern: &Pattern) -> Vec<Hit> {
    let judge = Judge {
        lists,
        trials: Cell::new(0),
    };
    match observation(&judge, pattern.root()) {
        Verdict::Narrow => Vec::new(),
        Verdict::Weak => vec![nothing_narrows()],
        Verdict::Wide(hits) if hits.is_empty() => vec![nothing_narrows()],
        Verdict::Benign(hits) | Verdict::Wide(hits) => hits.into_iter().take(MAX_HITS).collect(),
    }
}

/// The hit of an address, network, name or URL.
pub(super) fn value_hit(lists: &[&Lists], text: &str) -> Option<Hit> {
    let wide = normal::network(text).is_some_and(|net| is_wide(&net));
    let list = lists.iter().find_map(|lists| lists.value(text));
    let list = wide.then_some(List::Wide).or(list)?;
    Some(hit(list, text))
}

/// The hit of a hash.
pub(super) fn hash_hit(lists: &[&Lists], text: &str) -> Option<Hit> {
    let list = lists.iter().find_map(|lists| lists.hash(text))?;
    Some(hit(list, text))
}

fn observation(judge: &Judge<'_>, node: &Observation) -> Verdict {
    match node {
        Observation::And(operands) | Observation::FollowedBy(operands) => {
            all(operands.iter().map(|operand| observation(judge, operand)))
        }
        Observation::Group(inner) => observation(judge, inner),
        Observation::Or(operands) => {
            any(operands.iter().map(|operand| observation(judge, operand)))
        }
        // How often and when something benign is seen does not make it less benign.
        Observation::Qualified(qualified) => observation(judge, &qualified.observation),
        Observation::Single(inner) => comparison(judge, &inner.value),
    }
}

fn comparison(judge: &Judge<'_>, node: &Comparison) -> Verdict {
    match node {
        Comparison::And(operands) => all(operands.iter().map(|operand| comparison(judge, operand))),
        Comparison::Group(inner) => comparison(judge, inner),
        Comparison::Or(operands) => any(operands.iter().map(|operand| comparison(judge, operand))),
        Comparison::Test(inner) => test(judge, inner),
    }
}

/// All must hold: one condition that is not benign is enough to be about something else.
fn all(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let (mut hits, mut benign, mut weak) = (BTreeSet::new(), false, false);
    for verdict in verdicts {
        match verdict {
            Verdict::Narrow => return Verdict::Narrow,
            Verdict::Benign(found) => {
                benign = true;
                hits.extend(found);
            }
            Verdict::Weak => weak = true,
            Verdict::Wide(found) => hits.extend(found),
        }
    }
    match (benign, weak) {
        (true, true) => Verdict::Narrow,
        (true, false) => Verdict::Benign(hits),
        (false, true) => Verdict::Weak,
        (false, false) => Verdict::Wide(hits),
    }
}

/// One is enough: what is widest counts.
fn any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let (mut hits, mut benign, mut weak, mut wide) = (BTreeSet::new(), false, false, false);
    for verdict in verdicts {
        match verdict {
            Verdict::Narrow => {}
            Verdict::Benign(found) => {
                benign = true;
                hits.extend(found);
            }
            Verdict::Weak => weak = true,
            Verdict::Wide(found) => {
                wide = true;
                hits.extend(found);
            }
        }
    }
    match (wide, benign, weak) {
        (true, ..) => Verdict::Wide(hits),
        (false, true, _) => Verdict::Benign(hits),
        (false, false, true) => Verdict::Weak,
        (false, false, false) => Verdict::Narrow,
    }
}

fn test(judge: &Judge<'_>, test: &Test) -> Verdict {
    let path = &test.path.value;
    let nothing = || Verdict::Wide(BTreeSet::new());
    if test.negated || last_name(path) == "type" {
        // What is not one value is nearly everything; and a type follows from the value.
        return nothing();
    }
    match &test.check.value {
        Check::NotEqual(_) | Check::Exists => nothing(),
        Check::Greater(_) | Check::GreaterOrEqual(_) | Check::Less(_) | Check::LessOrEqual(_) => {
            Verdict::Weak
        }
        check @ (Check::Equal(_) | Check::In(_)) => any(check
            .constants()
            .iter()
            .map(|constant| equal(judge, path, constant))),
        Check::IsSubset(set) | Check::IsSuperset(set) => place(judge, set),
        check @ (Check::Like(written) | Check::Matches(written)) => {
            trial(judge, subject(path), check, written)
        }
    }
}

fn equal(judge: &Judge<'_>, path: &Path, constant: &Constant) -> Verdict {
    let Some(text) = constant.as_string() else {
        return if matches!(constant, Constant::Boolean(_)) || is_weak(path) {
            Verdict::Weak
        } else {
            Verdict::Narrow
        };
    };
    match subject(path) {
        Subject::Hash => match hash_hit(judge.lists, text) {
            Some(hit) => Verdict::Benign([hit].into()),
            None => Verdict::Narrow,
        },
        Subject::Place => place(judge, text),
        Subject::Other if is_weak(path) => Verdict::Weak,
        Subject::Other => Verdict::Narrow,
    }
}

fn place(judge: &Judge<'_>, text: &str) -> Verdict {
    match value_hit(judge.lists, text) {
        None => Verdict::Narrow,
        Some(hit) if hit.list == List::Wide => Verdict::Wide([hit].into()),
        Some(hit) => Verdict::Benign([hit].into()),
    }
}

fn trial(judge: &Judge<'_>, subject: Subject, check: &Check, written: &str) -> Verdict {
    let wide = || {
        let hit = hit(List::Wide, written);
        Verdict::Wide([hit].into())
    };
    let few = matches!(check, Check::Like(_))
        && written.chars().filter(|c| c.is_alphanumeric()).count() < LITERALS;
    let trials = judge.trials.get().saturating_add(1);
    judge.trials.set(trials);
    // What is not judged is not taken for harmless.
    if few || trials > MAX_TRIALS {
        return wide();
    }
    let Some(trial) = Trial::of(check) else {
        return Verdict::Narrow;
    };
    if trial.is_wide() {
        return wide();
    }
    if subject != Subject::Place {
        return Verdict::Narrow;
    }
    match trial.hits(judge.lists, written) {
        None => wide(),
        Some(hits) if hits.is_empty() => Verdict::Narrow,
        Some(hits) => Verdict::Benign(hits.into_iter().collect()),
    }
}

fn subject(path: &Path) -> Subject {
    let names = || {
        let steps = path.steps.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.text.as_str()),
            Step::AnyItem | Step::Item(_) => None,
        });
        std::iter::once(path.property.text.as_str()).chain(steps)
    };
    if names().any(|name| name == "hashes") {
        return Subject::Hash;
    }
    let refers = names().any(|name| name.ends_with("_ref") || name.ends_with("_refs"));
    let is_place = match last_name(path) {
        "value" => {
            refers
                || matches!(
                    path.object_type.as_str(),
                    "domain-name" | "ipv4-addr" | "ipv6-addr" | "url"
                )
        }
        "url" => path.object_type == "artifact",
        name => name.eq_ignore_ascii_case("host"),
    };
    if is_place {
        Subject::Place
    } else {
        Subject::Other
    }
}

fn last_name(path: &Path) -> &str {
    let steps = path.steps.iter().rev();
    let mut names = steps.filter_map(|step| match step {
        Step::Name(name) => Some(name.text.as_str()),
        Step::AnyItem | Step::Item(_) => None,
    });
    names.next().unwrap_or(&path.property.text)
}

/// Whether any one value of the property is shared by much that has nothing to do with each other.
fn is_weak(path: &Path) -> bool {
    matches!(
        last_name(path),
        "dst_port" | "mime_type" | "protocols" | "size" | "src_port"
    )
}

fn is_wide(net: &IpNet) -> bool {
    let narrowest = if net.addr().is_ipv4() {
        SHORTEST_V4
    } else {
        SHORTEST_V6
    };
    net.prefix_len() < narrowest
}

fn nothing_narrows() -> Hit {
    hit(List::Wide, "")
}

fn hit(list: List, value: &str) -> Hit {
    Hit {
        list,
        value: value.chars().take(MAX_VALUE_CHARS).collect(),
    }
}

/// Shortest prefix of IPv4 that is not too wide: IANA gave blocks of /8 to one holder, never more.
const SHORTEST_V4: u8 = 8;
/// Shortest prefix of IPv6 that is not too wide: the largest allocations to one holder are /19.
const SHORTEST_V6: u8 = 19;
/// Letters and digits that LIKE has at least, where it is to say anything: `%a%` matches half of the world.
const LITERALS: usize = 3;
/// LIKE and MATCHES that are tried in one pattern: people write a handful, and each costs a walk over all samples.
const MAX_TRIALS: usize = 20;
/// Hits told of one pattern: a person reads them.
const MAX_HITS: usize = 20;
/// Longest value that is told; the pattern has the rest.
pub(super) const MAX_VALUE_CHARS: usize = 200;
