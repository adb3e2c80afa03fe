//! Any bytes as a STIX object: no panic, and what was read reads again to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match stix::object::Object::parse(text) {
        Ok(object) => {
            assert_eq!(object.text(), text.trim(), "not as received");
            let again =
                stix::object::Object::parse(object.text()).expect("what was read reads again");
            assert_eq!(object.text(), again.text());
        }
        Err(diagnostics) => assert!(!diagnostics.is_empty(), "refused without a word"),
    }
});
