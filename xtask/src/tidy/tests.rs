use std::collections::BTreeMap;

use super::finding::Finding;
use super::layers::{self, Dependency, Member, Table};
use super::repository::Repository;
use super::source::{self, Source};
use super::{exceptions, lengths, links, machine_paths, markdown, names, paths, purity, readmes};

fn repository(files: &[(&str, &str)]) -> Repository {
    let files: BTreeMap<_, _> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned())))
        .collect();
    Repository::of(files)
}

fn member(name: &str, normal: &[&str], dev: &[&str]) -> Member {
    let ours = |names: &[&str], dev| {
        names
            .iter()
            .map(|name| Dependency {
                name: (*name).to_owned(),
                dev,
            })
            .collect::<Vec<_>>()
    };
    Member {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        ours: [ours(normal, false), ours(dev, true)].concat(),
        others: Vec::new(),
    }
}

fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}

const TABLE: &str = "\
# Architecture

| layer | crate | job | may depend on |
| --- | --- | --- | --- |
| 0 | `base` | clock | – |
| 1 | `stix`, `pattern` | objects | base |
| 2 | `release` | gate | base, stix |
| 4 | `store` | keeps | layers 0–2 |
| 5 | `app` | use cases | all above |
| 6 | `server` | HTTP | app, base and the type crates; **never store** |
| dev | `testkit` | tests | base |

| layer | crate | job | may depend on |
| 9 | `not-read` | a second table | – |
";

fn layer_findings(table: &str, members: &[Member]) -> Vec<String> {
    let repository = repository(&[("ARCHITECTURE.md", table)]);
    lines(&layers::check(
        &Table::read(&repository).unwrap(),
        &repository,
        members,
    ))
}

fn tidy_members() -> Vec<Member> {
    vec![
        member("base", &[], &[]),
        member("stix", &["base"], &["testkit"]),
        member("pattern", &["base"], &["testkit", "base"]),
        member("release", &["base", "stix"], &["testkit", "pattern"]),
        member("store", &["release", "base"], &[]),
        member("app", &["store", "release"], &[]),
        member("server", &["app", "release", "base"], &["testkit"]),
        member("testkit", &["base"], &[]),
    ]
}

#[test]
fn a_tidy_workspace_has_no_findings() {
    assert_eq!(layer_findings(TABLE, &tidy_members()), [""; 0]);
}

#[test]
fn dependencies_against_the_table_are_found() {
    let mut members = tidy_members();
    members[0] = member("base", &["testkit"], &["stix"]);
    members[2] = member("pattern", &["stix"], &[]);
    members[3] = member("release", &["pattern"], &["store"]);
    members[6] = member("server", &[], &["store"]);
    assert_eq!(
        layer_findings(TABLE, &members),
        [
            "crates/base/Cargo.toml:1: [layers] `base` depends on `testkit`, which is in no lower layer",
            "crates/base/Cargo.toml:1: [layers] `base` may use only `testkit` and lower layers in tests, not `stix`",
            "crates/pattern/Cargo.toml:1: [layers] `pattern` depends on `stix`, which is in no lower layer",
            "crates/release/Cargo.toml:1: [layers] `release` may not depend on `pattern` by the table in ARCHITECTURE.md",
            "crates/release/Cargo.toml:1: [layers] `release` may use only `testkit` and lower layers in tests, not `store`",
            "crates/server/Cargo.toml:1: [layers] `server` must not name `store`",
        ]
    );
}

#[test]
fn the_table_and_the_workspace_name_the_same_crates() {
    let mut members = tidy_members();
    members[7] = member("hunt", &[], &[]);
    let table = TABLE.replace("| gate | base, stix |", "| gate | base, stixx |");
    assert_eq!(
        layer_findings(&table, &members),
        [
            "ARCHITECTURE.md:7: [layers] `stixx` is neither a crate nor a group of crates",
            "ARCHITECTURE.md:11: [layers] there is no crate `testkit`",
            "crates/release/Cargo.toml:1: [layers] `release` may not depend on `stix` by the table in ARCHITECTURE.md",
            "crates/hunt/Cargo.toml:1: [layers] crate `hunt` is not in the table",
        ]
    );
}

#[test]
fn a_missing_table_is_a_finding() {
    let absent = Table::read(&repository(&[])).unwrap_err();
    assert_eq!(
        absent.to_string(),
        "ARCHITECTURE.md:1: [layers] is absent: layers cannot be checked"
    );
    assert!(Table::read(&repository(&[("ARCHITECTURE.md", "# Nothing\n")])).is_err());
}

#[test]
fn comments_texts_and_tests_are_not_code() {
    let text = r##"
// one
let a = "two \" three"; /* four /* five */ */ let b = r#"six " seven"#;
let c = '"'; let d: &'static str = b"eight"; let e = '\'';
#[cfg(test)]
mod tests { fn nine() { "}" } }
#[cfg(all(test, unix))]
fn ten(a: [u8; 3]) -> u8 { a[0] }
#[cfg(not(test))]
fn eleven() {}
"##;
    let source = Source::new(text, false);
    assert_eq!(source.code().len(), text.len());
    for hidden in [
        "one", "two", "three", "four", "five", "six", "seven", "eight",
    ] {
        assert!(
            !source.code().contains(hidden),
            "{hidden} in {}",
            source.code()
        );
    }
    for shown in [
        "let a =", "let b =", "let c =", "'static", "let e =", "nine", "ten",
    ] {
        assert!(
            source.code().contains(shown),
            "no {shown} in {}",
            source.code()
        );
    }
    assert!(!source.production().contains("nine") && !source.production().contains("ten"));
    assert!(source.production().contains("eleven"));
    assert_eq!(source.production_lines(), 6);
}

#[test]
fn use_trees_are_written_out() {
    let paths: Vec<String> = source::used_paths(
        "use std::{fs, io::{self, Read as _}};\npub(crate) use a::b;\nfn house() {}",
    )
    .into_iter()
    .map(|(_, path)| path)
    .collect();
    assert_eq!(paths, ["std::fs", "std::io", "std::io::Read", "a::b"]);
}

#[test]
fn pure_crates_reach_for_nothing() {
    let mut stix = member("stix", &["base"], &[]);
    stix.others.push("tokio".to_owned());
    let impure = "\
//! Never touches std::fs.
use std::{collections::BTreeMap, fs};
use std::net::{IpAddr, UdpSocket};
fn now() -> Timestamp { jiff::Timestamp::now() }
#[cfg(test)]
mod tests { use std::env; }
#[cfg(test)]
mod cases;
";
    let repository = repository(&[
        ("ARCHITECTURE.md", TABLE),
        ("crates/stix/src/lib.rs", impure),
        ("crates/stix/src/cases.rs", "use std::fs;"),
        ("crates/stix/src/object/tests.rs", "use std::fs;"),
        ("crates/stix/tests/it/main.rs", "use std::fs;"),
        ("crates/store/src/lib.rs", "use std::fs;"),
    ]);
    let table = Table::read(&repository).unwrap();
    assert_eq!(
        lines(&purity::check(
            &table,
            &repository,
            &[stix, member("store", &[], &[])]
        )),
        [
            "crates/stix/Cargo.toml:1: [purity] `stix` is pure: no `tokio`",
            "crates/stix/src/lib.rs:2: [purity] `stix` is pure: no `std::fs`",
            "crates/stix/src/lib.rs:3: [purity] `stix` is pure: no `UdpSocket`",
            "crates/stix/src/lib.rs:4: [purity] `stix` is pure: no `Timestamp::now`",
        ]
    );
}

#[test]
fn readmes_are_there_and_shown() {
    let readme = "# x\n\nOne.\n\nTwo.\n\nThree.\n";
    let repository = repository(&[
        ("crates/base/README.md", readme),
        (
            "crates/base/src/lib.rs",
            "#![doc = include_str!(\"../README.md\")]\n",
        ),
        ("crates/stix/README.md", "# stix\n\nObjects.\n"),
        ("crates/stix/src/lib.rs", "//! Objects.\n"),
        ("crates/cli/src/main.rs", "//! The binary.\n"),
    ]);
    let members = [
        member("base", &[], &[]),
        member("stix", &[], &[]),
        member("cli", &[], &[]),
    ];
    assert_eq!(
        lines(&readmes::check(&repository, &members)),
        [
            "crates/stix/README.md:1: [readmes] says too little: what the crate is, its main types, its invariants",
            "crates/stix/src/lib.rs:1: [readmes] lacks `#![doc = include_str!(\"../README.md\")]`",
            "crates/cli/README.md:1: [readmes] is absent",
        ]
    );
}

#[test]
fn paths_in_architecture_exist() {
    let text = "\
`crates/base/src/lib.rs`, `crates/base/`, `lib.rs`, `crates/*/src`, `README.md`
`crates/base/src/gone.rs` `gone.rs` `web/` `docs/gone.md`
`application/json` `std::fs` `a/b` `../shared/style.md` `x <y.rs>`
```
`crates/in/a/block.rs`
```
";
    let repository = repository(&[
        ("ARCHITECTURE.md", text),
        ("README.md", ""),
        ("crates/base/src/lib.rs", ""),
    ]);
    assert_eq!(
        lines(&paths::check(&repository)),
        [
            "ARCHITECTURE.md:2: [paths] `crates/base/src/gone.rs` does not exist",
            "ARCHITECTURE.md:2: [paths] `gone.rs` does not exist",
            "ARCHITECTURE.md:2: [paths] `web/` does not exist",
            "ARCHITECTURE.md:2: [paths] `docs/gone.md` does not exist",
        ]
    );
}

#[test]
fn long_files_are_listed_with_reasons() {
    let long = "fn a() {}\n".repeat(601);
    let tested = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        "fn a() {}\n".repeat(600),
        "fn b() {}\n".repeat(50)
    );
    let list = "\
# comment
crates/a/src/listed.rs generated from the standard's table
crates/a/src/tested.rs used to be long
crates/a/src/gone.rs was removed
crates/a/src/unreasoned.rs
";
    let repository = repository(&[
        ("crates/a/src/long.rs", &long),
        ("crates/a/src/listed.rs", &long),
        ("crates/a/src/unreasoned.rs", &long),
        ("crates/a/src/tested.rs", &tested),
        ("crates/a/src/long/tests.rs", &long),
        ("xtask/long-files.txt", list),
    ]);
    assert_eq!(
        lines(&lengths::check(&repository)),
        [
            "xtask/long-files.txt:5: [lengths] `crates/a/src/unreasoned.rs` has no reason",
            "crates/a/src/long.rs:1: [lengths] 601 lines without tests, over 600: split it, or list it in xtask/long-files.txt",
            "xtask/long-files.txt:3: [lengths] `crates/a/src/tested.rs` has only 600 lines: take it off",
            "xtask/long-files.txt:4: [lengths] there is no `crates/a/src/gone.rs`",
        ]
    );
}

#[test]
fn exceptions_have_reasons() {
    let text = r#"
#![expect(missing_docs)]
#[expect(clippy::panic, reason = "the invariant")]
#[expect(
    clippy::expect_used,
    reason = ""
)]
#[allow(dead_code)]
#[cfg_attr(test, allow(dead_code, reason = "tests"))]
#[cfg_attr(test, expect(dead_code))]
fn f() { x.expect("allow"); /* #[allow(x)] */ }
"#;
    let repository = repository(&[("crates/a/src/lib.rs", text)]);
    let allow = "[exceptions] `allow` stays when it is not needed any more: use `expect`";
    let reason = "[exceptions] `expect` without a reason";
    assert_eq!(
        lines(&exceptions::check(&repository)),
        [
            format!("crates/a/src/lib.rs:2: {reason}"),
            format!("crates/a/src/lib.rs:4: {reason}"),
            format!("crates/a/src/lib.rs:8: {allow}"),
            format!("crates/a/src/lib.rs:9: {allow}"),
            format!("crates/a/src/lib.rs:10: {reason}"),
        ]
    );
}

#[test]
fn links_lead_somewhere() {
    let text = "\
# To add a crate
[a](../b/README.md#c--d) [b](https://example.org/x) [c](#to-add-a-crate) ![d](/top.png) `[e](gone)`
[f](gone.md) [g](../b/README.md#gone) [h](../../../out.md) [`Clock`](clock::Clock) [`Clock`](Clock)
[i]: gone/
[^1]: a note
";
    let repository = repository(&[
        ("docs/a/README.md", text),
        ("docs/b/README.md", "## C & D\n"),
        ("top.png", ""),
    ]);
    assert_eq!(
        lines(&links::check(&repository)),
        [
            "docs/a/README.md:3: [links] `gone.md` leads nowhere",
            "docs/a/README.md:3: [links] `docs/b/README.md` has no heading `#gone`",
            "docs/a/README.md:3: [links] `../../../out.md` leads nowhere",
            "docs/a/README.md:4: [links] `gone/` leads nowhere",
        ]
    );
}

#[test]
fn anchors_are_as_on_github() {
    let text = "# A `b` c\n## 日本語 (ja)\n## Same\n## Same\n```\n# not\n```\n#not\n";
    assert_eq!(
        markdown::anchors(text),
        ["a-b-c", "日本語-ja", "same", "same-1"]
    );
}

#[test]
fn names_say_something() {
    let repository = repository(&[
        ("crates/a/src/utils.rs", ""),
        ("crates/a/tests/common/mod.rs", ""),
        ("crates/common_words/src/lib.rs", ""),
    ]);
    assert_eq!(
        lines(&names::check(&repository)),
        [
            "crates/a/src/utils.rs:1: [names] `utils` does not say what is in it",
            "crates/a/tests/common/mod.rs:1: [names] `common` does not say what is in it",
        ]
    );
}

#[test]
fn machine_paths_are_found() {
    // Put together here, so that this text holds none itself.
    let [scratch, work] = ["tmp", "work"].map(|name| format!("/{name}/"));
    let text = format!("see `{scratch}x` and {work}main\nsee ..{work}x and crates{scratch}x\n");
    let repository = repository(&[("a.md", &text)]);
    assert_eq!(
        lines(&machine_paths::check(&repository)),
        [
            format!("a.md:1: [machine-paths] `{scratch}` is a path of one machine"),
            format!("a.md:1: [machine-paths] `{work}` is a path of one machine"),
        ]
    );
}
