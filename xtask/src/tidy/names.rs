//! A file is named for what it holds.

use super::finding::Finding;
use super::repository::{self, Repository};

const RULE: &str = "names";

/// Names that say only that nobody found a name.
const EMPTY: [&str; 7] = [
    "common",
    "helper",
    "helpers",
    "misc",
    "shared_utils",
    "util",
    "utils",
];

/// Looks at Rust files and their folders.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in repository
        .paths()
        .filter(|path| repository::has_extension(path, "rs"))
    {
        let stem = path.trim_end_matches(".rs");
        if let Some(name) = stem.split('/').find(|part| EMPTY.contains(part)) {
            findings.push(Finding::new(
                path,
                1,
                RULE,
                format!("`{name}` does not say what is in it"),
            ));
        }
    }
    findings
}
