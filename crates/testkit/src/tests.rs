use base::clock::Clock as _;
use base::id_source::IdSource as _;

use crate::{fuzz, golden, known, skip, time, workspace};

#[test]
fn difference_shows_changed_lines_with_context() {
    let expected = "a\nb\nc\nd\ne\nf\ng\n";
    let actual = "a\nb\nc\nD\ne\nf\ng\nh";
    assert_eq!(
        golden::difference(expected, actual),
        "\
⋮
      2 │ b
      3 │ c
-     4 │ d
+     4 │ D
      5 │ e
      6 │ f
      7 │ g
+     8 │ h (no line feed)
"
    );
}

#[test]
fn difference_of_texts_beyond_the_table_is_everything() {
    let expected = "a\n".repeat(5_000);
    let actual = "b\n".repeat(5_000);
    assert!(golden::difference(&expected, &actual).ends_with("(more lines differ)\n"));
}

#[test]
fn golden_compares_and_updates() {
    let folder = std::env::temp_dir().join(format!("noroshi-testkit-{}", std::process::id()));
    let path = folder.join("deeper/expected.txt");
    let absent = golden::compare(&path, "one\n", false).unwrap_err();
    assert!(absent.contains("is absent"), "{absent}");
    golden::compare(&path, "one\n", true).unwrap();
    golden::compare(&path, "one\n", false).unwrap();
    let differs = golden::compare(&path, "two\n", false).unwrap_err();
    assert!(
        differs.contains("-     1 │ one\n+     1 │ two\n"),
        "{differs}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_skip_is_one_line() {
    assert_eq!(
        skip::record("stix a::b", "no\nfile\there"),
        "stix a::b\tno file here\n"
    );
}

#[test]
fn clock_and_ids_are_the_same_in_every_run() {
    assert_eq!(time::clock().now().to_string(), "2026-01-15T09:00:00Z");
    let ids = time::ids();
    assert_eq!(
        ids.uuid().to_string(),
        "00000000-0000-4000-8000-000000000001"
    );
    assert_eq!(
        ids.uuid().to_string(),
        "00000000-0000-4000-8000-000000000002"
    );
}

#[test]
fn the_workspace_root_has_the_root_manifest() {
    let manifest = std::fs::read_to_string(workspace::root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("[workspace]"));
}

#[test]
fn replay_feeds_every_file() {
    let mut seen = Vec::new();
    let count = fuzz::replay(&workspace::root().join("crates/testkit/src"), |bytes| {
        seen.push(bytes.len());
    });
    assert_eq!(count, seen.len());
    assert!(count > 5);
}

#[test]
#[should_panic(expected = "no file in")]
fn replay_of_nothing_fails() {
    fuzz::replay(&workspace::root().join("crates"), |_| {});
}

fn failures() -> known::Failures {
    known::Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/data/known-failures.txt")
}

#[test]
fn listed_failures_are_expected() {
    let mut known = failures();
    known.case("a", Ok(()));
    known.case("b", Err("as listed".to_owned()));
    assert_eq!(
        known.finish(),
        known::Tally {
            passed: 1,
            listed: 1
        }
    );
}

#[test]
#[should_panic(expected = "- a: new failure")]
fn a_failure_that_is_not_listed_fails() {
    let mut known = failures();
    known.case("b", Err("as listed".to_owned()));
    known.case("a", Err("new failure".to_owned()));
    known.finish();
}

#[test]
#[should_panic(expected = "- b: passes, take it off the list")]
fn a_listed_case_that_passes_fails() {
    let mut known = failures();
    known.case("b", Ok(()));
    known.finish();
}

#[test]
#[should_panic(expected = "- b: listed, but the suite has no such case")]
fn a_listed_case_that_is_gone_fails() {
    failures().finish();
}
