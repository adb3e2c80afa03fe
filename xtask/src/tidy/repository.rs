//! The project's files in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::source::Source;

/// Every file by its path from the project's folder, with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// The text of files that some rule reads; none of others.
    files: BTreeMap<String, Option<String>>,
    folders: BTreeSet<String>,
    sources: BTreeMap<String, Source>,
}

impl Repository {
    /// Reads what is in `root`, without what is built or fetched.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files)?;
        Ok(Self::of(files))
    }

    /// A repository of `files`.
    pub(crate) fn of(files: BTreeMap<String, Option<String>>) -> Self {
        let mut folders = BTreeSet::new();
        for path in files.keys() {
            let mut rest = path.as_str();
            while let Some((folder, _)) = rest.rsplit_once('/') {
                folders.insert(folder.to_owned());
                rest = folder;
            }
        }
        let test_files = test_modules(&files);
        let sources = files
            .iter()
            .filter(|(path, _)| has_extension(path, "rs"))
            .filter_map(|(path, text)| Some((path, text.as_ref()?)))
            .map(|(path, text)| {
                (
                    path.clone(),
                    Source::new(text, test_files.contains(path) || is_test_path(path)),
                )
            })
            .collect();
        Self {
            files,
            folders,
            sources,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The text of `path`, none where it is absent or not read.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether `path` is a file or a folder.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty() || self.files.contains_key(path) || self.folders.contains(path)
    }

    /// Rust sources with their paths.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources
            .iter()
            .map(|(path, source)| (path.as_str(), source))
    }

    /// Markdown texts with their paths.
    pub(crate) fn markdown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(|(path, _)| has_extension(path, "md"))
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// The line of the first line of `path` that begins with `start`; 1 where none does.
    pub(crate) fn line_beginning(&self, path: &str, start: &str) -> usize {
        self.text(path)
            .and_then(|text| {
                text.lines()
                    .position(|line| line.trim_start().starts_with(start))
            })
            .map_or(1, |at| at + 1)
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Option<String>>,
) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !is_built(&path) {
                read_folder(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if kind.is_file() {
            let read = ["rs", "md", "toml", "txt"]
                .iter()
                .any(|extension| has_extension(&path, extension));
            let text = if read {
                fs::read_to_string(entry.path()).ok()
            } else {
                None
            };
            files.insert(path, text);
        }
    }
    Ok(())
}

/// Folders that hold nothing of the project: see `.gitignore`.
fn is_built(path: &str) -> bool {
    matches!(path, ".git" | "target" | "fuzz/target" | "fuzz/artifacts")
}

pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

/// Whether a Rust file is a test, bench or example by where it stands.
fn is_test_path(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path
            .split('/')
            .any(|part| matches!(part, "tests" | "benches" | "examples"))
}

/// Files of modules that are declared under `#[cfg(test)]`, whatever their name.
fn test_modules(files: &BTreeMap<String, Option<String>>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in files {
        let Some(text) = text.as_ref().filter(|_| has_extension(path, "rs")) else {
            continue;
        };
        let Some((folder, file)) = path.rsplit_once('/') else {
            continue;
        };
        let own = match file {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
            _ => path.trim_end_matches(".rs").to_owned(),
        };
        for module in Source::new(text, false).test_modules() {
            found.insert(format!("{own}/{module}.rs"));
            found.insert(format!("{own}/{module}/mod.rs"));
            let inner = format!("{own}/{module}/");
            found.extend(
                files
                    .keys()
                    .filter(|path| path.starts_with(&inner))
                    .cloned(),
            );
        }
    }
    found
}
