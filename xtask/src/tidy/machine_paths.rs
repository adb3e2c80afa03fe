//! Documents name no folder of somebody's machine.

use super::finding::Finding;
use super::repository::Repository;

const RULE: &str = "machine-paths";

/// Folders at the root of a machine in which people keep what is theirs.
const FOLDERS: [&str; 4] = ["home", "root", "tmp", "work"];

/// Looks at all Markdown, code blocks included.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.markdown() {
        for (at, line) in text.lines().enumerate() {
            for folder in FOLDERS.map(|name| format!("/{name}/")) {
                // With a name or dots before it, it is a relative path.
                let absolute = line.match_indices(&folder).any(|(offset, _)| {
                    let before = line
                        .get(..offset)
                        .and_then(|before| before.chars().next_back());
                    !before
                        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
                });
                if absolute {
                    findings.push(Finding::new(
                        path,
                        at + 1,
                        RULE,
                        format!("`{folder}` is a path of one machine"),
                    ));
                }
            }
        }
    }
    findings
}
