use pattern::parse;

/// What the fuzz target promises, over the inputs that it has collected.
#[test]
fn corpus_of_the_fuzz_target() {
    testkit::fuzz::replay(
        &testkit::fuzz::corpus("pattern_parse"),
        |bytes| match parse::parse_bytes(bytes) {
            Ok(pattern) => {
                let written = pattern.to_string();
                assert_eq!(parse::parse(&written), Ok(pattern), "`{written}`");
            }
            Err(findings) => assert!(!findings.is_empty()),
        },
    );
}
