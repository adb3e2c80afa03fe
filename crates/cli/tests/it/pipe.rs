//! Commands in a pipe, and their exit codes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::serve::bundle_of;
use crate::tool::{noroshi, run, run_with};

const REPORT: &str = "../../examples/report-en.txt";

#[test]
fn a_report_becomes_a_bundle_becomes_telemetry_becomes_sightings() {
    let bundle = run(&["extract", REPORT, "--published", "2024-03-22", "--bundle"])
        .ended(0)
        .stdout;
    run_with(&["validate", "-"], bundle.as_bytes()).ended(0);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("b.json");
    let file = file.to_str().unwrap();
    std::fs::write(file, &bundle).unwrap();
    let sample = run(&[
        "sample",
        "telemetry",
        "--lines",
        "3000",
        "--plant",
        file,
        "--json",
    ])
    .ended(0);
    assert_eq!(sample.stdout.lines().count(), 3_000);
    let planted: serde_json::Value = serde_json::from_str(sample.stderr.trim()).unwrap();
    let hunt = run_with(
        &["hunt", "--indicators", file, "--retro", "-", "--json"],
        sample.stdout.as_bytes(),
    )
    .ended(0)
    .json();
    let counts =
        |value: &serde_json::Value, count: &str| -> std::collections::BTreeMap<String, u64> {
            let entry = |one: &serde_json::Value| {
                (
                    one["indicator"].as_str().unwrap().to_owned(),
                    one[count].as_u64().unwrap(),
                )
            };
            value.as_array().unwrap().iter().map(entry).collect()
        };
    let expected = counts(&planted["planted"], "events");
    assert!(expected.len() >= 8, "{expected:?}");
    assert_eq!(counts(&hunt["seen"], "count"), expected);

    let seer = "identity--00000000-0000-4000-8000-000000000001";
    let arguments = [
        "hunt",
        "--indicators",
        file,
        "--retro",
        "--seen-by",
        seer,
        "--sightings",
        "-",
        "-",
    ];
    let sightings = run_with(&arguments, sample.stdout.as_bytes())
        .ended(0)
        .stdout;
    for line in sample.stdout.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let inside = event["id.orig_h"].as_str().unwrap();
        assert!(!sightings.contains(inside), "{inside} in {sightings}");
    }
    run_with(&["validate", "-"], sightings.as_bytes()).ended(0);
}

#[test]
fn a_file_of_which_no_line_can_be_read_is_no_log_without_hits() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let indicators = write("b.json", &bundle_of(1));
    let hunt = |files: &[&str], code| {
        let mut all = vec!["hunt", "--indicators", &indicators, "--retro"];
        all.extend(files);
        run(&all).ended(code)
    };
    let broken = write("report.txt", "a report\nand no log\n");
    let empty = write("empty.log", "");
    let event = run(&["sample", "telemetry", "--lines", "2"])
        .ended(0)
        .stdout;
    let mixed = write("mixed.log", &format!("{event}cut of{{\n"));
    let ran = hunt(&[&broken], 2);
    assert!(
        ran.stderr
            .contains(&format!("no line of `{broken}` could be read")),
        "{}",
        ran.stderr
    );
    hunt(&[&empty, &mixed], 0);
    // What could be read of the others is told.
    let ran = hunt(&[&broken, &mixed, &broken, "--json"], 2);
    assert!(ran.stderr.contains("and of 1 more files"), "{}", ran.stderr);
    assert_eq!(ran.json()["events"], 2);
    assert_eq!(ran.json()["broken"], 5);
}

#[test]
fn extract_tells_line_and_column() {
    let ran = run_with(
        &["extract", "-"],
        "北の\nhost 198.51.100[.]23 x\n".as_bytes(),
    )
    .ended(0);
    assert!(ran.stdout.contains("2:6"), "{}", ran.stdout);
    assert!(ran.stdout.contains("198.51.100.23"), "{}", ran.stdout);
    run(&["extract", "no-such-file"]).ended(2);
    run_with(&["extract", "-"], b"\xff\xfe").ended(2);
    run(&["extract", REPORT, "--published", "yesterday"]).ended(2);
}

#[test]
fn validate_says_by_its_exit_code_what_it_found() {
    run_with(&["validate", "-"], bundle_of(2).as_bytes()).ended(0);
    let bad = bundle_of(2).replacen(
        "[domain-name:value = 'n1.example']",
        "[domain-name:value = ]",
        1,
    );
    let ran = run_with(&["validate", "-", "--json"], bad.as_bytes()).ended(1);
    assert!(ran.stdout.contains("/pattern"), "{}", ran.stdout);
    run_with(&["validate", "-"], b"{\"type\":\"bundle\"").ended(1);
    run(&["validate", "no-such-file"]).ended(2);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, bundle_of(2).as_bytes()).unwrap();
    run_with(&["validate", "-"], &gzip.finish().unwrap()).ended(0);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let mut child = noroshi(&["sample", "telemetry", "--lines", "200000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with('{'));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
