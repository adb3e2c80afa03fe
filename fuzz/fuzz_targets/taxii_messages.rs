//! Any bytes as each resource that a server sends: no panic, and what is read is written and reads as the same.

#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use taxii::message::collection::Collections;
use taxii::message::discovery::{ApiRoot, Discovery};
use taxii::message::error::ErrorMessage;
use taxii::message::manifest::Manifest;
use taxii::message::status::Status;
use taxii::message::versions::Versions;

fuzz_target!(|bytes: &[u8]| {
    again::<ApiRoot>(bytes);
    again::<Collections>(bytes);
    again::<Discovery>(bytes);
    again::<ErrorMessage>(bytes);
    again::<Manifest>(bytes);
    again::<Status>(bytes);
    again::<Versions>(bytes);
});

fn again<T: Serialize + DeserializeOwned + Debug>(bytes: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    // Timestamps are written to the microsecond: what was written is the same once more.
    let written = serde_json::to_string(&read).expect("a message is written");
    let second: T = serde_json::from_str(&written).expect("what was written reads again");
    assert_eq!(
        serde_json::to_string(&second).expect("a message is written"),
        written
    );
}
