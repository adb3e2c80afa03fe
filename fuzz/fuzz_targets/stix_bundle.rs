//! Texts with many objects: members are what was received, and every member that is valid is held.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stix::bundle::Reader;
use stix::validate::{Options, validate_document};

fuzz_target!(|bytes: &[u8]| {
    let mut end = 0;
    for member in Reader::new(bytes).flatten() {
        let start = usize::try_from(member.offset).expect("offsets lie within the text");
        assert!(start >= end, "members follow one another");
        end = start + member.text.len();
        assert_eq!(bytes.get(start..end), Some(member.text.as_bytes()));
    }
    validate_document(bytes, &Options::ALL);
});
