//! What a stream keeps, forgets and says.

use pattern::matcher::set::PatternSet;
use pattern::matcher::stream::{KEPT_PER_PATTERN, Stream};
use pattern::matcher::{Matcher, observation};
use serde_json::{Value, json};

fn stream(patterns: &[&str], tolerance_secs: u32) -> Stream<usize> {
    let mut set = PatternSet::new();
    for (key, text) in patterns.iter().enumerate() {
        let pattern = pattern::parse::parse(text).unwrap();
        set.insert(key, Matcher::compile(&pattern).unwrap());
    }
    Stream::new(set, tolerance_secs)
}

/// Pushes `a:x = value`, seen at that second; answers which observations make which pattern true.
fn push(stream: &mut Stream<usize>, second: usize, value: i64) -> Vec<(usize, Vec<u64>)> {
    let time = format!(
        "2026-01-15T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    let document: Value = json!({
        "type": "observed-data", "first_observed": time, "last_observed": time, "number_observed": 1,
        "objects": { "0": { "type": "a", "x": value } },
    });
    let observations = observation::read(&document).observations;
    stream
        .push(&observations[0])
        .into_iter()
        .map(|found| (found.key, found.observations))
        .collect()
}

const PAIR: &str = "([a:x = 1] FOLLOWEDBY [a:x = 2]) WITHIN 10 SECONDS";

#[test]
fn what_matched_is_used_up_and_matching_goes_on() {
    let mut stream = stream(&[PAIR, "[a:x = 2]"], 0);
    assert_eq!(push(&mut stream, 0, 1), []);
    assert_eq!(push(&mut stream, 1, 1), []);
    assert_eq!(push(&mut stream, 2, 2), [(0, vec![0, 2]), (1, vec![2])]);
    assert_eq!(push(&mut stream, 3, 2), [(0, vec![1, 3]), (1, vec![3])]);
    assert_eq!(push(&mut stream, 4, 2), [(1, vec![4])]);
}

#[test]
fn what_can_no_longer_be_within_expires() {
    let mut stream = stream(&[PAIR], 0);
    for second in 0..10_000 {
        assert_eq!(push(&mut stream, second, 1), []);
        assert!(stream.kept() <= 10, "{} kept", stream.kept());
    }
    assert_eq!(push(&mut stream, 10_000, 2), [(0, vec![9_991, 10_000])]);
    assert_eq!(stream.dropped(), 0);
}

#[test]
fn what_is_late_is_ordered_by_its_time() {
    let mut tolerant = stream(&[PAIR], 60);
    assert_eq!(push(&mut tolerant, 5, 2), []);
    assert_eq!(push(&mut tolerant, 50, 7), []);
    assert_eq!(push(&mut tolerant, 3, 1), [(0, vec![0, 2])]);

    let mut strict = stream(&[PAIR], 0);
    assert_eq!(push(&mut strict, 5, 2), []);
    assert_eq!(push(&mut strict, 6, 1), []);
    assert_eq!(
        push(&mut strict, 3, 1),
        [(0, vec![0, 2])],
        "nothing has expired yet"
    );
}

#[test]
fn a_window_that_is_over_keeps_nothing() {
    let text =
        "([a:x = 1] AND [a:x = 2]) START t'2026-01-15T00:00:00Z' STOP t'2026-01-15T00:01:00Z'";
    let mut stream = stream(&[text], 0);
    push(&mut stream, 5, 1);
    assert_eq!(stream.kept(), 1);
    push(&mut stream, 70, 1);
    push(&mut stream, 71, 1);
    assert!(stream.kept() <= 1);
    assert_eq!(push(&mut stream, 72, 2), []);
}

#[test]
fn what_never_expires_is_dropped_at_the_limit_and_said() {
    let mut stream = stream(&["[a:x = 1] AND [a:x = 2]"], 0);
    for second in 0..KEPT_PER_PATTERN + 10 {
        push(&mut stream, second, 1);
    }
    assert_eq!(stream.kept(), KEPT_PER_PATTERN);
    assert_eq!(stream.dropped(), 10);
    assert_eq!(push(&mut stream, 5_000, 2), [(0, vec![10, 4_106])]);
}

#[test]
fn patterns_come_and_go() {
    let mut stream = stream(&[PAIR, "[a:x = 1] AND [a:x = 2]"], 0);
    push(&mut stream, 0, 1);
    assert_eq!(stream.kept(), 2);
    assert!(stream.remove(&0));
    assert!(!stream.remove(&0));
    assert_eq!(stream.kept(), 1);
    let again = Matcher::compile(&pattern::parse::parse(PAIR).unwrap()).unwrap();
    stream.insert(0, again);
    assert_eq!(stream.patterns().len(), 2);
    assert_eq!(
        push(&mut stream, 1, 2),
        [(1, vec![0, 1])],
        "a new pattern knows nothing of before"
    );
}
