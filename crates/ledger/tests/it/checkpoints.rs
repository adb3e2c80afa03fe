use ledger::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use ledger::error::{FormatError, ProofError};
use ledger::hash::Hash;
use ledger::key::{SigningKey, VerifyingKey};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32]).unwrap()
}

fn head() -> Checkpoint {
    Checkpoint {
        origin: Origin::new("noroshi/house").unwrap(),
        size: 5,
        root: Hash::of(b"root"),
    }
}

#[test]
fn a_signed_head_is_the_same_bytes_each_time() {
    let note = head().sign(&key(1));
    assert_eq!(note, head().sign(&key(1)));
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/it/checkpoint.txt",
        &format!("key {}\n\n{note}", key(1).verifying_key()),
    );
}

/// RFC 8032 §7.1, test 1.
#[test]
fn the_signature_is_ed25519() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    };
    let seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = SigningKey::from_seed(&seed).unwrap();
    assert_eq!(
        key.verifying_key().as_bytes().to_vec(),
        bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    );
    assert_eq!(
        key.sign(b""),
        bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
    );
}

#[test]
fn only_the_key_of_the_log_signs_its_heads() {
    let note = head().sign(&key(1));
    let signed = SignedCheckpoint::parse(&note).unwrap();
    let ours = key(1).verifying_key();
    assert_eq!(signed.verify(&head().origin, &ours), Ok(&head()));
    assert_eq!(
        signed.verify(&head().origin, &key(2).verifying_key()),
        Err(ProofError::Signature)
    );
    let other = Origin::new("noroshi/other").unwrap();
    assert_eq!(signed.verify(&other, &ours), Err(ProofError::Origin));
    // Another size, root or origin under the same signature.
    for (from, to) in [
        ("\n5\n", "\n6\n"),
        (
            &*Hash::of(b"root").to_string(),
            &*Hash::of(b"fork").to_string(),
        ),
    ] {
        let forged = note.replace(from, to);
        assert_ne!(forged, note);
        let forged = SignedCheckpoint::parse(&forged).unwrap();
        assert_eq!(
            forged.verify(&head().origin, &ours),
            Err(ProofError::Signature)
        );
    }
    // A witness may sign beside the log, and proves nothing alone.
    let (text, ours_line) = note.split_once("\n\n").unwrap();
    let witness = "\u{2014} witness AAAAAAA=\n";
    let both = format!("{text}\n\n{witness}{ours_line}");
    let both = SignedCheckpoint::parse(&both).unwrap();
    both.verify(&head().origin, &ours).unwrap();
    let alone = SignedCheckpoint::parse(&format!("{text}\n\n{witness}")).unwrap();
    alone.verify(&head().origin, &ours).unwrap_err();
}

#[test]
fn other_spellings_are_no_checkpoint() {
    let note = head().sign(&key(1));
    let wrong = [
        String::new(),
        note.replace("\n5\n", "\n05\n"),
        note.replace("\n5\n", "\n+5\n"),
        note.replace("\n5\n", "\n5\nextension\n"),
        note.replace("\n\n", "\n"),
        note.trim_end().to_owned(),
        note.replace('\u{2014}', "-"),
        format!("{note}{}", "x".repeat(5_000)),
    ];
    for text in wrong {
        SignedCheckpoint::parse(&text).unwrap_err();
    }
    for text in ["", "a b", "a+b", "a\n", "北", &"x".repeat(201)] {
        assert_eq!(Origin::new(text), Err(FormatError::Checkpoint));
    }
    assert!(VerifyingKey::parse("AAAA").is_err());
    assert!(Hash::parse("AAAA").is_err());
}

#[test]
fn a_key_is_not_printed() {
    assert_eq!(format!("{:?}", key(1)), "SigningKey { .. }");
}
