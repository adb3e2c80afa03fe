use std::fmt::Write as _;

use pattern::alternative::{Key, decompose};
use pattern::literal;

/// What an index gets of each pattern, one line a value or reason.
fn check(text: &str, expected: &[&str]) {
    let pattern =
        pattern::parse::parse(text).unwrap_or_else(|findings| panic!("`{text}`: {}", findings[0]));
    let parts = decompose(&pattern);
    let mut lines = Vec::new();
    for alternative in &parts.alternatives {
        let mut line = alternative.path.key();
        let _ = match &alternative.key {
            Key::EndsWith(end) => write!(line, " ends {end}"),
            Key::Equal(constant) => write!(line, " = {}", literal::constant(constant)),
            Key::StartsWith(start) => write!(line, " starts {start}"),
            Key::Subset(network) => write!(line, " in {network}"),
        };
        if let Some(name) = &alternative.referenced_type {
            let _ = write!(line, " as {name}");
        }
        lines.push(line);
    }
    lines.extend(parts.needs_engine.iter().map(|part| {
        let place = text.get(part.span.start..part.span.end).unwrap_or_default();
        format!("{:?}: {place}", part.reason)
    }));
    assert_eq!(lines, expected, "{text}");
    assert_eq!(parts.is_complete(), parts.needs_engine.is_empty());
}

#[test]
fn values() {
    check(
        "[ipv4-addr:value = '198.51.100.1']",
        &["ipv4-addr:value = '198.51.100.1'"],
    );
    check(
        "([domain-name:value IN ('a.example', 'b.example') OR (url:value = 'u')] OR [file:hashes.'MD5' = \
         'cead3f77f6cda6ec00f57d76c9a6879f'])",
        &[
            "domain-name:value = 'a.example'",
            "domain-name:value = 'b.example'",
            "url:value = 'u'",
            "file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f'",
        ],
    );
    check(
        "[a:b = 1 OR a:'b' = 1 OR a:b = 1.0]",
        &["a:b = 1", "a:b = 1.0"],
    );
    check(
        "[ipv6-addr:value ISSUBSET '2001:db8::1/32']",
        &["ipv6-addr:value in 2001:db8::/32"],
    );
    check(
        "[a:b LIKE '%.example' OR a:b LIKE 'x%' OR a:b LIKE 'y']",
        &["a:b ends .example", "a:b starts x", "a:b = 'y'"],
    );
    check("[a:b = 1] WITHIN 5 SECONDS REPEATS 1 TIMES", &["a:b = 1"]);
    check("[a:b IN ()]", &[]);
}

#[test]
fn types_of_referenced_objects() {
    let expected = ["network-traffic:dst_ref.value = '198.51.100.1' as ipv4-addr"];
    check(
        "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1']",
        &expected,
    );
    check(
        "[(network-traffic:dst_ref.value = '198.51.100.1') AND network-traffic:dst_ref.type = 'ipv4-addr']",
        &expected,
    );
    check(
        "[email-message:to_refs[0].type = 'email-addr' AND email-message:to_refs[0].value = 'a@example.org']",
        &["email-message:to_refs[0].value = 'a@example.org' as email-addr"],
    );
    for other in [
        "[n:src_ref.type = 'ipv4-addr' AND n:dst_ref.value = 'x']",
        "[n:dst_refs[*].type = 'ipv4-addr' AND n:dst_refs[*].value = 'x']",
        "[n:dst_ref.type NOT = 'ipv4-addr' AND n:dst_ref.value = 'x']",
        "[n:dst.type = 'ipv4-addr' AND n:dst.value = 'x']",
        "[n:dst_ref.type LIKE 'ipv4-addr' AND n:dst_ref.value = 'x']",
        "[n:dst_ref.type = 'ipv4-addr' AND n:dst_ref.value = 'x' AND n:c = 1]",
    ] {
        check(
            other,
            &[&format!("And: {}", other.trim_matches(['[', ']']))],
        );
    }
}

#[test]
fn what_needs_an_engine() {
    check(
        "[a:b = 1 AND a:c = 2 OR a:d = 3]",
        &["a:d = 3", "And: a:b = 1 AND a:c = 2"],
    );
    check(
        "[a:b = 1] AND [a:b = 2] OR [a:b = 3]",
        &["a:b = 3", "Observations: "],
    );
    check("[a:b = 1] FOLLOWEDBY [a:b = 2]", &["Observations: "]);
    check(
        "[a:b = 1] REPEATS 2 TIMES",
        &["Observations: REPEATS 2 TIMES"],
    );
    check(
        "[a:b = 1] START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00Z'",
        &["Window: START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00Z'"],
    );
    check(
        "[a:b != 1 OR a:b NOT = 2]",
        &["Negated: a:b != 1", "Negated: a:b NOT = 2"],
    );
    check(
        "[EXISTS a:b OR a:b > 1]",
        &["Operator: EXISTS a:b", "Operator: a:b > 1"],
    );
    check("[a:b MATCHES 'x']", &["Operator: a:b MATCHES 'x'"]);
    check(
        "[a:b LIKE 'é' OR a:b LIKE '%' OR a:b LIKE 'a_%']",
        &[
            "Operator: a:b LIKE 'é'",
            "Operator: a:b LIKE '%'",
            "Operator: a:b LIKE 'a_%'",
        ],
    );
}
