//! `noroshi ledger`: a node checks itself, and a partner checks the node.

use std::path::Path;

use serde_json::Value;

use crate::tool::{Ran, Serving, noroshi, run, run_with};

fn at(dir: &Path, arguments: &[&str]) -> Ran {
    let mut all = vec!["--dir", dir.to_str().unwrap()];
    all.extend_from_slice(arguments);
    run(&all)
}

fn id(number: u32) -> String {
    format!("indicator--00000000-0000-4000-8000-{number:012}")
}

fn import(dir: &Path, numbers: std::ops::Range<u32>) {
    let objects: Vec<String> = numbers
        .map(|number| {
            format!(
                r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2026-01-10T00:00:00.000Z","modified":"2026-01-10T00:00:00.000Z","name":"number {number}","pattern":"[ipv4-addr:value = '192.0.2.{number}']","pattern_type":"stix","valid_from":"2026-01-10T00:00:00Z","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}}"#,
                id(number)
            )
        })
        .collect();
    let bundle = format!(
        r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[{}]}}"#,
        objects.join(",")
    );
    let dir = dir.to_str().unwrap();
    run_with(&["--dir", dir, "import", "-"], bundle.as_bytes()).ended(0);
}

fn release(dir: &Path, numbers: std::ops::Range<u32>) {
    let ids: Vec<String> = numbers.map(id).collect();
    let mut arguments = vec![
        "release",
        "confirm",
        "--to",
        "harbours",
        "--reason",
        "a test",
        "--ceiling",
        "green",
    ];
    arguments.extend(ids.iter().flat_map(|id| ["--object", id.as_str()]));
    at(dir, &arguments).ended(0);
}

/// A centre with one member, and the member's token.
fn centre() -> (tempfile::TempDir, String) {
    let folder = crate::tool::node();
    let dir = folder.path();
    at(dir, &["organisation", "add", "Minato Net"]).ended(0);
    at(dir, &["community", "add", "harbours"]).ended(0);
    at(dir, &["community", "join", "harbours", "Minato Net"]).ended(0);
    let person = [
        "person",
        "add",
        "minato",
        "--name",
        "M",
        "--organisation",
        "Minato Net",
        "--role",
        "service",
    ];
    at(dir, &person).ended(0);
    let token = at(dir, &["token", "create", "minato"]).ended(0).stdout;
    (folder, token.trim().to_owned())
}

struct Member {
    folder: tempfile::TempDir,
    token: String,
}

impl Member {
    fn ask(&self, arguments: &[&str]) -> Ran {
        let output = noroshi(arguments)
            .arg("--dir")
            .arg(self.folder.path())
            .env("NOROSHI_TOKEN", &self.token)
            .output()
            .unwrap();
        Ran::from(output)
    }

    fn state(&self) -> String {
        let file = self.folder.path().join("centre.json");
        file.to_str().unwrap().to_owned()
    }

    fn verify(&self, url: &str, more: &[&str], code: i32) -> Value {
        let state = self.state();
        let mut arguments = vec![
            "ledger", "verify", "--peer", url, "--state", &state, "--json",
        ];
        arguments.extend_from_slice(more);
        self.ask(&arguments).ended(code).json()
    }
}

fn finding(value: &Value) -> &str {
    value["findings"][0].as_str().unwrap()
}

#[test]
fn a_member_checks_the_log_of_its_centre() {
    let (folder, token) = centre();
    let dir = folder.path();
    import(dir, 1..6);
    release(dir, 1..4);
    let serving = Serving::start(dir);
    let url = format!("{}/taxii2/", serving.url);
    let member = Member {
        folder: crate::tool::node(),
        token,
    };
    member.ask(&["taxii", "pull", &url]).ended(0);

    let first = member.verify(&url, &[], 0);
    assert_eq!(first["first"], true);
    assert_eq!(
        (&first["held"], &first["not_held"]),
        (&3.into(), &0.into()),
        "{first}"
    );
    let again = member.verify(&url, &[], 0);
    assert_eq!(
        (&again["first"], &again["leaves"]),
        (&false.into(), &0.into())
    );
    let all = member.verify(&url, &["--all"], 0);
    assert_eq!(
        (&all["held"], &all["served"]),
        (&3.into(), &3.into()),
        "{all}"
    );
    let kept = std::fs::read_to_string(member.state()).unwrap();

    let key = member
        .ask(&["ledger", "key", "--peer", &url])
        .ended(0)
        .stdout;
    assert!(kept.contains(key.trim()));
    assert_eq!(at(dir, &["ledger", "key"]).ended(0).stdout, key);
    let head = member
        .ask(&["ledger", "head", "--peer", &url])
        .ended(0)
        .stdout;
    assert!(
        head.starts_with("noroshi/") && head.contains("/person/"),
        "{head}"
    );
    let proof = member
        .ask(&["ledger", "proof", "--peer", &url, &id(1)])
        .ended(0);
    assert!(proof.json()["leaf"].as_str().unwrap().contains(&id(1)));
    assert_eq!(proof.json()["proven"], true);
    assert!(proof.stderr.contains("in the log"), "{}", proof.stderr);
    let other = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=";
    member
        .ask(&["ledger", "proof", "--peer", &url, "0", "--key", other])
        .ended(2);
    member
        .ask(&["ledger", "proof", "--peer", &url, &id(5)])
        .ended(2);

    // Another key, and two heads of one size.
    let wrong = member.verify(&url, &["--key", other], 1);
    assert!(finding(&wrong).contains("key"), "{wrong}");
    let mut forked: Value = serde_json::from_str(&kept).unwrap();
    let roots = forked["frontier"].as_str().unwrap().len();
    let zeros: String = forked["frontier"]
        .as_str()
        .unwrap()
        .char_indices()
        .map(|(at, c)| if at < 20 { 'A' } else { c })
        .collect();
    assert_eq!(zeros.len(), roots);
    forked["frontier"] = zeros.into();
    std::fs::write(member.state(), forked.to_string()).unwrap();
    let fork = member.verify(&url, &[], 1);
    assert!(finding(&fork).contains("forked"), "{fork}");
    std::fs::write(member.state(), &kept).unwrap();

    // The log goes on; a copy from before does not.
    let before = tempfile::tempdir().unwrap();
    let copy = before.path().join("noroshi.db");
    at(dir, &["backup", copy.to_str().unwrap()]).ended(0);
    release(dir, 4..6);
    member.ask(&["taxii", "pull", &url]).ended(0);
    let more = member.verify(&url, &[], 0);
    assert_eq!(
        (&more["first"], &more["held"]),
        (&false.into(), &2.into()),
        "{more}"
    );
    let old = Serving::start(before.path());
    let old = member.verify(&format!("{}/taxii2/", old.url), &[], 1);
    assert!(finding(&old).contains("rolled back"), "{old}");

    // What is held is not what was given.
    let database = rusqlite::Connection::open(member.folder.path().join("noroshi.db")).unwrap();
    let changed = database
        .execute(
            "UPDATE object SET text = replace(text, 'number 2', 'number 9')",
            [],
        )
        .unwrap();
    assert!(changed > 0);
    let other = member.verify(&url, &["--all"], 1);
    assert!(finding(&other).contains("not what the log gave"), "{other}");

    // A centre that changes what was seen, with all hashes made anew, signs another history.
    assert_eq!(serving.terminate(), Some(0));
    let database = rusqlite::Connection::open(dir.join("noroshi.db")).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM ledger_given; DELETE FROM ledger_leaf; DELETE FROM ledger_tile; DELETE FROM ledger_log; DELETE FROM feed; DELETE FROM feed_state;")
        .unwrap();
    drop(database);
    let serving = Serving::start(dir);
    let url = format!("{}/taxii2/", serving.url);
    member
        .ask(&["taxii", "pull", &url, "--output", "-"])
        .ended(0);
    let new = member.verify(&url, &[], 1);
    let says = finding(&new);
    assert!(
        says.contains("rolled back") || says.contains("forked"),
        "{new}"
    );
}

#[test]
fn a_node_checks_itself() {
    let (folder, _) = centre();
    let dir = folder.path();
    import(dir, 1..3);
    release(dir, 1..3);
    let good = at(dir, &["ledger", "verify"]).ended(0);
    assert!(
        good.stdout
            .contains("everything that the log tells of is as it was recorded"),
        "{}",
        good.stdout
    );
    let again = [
        "release",
        "preview",
        "--to",
        "harbours",
        "--object",
        &id(1),
        "--reason",
        "a test",
        "--ceiling",
        "green",
    ];
    let again = at(dir, &again).ended(0).stdout;
    assert!(again.contains("already has it)  ← Minato Net"), "{again}");
    assert!(again.contains("nothing new goes to `harbours`"), "{again}");
    let head = at(dir, &["ledger", "head", "--json"]).ended(0).json();
    assert!(head["note"].as_str().unwrap().contains("/house\n"));
    let proof = at(dir, &["ledger", "proof", "0"]).ended(0).json();
    assert!(proof["leaf"].as_str().unwrap().contains("began"));
    let database = rusqlite::Connection::open(dir.join("noroshi.db")).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM object WHERE id LIKE '%1'; UPDATE release SET ceiling = 'TLP:AMBER'")
        .unwrap();
    drop(database);
    let bad = at(dir, &["ledger", "verify", "--json"]).ended(1).json();
    assert_eq!(bad["findings"][0]["table"], "release");
    let findings = bad["findings"].as_array().unwrap();
    let gone = |one: &&Value| one["table"] == "object" && one["problem"] == "it is gone";
    assert_eq!(findings.iter().filter(gone).count(), 1, "{bad}");
    at(dir, &["ledger", "verify", "--lang", "ja"]).ended(1);
}
