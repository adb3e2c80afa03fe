//! An exception from a lint is `#[expect(…, reason = "…")]`: it says why, and goes when it is not needed.

use super::finding::Finding;
use super::repository::Repository;
use super::source::{self, Source};

const RULE: &str = "exceptions";

/// Looks at every attribute, of tests too.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in repository.sources() {
        for (line, message) in exceptions(source) {
            findings.push(Finding::new(path, line, RULE, message));
        }
    }
    findings
}

fn exceptions(source: &Source) -> Vec<(usize, &'static str)> {
    let code = source.code();
    let mut found = Vec::new();
    for (at, _) in code.match_indices('#') {
        // `#[…]` or `#![…]`
        let Some(start) = code
            .get(at..)
            .and_then(|rest| rest.find('['))
            .filter(|length| *length <= 2)
            .map(|n| at + n)
        else {
            continue;
        };
        if !matches!(code.get(at..start), Some("#" | "#!")) {
            continue;
        }
        let Some(rest) = code.get(start..) else {
            continue;
        };
        let Some(attribute) = source::bracketed(rest).and_then(|end| rest.get(..end)) else {
            continue;
        };
        let name: String = attribute
            .chars()
            .skip(1)
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if !matches!(name.as_str(), "allow" | "cfg_attr" | "expect") {
            continue;
        }
        found.extend(
            source::occurrences(attribute, "allow")
                .map(|within| (source.line(start + within), ALLOW)),
        );
        for within in source::occurrences(attribute, "expect") {
            let offset = start + within + "expect".len();
            let Some(length) = code.get(offset..).and_then(source::bracketed) else {
                continue;
            };
            if !has_reason(
                source
                    .text()
                    .get(offset..offset + length)
                    .unwrap_or_default(),
            ) {
                found.push((source.line(offset), "`expect` without a reason"));
            }
        }
    }
    found
}

/// Whether `reason = "…"` says something.
fn has_reason(arguments: &str) -> bool {
    let Some((_, after)) = arguments.rsplit_once("reason") else {
        return false;
    };
    let Some(value) = after.trim_start().strip_prefix('=') else {
        return false;
    };
    value.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST_REASON
}

/// Letters: `FFI` is a reason of sorts, `x` is not.
const SHORTEST_REASON: usize = 3;

const ALLOW: &str = "`allow` stays when it is not needed any more: use `expect`";
