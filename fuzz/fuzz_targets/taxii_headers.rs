//! Any texts as the headers that decide: no panic, and no secret in what is printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::authorization::Authorization;
use taxii::coding::Coding;
use taxii::media_type;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = media_type::accepts_taxii(text.split('\n'));
    let _ = media_type::is_envelope(text);
    let _ = Coding::choose(text.split('\n'));
    let _ = Coding::of_body(text.split('\n'));
    if let Some(read) = Authorization::parse(text) {
        assert!(format!("{read:?}").len() < 10);
    }
});
