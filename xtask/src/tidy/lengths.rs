//! A long Rust file is split, or is listed with a reason.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::repository::Repository;

const RULE: &str = "lengths";

/// Longest file, in lines without its tests: more than one noun is hard to keep in less.
const LONGEST: usize = 600;

/// The list: a path, a space and a reason a line; `#` begins a comment.
const LIST: &str = "xtask/long-files.txt";

/// Compares the files with the list.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in repository
        .text(LIST)
        .unwrap_or_default()
        .lines()
        .enumerate()
    {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (path, reason) = line.split_once(' ').unwrap_or((line, ""));
        if reason.trim().is_empty() {
            findings.push(Finding::new(
                LIST,
                at + 1,
                RULE,
                format!("`{path}` has no reason"),
            ));
        }
        if listed.insert(path, at + 1).is_some() {
            findings.push(Finding::new(
                LIST,
                at + 1,
                RULE,
                format!("`{path}` stands twice"),
            ));
        }
    }
    for (path, source) in repository.sources() {
        let lines = source.production_lines();
        match (lines > LONGEST, listed.remove(path)) {
            (true, None) => {
                let message = format!(
                    "{lines} lines without tests, over {LONGEST}: split it, or list it in {LIST}"
                );
                findings.push(Finding::new(path, 1, RULE, message));
            }
            (false, Some(line)) => {
                findings.push(Finding::new(
                    LIST,
                    line,
                    RULE,
                    format!("`{path}` has only {lines} lines: take it off"),
                ));
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    for (path, line) in listed {
        findings.push(Finding::new(
            LIST,
            line,
            RULE,
            format!("there is no `{path}`"),
        ));
    }
    findings
}
