//! Any bytes as a pattern: no panic, and a pattern that is written reads again to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match pattern::parse::parse_bytes(bytes) {
    Ok(pattern) => {
        let written = pattern.to_string();
        let again = pattern::parse::parse(&written).expect("what was written reads again");
        assert_eq!(written, again.to_string());
    }
    Err(diagnostics) => assert!(!diagnostics.is_empty(), "refused without a word"),
});
