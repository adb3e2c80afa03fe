//! The documents that arguments name: files, standard input, and what is in folders.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use app::node::DATABASE;

use crate::privacy;

/// What arguments name.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    /// The documents, in the order of the arguments and then of the names.
    pub(crate) found: Vec<PathBuf>,
    /// What of folders was not looked into: hidden folders, and what a node keeps to itself.
    pub(crate) skipped: Vec<PathBuf>,
}

/// The documents of `arguments`, folders opened up. What is named itself is never skipped.
///
/// # Errors
/// A folder that cannot be read, has too much in it or nothing to check.
pub(crate) fn documents(arguments: &[PathBuf]) -> Result<Documents> {
    let mut documents = Documents::default();
    for argument in arguments {
        if argument.as_os_str() != "-" && argument.is_dir() {
            let before = documents.found.len();
            open(argument, 0, &mut documents)?;
            ensure!(
                documents.found.len() > before,
                "the folder `{}` holds no file that ends in {}",
                argument.display(),
                ENDINGS.join(", "),
            );
        } else {
            documents.found.push(argument.clone());
        }
    }
    Ok(documents)
}

fn open(folder: &Path, depth: usize, documents: &mut Documents) -> Result<()> {
    let name = folder.display();
    ensure!(
        depth < MAX_DEPTH,
        "`{name}` is nested deeper than {MAX_DEPTH} folders"
    );
    let unreadable = || format!("cannot read the folder `{name}`");
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        ensure!(
            entries.len() < MAX_FILES,
            "`{name}` holds more than {MAX_FILES} entries"
        );
        entries.push(entry.with_context(unreadable)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let is_node = folder.join(DATABASE).exists();
    for entry in entries {
        let path = entry.path();
        // What a link points to is read where it stands: links may form circles of folders.
        if entry.file_type().with_context(unreadable)?.is_dir() {
            let name = entry.file_name();
            if name == SECRETS || name.to_string_lossy().starts_with('.') {
                documents.skipped.push(path);
            } else {
                open(&path, depth + 1, documents)?;
            }
        } else if is_document(&path)
            // What cannot be looked at is reported when it is opened.
            && std::fs::metadata(&path).map_or(true, |found| found.is_file())
        {
            ensure!(
                documents.found.len() < MAX_FILES,
                "there are more than {MAX_FILES} files"
            );
            if is_node && is_private(&path) {
                documents.skipped.push(path);
            } else {
                documents.found.push(path);
            }
        }
    }
    Ok(())
}

/// Whether nobody but its owner may read a file: beside a database a node keeps so what is nobody else's.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    std::fs::metadata(path).is_ok_and(|found| !privacy::is_open(found.permissions().mode()))
}

#[cfg(not(unix))]
fn is_private(_path: &Path) -> bool {
    true
}

fn is_document(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What files in a folder are called that hold objects; each with `.gz` after it too.
const ENDINGS: &[&str] = &[".json", ".jsonl", ".ndjson"];

/// The folder beside a node's database in which credentials are kept.
const SECRETS: &str = "peer-secrets";

/// Deepest nesting of folders, far beyond what people make.
const MAX_DEPTH: usize = 64;

/// Most files of one run: their names are kept in memory.
const MAX_FILES: usize = 1_000_000;
