//! Any text as `next`: no panic, and one that is read is the one that is written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::cursor;
use taxii::filter::Filter;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let filter = Filter::everything(1);
    if let Ok(position) = cursor::read(text, &filter, &["objects"]) {
        assert_eq!(cursor::write(position, &filter, &["objects"]), text);
    }
});
