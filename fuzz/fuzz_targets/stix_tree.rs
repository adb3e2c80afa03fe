//! The flat tree takes what `serde_json` takes but for names that stand twice and deep nesting, and reads the same
//! out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stix::json::fault::Reason;

fuzz_target!(|text: &str| {
    match (
        stix::json::tree::parse(text),
        serde_json::from_str::<serde_json::Value>(text),
    ) {
        (Ok(tree), Ok(value)) => assert_eq!(tree.root(text).to_value(), value),
        (Err(fault), Err(_)) => assert!(fault.offset <= text.len()),
        (Err(fault), Ok(_)) => assert!(matches!(
            fault.reason,
            Reason::DuplicateName(_) | Reason::TooDeep
        )),
        (ours, theirs) => panic!("{ours:?} {theirs:?}"),
    }
});
