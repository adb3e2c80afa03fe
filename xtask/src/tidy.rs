//! `cargo xtask tidy`: what compilers do not check.
//!
//! Each rule is a module with a function from the [`repository::Repository`] to
//! [`finding::Finding`]s; nothing else reads files, so the tests run on repositories made of strings.

mod exceptions;
mod finding;
mod layers;
mod lengths;
mod links;
mod machine_paths;
mod markdown;
mod names;
mod paths;
mod purity;
mod readmes;
mod repository;
mod source;
#[cfg(test)]
mod tests;

use anyhow::Result;

use crate::workspace;
use finding::Finding;
use layers::Member;
use repository::Repository;

/// Prints every finding as `file:line: [rule] message`.
pub(crate) fn run() -> Result<bool> {
    let root = workspace::root();
    let repository = Repository::read(&root)?;
    let members = Member::all(&workspace::metadata()?);
    let findings = findings(&repository, &members);
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "tidy: {} in {} files of {} crates",
        if findings.is_empty() {
            "nothing found".to_owned()
        } else {
            format!("{} findings", findings.len())
        },
        repository.count(),
        members.len()
    );
    Ok(findings.is_empty())
}

/// The findings of all rules, sorted by place.
fn findings(repository: &Repository, members: &[Member]) -> Vec<Finding> {
    let table = layers::Table::read(repository);
    let mut findings = Vec::new();
    match &table {
        Ok(table) => {
            findings.extend(layers::check(table, repository, members));
            findings.extend(purity::check(table, repository, members));
        }
        Err(finding) => findings.push(finding.clone()),
    }
    findings.extend(readmes::check(repository, members));
    findings.extend(paths::check(repository));
    findings.extend(lengths::check(repository));
    findings.extend(exceptions::check(repository));
    findings.extend(links::check(repository));
    findings.extend(names::check(repository));
    findings.extend(machine_paths::check(repository));
    findings.sort();
    findings
}
