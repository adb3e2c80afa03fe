//! What fuzzing found, and what it began with.

use serde::Serialize;
use serde::de::DeserializeOwned;
use taxii::authorization::Authorization;
use taxii::coding::Coding;
use taxii::cursor;
use taxii::filter::{Asked, Filter, PageSize};
use taxii::media_type;
use taxii::message::collection::Collections;
use taxii::message::discovery::{ApiRoot, Discovery};
use taxii::message::envelope::{self, Envelope};
use taxii::message::error::ErrorMessage;
use taxii::message::manifest::Manifest;
use taxii::message::status::Status;
use taxii::message::versions::Versions;
use taxii::routes::path::Route;

fn replay(target: &str, parse: impl Fn(&[u8])) {
    testkit::fuzz::replay(&testkit::fuzz::corpus(target), parse);
}

/// As [`replay`], of what is text.
fn replay_text(target: &str, parse: impl Fn(&str)) {
    replay(target, |bytes| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            parse(text);
        }
    });
}

#[test]
fn bodies_and_headers() {
    const MOST: usize = 65_536;
    replay("taxii_coding", |bytes| {
        for coding in [Coding::Gzip, Coding::Zstd, Coding::Identity] {
            if let Ok(body) = coding.unpack(bytes.to_vec(), MOST) {
                assert!(body.len() <= MOST);
            }
            if let Some(packed) = coding.pack(bytes) {
                assert_eq!(coding.unpack(packed, bytes.len()).as_deref(), Ok(bytes));
            }
        }
    });
    replay_text("taxii_headers", |text| {
        let _ = media_type::accepts_taxii(text.split('\n'));
        let _ = media_type::is_envelope(text);
        let _ = Coding::choose(text.split('\n'));
        let _ = Coding::of_body(text.split('\n'));
        if let Some(read) = Authorization::parse(text) {
            assert!(format!("{read:?}").len() < 10);
        }
    });
}

#[test]
fn paths_and_queries() {
    let size = PageSize {
        default: 10,
        max: 100,
    };
    replay_text("taxii_filter", |text| {
        for asked in [
            Asked::Collection,
            Asked::Deletion,
            Asked::Object,
            Asked::Versions,
        ] {
            if let Ok(filter) = Filter::parse(text, size, asked) {
                assert!((1..=size.max).contains(&filter.limit));
                assert!(!filter.versions.is_empty());
            }
        }
    });
    replay_text("taxii_cursor", |text| {
        let filter = Filter::everything(1);
        if let Ok(position) = cursor::read(text, &filter, &["objects"]) {
            assert_eq!(cursor::write(position, &filter, &["objects"]), text);
        }
    });
    replay_text("taxii_path", |text| {
        if let Some(route) = Route::parse(text) {
            assert!(route.methods().contains("GET"));
        }
    });
}

#[test]
fn messages() {
    replay_text("taxii_envelope", |text| {
        if let Ok(read) = Envelope::parse(text) {
            let written = envelope::write(read.objects(), read.more, read.next.as_deref());
            let again = Envelope::parse(&written).unwrap();
            assert!(again.objects().eq(read.objects()));
        }
    });
    replay("taxii_messages", |bytes| {
        again::<ApiRoot>(bytes);
        again::<Collections>(bytes);
        again::<Discovery>(bytes);
        again::<ErrorMessage>(bytes);
        again::<Manifest>(bytes);
        again::<Status>(bytes);
        again::<Versions>(bytes);
    });
}

fn again<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(bytes) {
        let written = serde_json::to_string(&read).unwrap();
        let second: T = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&second).unwrap(), written);
    }
}
