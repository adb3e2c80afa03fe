//! MITRE ATT&CK, as published.

use crate::tool::{node, run};

#[test]
fn attack_for_ics_is_taken_in_whole() {
    let Some(file) = testkit::shared::path("data/attack/ics-18.1.json") else {
        return;
    };
    let file = file.to_str().unwrap();
    let folder = node();
    let dir = folder.path().to_str().unwrap();
    let first = run(&["--dir", dir, "import", file, "--json"])
        .ended(0)
        .json();
    assert!(first["objects"].as_u64().unwrap() > 1_000, "{first}");
    assert_eq!(first["refused"], 0);
    let second = run(&["--dir", dir, "import", file, "--json"])
        .ended(0)
        .json();
    assert_eq!(second["stored"], 0, "{second}");
    run(&["--dir", dir, "doctor"]).ended(0);
}
