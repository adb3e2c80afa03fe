//! The matcher against a search through everything, the set against its patterns, the stream against the batch.

use std::fmt::Write as _;

use pattern::matcher::Matcher;
use pattern::matcher::compiled::CompiledPattern;
use pattern::matcher::observation;
use pattern::matcher::set::PatternSet;
use pattern::matcher::stream::Stream;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An observation expression over objects `a:x = 1` to `a:x = 3`, times in seconds.
#[derive(Debug, Clone)]
enum Node {
    And(Vec<Node>),
    FollowedBy(Vec<Node>),
    Or(Vec<Node>),
    Repeats(u64, Box<Node>),
    Single(i64),
    Window(i64, i64, Box<Node>),
    Within(i64, Box<Node>),
}

/// Something seen: which objects, from when for how long, how often.
#[derive(Debug, Clone)]
struct Seen {
    letters: Vec<i64>,
    first: i64,
    length: i64,
    number: i64,
}

/// A pair of pairs, each with or without a qualifier: most of them are about times.
fn node() -> impl Strategy<Value = Node> {
    let single = (1..=3_i64).prop_map(Node::Single).boxed();
    let pair = qualified_node(joined(single.clone(), single.clone()).boxed()).boxed();
    let part = prop_oneof![
        1 => qualified_node(single.clone()),
        1 => (1..=3_i64).prop_map(|letter| Node::Repeats(2, Box::new(Node::Single(letter)))),
        2 => pair,
    ]
    .boxed();
    qualified_node(joined(part, single).boxed())
        .prop_filter("small enough to try everything", |node| places(node) <= 4)
}

fn joined(left: BoxedStrategy<Node>, right: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    (left, right, any::<bool>(), 0..5).prop_map(|(left, right, turned, operator)| {
        let operands = if turned {
            vec![right, left]
        } else {
            vec![left, right]
        };
        match operator {
            0 | 1 => Node::And(operands),
            2 | 3 => Node::FollowedBy(operands),
            _ => Node::Or(operands),
        }
    })
}

fn qualified_node(inner: BoxedStrategy<Node>) -> impl Strategy<Value = Node> {
    (inner, 0..6, 0..4_i64, 1..4_i64).prop_map(|(inner, qualifier, start, length)| {
        let inner = Box::new(inner);
        match qualifier {
            0..3 => Node::Within(length, inner),
            3 => Node::Window(start, start + length, inner),
            _ => *inner,
        }
    })
}

fn seen() -> impl Strategy<Value = Vec<Seen>> {
    let one = (
        prop::collection::vec(1..=3_i64, 1..=2),
        0..6_i64,
        prop_oneof![2 => Just(0_i64), 1 => Just(1_i64)],
        prop_oneof![4 => Just(1_i64), 1 => Just(2_i64)],
    )
        .prop_map(|(letters, first, length, number)| Seen {
            letters,
            first,
            length,
            number,
        });
    prop::collection::vec(one, 2..5)
}

fn places(node: &Node) -> u64 {
    match node {
        Node::And(operands) | Node::FollowedBy(operands) => operands.iter().map(places).sum(),
        Node::Or(operands) => operands.iter().map(places).max().unwrap_or(0),
        Node::Repeats(times, inner) => times * places(inner),
        Node::Single(_) => 1,
        Node::Window(_, _, inner) | Node::Within(_, inner) => places(inner),
    }
}

fn text(node: &Node, out: &mut String) {
    let mut join = |operands: &[Node], operator: &str| {
        for (index, operand) in operands.iter().enumerate() {
            out.push_str(if index == 0 { "(" } else { operator });
            text(operand, out);
        }
        out.push(')');
    };
    match node {
        Node::And(operands) => join(operands, " AND "),
        Node::FollowedBy(operands) => join(operands, " FOLLOWEDBY "),
        Node::Or(operands) => join(operands, " OR "),
        Node::Repeats(times, inner) => qualified(inner, &format!("REPEATS {times} TIMES"), out),
        Node::Single(letter) => write!(out, "[a:x = {letter}]").unwrap(),
        Node::Window(start, stop, inner) => {
            let window = format!("START t'{}' STOP t'{}'", time(*start), time(*stop));
            qualified(inner, &window, out);
        }
        Node::Within(seconds, inner) => qualified(inner, &format!("WITHIN {seconds} SECONDS"), out),
    }
}

fn qualified(inner: &Node, qualifier: &str, out: &mut String) {
    out.push('(');
    text(inner, out);
    write!(out, ") {qualifier}").unwrap();
}

fn time(second: i64) -> String {
    format!("2026-01-15T09:00:{second:02}Z")
}

fn document(seen: &[Seen]) -> Value {
    seen.iter()
        .map(|seen| {
            let objects: serde_json::Map<String, Value> = seen
                .letters
                .iter()
                .enumerate()
                .map(|(key, letter)| (key.to_string(), json!({ "type": "a", "x": letter })))
                .collect();
            json!({
                "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
                "first_observed": time(seen.first), "last_observed": time(seen.first + seen.length),
                "number_observed": seen.number, "objects": objects,
            })
        })
        .collect()
}

/// A way to satisfy an expression: instances, each an observation, its copy and its time in eighths of a second.
type Way = Vec<(usize, i64, i64)>;

/// Every way; eighths are fine enough for conditions on whole seconds over so few places.
fn ways(node: &Node, seen: &[Seen]) -> Vec<Way> {
    let distinct = |left: &Way, right: &Way| {
        right
            .iter()
            .all(|r| left.iter().all(|l| (l.0, l.1) != (r.0, r.1)))
    };
    let product = |operands: &[Node], fits: &dyn Fn(&Way, &Way) -> bool| {
        operands.iter().fold(vec![Way::new()], |before, operand| {
            let after = ways(operand, seen);
            let mut all = Vec::new();
            for left in &before {
                for right in &after {
                    if distinct(left, right) && fits(left, right) {
                        all.push(left.iter().chain(right).copied().collect());
                    }
                }
            }
            all
        })
    };
    match node {
        Node::And(operands) => product(operands, &|_, _| true),
        Node::FollowedBy(operands) => product(operands, &|left, right| {
            left.iter().all(|l| right.iter().all(|r| l.2 <= r.2))
        }),
        Node::Or(operands) => operands
            .iter()
            .flat_map(|operand| ways(operand, seen))
            .collect(),
        Node::Repeats(times, inner) => {
            let same: Vec<Node> = (0..*times).map(|_| inner.as_ref().clone()).collect();
            product(&same, &|_, _| true)
        }
        Node::Single(letter) => {
            let mut all = Vec::new();
            for (place, one) in seen.iter().enumerate() {
                if one.letters.contains(letter) {
                    for copy in 0..one.number {
                        for moment in one.first * 8..=(one.first + one.length) * 8 {
                            all.push(vec![(place, copy, moment)]);
                        }
                    }
                }
            }
            all
        }
        Node::Window(start, stop, inner) => {
            let mut all = ways(inner, seen);
            all.retain(|way| way.iter().all(|one| (start * 8..stop * 8).contains(&one.2)));
            all
        }
        Node::Within(seconds, inner) => {
            let mut all = ways(inner, seen);
            all.retain(|way| {
                let times = || way.iter().map(|one| one.2);
                times().max().unwrap() < times().min().unwrap() + seconds * 8
            });
            all
        }
    }
}

fn compile(text: &str) -> CompiledPattern {
    let pattern =
        pattern::parse::parse(text).unwrap_or_else(|findings| panic!("`{text}`: {findings:?}"));
    Matcher::compile(&pattern).unwrap_or_else(|findings| panic!("`{text}`: {findings:?}"))
}

fn pattern_of(node: &Node) -> CompiledPattern {
    let mut written = String::new();
    text(node, &mut written);
    compile(&written)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_search_finds_what_trying_everything_finds(node in node(), mut seen in seen()) {
        seen.sort_by_key(|one| one.first + one.length);
        let expected = ways(&node, &seen)
            .iter()
            .map(|way| way.iter().map(|one| one.0).max().unwrap())
            .min();
        let document = document(&seen);
        let reading = observation::read(&document);
        let verdict = pattern_of(&node).matches(&reading.observations);
        prop_assert!(verdict.complete);
        // The last of the observations is the earliest that can be last.
        prop_assert_eq!(verdict.observations.as_ref().and_then(|found| found.last().copied()), expected);
        if let Some(found) = verdict.observations {
            let only: Vec<Seen> = found.iter().map(|&place| seen[place].clone()).collect();
            prop_assert!(!ways(&node, &only).is_empty(), "the observations alone make it true");
        }
    }

    #[test]
    fn the_stream_finds_what_the_batch_finds(nodes in prop::collection::vec(node(), 1..4), mut seen in seen()) {
        seen.sort_by_key(|one| one.first + one.length);
        let document = document(&seen);
        let reading = observation::read(&document);
        let mut set = PatternSet::new();
        for (key, node) in nodes.iter().enumerate() {
            set.insert(key, pattern_of(node));
        }
        // So late that nothing expires.
        let mut stream = Stream::new(set, 3_600);
        let mut first = vec![None; nodes.len()];
        for observation in &reading.observations {
            for found in stream.push(observation) {
                first[found.key].get_or_insert(found.observations);
            }
        }
        prop_assert_eq!(stream.dropped(), 0);
        for (node, first) in nodes.iter().zip(first) {
            let batch = pattern_of(node).matches(&reading.observations).observations;
            let batch: Option<Vec<u64>> = batch.map(|found| found.iter().map(|&place| place as u64).collect());
            prop_assert_eq!(first, batch, "{:?}", node);
        }
    }

    #[test]
    fn the_set_finds_what_its_patterns_find(
        texts in prop::collection::vec(comparison_text(), 1..20),
        objects in prop::collection::vec(object(), 1..6),
        removed in prop::collection::vec(any::<bool>(), 20),
    ) {
        let document: Value = objects
            .iter()
            .map(|object| json!({
                "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
                "first_observed": time(0), "last_observed": time(0), "number_observed": 1,
                "objects": { "0": object, "1": { "type": "b", "y": "abcdef" } },
            }))
            .collect();
        let reading = observation::read(&document);
        let mut set = PatternSet::new();
        for (key, text) in texts.iter().enumerate() {
            prop_assert!(set.insert(key, compile(text)).is_none());
        }
        for (key, gone) in (0..texts.len()).zip(&removed) {
            if *gone {
                prop_assert!(set.remove(&key).is_some());
            }
        }
        // What was taken out may come back into the place of another.
        if removed[0] {
            set.insert(0, compile(&texts[0]));
        }
        let found = set.matches(&reading.observations);
        prop_assert!(found.complete);
        let found: Vec<(usize, Vec<usize>)> = found
            .matches
            .into_iter()
            .map(|found| (*found.key, found.observations))
            .collect();
        let alone: Vec<(usize, Vec<usize>)> = texts
            .iter()
            .enumerate()
            .filter(|(key, _)| *key == 0 || !removed[*key])
            .filter_map(|(key, text)| Some((key, compile(text).matches(&reading.observations).observations?)))
            .collect();
        prop_assert_eq!(found, alone);
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab]{0,3}",
        "[abc]{4,8}",
        Just("10.0.0.1".to_owned()),
        Just("10.0.0.0/24".to_owned()),
        Just("2001:db8::1".to_owned()),
        Just("e\u{301}abcd".to_owned()),
        Just("\u{e9}abcd".to_owned()),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    (
        word(),
        prop::collection::vec(word(), 0..3),
        0..4_i64,
        any::<bool>(),
    )
        .prop_map(|(x, list, n, reference)| {
            let mut object =
                json!({ "type": "a", "x": x, "list": list, "n": n, "x_hex": "616263" });
            if reference {
                object["other_ref"] = json!("1");
            }
            object
        })
}

fn test_text() -> impl Strategy<Value = String> {
    prop_oneof![
        word().prop_map(|word| format!("a:x = '{word}'")),
        word().prop_map(|word| format!("a:x != '{word}'")),
        word().prop_map(|word| format!("a:x < '{word}'")),
        word().prop_map(|word| format!("a:list[*] = '{word}'")),
        word().prop_map(|word| format!("a:list[*] NOT = '{word}'")),
        (word(), word()).prop_map(|(one, two)| format!("a:x IN ('{one}', '{two}')")),
        "[abc_%]{0,6}".prop_map(|like| format!("a:x LIKE '{like}'")),
        word().prop_map(|word| format!("a:x LIKE '{word}%'")),
        word().prop_map(|word| format!("a:x LIKE '%{word}'")),
        word().prop_map(|word| format!("a:x LIKE '%{word}_'")),
        "[abc]{1,6}[+?*]?[abc.]{0,3}[$]?".prop_map(|regex| format!("a:x MATCHES '{regex}'")),
        "(\\^?[ab]{2,5}|[ab]{4}\\|[bc]{4})".prop_map(|regex| format!("a:x MATCHES '{regex}'")),
        "[abc]{2,6}".prop_map(|regex| format!("a:other_ref.y MATCHES '{regex}'")),
        (0..4_i64).prop_map(|n| format!("a:n = {n}")),
        (0..4_i64).prop_map(|n| format!("a:n >= {n}.5")),
        Just("EXISTS a:other_ref".to_owned()),
        Just("a:other_ref.type = 'b'".to_owned()),
        Just("a:x ISSUBSET '10.0.0.0/8'".to_owned()),
        Just("a:x ISSUBSET '2001:db8::/32'".to_owned()),
        Just("a:x NOT ISSUBSET '10.0.0.0/24'".to_owned()),
        Just("a:x ISSUPERSET '10.0.0.7'".to_owned()),
        Just("a:x_hex = 'abc'".to_owned()),
        Just("a:x_hex MATCHES '^a.c$'".to_owned()),
    ]
}

fn comparison_text() -> impl Strategy<Value = String> {
    let inner = prop::collection::vec((test_text(), any::<bool>()), 1..4).prop_map(|tests| {
        let mut text = String::new();
        for (index, (test, and)) in tests.iter().enumerate() {
            if index > 0 {
                text.push_str(if *and { " AND " } else { " OR " });
            }
            text.push_str(test);
        }
        format!("[{text}]")
    });
    prop::collection::vec((inner, 0..4_usize), 1..3).prop_map(|parts| {
        let mut text = String::new();
        for (index, (part, operator)) in parts.iter().enumerate() {
            if index > 0 {
                text.push_str([" AND ", " OR ", " FOLLOWEDBY ", " AND "][*operator]);
            }
            text.push_str(part);
        }
        text
    })
}
