//! One object: what has no error is held, and what is held is kept as it came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stix::object::Object;
use stix::validate::{Options, validate_text};

fuzz_target!(|text: &str| {
    let found = validate_text(text, &Options::ERRORS);
    match Object::parse(text) {
        Ok(object) => assert_eq!(object.text(), text.trim()),
        Err(_) => assert!(!found.is_empty(), "what is refused has an error"),
    }
});
