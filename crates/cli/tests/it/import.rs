//! What an import acknowledged survives `kill -9`.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::serve::bundle_of;
use crate::tool::{node, noroshi, run};

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let folder = node();
    let dir = folder.path().to_str().unwrap();
    let file = folder.path().join("many.json");
    std::fs::write(&file, bundle_of(20_000)).unwrap();
    let log = folder.path().join("acknowledged");
    let mut child = noroshi(&[
        "--dir",
        dir,
        "import",
        file.to_str().unwrap(),
        "--ack-log",
        log.to_str().unwrap(),
    ])
    .env("NOROSHI_LIMITS_IMPORT_BATCH", "200")
    .stdout(Stdio::null())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let begun = Instant::now();
    // In the middle: some batches are safe, most are not.
    while std::fs::metadata(&log).map_or(0, |log| log.len()) < 20_000 {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "the import does not get on"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    assert!(
        !child.wait().unwrap().success(),
        "it was through before it was killed"
    );
    let text = std::fs::read_to_string(&log).unwrap();
    // The last line may be torn: it was not acknowledged to anybody.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let acknowledged: BTreeSet<&str> = whole.lines().collect();
    assert!(acknowledged.len() >= 200 && acknowledged.len() < 20_000);

    run(&["--dir", dir, "doctor"]).ended(0);
    let again = run(&["--dir", dir, "import", file.to_str().unwrap(), "--json"]).ended(0);
    let again = again.json();
    let held = again["already_held"].as_u64().unwrap();
    assert!(
        held >= u64::try_from(acknowledged.len()).unwrap(),
        "{again}"
    );
    assert_eq!(held + again["stored"].as_u64().unwrap(), 20_000);
    // Not only as many, but the very ones: an object that is there can be linked to and previewed.
    let mut preview = vec![
        "--dir", dir, "release", "preview", "--json", "--to", "public",
    ];
    let sample: Vec<&str> = acknowledged.iter().rev().take(200).copied().collect();
    preview.extend(sample.iter().flat_map(|id| ["--object", *id]));
    let shown = run(&preview).ended(0).json();
    assert_eq!(shown["rows"].as_array().unwrap().len(), sample.len());

    let copy = folder.path().join("copy.db");
    run(&["--dir", dir, "backup", copy.to_str().unwrap()]).ended(0);
    run(&["--dir", dir, "backup", copy.to_str().unwrap()]).ended(2);
    let restored = crate::tool::folder();
    std::fs::rename(&copy, restored.path().join("noroshi.db")).unwrap();
    run(&["--dir", restored.path().to_str().unwrap(), "doctor"]).ended(0);
}

#[test]
fn one_bad_object_costs_no_other() {
    let folder = node();
    let dir = folder.path().to_str().unwrap();
    let file = folder.path().join("mixed.json");
    let mixed = bundle_of(3).replacen("\"id\":\"indicator--", "\"id\":\"indicator-", 1);
    std::fs::write(&file, mixed).unwrap();
    let ran = run(&["--dir", dir, "import", file.to_str().unwrap(), "--json"]).ended(1);
    let last: serde_json::Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (last["stored"].as_u64(), last["refused"].as_u64()),
        (Some(2), Some(1))
    );
    assert!(ran.stdout.contains("STIX-ID-03"), "{}", ran.stdout);
}

#[test]
fn an_import_says_under_which_conditions_and_they_are_changed_later() {
    let folder = node();
    let dir = folder.path().to_str().unwrap();
    let file = folder.path().join("one.json");
    std::fs::write(&file, bundle_of(1)).unwrap();
    let file = file.to_str().unwrap();
    run(&["--dir", dir, "organisation", "add", "Carrier"]).ended(0);
    let bundle: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let id = bundle["objects"][0]["id"].as_str().unwrap();
    let nobody = ["--dir", dir, "import", file, "--not-to", "Nobody"];
    run(&nobody).ended(2);
    let only = ["--consent", "anonymous", "--only-to", "Carrier"];
    run(&[&["--dir", dir, "import", file], &only[..]].concat()).ended(0);
    let conditions = |more: &[&str]| {
        let command = ["--dir", dir, "--json", "object", "conditions", id];
        run(&[&command, more].concat()).ended(0).json()
    };
    let held = conditions(&[]);
    assert_eq!(held["consent"], "anonymous");
    assert_eq!(
        held["caveats"][0]["only_to"],
        serde_json::json!(["Carrier"])
    );
    let more = conditions(&["--not-country", "us", "--embargo-until", "2099-01-01"]);
    assert_eq!(more["consent"], "anonymous");
    assert_eq!(more["embargo_until"], "2099-01-01T00:00:00Z");
    assert_eq!(more["caveats"].as_array().unwrap().len(), 2);
    // The texts say more than whose it is.
    let text = std::fs::read_to_string(file).unwrap();
    let named = text.replace("\"name\":\"", "\"name\":\"seen at CARRIER: ");
    assert_ne!(named, text);
    let id_of_named = id.replace('0', "1");
    let named = named.replace(id, &id_of_named);
    std::fs::write(file, named).unwrap();
    let import = ["--dir", dir, "import", file, "--consent"];
    let ran = run(&[&import[..], &["anonymous"]].concat()).ended(0);
    assert!(ran.stderr.contains(&id_of_named), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`carrier` in it may name"),
        "{}",
        ran.stderr
    );
    let ran = run(&[&import[..], &["given"]].concat()).ended(0);
    assert!(!ran.stderr.contains("may name"), "{}", ran.stderr);
    let none = conditions(&["--replace"]);
    assert_eq!(none["consent"], "given");
    assert_eq!(none["caveats"], serde_json::json!([]));
}
