//! Any bytes as a packed body: no panic, never longer than allowed, and what is packed unpacks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taxii::coding::Coding;

fuzz_target!(|bytes: &[u8]| {
    for coding in [Coding::Gzip, Coding::Zstd, Coding::Identity] {
        if let Ok(body) = coding.unpack(bytes.to_vec(), MOST) {
            assert!(body.len() <= MOST);
        }
        if let Some(packed) = coding.pack(bytes) {
            assert_eq!(coding.unpack(packed, bytes.len()).as_deref(), Ok(bytes));
        }
    }
});

const MOST: usize = 65_536;
