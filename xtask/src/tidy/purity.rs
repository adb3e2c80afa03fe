//! Layers 0 to 3 take bytes, a clock and an id source, and give values: they reach for nothing themselves.

use super::finding::Finding;
use super::layers::{Layer, Member, Table};
use super::repository::Repository;
use super::source::{self, Source};

const RULE: &str = "purity";

/// The highest layer that is pure.
const PURE: Layer = Layer::Number(3);

/// Paths, and everything below them, that reach outside.
const OUTSIDE: [&str; 11] = [
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::os",
    "std::process",
    "std::thread::sleep",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
];

/// Parts of paths that reach outside, however the rest was imported. Addresses of `std::net` are only values.
const CALLS: [&str; 12] = [
    "Instant::now",
    "SystemTime::now",
    "TcpListener",
    "TcpStream",
    "Timestamp::now",
    "ToSocketAddrs",
    "UdpSocket",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "Zoned::now",
    "getrandom",
    "thread::sleep",
];

/// Crates of others that exist to reach outside.
const CRATES: [&str; 10] = [
    "axum",
    "getrandom",
    "indicatif",
    "rand",
    "rusqlite",
    "tempfile",
    "tokio",
    "tower-http",
    "tracing-subscriber",
    "ureq",
];

/// Looks through the production code and the manifests of the pure crates.
pub(crate) fn check(table: &Table, repository: &Repository, members: &[Member]) -> Vec<Finding> {
    let layers = table.layers();
    let mut findings = Vec::new();
    for member in members.iter().filter(|member| {
        layers
            .get(member.name.as_str())
            .is_some_and(|layer| *layer <= PURE)
    }) {
        let manifest = member.manifest();
        for name in member
            .others
            .iter()
            .filter(|name| CRATES.contains(&name.as_str()))
        {
            let line = repository.line_beginning(&manifest, name);
            findings.push(Finding::new(
                &manifest,
                line,
                RULE,
                format!("`{}` is pure: no `{name}`", member.name),
            ));
        }
        let folder = format!("{}/src/", member.folder);
        for (path, source) in repository
            .sources()
            .filter(|(path, _)| path.starts_with(&folder))
        {
            for (line, what) in reached(source) {
                findings.push(Finding::new(
                    path,
                    line,
                    RULE,
                    format!("`{}` is pure: no `{what}`", member.name),
                ));
            }
        }
    }
    findings
}

/// Lines that reach outside, and for what, each once.
fn reached(source: &Source) -> Vec<(usize, &'static str)> {
    let code = source.production();
    let mut found = Vec::new();
    for outside in OUTSIDE.into_iter().chain(CALLS) {
        found.extend(source::occurrences(code, outside).map(|at| (source.line(at), outside)));
    }
    for (at, path) in source::used_paths(code) {
        for outside in OUTSIDE {
            if path
                .strip_prefix(outside)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            {
                found.push((source.line(at), outside));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
