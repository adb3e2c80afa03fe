//! Links between the project's Markdown files lead somewhere.

use super::finding::Finding;
use super::markdown;
use super::repository::{self, Repository};

const RULE: &str = "links";

/// Looks at inline links, images and link definitions; links to other sites are not followed.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repository.markdown() {
        for (line, content) in markdown::prose(text) {
            let content = markdown::without_code(content);
            for target in targets(&content) {
                if let Some(message) = broken(path, target, repository) {
                    findings.push(Finding::new(path, line, RULE, message));
                }
            }
        }
    }
    findings
}

/// Targets of `[…](target "title")` and `[…]: target`.
fn targets(line: &str) -> Vec<&str> {
    let mut targets: Vec<&str> = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .collect();
    if let Some((label, target)) = line.split_once("]: ")
        && label.starts_with('[')
        && !label.starts_with("[^")
    {
        targets.extend(target.split_whitespace().next());
    }
    targets
        .into_iter()
        .map(|target| target.trim_start_matches('<').trim_end_matches('>'))
        .collect()
}

fn broken(from: &str, target: &str, repository: &Repository) -> Option<String> {
    let elsewhere =
        target.contains("://") || target.starts_with("mailto:") || target.starts_with("data:");
    // Paths of Rust items in a crate's README.md are rustdoc's to check.
    let item = target.contains("::")
        || !target.is_empty() && target.chars().all(|c| c.is_alphanumeric() || c == '_');
    if elsewhere || item && !repository.has(&resolve(from, target)) {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() {
        from.to_owned()
    } else {
        resolve(from, file)
    };
    if path.starts_with("../") || !repository.has(&path) {
        return Some(format!("`{target}` leads nowhere"));
    }
    let text = repository
        .text(&path)
        .filter(|_| repository::has_extension(&path, "md"))?;
    let known = anchor.is_empty() || markdown::anchors(text).iter().any(|known| known == anchor);
    (!known).then(|| format!("`{path}` has no heading `#{anchor}`"))
}

/// The path that `target` means in the file `from`; it begins with `../` where it leaves the project.
fn resolve(from: &str, target: &str) -> String {
    let (start, target) = match target.strip_prefix('/') {
        Some(rooted) => ("", rooted),
        None => (
            from.rsplit_once('/').map_or("", |(folder, _)| folder),
            target,
        ),
    };
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
