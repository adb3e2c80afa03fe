//! The life of a release on the command line.

use crate::tool::{Ran, node, run, run_with};

/// A house of its own, as `login` unless that is empty.
struct House(tempfile::TempDir);

impl House {
    /// With an analyst, two releasers, a carrier in `telecom`, and an indicator of a campaign.
    fn new() -> Self {
        let house = Self(node());
        for (login, role) in [("ana", "analyst"), ("ren", "releaser"), ("rio", "releaser")] {
            let new = ["person", "add", login, "--name", login, "--role", role];
            house.run("", &new).ended(0);
        }
        house.run("", &["community", "propose"]).ended(0);
        let add = [
            "organisation",
            "add",
            "Minato Net",
            "--country",
            "jp",
            "--network",
            "192.0.2.9/24",
            "--network",
            "as64500",
        ];
        house.run("", &add).ended(0);
        let join = ["community", "join", "telecom", "Minato Net"];
        house.run("", &join).ended(0);
        house.import(1, 0);
        house
    }

    fn run(&self, login: &str, arguments: &[&str]) -> Ran {
        let mut all = vec!["--dir", self.0.path().to_str().unwrap()];
        if !login.is_empty() {
            all.extend(["--as", login]);
        }
        all.extend_from_slice(arguments);
        run(&all)
    }

    fn json(&self, login: &str, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        self.run(login, &all).ended(0).json()
    }

    /// Imports a version of an indicator.
    fn import(&self, number: u32, version: u32) {
        let id = indicator(number);
        let text = format!(
            "{{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000001\",\"objects\":[{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"{id}\",\"created\":\"2026-01-12T09:30:00.000Z\",\"modified\":\"2026-01-12T09:3{version}:00.000Z\",\"name\":\"relay {number}.{version}\",\"pattern\":\"[ipv4-addr:value = '192.0.2.{number}']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-12T09:30:00Z\",\"object_marking_refs\":[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]}}]}}"
        );
        let dir = self.0.path().to_str().unwrap();
        run_with(&["--dir", dir, "import", "-"], text.as_bytes()).ended(0);
    }
}

fn indicator(number: u32) -> String {
    format!("indicator--00000000-0000-4000-8000-00000000000{number}")
}

#[test]
fn a_release_is_asked_for_confirmed_corrected_and_withdrawn() {
    let house = House::new();
    let policy = house.json("", &["release", "policy", "--always", "true"]);
    assert_eq!(policy["always"], true);
    house
        .run("ren", &["release", "policy", "--always", "false"])
        .ended(1);
    let id = indicator(1);
    let terms = [
        "--object",
        &id,
        "--to",
        "telecom",
        "--ceiling",
        "green",
        "--reason",
        "a test",
    ];
    let with = |words: &[&str]| [words, terms.as_slice()].concat().join("\n");
    let words = |text: &str| -> Vec<String> { text.split('\n').map(str::to_owned).collect() };
    let call = |login: &str, command: &[&str]| {
        let all = words(&with(command));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        house.run(login, &all)
    };
    let refused = call("ren", &["release", "confirm"]).ended(1);
    assert!(
        refused.stderr.contains("second person"),
        "{}",
        refused.stderr
    );
    let request = call("ren", &["release", "request"]).ended(0).stdout;
    let request = request.trim();
    let shown = house.json("rio", &["release", "pending", request]);
    assert_eq!(shown["summary"]["state"], "drafted");
    let digest = shown["preview"]["digest"].as_str().unwrap();
    let confirm = |login: &str, digest: &str| {
        let confirm = [
            "release",
            "confirm",
            "--request",
            request,
            "--digest",
            digest,
        ];
        house.run(login, &confirm)
    };
    confirm("ren", digest).ended(1);
    let denied = confirm("ana", digest).ended(1).stderr;
    for said in ["`ana` acts as an analyst", "a releaser", "--as LOGIN"] {
        assert!(denied.contains(said), "{denied}");
    }
    let without = house.run("rio", &["release", "confirm", "--request", request]);
    let without = without.ended(2).stderr;
    assert!(without.contains("noroshi release pending"), "{without}");
    let ask = ["release", "request", "--object", &id, "--to", "telecom"];
    let without = house.run("ren", &ask).ended(2).stderr;
    assert!(without.contains("`--reason`"), "{without}");
    house.import(1, 1);
    let changed = confirm("rio", digest).ended(1);
    assert!(
        changed.stderr.contains("other content"),
        "{}",
        changed.stderr
    );
    let shown = house.json("rio", &["release", "pending", request]);
    let digest = shown["preview"]["digest"].as_str().unwrap();
    let release = confirm("rio", digest).ended(0).stdout;
    let release = release.trim();
    let life = house.json("ren", &["release", "show", release]);
    assert_eq!(life["requested_by"], "ren");
    assert_eq!(life["summary"]["confirmed_by"], "rio");

    let correct = ["release", "correct", release, "--reason", "a wrong name"];
    house.run("ren", &correct).ended(1);
    house.import(1, 2);
    let preview = [correct.as_slice(), &["--preview"]].concat();
    let preview = house.json("ren", &preview);
    assert_eq!(preview["second"], serde_json::json!(["always"]));
    let ask = [correct.as_slice(), &["--ask"]].concat();
    let request = house.run("ana", &ask).ended(0).stdout;
    let shown = house.json("ren", &["release", "pending", request.trim()]);
    assert_eq!(shown["summary"]["kind"], "correction");
    let reject = [
        "release",
        "reject",
        request.trim(),
        "--reason",
        "not needed",
    ];
    house.run("ren", &reject).ended(0);
    house.run("ren", &["release", "withdraw", release]).ended(2);
    let withdraw = ["release", "withdraw", release, "--reason", "wrong"];
    house.run("ren", &withdraw).ended(0);
    let life = house.json("ren", &["release", "show", release]);
    assert_eq!(
        (&life["state"], &life["withdrawn_for"]),
        (&"withdrawn".into(), &"wrong".into())
    );
}

#[test]
fn rules_and_queries_release_what_they_find() {
    let house = House::new();
    let rule = [
        "--type",
        "indicator",
        "--to",
        "telecom",
        "--ceiling",
        "green",
        "--reason",
        "all of them",
    ];
    let with = |words: &[&'static str]| [words, rule.as_slice()].concat();
    let dry = house.json("ana", &with(&["release", "rule", "dry-run"]));
    assert_eq!((&dry["met"], &dry["complete"]), (&1.into(), &true.into()));
    house
        .run("ana", &with(&["release", "rule", "confirm"]))
        .ended(1);
    let made = house
        .run("ren", &with(&["release", "rule", "confirm"]))
        .ended(0);
    let rule = made.stdout.trim();
    house.import(2, 0);
    let shown = || house.json("ana", &["release", "rule", "show", rule]);
    assert_eq!(shown()["releases"].as_array().unwrap().len(), 1);
    house
        .run("ren", &["release", "rule", "pause", rule])
        .ended(0);
    house.import(3, 0);
    assert_eq!(shown()["summary"]["released"], 1);
    house.run("ren", &["release", "rule", "end", rule]).ended(0);
    house
        .run("ren", &["release", "rule", "resume", rule])
        .ended(1);

    let save = [
        "release",
        "query",
        "save",
        "relays",
        "--type",
        "indicator",
        "--last-days",
        "7",
    ];
    house.run("ana", &save).ended(0);
    let found = house.json("ana", &["release", "query", "show", "relays"]);
    assert_eq!(found["objects"].as_array().unwrap().len(), 3);
    // As in the API: the word for a type is one, wherever it stands.
    let kinds = serde_json::json!(["indicator"]);
    assert_eq!(found["query"]["kinds"], kinds);
    assert_eq!(shown()["summary"]["terms"]["kinds"], kinds);
    let confirm = [
        "release", "confirm", "--query", "relays", "--to", "telecom", "--reason", "relays",
    ];
    let release = house.run("ren", &confirm).ended(0).stdout;
    let life = house.json("ren", &["release", "show", release.trim()]);
    assert_eq!(
        (&life["query"], &life["summary"]["objects"]),
        (&"relays".into(), &3.into())
    );
    house
        .run("ana", &["release", "query", "remove", "relays"])
        .ended(0);
    house
        .run("ana", &["release", "query", "show", "relays"])
        .ended(2);
}

#[test]
fn parties_are_set_shown_and_looked_up() {
    let house = House::new();
    let shown = house.json("", &["organisation", "show", "Minato Net"]);
    assert_eq!(
        shown[0]["networks"],
        serde_json::json!(["AS64500", "192.0.2.0/24"])
    );
    let owner = house
        .run("", &["organisation", "owner", "192.0.2.200"])
        .ended(0);
    assert!(owner.stdout.starts_with("Minato Net"), "{}", owner.stdout);
    house
        .run("", &["organisation", "owner", "198.51.100.1"])
        .ended(1);
    house.run("", &["organisation", "owner", "?"]).ended(2);
    let set = [
        "organisation",
        "set",
        "Minato Net",
        "--name",
        "Minato",
        "--network",
        "minato.example",
    ];
    house.run("", &set).ended(0);
    let shown = house.json("", &["organisation", "show", "Minato"]);
    assert_eq!(shown[0]["networks"], serde_json::json!(["minato.example"]));
    assert_eq!(shown[0]["country"], "JP", "what is not named stays");
    house
        .run("", &["community", "visible", "telecom", "true"])
        .ended(0);
    let known = house.json("", &["community", "list"]);
    let telecom = known.as_array().unwrap().iter();
    let telecom = telecom
        .clone()
        .find(|one| one["name"] == "telecom")
        .unwrap();
    assert_eq!(telecom["members_visible"], true);
    house
        .run("", &["community", "leave", "telecom", "Minato"])
        .ended(0);
    house
        .run("", &["organisation", "remove", "Minato"])
        .ended(0);
    house.run("", &["person", "disable", "ren"]).ended(0);
    house.run("ren", &["release", "list"]).ended(2);
    house.run("", &["person", "enable", "ren"]).ended(0);
    house
        .run("", &["person", "role", "ren", "auditor"])
        .ended(0);
    let persons = house.json("", &["person", "list"]);
    let ren = persons.as_array().unwrap().iter();
    let ren = ren.clone().find(|one| one["login"] == "ren").unwrap();
    assert_eq!(
        (&ren["role"], &ren["disabled"]),
        (&"auditor".into(), &false.into())
    );
}

#[test]
fn an_administrator_of_a_large_house_neither_reads_nor_releases() {
    let dir = tempfile::tempdir().unwrap();
    let serving = crate::tool::Serving::start_as(dir.path(), &[]);
    assert_eq!(serving.terminate(), Some(0));
    let dir = dir.path().to_str().unwrap();
    run(&["--dir", dir, "release", "list"]).ended(1);
    run(&["--dir", dir, "incident", "list"]).ended(1);
    run_with(
        &["--dir", dir, "import", "-"],
        crate::serve::bundle_of(1).as_bytes(),
    )
    .ended(1);
    run(&["--dir", dir, "organisation", "list"]).ended(0);
    run(&[
        "--dir", dir, "person", "add", "ana", "--name", "A", "--role", "analyst",
    ])
    .ended(0);
    run(&["--dir", dir, "--as", "ana", "incident", "list"]).ended(0);
    run(&["--dir", dir, "--as", "nobody", "incident", "list"]).ended(2);
}
