//! `validate` on a bundle that has something wrong in every part, in every form of report.

use std::io::Write as _;

use crate::tool::{Ran, run, run_with};

const BAD: &str = "tests/data/validate/bad.json";

/// What was printed, without how long it took.
fn timeless(ran: &Ran) -> String {
    let mut text = String::new();
    for line in ran.stdout.lines() {
        let line = line.split(" · ").next().unwrap();
        match serde_json::from_str::<serde_json::Value>(line) {
            Ok(serde_json::Value::Object(mut object)) if object.contains_key("duration_ms") => {
                object.remove("duration_ms");
                object.remove("objects_per_second");
                text.push_str(&serde_json::Value::Object(object).to_string());
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    let mut all = vec!["validate", BAD];
    all.extend(arguments);
    let ran = run(&all).ended(1);
    assert_eq!(ran.stderr, "");
    let golden = format!("tests/data/validate/{name}");
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), &golden, &timeless(&ran));
}

#[test]
fn people_see_the_place() {
    check("human.txt", &[]);
    check("human-ja.txt", &["--lang", "ja"]);
    check(
        "human-colour.txt",
        &["--color", "always", "--max-findings", "3"],
    );
}

#[test]
fn programs_get_lines_of_json() {
    check("findings.jsonl", &["--json"]);
}

#[test]
fn code_hosts_get_sarif() {
    check("findings.sarif", &["--sarif"]);
}

#[test]
fn scripts_for_stix2_validator_find_its_words() {
    check("compatible.txt", &["--schema-compat"]);
    check("compatible-strict.txt", &["--schema-compat", "--strict"]);
}

#[test]
fn every_place_is_where_the_text_is() {
    let text = std::fs::read_to_string(BAD).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    let ran = run(&["validate", BAD, "--json"]).ended(1);
    let mut seen = 0;
    for line in ran.stdout.lines() {
        let found: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(offset) = found["offset"].as_u64() else {
            continue;
        };
        let number = |name: &str| usize::try_from(found[name].as_u64().unwrap()).unwrap();
        let before = text.get(..usize::try_from(offset).unwrap()).unwrap();
        assert_eq!(before.matches('\n').count() + 1, number("line"), "{found}");
        let column: String = lines[number("line") - 1]
            .chars()
            .take(number("column") - 1)
            .collect();
        assert!(before.ends_with(&column), "{found}");
        assert!(number("length") > 0, "{found}");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn places_are_the_same_far_behind_the_beginning() {
    // Beyond the window, gzip, on standard input, one object a line.
    let good = r#"{"type":"identity","spec_version":"2.1","id":"identity--5d0092c5-5f74-4287-9642-33f4c354e564","created":"2026-01-15T00:00:00.000Z","modified":"2026-01-15T00:00:00.000Z","name":"通信","identity_class":"organization"}"#;
    let mut text = format!("{good}\n").repeat(20_000);
    let offset = text.len() + good.find("\"通信\"").unwrap();
    text.push_str(&good.replace("\"通信\"", "7").replace("e564", "e565"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let ran = run_with(
        &["validate", "-", "--json", "--errors-only"],
        &gzip.finish().unwrap(),
    )
    .ended(1);
    let found: serde_json::Value =
        serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(found["line"], 20_001);
    assert_eq!(found["offset"], offset);
    assert_eq!(found["column"], good.find("\"通信\"").unwrap() + 1);
}

#[test]
fn nothing_is_not_valid() {
    // `{}` is an empty envelope (TAXII 2.1 §3.7): a warning.
    for nothing in ["", " \n", "[]", "x"] {
        let ran = run_with(&["validate", "-", "--json"], nothing.as_bytes()).ended(1);
        assert!(
            ran.stdout.contains("\"valid\":false"),
            "{nothing}: {}",
            ran.stdout
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.json");
    std::fs::write(&file, "").unwrap();
    let file = file.to_str().unwrap();
    for form in [
        &["--quiet"][..],
        &["--errors-only"],
        &["--schema-compat"],
        &["--sarif"],
        &["--disable", "STIX"],
        &["--lang", "ja"],
    ] {
        let mut all = vec!["validate", file];
        all.extend(form);
        run(&all).ended(1);
    }
    run(&["validate", file, BAD, "--quiet"]).ended(1);
    let empty = r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"}"#;
    run_with(&["validate", "-"], empty.as_bytes()).ended(0);
    run_with(&["validate", "-", "--strict"], empty.as_bytes()).ended(1);
    let ran = run(&["validate", "no-such-file", "--json"]).ended(2);
    assert!(ran.stdout.contains("\"valid\":false"), "{}", ran.stdout);
}

#[test]
fn an_error_behind_many_warnings_counts() {
    let custom: Vec<String> = (0..1_200).map(|at| format!(r#""x_{at}_p":1"#)).collect();
    let object = format!(
        r#"{{"type":"mutex","spec_version":"2.1","id":"mutex--84e4d88f-44ea-4bcd-b5f3-2b17dd8de300","name":"n",{},"zzz":null}}"#,
        custom.join(",")
    );
    let ran = run_with(&["validate", "-", "--json"], object.as_bytes()).ended(1);
    assert!(ran.stdout.contains("STIX-PROP-02"), "{}", ran.stdout);
}

#[test]
fn what_could_not_be_read_is_never_left_out() {
    run_with(&["validate", "-", "--disable", "STIX"], b"{\"type\":").ended(1);
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("x.json")).unwrap();
    run(&["validate", folder.path().to_str().unwrap()]).ended(2);
}

#[test]
fn what_objects_say_of_each_other_is_checked() {
    let one = |modified: &str, name: &str| {
        format!(
            r#"{{"type":"identity","spec_version":"2.1","id":"identity--5d0092c5-5f74-4287-9642-33f4c354e564","created":"2026-01-15T00:00:00.000Z","modified":"{modified}","name":"{name}","identity_class":"organization","created_by_ref":"identity--5d0092c5-5f74-4287-9642-33f4c354e565"}}"#
        )
    };
    let text = [
        one("2026-01-15T00:00:00.000Z", "a"),
        one("2026-01-15T00:00:00.000Z", "b"),
    ]
    .join("\n");
    let ran = run_with(&["validate", "-", "--json"], text.as_bytes()).ended(1);
    let found: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found[0]["code"], "STIX-DUP-01");
    assert_eq!(
        (&found[0]["line"], &found[0]["index"]),
        (&2.into(), &1.into())
    );
    // Said at the end, of an object that is gone: where it began is still known.
    assert_eq!(found[1]["code"], "STIX-REF-05");
    assert_eq!(
        (&found[1]["line"], &found[1]["column"]),
        (&1.into(), &1.into())
    );
    assert_eq!(found[1]["pointer"], "/created_by_ref");
    assert_eq!(found[1]["index"], 0);
    // People and code hosts are not told the number of the object otherwise.
    for form in ["--strict", "--sarif"] {
        let said = run_with(&["validate", "-", form], text.as_bytes())
            .ended(1)
            .stdout;
        assert!(said.contains("/objects/0/created_by_ref"), "{said}");
    }
}

#[test]
fn a_finding_names_its_object_by_the_same_number_whenever_it_is_said() {
    // A comma that is missing is no object, though something is said of it.
    let one = |tail: char, more: &str| {
        format!(
            r#"{{"type":"identity","spec_version":"2.1","id":"identity--5d0092c5-5f74-4287-9642-33f4c354e56{tail}","created":"2026-01-15T00:00:00.000Z","modified":"2026-01-15T00:00:00.000Z","name":"x"{more}}}"#
        )
    };
    let refers = r#","identity_class":"club","created_by_ref":"identity--5d0092c5-5f74-4287-9642-33f4c354e565""#;
    let text = format!(
        r#"{{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","spec_version":"2.1","objects":[{} {},{}]}}"#,
        one('1', ""),
        one('2', ""),
        one('3', refers)
    );
    let ran = run_with(&["validate", "-", "--json"], text.as_bytes()).ended(1);
    let place = |code: &str| {
        let found = ran
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .find(|found| found["code"] == code)
            .unwrap();
        (found["index"].clone(), found["pointer"].clone())
    };
    let (at_once, _) = place("STIX-VOC-02");
    assert_eq!(at_once, 2);
    assert_eq!(place("STIX-REF-05"), (at_once, "/created_by_ref".into()));
    // Of the document itself.
    assert_eq!(
        place("STIX-BUNDLE-02"),
        (serde_json::Value::Null, "/spec_version".into())
    );
}

#[cfg(unix)]
#[test]
fn what_a_node_keeps_to_itself_is_not_shown() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let secret = r#"{"secret":"hush","origin":"https://centre.example"}"#;
    let good = r#"{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}"#;
    write("noroshi.db", "", 0o600);
    write("peer-secrets/one.json", secret, 0o600);
    write("serving.json", secret, 0o600);
    write(".cache/two.json", secret, 0o644);
    write("good.json", good, 0o644);
    write("closed/good.json", good, 0o600);
    let dir = folder.path().to_str().unwrap();
    let ran = run(&["validate", dir]).ended(0);
    assert!(ran.stdout.contains("2 files, 2 objects"), "{}", ran.stdout);
    assert!(ran.stdout.contains("peer-secrets"), "{}", ran.stdout);
    let ran = run(&["validate", dir, "--json"]).ended(0).json();
    assert_eq!(ran["skipped"].as_array().unwrap().len(), 3);
    // Named itself, it is judged and still not shown.
    let file = folder.path().join("peer-secrets/one.json");
    for cut in ["}", ""] {
        write("peer-secrets/one.json", &secret.replace('}', cut), 0o600);
        for form in [&[][..], &["--json"], &["--sarif"], &["--schema-compat"]] {
            let all = [&["validate", file.to_str().unwrap()], form].concat();
            let ran = run(&all).ended(1);
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains("hush"), "{said}");
        }
    }
}

#[test]
fn folders_are_read_whole_and_what_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let dir = folder.path().to_str().unwrap();
    assert!(run(&["validate", dir]).ended(2).stderr.contains(".json"));
    let good = r#"{"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}"#;
    write("a/b/one.json", good);
    write("two.JSON", good);
    write("three.jsonl", &format!("{good}\n\n"));
    write("notes.txt", "not this one");
    let ran = run(&["validate", dir]).ended(0);
    assert!(
        ran.stdout.starts_with("✓ 3 files, 3 objects, 0 errors"),
        "{}",
        ran.stdout
    );
    write("a/four.json", "{");
    run(&["validate", dir]).ended(1);
    let ran = run(&["validate", dir, "no-such-file", "--json"]).ended(2);
    assert!(
        ran.stderr.contains("cannot open `no-such-file`"),
        "{}",
        ran.stderr
    );
    let summary: serde_json::Value =
        serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(summary["files"], 4);
    assert_eq!(summary["unread"][0]["file"], "no-such-file");
    let ran = run(&["validate", "no-such-file", "--sarif"]).ended(2);
    assert_eq!(
        ran.json()["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
}

#[test]
fn what_counts_can_be_chosen() {
    let warned = r#"{"type":"identity","spec_version":"2.1","id":"identity--5d0092c5-5f74-4287-9642-33f4c354e564","created":"2026-01-15T00:00:00.000Z","modified":"2026-01-15T00:00:00.000Z","name":"x","identity_class":"club"}"#;
    let ended = |arguments: &[&str], code| {
        let mut all = vec!["validate", "-"];
        all.extend(arguments);
        run_with(&all, warned.as_bytes()).ended(code)
    };
    ended(&[], 0);
    ended(&["--strict"], 1);
    ended(&["--strict", "--disable", "identity-class"], 0);
    ended(&["--strict", "--disable", "202,213"], 0);
    ended(&["--strict", "--disable", "STIX-VOC"], 0);
    ended(&["--strict", "--enable", "malware-types"], 0);
    ended(&["--strict", "--enable", "all-vocabs"], 1);
    assert!(ended(&["--errors-only"], 0).stdout.contains(" 0 warnings"));
    assert_eq!(ended(&["--quiet", "--strict"], 1).stdout, "");
    ended(&["--interop"], 1);
    ended(&["--strict-types", "--strict-properties"], 0);
    let ran = ended(&["--disable", "no-such-check"], 2);
    assert!(ran.stderr.contains("--list-checks"), "{}", ran.stderr);
    assert!(
        run(&["validate", "--list-checks"])
            .ended(0)
            .stdout
            .contains("malware-types")
    );
    let list = run(&["validate", "--list-checks", "--lang", "ja"]).ended(0);
    testkit::golden::check(
        env!("CARGO_MANIFEST_DIR"),
        "tests/data/validate/list-checks-ja.txt",
        &list.stdout,
    );
    run(&["validate", "--list-checks", "--json"])
        .ended(0)
        .json();
    let ran = run(&["validate", BAD, "--max-findings", "2"]).ended(1);
    assert_eq!(ran.stdout.matches(" --> ").count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.contains("not shown"), "{}", ran.stdout);
}
