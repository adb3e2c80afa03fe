//! `noroshi serve`, and asking it over TAXII.

use serde_json::json;

use crate::tool::{Serving, noroshi, run, run_with};

#[test]
fn the_first_start_sets_up_and_the_second_does_not() {
    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("node");
    let first = Serving::start(&dir);
    let login = first.login.clone().unwrap();
    assert!(login.starts_with(&first.url), "{login}");
    assert_eq!(first.terminate(), Some(0));
    let second = Serving::start(&dir);
    assert_eq!(second.login, None);
    assert_eq!(second.terminate(), Some(0));
    run(&["doctor", "--dir", dir.to_str().unwrap()]).ended(0);
}

#[cfg(unix)]
#[test]
fn what_a_node_writes_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("new").join("node");
    let mode = |name: &str| {
        let path = dir.join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    let serving = Serving::start(&dir);
    assert_eq!(mode(""), 0o700);
    for file in ["noroshi.db", "noroshi.db-wal", "noroshi.db-shm"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    let at = dir.to_str().unwrap();
    let copy = dir.join("copy.db");
    let copy = copy.to_str().unwrap();
    run(&["backup", "--dir", at, copy]).ended(0);
    assert_eq!(mode("copy.db"), 0o600);
    run(&["backup", "--dir", at, copy]).ended(2);
    run(&["doctor", "--dir", at]).ended(0);
    assert_eq!(serving.terminate(), Some(0));

    // Older programs left them open.
    let open = |name: &str, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(dir.join(name), mode).unwrap();
    };
    open("", 0o755);
    open("noroshi.db", 0o644);
    let ran = run(&["doctor", "--dir", at]).ended(1);
    for mended in ["chmod 700 ", "chmod 600 "] {
        assert!(ran.stdout.contains(mended), "{}", ran.stdout);
    }
}

#[test]
fn links_lead_to_where_the_node_listens() {
    let folder = crate::tool::folder();
    let dir = folder.path().to_str().unwrap();
    let mut serving = Serving::start(folder.path());
    let add = ["person", "add", "ren", "--name", "R", "--role", "analyst"];
    let ran = run(&[&["--dir", dir][..], &add].concat()).ended(0);
    assert!(ran.stdout.starts_with(&serving.url), "{}", ran.stdout);
    assert!(ran.stderr.contains("valid once, until"), "{}", ran.stderr);
    let link = || {
        run(&["--dir", dir, "person", "login", "ren"])
            .ended(0)
            .stdout
    };
    // What a process that was killed left behind is stale.
    serving.kill();
    assert!(folder.path().join("serving.json").exists());
    assert!(link().starts_with("http://127.0.0.1:8600/"));
    let serving = Serving::start(folder.path());
    assert!(link().starts_with(&serving.url));
    // Where another process has the database open, SQLite does not empty its log by itself.
    let database = rusqlite::Connection::open(folder.path().join("noroshi.db")).unwrap();
    let count = "SELECT count(*) FROM person";
    let persons: u32 = database.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(persons, 2);
    let log = || {
        let log = std::fs::metadata(folder.path().join("noroshi.db-wal"));
        log.unwrap().len()
    };
    assert_ne!(log(), 0);
    assert_eq!(serving.terminate(), Some(0));
    assert!(!folder.path().join("serving.json").exists());
    assert_eq!(log(), 0);
}

#[test]
fn other_machines_are_reached_behind_a_proxy_only() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().to_str().unwrap();
    let ran = run(&["serve", "--listen", "0.0.0.0:0", "--dir", dir]).ended(2);
    assert!(ran.stderr.contains("behind_proxy"), "{}", ran.stderr);
    assert!(!std::path::Path::new(dir).join("noroshi.db").exists());
}

#[test]
fn doctor_knows_what_serve_refuses() {
    let folder = crate::tool::node();
    let dir = folder.path().to_str().unwrap();
    let set = |text: &str| std::fs::write(folder.path().join("noroshi.toml"), text).unwrap();
    set("listen = \"0.0.0.0:8600\"\n");
    let ran = run(&["doctor", "--dir", dir]).ended(1);
    assert!(ran.stdout.contains("will refuse"), "{}", ran.stdout);
    set("listen = \"0.0.0.0:8600\"\n[tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n");
    run(&["doctor", "--dir", dir]).ended(0);
}

#[test]
fn without_a_node_there_is_advice() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run(&["doctor", "--dir", dir.path().to_str().unwrap()]).ended(2);
    assert!(ran.stderr.contains("noroshi serve"), "{}", ran.stderr);
}

#[test]
fn a_member_pulls_what_was_released_and_pushes_to_the_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let dir = folder.path().to_str().unwrap();
    let at = |arguments: &[&str]| {
        let mut all = vec!["--dir", dir];
        all.extend_from_slice(arguments);
        run(&all)
    };
    at(&["organisation", "add", "Minato Net", "--sector", "ports"]).ended(0);
    at(&["community", "add", "harbours"]).ended(0);
    at(&["community", "join", "harbours", "Minato Net"]).ended(0);
    at(&[
        "person",
        "add",
        "minato",
        "--name",
        "M",
        "--organisation",
        "Minato Net",
        "--role",
        "service",
    ])
    .ended(0);
    let token = at(&["token", "create", "minato"]).ended(0).stdout;
    let bundle = bundle_of(3);
    let imported = run_with(&["--dir", dir, "--json", "import", "-"], bundle.as_bytes()).ended(0);
    assert_eq!(imported.json()["stored"], 3);
    let ids: Vec<String> = (0..3).map(|n| format!("indicator--{}", uuid(n))).collect();
    let mut terms = vec![
        "--to",
        "harbours",
        "--reason",
        "a test",
        "--ceiling",
        "green",
    ];
    terms.extend(ids.iter().flat_map(|id| ["--object", id.as_str()]));
    let preview = at(&[&["release", "preview", "--json"], terms.as_slice()].concat())
        .ended(0)
        .json();
    let outcome = |audience: &str| {
        let audiences = preview["audiences"].as_array().unwrap();
        let column = audiences.iter().position(|one| one == audience).unwrap();
        preview["rows"][0]["cells"][column]["outcome"].clone()
    };
    assert_eq!(outcome("Minato Net"), "whole");
    assert_eq!(outcome("public"), "nothing");
    let release = at(&[&["release", "confirm"], terms.as_slice()].concat())
        .ended(0)
        .stdout;

    let url = format!("{}/taxii2/", serving.url);
    let ask = |arguments: &[&str]| {
        let output = noroshi(arguments)
            .env("NOROSHI_TOKEN", token.trim())
            .output()
            .unwrap();
        crate::tool::Ran::from(output)
    };
    let found = ask(&["taxii", "discover", &url, "--json"]).ended(0).json();
    assert_eq!(
        found["api_roots"][0]["collections"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let pulled = ask(&["taxii", "pull", &url, "--output", "-"]).ended(0);
    assert!(
        ids.iter().all(|id| pulled.stdout.contains(id)),
        "{}",
        pulled.stdout
    );
    run_with(&["validate", "-"], pulled.stdout.as_bytes()).ended(0);

    let other = crate::tool::node();
    let own = other.path().to_str().unwrap();
    let first = ask(&["--dir", own, "taxii", "pull", &url, "--json"])
        .ended(0)
        .json();
    assert_eq!(first["stored"], 3);
    let second = ask(&["--dir", own, "taxii", "pull", &url, "--json"])
        .ended(0)
        .json();
    // The last one is read again, against latecomers with the same date.
    assert_eq!(
        (&second["received"], &second["stored"]),
        (&json!(1), &json!(0))
    );

    // Whose it is can be said: then the guards for what others send are asked.
    let third = crate::tool::node();
    let own = third.path().to_str().unwrap();
    let mut pull = vec!["--dir", own, "taxii", "pull", &url];
    pull.extend(["--organisation", "Centre", "--json"]);
    ask(&pull).ended(2);
    ask(&["--dir", own, "organisation", "add", "Centre"]).ended(0);
    ask(&["--dir", own, "organisation", "trust", "Centre", "probation"]).ended(0);
    let waiting = ask(&pull).ended(0);
    assert!(!waiting.stderr.contains("house's own"));
    assert_eq!(
        (&waiting.json()["stored"], &waiting.json()["pending"]),
        (&json!(0), &json!(3))
    );

    let file = other.path().join("b.json");
    let changed = bundle_of(5).replace("\"name\":\"n", "\"name\":\"m");
    std::fs::write(&file, changed).unwrap();
    // What the house holds is not overwritten by a member: 3 of the 5 are the house's.
    let pushed = ask(&["taxii", "push", &url, file.to_str().unwrap(), "--json"])
        .ended(1)
        .json();
    assert_eq!(pushed["taken"], 2);

    at(&["release", "withdraw", release.trim(), "--reason", "wrong"]).ended(0);
    at(&["release", "withdraw", release.trim(), "--reason", "wrong"]).ended(1);
    let pulled = ask(&["taxii", "pull", &url, "--output", "-"]).ended(0);
    // The indicators are gone; a note tells those who hold them.
    assert!(
        !pulled.stdout.contains("\"type\":\"indicator\"")
            && !pulled.stdout.contains("\"type\": \"indicator\""),
        "{}",
        pulled.stdout
    );
    assert!(ids.iter().all(|id| pulled.stdout.contains(id)));
    assert!(pulled.stdout.contains("withdrawal"));
    let nobody = run(&["taxii", "discover", &url]).ended(2);
    assert!(nobody.stderr.contains("401"), "{}", nobody.stderr);
    assert_eq!(serving.terminate(), Some(0));
}

/// A bundle of green indicators, numbered.
pub(crate) fn bundle_of(count: usize) -> String {
    let objects: Vec<String> = (0..count)
        .map(|n| {
            format!(
                r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n{n}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'n{n}.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}}"#,
                uuid(n)
            )
        })
        .collect();
    format!(
        r#"{{"type":"bundle","id":"bundle--{}","objects":[{}]}}"#,
        uuid(0),
        objects.join(",")
    )
}

fn uuid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}
