//! Any text as a path: no panic, and a path that is an endpoint is the same with and without the slash at its end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::routes::path::Route;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Some(route) = Route::parse(text) else {
        return;
    };
    assert!(route.methods().contains("GET"));
    if !text.ends_with('/') && !text.is_empty() {
        assert_eq!(Route::parse(&format!("{text}/")), Some(route));
    }
});
