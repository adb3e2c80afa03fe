//! The normal form against a plain reading of §9: a small evaluator that tries every choice of observations.

use std::collections::BTreeSet;

use pattern::constant::{Constant, Integer, Timestamp};
use pattern::normal::{equivalent, normal_form};
use pattern::parse::parse;
use pattern::tree::{
    Check, Comparison, Observation, Path, Pattern, Qualified, Qualifier, Seconds, Test,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// One observation of one object of type `a` or `b` with the properties `p` and `q`, at a second.
#[derive(Debug, Clone)]
struct Seen {
    object_type: &'static str,
    p: Option<i64>,
    q: Option<i64>,
    second: i64,
}

/// Sets of observations, as bits.
type Matches = BTreeSet<u32>;

fn matches(node: &Observation, seen: &[Seen]) -> Matches {
    match node {
        Observation::And(operands) => operands
            .iter()
            .map(|operand| matches(operand, seen))
            .reduce(|left, right| joined(&left, &right, |_, _| true))
            .unwrap(),
        Observation::FollowedBy(operands) => operands
            .iter()
            .map(|operand| matches(operand, seen))
            .reduce(|left, right| {
                joined(&left, &right, |left, right| {
                    let last = times(left, seen).max();
                    times(right, seen).all(|time| last.is_none_or(|last| last <= time))
                })
            })
            .unwrap(),
        Observation::Group(inner) => matches(inner, seen),
        Observation::Or(operands) => operands
            .iter()
            .flat_map(|operand| matches(operand, seen))
            .collect(),
        Observation::Qualified(qualified) => {
            let mut found = matches(&qualified.observation, seen);
            for qualifier in &qualified.qualifiers {
                found = match &qualifier.value {
                    Qualifier::Repeats(count) => (1..count.get())
                        .fold(found.clone(), |all, _| joined(&all, &found, |_, _| true)),
                    Qualifier::StartStop { start, stop } => found
                        .into_iter()
                        .filter(|set| {
                            times(*set, seen).all(|time| {
                                let time = stamp(time);
                                start.compare(&time).is_le() && time.compare(stop).is_lt()
                            })
                        })
                        .collect(),
                    Qualifier::Within(seconds) => found
                        .into_iter()
                        .filter(|set| {
                            let (first, last) = (
                                times(*set, seen).min().unwrap(),
                                times(*set, seen).max().unwrap(),
                            );
                            let apart = u32::try_from(last - first).unwrap();
                            f64::from(apart) < seconds.number()
                        })
                        .collect(),
                };
            }
            found
        }
        Observation::Single(single) => (0..seen.len())
            .filter(|at| holds(&single.value, &seen[*at]))
            .map(|at| 1 << at)
            .collect(),
    }
}

fn joined(left: &Matches, right: &Matches, fits: impl Fn(u32, u32) -> bool) -> Matches {
    let mut all = Matches::new();
    for one in left {
        for other in right {
            if one & other == 0 && fits(*one, *other) {
                all.insert(one | other);
            }
        }
    }
    all
}

fn times(set: u32, seen: &[Seen]) -> impl Iterator<Item = i64> {
    (0..seen.len())
        .filter(move |at| set & (1 << at) != 0)
        .map(|at| seen[at].second)
}

fn holds(node: &Comparison, seen: &Seen) -> bool {
    match node {
        Comparison::And(operands) => operands.iter().all(|operand| holds(operand, seen)),
        Comparison::Group(inner) => holds(inner, seen),
        Comparison::Or(operands) => operands.iter().any(|operand| holds(operand, seen)),
        Comparison::Test(test) => {
            let path = &test.path.value;
            let value = match path.property.text.as_str() {
                _ if path.object_type != seen.object_type => return false,
                "p" => seen.p,
                _ => seen.q,
            };
            if test.check.value == Check::Exists {
                return value.is_some() != test.negated;
            }
            let Some(value) = value else { return false };
            let number = |constant: &Constant| match constant {
                Constant::Integer(integer) => integer.value(),
                other => panic!("{other:?}"),
            };
            let holds = match &test.check.value {
                Check::Equal(constant) => value == number(constant),
                Check::NotEqual(constant) => value != number(constant),
                Check::Less(constant) => value < number(constant),
                Check::LessOrEqual(constant) => value <= number(constant),
                Check::Greater(constant) => value > number(constant),
                Check::GreaterOrEqual(constant) => value >= number(constant),
                Check::In(constants) => constants.iter().any(|constant| value == number(constant)),
                other => panic!("{other:?}"),
            };
            holds != test.negated
        }
    }
}

fn stamp(second: i64) -> Timestamp {
    Timestamp::parse(&format!("2020-01-01T00:00:{second:02}Z")).unwrap()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let constant = (0..3_i64).prop_map(|value| Constant::Integer(Integer::new(value).unwrap()));
    let check = prop_oneof![
        constant.clone().prop_map(Check::Equal),
        constant.clone().prop_map(Check::NotEqual),
        constant.clone().prop_map(Check::Less),
        constant.clone().prop_map(Check::LessOrEqual),
        constant.clone().prop_map(Check::Greater),
        constant.clone().prop_map(Check::GreaterOrEqual),
        vec(constant, 0..3).prop_map(Check::In),
        Just(Check::Exists),
    ];
    let test = (
        prop_oneof![6 => Just("a"), 1 => Just("b")],
        prop_oneof![Just("p"), Just("q")],
        any::<bool>(),
        check,
    );
    let test = test.prop_map(|(object_type, property, negated, check)| {
        Comparison::from(Test {
            negated,
            ..Test::new(Path::new(object_type, property), check)
        })
    });
    test.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Comparison::And),
            vec(inner, 2..4).prop_map(Comparison::Or),
        ]
    })
}

fn observation() -> impl Strategy<Value = Observation> {
    let single = comparison().prop_map(|comparison| Observation::Single(comparison.into()));
    let qualifier = prop_oneof![
        (1..4_u64).prop_map(|times| Qualifier::Repeats(times.try_into().unwrap())),
        (1..8_u64)
            .prop_map(|seconds| Qualifier::Within(Seconds::Integer(seconds.try_into().unwrap()))),
        (0..6_i64, 1..9_i64).prop_map(|(start, stop)| Qualifier::StartStop {
            start: stamp(start),
            stop: stamp(stop)
        }),
    ];
    single.prop_recursive(4, 10, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Observation::And),
            vec(inner.clone(), 2..4).prop_map(Observation::Or),
            vec(inner.clone(), 2..3).prop_map(Observation::FollowedBy),
            (inner, vec(qualifier.clone(), 1..3)).prop_map(|(observation, mut qualifiers)| {
                qualifiers.dedup_by_key(|qualifier| std::mem::discriminant(qualifier));
                let qualifiers = qualifiers.into_iter().map(Into::into).collect();
                Observation::Qualified(Box::new(Qualified {
                    observation,
                    qualifiers,
                }))
            }),
        ]
    })
}

fn seen() -> impl Strategy<Value = Vec<Seen>> {
    let value = || proptest::option::weighted(0.8, 0..3_i64);
    let one = (
        prop_oneof![4 => Just("a"), 1 => Just("b")],
        value(),
        value(),
        0..9_i64,
    );
    vec(
        one.prop_map(|(object_type, p, q, second)| Seen {
            object_type,
            p,
            q,
            second,
        }),
        1..6,
    )
}

/// The same tree with commutative operands in another order and superfluous parentheses.
fn shuffled(node: &Observation, random: &mut impl FnMut() -> usize) -> Observation {
    let node = match node {
        Observation::And(operands) => Observation::And(mixed(operands, random, shuffled)),
        Observation::FollowedBy(operands) => Observation::FollowedBy(
            operands
                .iter()
                .map(|operand| shuffled(operand, random))
                .collect(),
        ),
        Observation::Group(inner) => shuffled(inner, random),
        Observation::Or(operands) => Observation::Or(mixed(operands, random, shuffled)),
        Observation::Qualified(qualified) => Observation::Qualified(Box::new(Qualified {
            observation: shuffled(&qualified.observation, random),
            qualifiers: qualified.qualifiers.clone(),
        })),
        Observation::Single(single) => {
            Observation::Single(shuffled_inside(&single.value, random).into())
        }
    };
    if random().is_multiple_of(3) {
        Observation::Group(Box::new(node))
    } else {
        node
    }
}

fn shuffled_inside(node: &Comparison, random: &mut impl FnMut() -> usize) -> Comparison {
    match node {
        Comparison::And(operands) => Comparison::And(mixed(operands, random, shuffled_inside)),
        Comparison::Group(inner) => shuffled_inside(inner, random),
        Comparison::Or(operands) => Comparison::Or(mixed(operands, random, shuffled_inside)),
        Comparison::Test(test) => Comparison::Test(test.clone()),
    }
}

fn mixed<T, R: FnMut() -> usize>(
    operands: &[T],
    random: &mut R,
    each: fn(&T, &mut R) -> T,
) -> Vec<T> {
    let mut mixed: Vec<T> = operands
        .iter()
        .map(|operand| each(operand, random))
        .collect();
    for at in 1..mixed.len() {
        mixed.swap(at, random() % (at + 1));
    }
    mixed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_normal_form_matches_the_same(root in observation(), all in vec(seen(), 8)) {
        // An AND that no object satisfies makes no pattern.
        let Ok(pattern) = Pattern::new(&root) else { return Ok(()) };
        let form = normal_form(&pattern);
        for seen in all {
            let (expected, found) = (matches(pattern.root(), &seen), matches(form.root(), &seen));
            prop_assert_eq!(expected.is_empty(), found.is_empty(), "{} as {} over {:?}", pattern, form, seen);
        }
    }

    #[test]
    fn a_normal_form_is_stable(root in observation(), numbers in vec(any::<usize>(), 16)) {
        let Ok(pattern) = Pattern::new(&root) else { return Ok(()) };
        let form = normal_form(&pattern);
        prop_assert_eq!(normal_form(&form).to_string(), form.to_string(), "of {}", pattern);
        prop_assert_eq!(parse(&form.to_string()), Ok(form.clone()));
        let mut numbers = numbers.into_iter().cycle();
        let other = Pattern::new(&shuffled(pattern.root(), &mut || numbers.next().unwrap())).unwrap();
        prop_assert!(equivalent(&pattern, &other), "{} and {}", pattern, other);
        prop_assert_eq!(normal_form(&other).to_string(), form.to_string(), "of {} and {}", pattern, other);
    }

    /// What is found equivalent is so, for patterns that differ by more than their order.
    #[test]
    fn equivalent_patterns_match_the_same(left in observation(), right in observation(), all in vec(seen(), 4)) {
        let (Ok(left), Ok(right)) = (Pattern::new(&left), Pattern::new(&right)) else { return Ok(()) };
        if equivalent(&left, &right) {
            for seen in all {
                prop_assert_eq!(matches(left.root(), &seen).is_empty(), matches(right.root(), &seen).is_empty());
            }
        }
    }
}
