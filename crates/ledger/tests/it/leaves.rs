use ledger::checkpoint::Origin;
use ledger::error::FormatError;
use ledger::hash::Hash;
use ledger::key::SigningKey;
use ledger::leaf::{Leaf, ranges_of};
use uuid::Uuid;

fn samples() -> Vec<Leaf> {
    let at = testkit::time::start();
    let uuid = Uuid::from_u128(7);
    vec![
        Leaf::Act {
            act: "release".into(),
            subject: "00000000-0000-0000-0000-000000000009".into(),
            at,
            by: uuid,
            sha256: Hash::of(b"terms"),
        },
        Leaf::Began {
            at,
            key: SigningKey::from_seed(&[1; 32]).unwrap().verifying_key(),
            older: Hash::of(b""),
        },
        Leaf::Decided { release: uuid, at },
        Leaf::Delivered {
            to: uuid,
            at,
            leaves: vec![(0, 3), (5, 5)],
        },
        Leaf::Given {
            id: "indicator--00000000-0000-4000-8000-000000000001".into(),
            version: "2026-01-15T09:00:00.000000000".into(),
            sha256: Hash::of(b"text"),
            content: Hash::of(b"content"),
            added: at,
        },
        Leaf::Head {
            log: Origin::new("noroshi/public").unwrap(),
            size: 6,
            root: Hash::of(b"root"),
        },
        Leaf::Withdrawn {
            id: "x-\"\u{1}北--1".into(),
            version: "v".into(),
            at,
        },
    ]
}

#[test]
fn a_leaf_has_the_bytes_of_the_table() {
    let mut text = String::new();
    for leaf in samples() {
        let bytes = leaf.to_bytes();
        assert_eq!(Leaf::parse(&bytes), Ok(leaf));
        text.push_str(std::str::from_utf8(&bytes).unwrap());
        text.push('\n');
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/it/leaves.txt", &text);
}

#[test]
fn no_other_spelling_is_a_leaf() {
    for leaf in samples() {
        let text = String::from_utf8(leaf.to_bytes()).unwrap();
        let wrong = [
            format!(" {text}"),
            format!("{text}\n"),
            text.replacen(':', ": ", 1),
            text.replacen("\"v\":1", "\"v\":2", 1),
            text.replacen("\"v\":1", "\"v\":1,\"x\":1", 1),
            text.replacen('{', "{\"a\":1,", 1),
            text.replacen("leaf", "Leaf", 1),
        ];
        for text in wrong {
            assert_eq!(
                Leaf::parse(text.as_bytes()),
                Err(FormatError::Leaf),
                "{text}"
            );
        }
    }
    for ranges in [
        "[[1,0]]",
        "[[0,1],[2,3]]",
        "[[3,3],[0,1]]",
        "[[0]]",
        "[[0,9007199254740992]]",
    ] {
        let delivered = Leaf::Delivered {
            to: Uuid::nil(),
            at: testkit::time::start(),
            leaves: vec![(9, 9)],
        };
        let text = String::from_utf8(delivered.to_bytes())
            .unwrap()
            .replace("[[9,9]]", ranges);
        assert!(Leaf::parse(text.as_bytes()).is_err(), "{ranges}");
    }
    Leaf::parse(&vec![b'['; 2_000_000]).unwrap_err();
    Leaf::parse(&vec![b'['; 100_000]).unwrap_err();
}

#[test]
fn numbers_become_ranges() {
    assert_eq!(ranges_of(vec![5, 1, 2, 2, 9, 3]), [(1, 3), (5, 5), (9, 9)]);
    assert_eq!(ranges_of(Vec::new()), []);
}

/// What the fuzz target promises, over its inputs.
#[test]
fn corpus_of_the_fuzz_target() {
    testkit::fuzz::replay(&testkit::fuzz::corpus("ledger_proof"), |bytes| {
        if let Ok(leaf) = Leaf::parse(bytes) {
            assert_eq!(leaf.to_bytes(), bytes);
        }
        if let Ok(text) = std::str::from_utf8(bytes)
            && let Ok(signed) = ledger::checkpoint::SignedCheckpoint::parse(text)
        {
            let key = SigningKey::from_seed(&[1; 32]).unwrap().verifying_key();
            let _ = signed.verify(&signed.origin().clone(), &key);
        }
        let hashes: Vec<Hash> = bytes
            .chunks_exact(32)
            .map(|chunk| Hash::from_slice(chunk).unwrap())
            .collect();
        if let [leaf, root, path @ ..] = hashes.as_slice() {
            let (place, size) = (u64::from(bytes[0]), u64::from(bytes[1]));
            let _ = ledger::proof::verify_inclusion(*leaf, place, size, *root, path);
            let _ = ledger::proof::verify_consistency((place, *leaf), (size, *root), path);
        }
    });
}
