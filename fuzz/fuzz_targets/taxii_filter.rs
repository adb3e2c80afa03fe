//! Any text as a query: no panic, limits kept, and what is written again reads as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::filter::{Asked, Filter, PageSize};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let size = PageSize {
        default: 10,
        max: 100,
    };
    for asked in [
        Asked::Collection,
        Asked::Deletion,
        Asked::Object,
        Asked::Versions,
    ] {
        let Ok(filter) = Filter::parse(text, size, asked) else {
            continue;
        };
        assert!((1..=size.max).contains(&filter.limit));
        assert!(!filter.versions.is_empty());
        if asked != Asked::Collection {
            assert_eq!((&filter.ids, &filter.types), (&None, &None));
        }
        let _ = filter.to_query();
    }
});
