use pattern::explain::{Language, explain};
use pattern::{normal, parse};

/// What the fuzz target promises, over the inputs that it has collected.
#[test]
fn corpus_of_the_fuzz_target() {
    testkit::fuzz::replay(
        &testkit::fuzz::corpus("pattern_parse"),
        |bytes| match parse::parse_bytes(bytes) {
            Ok(pattern) => {
                let written = pattern.to_string();
                assert_eq!(parse::parse(&written), Ok(pattern.clone()), "`{written}`");
                let form = normal::normal_form(&pattern);
                assert_eq!(normal::normal_form(&form), form, "`{written}`");
                assert!(normal::equivalent(&pattern, &form), "`{written}`");
                explain(&pattern, Language::Japanese);
            }
            Err(findings) => assert!(!findings.is_empty()),
        },
    );
}
