//! Every crate says in its README.md what it is, and rustdoc shows it.

use super::finding::Finding;
use super::layers::Member;
use super::repository::Repository;

const RULE: &str = "readmes";

/// Fewer lines of text than this say nothing: a title, what it is, what holds.
const LEAST_LINES: usize = 4;

/// Looks at every crate's README.md and the head of its library.
pub(crate) fn check(repository: &Repository, members: &[Member]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        let readme = format!("{}/README.md", member.folder);
        match repository
            .text(&readme)
            .map(|text| text.lines().filter(|line| !line.trim().is_empty()).count())
        {
            None => findings.push(Finding::new(&readme, 1, RULE, "is absent")),
            Some(lines) if lines < LEAST_LINES => {
                let message = "says too little: what the crate is, its main types, its invariants";
                findings.push(Finding::new(&readme, 1, RULE, message));
            }
            Some(_) => {}
        }
        let library = format!("{}/src/lib.rs", member.folder);
        if repository
            .text(&library)
            .is_some_and(|text| !text.contains("#![doc = include_str!(\"../README.md\")]"))
        {
            let message = "lacks `#![doc = include_str!(\"../README.md\")]`";
            findings.push(Finding::new(&library, 1, RULE, message));
        }
    }
    findings
}
