//! `noroshi quarantine`, and what a member is told meanwhile.

use crate::serve::bundle_of;
use crate::tool::{Ran, Serving, noroshi, run};

#[test]
fn what_a_member_sends_waits_is_decided_on_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let networks = "[intake]\nnetworks = \"n1.example\"\nbenign_file = \"benign.txt\"\n";
    std::fs::write(folder.path().join("noroshi.toml"), networks).unwrap();
    std::fs::write(
        folder.path().join("benign.txt"),
        "# of the house\nn2.example # a remark\n\n",
    )
    .unwrap();
    let serving = Serving::start(folder.path());
    let dir = folder.path().to_str().unwrap();
    let at = |arguments: &[&str]| run(&[&["--dir", dir], arguments].concat());
    at(&["organisation", "add", "Minato Net"]).ended(0);
    let person = [
        "person", "add", "minato", "--name", "M", "--role", "service",
    ];
    at(&[person.as_slice(), &["--organisation", "Minato Net"]].concat()).ended(0);
    let token = at(&["token", "create", "minato"]).ended(0).stdout;
    let url = format!("{}/taxii2/", serving.url);
    let push = |bundle: &str| -> Ran {
        let file = folder.path().join("b.json");
        std::fs::write(&file, bundle).unwrap();
        let file = file.to_str().unwrap();
        // Nobody decides meanwhile.
        let arguments = ["taxii", "push", &url, file, "--json", "--wait", "0"];
        let mut command = noroshi(&arguments);
        command
            .env("NOROSHI_TOKEN", token.trim())
            .output()
            .unwrap()
            .into()
    };
    // Two of the four are benign to the house alone, and one is to everybody.
    let pushed = push(&bundle_of(4).replace("'n3.example'", "'google.com'"));
    let pushed = pushed.ended(0).json();
    let status = pushed["pending"][0]["status"].as_str().unwrap().to_owned();
    let message = &pushed["pending"][0]["objects"][0]["message"];
    assert!(
        message.as_str().unwrap().contains("waits for a person"),
        "{pushed}"
    );
    let told = || -> serde_json::Value {
        let mut command = noroshi(&["taxii", "status", &url, &status, "--json"]);
        let asked = command.env("NOROSHI_TOKEN", token.trim()).output().unwrap();
        Ran::from(asked).ended(0).json()
    };
    assert_eq!(told(), pushed);
    let listed = at(&["quarantine", "list", "--json"]).ended(0).json();
    let waiting = listed["quarantine"].as_array().unwrap();
    let about: Vec<(&str, bool)> = waiting
        .iter()
        .map(|one| {
            let reason = one["reasons"][0].as_str().unwrap();
            (reason, one["told"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        about,
        [
            ("`google.com` is on the list top-domain", true),
            ("`n2.example` is on the list house", false),
            ("`n1.example` is on the list network", false),
        ]
    );
    let number = waiting[0]["number"].to_string();
    let shown = at(&["quarantine", "show", &number]).ended(0).stdout;
    assert!(
        shown.contains("google.com") && shown.contains("Minato Net"),
        "{shown}"
    );
    at(&["quarantine", "accept", &number, "--reason", "we asked"]).ended(0);
    at(&["quarantine", "accept", &number]).ended(1);
    let settled = told();
    assert_eq!(
        (&settled["taken"], &settled["pending"]),
        (&4.into(), &serde_json::json!([]))
    );
    let other = waiting[1]["number"].to_string();
    at(&["quarantine", "reject", &other, "--reason", "ours"]).ended(0);
    at(&["quarantine", "show", "4711"]).ended(2);
    let open = at(&["quarantine", "list"]).ended(0).stdout;
    assert_eq!(open.lines().count(), 1, "{open}");
    let rejected = at(&["quarantine", "list", "--state", "rejected", "--json"]);
    assert_eq!(rejected.ended(0).json()["quarantine"][0]["note"], "ours");
    let purged = at(&["quarantine", "purge", "--json"]).ended(0).json();
    assert_eq!(purged["purged"], 0);
    let purged = at(&["quarantine", "purge", "--older-than", "0", "--json"]);
    assert_eq!(purged.ended(0).json()["purged"], 2);

    let trusted = at(&["organisation", "trust", "Minato Net", "blocked", "--json"]);
    assert_eq!(trusted.ended(0).json()[0]["trust"], "blocked");
    let refused = push(&bundle_of(1));
    assert!(refused.code != Some(0), "{}", refused.stdout);
    at(&["organisation", "trust", "Minato Net", "friend"]).ended(2);
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn a_list_that_is_none_is_said() {
    let folder = crate::tool::node();
    let file = folder.path().join("noroshi.toml");
    let dir = folder.path().to_str().unwrap();
    for setting in [
        "networks = \"10.0.0.0/99\"",
        "benign_file = \"missing.txt\"",
    ] {
        std::fs::write(&file, format!("[intake]\n{setting}\n")).unwrap();
        let ran = run(&["--dir", dir, "quarantine", "list"]).ended(2);
        let name = setting.split_once('"').unwrap().1.trim_end_matches('"');
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
}
