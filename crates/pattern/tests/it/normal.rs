//! Normal form and equivalence.

use pattern::normal::{equivalent, normal_form};
use pattern::parse::parse;
use pattern::tree::Pattern;

fn read(text: &str) -> Pattern {
    parse(text).unwrap_or_else(|findings| panic!("`{text}`: {}", findings[0]))
}

/// `normal.in` has one pattern a line, `normal.out` its normal form below it.
#[test]
fn forms() {
    use std::fmt::Write as _;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/normal.in");
    let mut out = String::new();
    for line in std::fs::read_to_string(folder).unwrap().lines() {
        if line.is_empty() || line.starts_with('#') {
            let _ = writeln!(out, "{line}");
            continue;
        }
        let form = normal_form(&read(line));
        assert_eq!(normal_form(&form), form, "{line}");
        let _ = writeln!(out, "{line}\n    {form}");
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/normal.out", &out);
}

fn check(left: &str, right: &str, expected: bool) {
    let (a, b) = (read(left), read(right));
    assert_eq!(
        equivalent(&a, &b),
        expected,
        "`{}` and `{}`",
        normal_form(&a),
        normal_form(&b)
    );
    assert_eq!(equivalent(&b, &a), expected);
    assert_eq!(normal_form(&a) == normal_form(&b), expected);
}

#[test]
fn observations_are_different() {
    check("[a:b=1] AND [a:b=1]", "[a:b=1]", false);
    check("[a:b=1] AND [a:b=1]", "[a:b=1] REPEATS 2 TIMES", true);
    check("[a:b=1] OR [a:b=1]", "[a:b=1]", true);
    check("[a:b=1] OR [a:c=1]", "[a:b=1 OR a:c=1]", true);
    check("[a:b=1] AND [a:c=1]", "[a:b=1 AND a:c=1]", false);
    check(
        "([a:b=1] AND [a:c=1]) REPEATS 2 TIMES",
        "[a:b=1] REPEATS 2 TIMES AND [a:c=1] REPEATS 2 TIMES",
        true,
    );
    check(
        "([a:b=1] FOLLOWEDBY [a:c=1]) REPEATS 2 TIMES",
        "[a:b=1] REPEATS 2 TIMES FOLLOWEDBY [a:c=1] REPEATS 2 TIMES",
        false,
    );
    check(
        "([a:b=1] OR [a:c=1]) REPEATS 2 TIMES",
        "([a:b=1] OR [a:c=1]) AND ([a:c=1] OR [a:b=1])",
        true,
    );
    check(
        "([a:b=1] REPEATS 2 TIMES) REPEATS 3 TIMES",
        "([a:b=1] REPEATS 3 TIMES) REPEATS 2 TIMES",
        true,
    );
    check(
        "[a:b=1] FOLLOWEDBY ([a:b=2] FOLLOWEDBY [a:b=3])",
        "[a:b=1] FOLLOWEDBY [a:b=2] FOLLOWEDBY [a:b=3]",
        true,
    );
    check(
        "([a:b=1] AND [a:c=1]) OR ([a:b=1 AND a:d=2] AND [a:c=1])",
        "[a:b=1] AND [a:c=1]",
        true,
    );
}

#[test]
fn time() {
    check("[a:b=1] WITHIN 5 SECONDS", "[a:b=1]", true);
    check(
        "[a:b=1] REPEATS 2 TIMES WITHIN 5 SECONDS",
        "[a:b=1] WITHIN 5 SECONDS REPEATS 2 TIMES",
        false,
    );
    check(
        "([a:b=1] AND [a:c=1]) WITHIN 5.0 SECONDS",
        "([a:c=1] AND [a:b=1]) WITHIN 5 SECONDS",
        true,
    );
    check(
        "(([a:b=1] AND [a:c=1]) WITHIN 9 SECONDS) WITHIN 5 SECONDS",
        "([a:b=1] AND [a:c=1]) WITHIN 5 SECONDS",
        true,
    );
    check(
        "([a:b=1] AND [a:c=1]) START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
        "[a:b=1] START t'2020-01-01T00:00:00.0Z' STOP t'2021-01-01T00:00:00Z' AND [a:c=1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
        true,
    );
    check(
        "([a:b=1] START t'2019-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z') START t'2020-01-01T00:00:00Z' STOP t'2022-01-01T00:00:00Z'",
        "[a:b=1] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
        true,
    );
}

#[test]
fn comparisons() {
    check("[a:b NOT = 1]", "[a:b != 1]", true);
    check("[a:b NOT != 1]", "[a:b = 1]", true);
    check("[a:b NOT < 1]", "[a:b >= 1]", false);
    check("[a:b[*] NOT = 1]", "[a:b[*] != 1]", false);
    check("[a:b IN (1)]", "[a:b = 1]", true);
    check("[a:b IN (2, 1, 1.0)]", "[a:b = 1 OR a:b = 2]", true);
    check("[a:b NOT IN (1, 2)]", "[a:b != 1 AND a:b != 2]", true);
    check(
        "[a:b = 1 OR a:b IN (2, 3) AND a:c = 1]",
        "[a:b = 1 OR a:c = 1 AND a:b IN (3, 2)]",
        true,
    );
    check("[a:b = 1 AND EXISTS a:b]", "[a:b = 1]", true);
    check("[a:b = 1 OR EXISTS a:b]", "[EXISTS a:b]", true);
    check("[NOT EXISTS a:b OR EXISTS a:b]", "[EXISTS a:b]", false);
    check("[a:b < 5 OR a:b < 6]", "[a:b < 6.0]", true);
    check("[a:b < 5 AND a:b < 6]", "[a:b < 5]", true);
    check("[a:b = h'00']", "[a:b = b'AA==']", true);
    check("[a:b = h'61']", "[a:b = 'a']", false);
    check("[a:b LIKE 'x%%_y']", "[a:b LIKE 'x_%y']", true);
    check("[a:'b'.c = 1]", "[a:b.'c' = 1]", true);
    check(
        "[ipv4-addr:value ISSUBSET '10.1.2.3/8' OR ipv4-addr:value ISSUBSET '10.1.0.0/16']",
        "[ipv4-addr:value ISSUBSET '10.0.0.0/8']",
        true,
    );
    check(
        "[ipv4-addr:value ISSUBSET '10.1.2.3']",
        "[ipv4-addr:value = '10.1.2.3/32']",
        true,
    );
    check(
        "[ipv4-addr:value = '010.1.2.3']",
        "[ipv4-addr:value = '10.1.2.3']",
        false,
    );
    check(
        "[file:hashes.MD5 = 'CEAD3F77F6CDA6EC00F57D76C9A6879F']",
        "[file:hashes.'MD5' = 'cead3f77f6cda6ec00f57d76c9a6879f']",
        true,
    );
    check("[file:name = 'A']", "[file:name = 'a']", false);
}

/// Beyond the limits there is still an order, and no explosion.
#[test]
fn limits() {
    let many = |count: usize, backwards: bool| {
        let mut parts: Vec<String> = (0..count)
            .map(|index| format!("(a:b = {index} OR a:c = {index})"))
            .collect();
        if backwards {
            parts.reverse();
        }
        format!("[{}]", parts.join(" AND "))
    };
    check(&many(60, false), &many(60, true), true);
    check(&many(60, false), &many(61, false), false);
    let list = |order: &mut dyn Iterator<Item = u32>| {
        let parts: Vec<String> = order.map(|index| format!("a:b = '{index}'")).collect();
        format!("[{}]", parts.join(" OR "))
    };
    check(&list(&mut (0..20_000)), &list(&mut (0..20_000).rev()), true);
    let deep = format!(
        "{}[a:b = 1]{}",
        "(".repeat(100),
        ") REPEATS 9007199254740991 TIMES".repeat(100)
    );
    let form = normal_form(&read(&deep));
    assert_eq!(form.to_string(), "[a:b = 1] REPEATS 9007199254740991 TIMES");
}
