use ledger::checkpoint::{Checkpoint, Origin};
use ledger::hash::Hash;
use serde_json::{Value, json};

use super::problem;

#[test]
fn what_does_not_lead_to_the_head_proves_nothing() {
    let other = Hash::leaf(b"other");
    let head = Checkpoint {
        origin: Origin::new("node.example/house").unwrap(),
        size: 2,
        root: Hash::node(Hash::leaf(b"one"), other),
    };
    let answer = json!({
        "leaf": "one",
        "index": 0,
        "size": 2,
        "root": head.root.to_string(),
        "proof": [other.to_string()],
    });
    assert_eq!(problem(&answer, "0", &head), None);
    // What was asked for.
    assert!(problem(&answer, "1", &head).is_some());
    assert!(problem(&answer, "indicator--1", &head).is_some());
    for (name, value) in [
        ("leaf", json!("two")),
        ("leaf", Value::Null),
        ("index", json!(1)),
        ("proof", json!([])),
        ("proof", json!(["?"])),
        ("proof", json!(vec![other.to_string(); 100])),
        ("proof", json!([head.root.to_string()])),
    ] {
        let mut changed = answer.clone();
        changed[name] = value;
        let asked = changed["index"].to_string();
        assert!(problem(&changed, &asked, &head).is_some(), "{changed}");
    }
    // A root of its own makes nothing true.
    let forged = Checkpoint {
        root: other,
        ..head
    };
    assert!(problem(&answer, "0", &forged).is_some());
}
