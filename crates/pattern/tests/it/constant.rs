use std::cmp::Ordering;

use pattern::constant::{Float, Integer, Timestamp};

#[test]
fn instants_compare_by_every_digit() {
    let check = |left: &str, right: &str, expected| {
        let [left, right] = [left, right].map(|text| Timestamp::parse(text).unwrap());
        assert_eq!(left.compare(&right), expected);
        assert_eq!(right.compare(&left), expected.reverse());
    };
    check(
        "2016-01-01T00:00:00Z",
        "2016-01-01T00:00:00.000Z",
        Ordering::Equal,
    );
    check(
        "2016-01-01T00:00:00.1Z",
        "2016-01-01T00:00:00.10Z",
        Ordering::Equal,
    );
    check(
        "2016-01-01T00:00:00.1Z",
        "2016-01-01T00:00:00.1000000000001Z",
        Ordering::Less,
    );
    check(
        "2016-01-01T00:00:00.9Z",
        "2016-01-01T00:00:01Z",
        Ordering::Less,
    );
    check(
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:00:00Z",
        Ordering::Less,
    );
    check(
        "9999-12-31T23:59:59.999Z",
        "2016-01-01T00:00:00Z",
        Ordering::Greater,
    );
}

#[test]
fn numbers_are_within_the_bounds_of_stix() {
    assert!(Integer::new(Integer::MAX + 1).is_none());
    assert!(Float::new(f64::NAN).is_none());
    assert_eq!(Float::new(7.0).unwrap().to_string(), "7.0");
    assert_eq!(Float::new(1e300).unwrap().to_string().parse(), Ok(1e300));
    assert_ne!(Float::new(0.0), Float::new(-0.0));
}
