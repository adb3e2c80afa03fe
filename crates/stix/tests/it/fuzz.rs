//! What the fuzz targets found, run again.

use stix::bundle::Reader;
use stix::id::Id;
use stix::object::Object;
use stix::selector::Selector;
use stix::timestamp::Timestamp;
use stix::validate::{Options, validate_document, validate_text};

#[test]
fn bundles() {
    testkit::fuzz::replay(&testkit::fuzz::corpus("stix_bundle"), |bytes| {
        for member in Reader::new(bytes).flatten() {
            let _ = Object::parse(&member.text);
        }
        validate_document(bytes, &Options::ALL);
    });
}

#[test]
fn objects() {
    for target in ["stix_object", "stix_validate"] {
        testkit::fuzz::replay(&testkit::fuzz::corpus(target), |bytes| {
            if let Ok(text) = std::str::from_utf8(bytes) {
                let refused = Object::parse(text).is_err();
                let found = validate_text(text, &Options::ERRORS);
                assert!(!refused || !found.is_empty());
            }
        });
    }
}

#[test]
fn values() {
    testkit::fuzz::replay(&testkit::fuzz::corpus("stix_values"), |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        if let Ok(id) = Id::parse(text) {
            assert_eq!(Id::new(id.kind(), id.uuid()).unwrap(), id);
        }
        if let Ok(timestamp) = Timestamp::parse(text) {
            let made = Timestamp::from_instant(timestamp.instant());
            assert_eq!(made, timestamp);
        }
        if let Ok(selector) = Selector::parse(text) {
            assert_eq!(Selector::parse(&selector.to_string()), Ok(selector));
        }
    });
}
