//! Any bytes as a leaf, a signed checkpoint and a proof: no panic; a leaf has one spelling; and a proof that is
//! accepted is accepted for one root only.

#![no_main]

use ledger::checkpoint::SignedCheckpoint;
use ledger::hash::Hash;
use ledger::key::SigningKey;
use ledger::leaf::Leaf;
use ledger::proof::{verify_consistency, verify_inclusion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(leaf) = Leaf::parse(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(signed) = SignedCheckpoint::parse(text)
    {
        let key = SigningKey::from_seed(&[1; 32])
            .expect("a seed")
            .verifying_key();
        let _ = signed.verify(&signed.origin().clone(), &key);
    }
    let Some((numbers, rest)) = bytes.split_first_chunk::<16>() else {
        return;
    };
    let [a, b] = [0, 8].map(|at| {
        let mut number = [0; 8];
        number.copy_from_slice(&numbers[at..at + 8]);
        u64::from_le_bytes(number)
    });
    let hashes: Vec<Hash> = rest
        .chunks_exact(32)
        .map(|chunk| Hash::from_slice(chunk).expect("32 bytes"))
        .collect();
    if let [leaf, root, path @ ..] = hashes.as_slice() {
        let other = Hash::of(root.as_bytes());
        if verify_inclusion(*leaf, a, b, *root, path).is_ok() {
            assert!(verify_inclusion(*leaf, a, b, other, path).is_err());
        }
        if verify_consistency((a, *leaf), (b, *root), path).is_ok() && a > 0 {
            assert!(verify_consistency((a, *leaf), (b, other), path).is_err());
        }
    }
});
