//! Paths that ARCHITECTURE.md names exist.

use super::finding::Finding;
use super::layers;
use super::markdown;
use super::repository::Repository;

const RULE: &str = "paths";

/// Looks at every code span that reads like a path of this project.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(text) = repository.text(layers::FILE) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (line, content) in markdown::prose(text) {
        for span in markdown::code_spans(content) {
            if let Some(path) = path_in(span, repository)
                && !exists(&path, repository)
            {
                findings.push(Finding::new(
                    layers::FILE,
                    line,
                    RULE,
                    format!("`{path}` does not exist"),
                ));
            }
        }
    }
    findings
}

/// The path that a code span names, up to a wildcard; none where it reads like something else.
fn path_in(span: &str, repository: &Repository) -> Option<String> {
    let foreign = [' ', '<', '>', '(', '=', '$', '"', '{', '…', '~'];
    if span.contains("::")
        || span.contains("://")
        || span.contains(foreign)
        || span.starts_with(['/', '-', '#', '@'])
    {
        return None;
    }
    // What lies beside the project is not ours to check.
    if span.starts_with("../") {
        return None;
    }
    let span = span.trim_start_matches("./");
    let known_ending = [".rs", ".md", ".toml", ".sql", ".html", ".css", ".js"]
        .iter()
        .any(|ending| span.ends_with(ending));
    let (first, rest) = span.split_once('/').unwrap_or((span, ""));
    let begins_here = !rest.is_empty() && repository.has(first);
    if !(known_ending || begins_here || span.ends_with('/') && !first.is_empty()) {
        return None;
    }
    let fixed: Vec<&str> = span
        .split('/')
        .take_while(|part| !part.contains('*'))
        .collect();
    Some(fixed.join("/"))
}

/// A path counts from the project's folder; a bare file name may stand anywhere.
fn exists(path: &str, repository: &Repository) -> bool {
    repository.has(path)
        || !path.contains('/')
            && repository
                .paths()
                .any(|known| known.rsplit('/').next() == Some(path))
}
