//! The flat tree takes what the strict reader of `serde_json` takes, and reads the same out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match (stix::json::tree::parse(text), stix::json::parse(text)) {
        (Ok(tree), Ok(value)) => assert_eq!(tree.root(text).to_value(), value),
        (Err(fault), Err(_)) => assert!(fault.offset <= text.len()),
        (ours, theirs) => panic!("{ours:?} {theirs:?}"),
    }
});
