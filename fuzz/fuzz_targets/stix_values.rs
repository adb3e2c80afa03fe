//! Any text as an identifier, a timestamp, a selector: no panic, and what was read is written as it came in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use stix::{id::Id, selector::Selector, timestamp::Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(id) = Id::parse(text) {
        assert_eq!(id.as_str(), text);
        let made = Id::new(id.kind(), id.uuid()).expect("the parts of an identifier make one");
        assert_eq!(made.uuid(), id.uuid());
    }
    if let Ok(timestamp) = Timestamp::parse(text) {
        assert_eq!(timestamp.as_str(), text);
        let made = Timestamp::from_instant(timestamp.instant());
        assert_eq!(made.instant(), timestamp.instant());
    }
    if let Ok(selector) = Selector::parse(text) {
        assert!(selector.covers(&selector));
        let made = Selector::from_steps(selector.steps().to_vec());
        assert_eq!(made.pointer(), selector.pointer());
    }
});
