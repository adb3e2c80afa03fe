//! Any bytes as a line of telemetry: no panic, and of a JSON object the fast path finds the members that a full
//! parser finds.

#![no_main]

use std::ops::ControlFlow;

use hunt::scan;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    let mut count = 0_usize;
    let ended = scan::members(bytes, |_, _, _| {
        count += 1;
        ControlFlow::Continue(())
    });
    if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(bytes) {
        assert!(ended.is_ok(), "a JSON object that the fast path refuses");
        assert!(
            count >= object.len(),
            "a member that the fast path does not see"
        );
    }
});
