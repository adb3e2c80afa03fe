//! The demo keeps its promises, and finds its data again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::tool::{noroshi, run};

#[test]
fn the_demo_keeps_its_promises_and_finds_its_data_again() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = |rest: &[&'static str]| -> Vec<String> {
        ["demo", "--once", "--lines", "5000", "--dir"]
            .into_iter()
            .chain([dir.path().to_str().unwrap()])
            .chain(rest.iter().copied())
            .map(str::to_owned)
            .collect()
    };
    let call = |rest: &[&'static str]| {
        let arguments = arguments(rest);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let first = call(&[]).ended(0);
    assert!(first.stdout.contains("promises hold"), "{}", first.stdout);
    assert!(!first.stdout.contains('✗'), "{}", first.stdout);
    assert!(first.stdout.contains("mapped to its source"));

    let second = call(&["--json"]).ended(0);
    let last = second.stdout.lines().last().unwrap();
    let end: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(end["good"], true);
    assert!(end["checks"].as_array().unwrap().len() >= 10);
    assert_eq!(end["outcomes"]["warnings"], serde_json::json!([]));

    let third = call(&["--lang", "ja"]).ended(0);
    assert!(third.stdout.contains("件の約束が守られています"));
    for node in ["centre", "carrier", "partner"] {
        let folder = dir.path().join(node);
        run(&["doctor", "--dir", folder.to_str().unwrap()]).ended(0);
    }
}

#[test]
fn the_nodes_stay_up_until_they_are_asked_to_end() {
    let mut child = noroshi(&["demo", "--lines", "2000", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut logins = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let event: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["event"] == "login" {
            logins.push(event["url"].as_str().unwrap().to_owned());
        }
        if event["event"] == "taxii" && event["node"] == "partner" {
            break;
        }
    }
    assert_eq!(logins.len(), 3);
    for login in logins {
        let (host, path) = login
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let mut connection = TcpStream::connect(host).unwrap();
        write!(
            connection,
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let id = child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_demo_that_did_not_end_is_not_taken_up() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("centre")).unwrap();
    let ran = run(&["demo", "--once", "--dir", dir.path().to_str().unwrap()]).ended(2);
    assert!(
        ran.stderr.contains("did not come to its end"),
        "{}",
        ran.stderr
    );
}
