//! Rules of the standard, section by section.

use pattern::code;
use pattern::parse::{parse, read};

fn valid(text: &str) {
    if let Err(findings) = parse(text) {
        panic!("`{text}`: {}", findings[0]);
    }
}

fn invalid(text: &str, code: &str) {
    let findings = parse(text).expect_err(text);
    assert_eq!(
        findings
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>(),
        [code],
        "`{text}`: {findings:?}"
    );
}

#[test]
fn white_space_and_keywords() {
    valid("\u{3000}[\ta:b\r\n=\u{2028}1\u{a0}]\u{85}REPEATS\u{b}2 TIMES ");
    valid("[a:b=1OR a:c=2]");
    valid("[a:b MATCHES'x' OR a:c IN('x','y')]");
    invalid("[a:b = 1 and a:c = 2]", code::EXPECTED);
    invalid("[a:b like 'x']", code::EXPECTED);
    invalid("[a:b = True]", code::EXPECTED);
}

#[test]
fn precedence_and_associativity() {
    for (text, grouped) in [
        ("[a:b=1 OR a:b=2 AND a:b=3]", "[a:b=1 OR (a:b=2 AND a:b=3)]"),
        (
            "[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4]",
            "[a:b=1] FOLLOWEDBY ([a:b=2] OR ([a:b=3] AND [a:b=4]))",
        ),
        (
            "[a:b=1] FOLLOWEDBY [a:b=2] WITHIN 5 SECONDS",
            "[a:b=1] FOLLOWEDBY ([a:b=2] WITHIN 5 SECONDS)",
        ),
    ] {
        let shape =
            |text: &str| format!("{:?}", parse(text).unwrap()).replace(char::is_numeric, "");
        let strip = |shape: String| shape.replace("Group(", "").replace(')', "");
        assert_eq!(strip(shape(text)), strip(shape(grouped)), "{text}");
    }
}

#[test]
fn constants() {
    valid("[a:b IN (1, -2, 3.5, -.5, 0.0, 0, -0)]");
    valid(
        "[a:b = '' OR a:b = h'' OR a:b = b'' OR a:b = h'00FFc3' OR a:b = b'AB\nI=' OR a:b = b'ABI=']",
    );
    valid("[a:b = '\\'\\\\\n\u{1F409}']");
    valid("[a:b = 9007199254740991 OR a:b = -9007199254740991]");
    invalid("[a:b = 9007199254740992]", code::INTEGER);
    invalid("[a:b = +1]", code::INTEGER);
    invalid("[a:b = +1.5]", code::FLOAT);
    invalid("[a:b = 007]", code::INTEGER);
    invalid("[a:b = 1.]", code::FLOAT);
    invalid("[a:b = 1.2.3.4]", code::FLOAT);
    invalid("[a:b = 1e5]", code::EXPECTED);
    invalid(&format!("[a:b = {}.0]", "9".repeat(400)), code::FLOAT);
    invalid("[a:b = h'0']", code::HEX);
    invalid("[a:b = h'0g']", code::HEX);
    invalid("[a:b = b'ABI']", code::BINARY);
    invalid("[a:b = b'AB-_']", code::BINARY);
    invalid("[a:b = 'a\\n']", code::UNKNOWN_ESCAPE);
    invalid("[a:b = 'abc", code::UNTERMINATED_STRING);
    invalid("[a:b = 'abc\\", code::UNTERMINATED_STRING);
}

#[test]
fn timestamps() {
    for good in [
        "2016-02-29T23:59:59Z",
        "2016-12-31T23:59:60Z",
        "0000-01-01T00:00:00.000000000000001Z",
    ] {
        valid(&format!("[a:b = t'{good}']"));
    }
    for bad in [
        "2015-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2016-04-31T00:00:00Z",
        "2016-01-01T24:00:00Z",
        "2016-01-01T00:00:60Z",
        "2016-01-01T00:00:00.Z",
        "2016-01-01T00:00:00",
        "2016-01-01T00:00:00+00:00",
        "2016-01-01t00:00:00z",
        "2016-01-01 00:00:00Z",
        "16-01-01T00:00:00Z",
        "２016-01-01T00:00:00Z",
        "",
    ] {
        invalid(&format!("[a:b = t'{bad}']"), code::TIMESTAMP);
    }
}

#[test]
fn qualifiers() {
    valid(
        "[a:b=1] REPEATS 1 TIMES WITHIN 0.5 SECONDS START t'2016-01-01T00:00:00Z' STOP t'2016-01-02T00:00:00Z'",
    );
    valid("([a:b=1] REPEATS 2 TIMES) REPEATS 3 TIMES");
    invalid(
        "[a:b=1] REPEATS 2 TIMES REPEATS 2 TIMES",
        code::DUPLICATE_QUALIFIER,
    );
    invalid(
        "[a:b=1] WITHIN 2 SECONDS REPEATS 2 TIMES WITHIN 2.5 SECONDS",
        code::DUPLICATE_QUALIFIER,
    );
    invalid("[a:b=1] REPEATS 0 TIMES", code::NOT_POSITIVE);
    invalid("[a:b=1] REPEATS -1 TIMES", code::NOT_POSITIVE);
    invalid("[a:b=1] REPEATS 1.0 TIMES", code::EXPECTED);
    invalid("[a:b=1] WITHIN 0 SECONDS", code::NOT_POSITIVE);
    invalid("[a:b=1] WITHIN 0.0 SECONDS", code::NOT_POSITIVE);
    invalid("[a:b=1] WITHIN -0.1 SECONDS", code::NOT_POSITIVE);
    invalid("[a:b=1] WITHIN 5 MINUTES", code::EXPECTED);
    invalid(
        "[a:b=1] START '2016-01-01T00:00:00Z' STOP '2016-01-02T00:00:00Z'",
        code::EXPECTED,
    );
    let reading = read("[a:b=1] START t'2016-01-01T00:00:00Z' STOP t'2016-01-01T00:00:00.000Z'");
    assert!(reading.pattern.is_some());
    assert_eq!(reading.diagnostics[0].code, code::EMPTY_WINDOW);
}

#[test]
fn and_means_the_same_object() {
    valid("[(a:b=1 OR b:c=1) AND (b:d=1 OR c:d=1)]");
    valid("[(a:b=1 AND a:c=2) OR (b:b=1 AND b:c=2)]");
    valid("[a:b=1] AND [b:c=1]");
    invalid("[a:b=1 AND b:c=1]", code::UNSATISFIABLE_AND);
    invalid("[a:b=1 AND (b:c=1 OR c:d=1)]", code::UNSATISFIABLE_AND);
    invalid("[(a:b=1 AND b:c=1) AND c:d=1]", code::UNSATISFIABLE_AND);
    invalid(
        "[a:b=1 AND b:c=1 AND c:d=1 AND d:e=1]",
        code::UNSATISFIABLE_AND,
    );
    invalid(
        "[a:b=1 OR EXISTS a:b AND NOT EXISTS b:c]",
        code::UNSATISFIABLE_AND,
    );
}

#[test]
fn operators() {
    valid(
        "[a:b NOT = 1 OR a:b NOT != 1 OR a:b NOT < 1 OR a:b NOT IN () OR a:b NOT LIKE '' OR a:b NOT MATCHES '(']",
    );
    valid("[EXISTS a:b OR NOT EXISTS a:b.c]");
    valid("[a:b ISSUBSET '198.51.100.0/24' OR a:b NOT ISSUPERSET '2001:db8::1']");
    invalid("[a:b ISSUBSET '198.51.100.0/33']", code::NETWORK);
    invalid("[a:b ISSUPERSET 'example.com']", code::NETWORK);
    invalid("[a:b < true]", code::WRONG_CONSTANT);
    invalid("[a:b LIKE 1]", code::WRONG_CONSTANT);
    invalid("[a:b MATCHES h'00']", code::WRONG_CONSTANT);
    invalid("[a:b IN (1, 'x')]", code::MIXED_SET);
    invalid("[a:b IN (h'00', b'AA==')]", code::MIXED_SET);
    invalid("[a:b IN (1, 2,)]", code::EXPECTED);
    invalid("[a:b IN 1]", code::EXPECTED);
    invalid("[NOT a:b = 1]", code::EXPECTED);
    invalid("[1 = a:b]", code::EXPECTED);
    invalid("[a:b = a:c]", code::EXPECTED);
}

#[test]
fn aliases_and_comments_are_read_with_a_warning() {
    let reading = read("/* one */ [a:b == 1 AND a:c <> 2] // two");
    assert_eq!(
        reading.pattern.unwrap().to_string(),
        "[a:b = 1 AND a:c != 2]"
    );
    let codes: Vec<_> = reading
        .diagnostics
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!(
        codes,
        [code::COMMENT, code::OPERATOR_ALIAS, code::OPERATOR_ALIAS]
    );
    invalid("[a:b = 1] /* no end", code::UNTERMINATED_COMMENT);
}

#[test]
fn paths() {
    valid("[x509-certificate:'a-b'[*].c[0][1].'d.e'.f_ref.g = 1]");
    valid("[ a : b . c [ 0 ] = 1 ]");
    invalid("[a:b-c = 1]", code::UNQUOTED_NAME);
    invalid("[a:b.START = 1]", code::UNQUOTED_NAME);
    invalid("[a:b[-1] = 1]", code::EXPECTED);
    invalid("[a:b['x'] = 1]", code::EXPECTED);
    invalid("[a:b[] = 1]", code::EXPECTED);
    invalid("[a:[0] = 1]", code::EXPECTED);
    invalid("[a = 1]", code::EXPECTED);
    invalid("['a':b = 1]", code::EXPECTED);
    invalid("[a:b. = 1]", code::EXPECTED);
}

#[test]
fn digests() {
    valid("[file:hashes.MD5 = 'CEAD3F77F6CDA6EC00F57D76C9A6879F']");
    valid(
        "[file:hashes.'SHA-256' LIKE 'ab%' OR file:hashes.ssdeep = 'x' OR file:hashes[*] = 'x' OR file:MD5 = 'x']",
    );
    invalid("[file:hashes.MD5 = 'f00']", code::HASH);
    invalid("[artifact:hashes.'SHA-1' NOT IN ('f00')]", code::HASH);
    invalid(
        "[file:extensions.'windows-pebinary-ext'.sections[*].hashes.'SHA-512' != 'f00']",
        code::HASH,
    );
}

#[test]
fn the_whole_text_is_one_pattern() {
    for text in [
        "",
        " ",
        "[]",
        "()",
        "[a:b=1",
        "[a:b=1]]",
        "([a:b=1]",
        "[a:b=1])",
        "[a:b=1] [a:b=2]",
        "a:b=1",
        "[a:b=1] AND",
    ] {
        invalid(text, code::EXPECTED);
    }
}
