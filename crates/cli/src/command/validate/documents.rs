//! The documents that arguments name: files, standard input, and what is in folders.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// The documents of `arguments`, folders opened up, in the order of the arguments and then of the names.
///
/// # Errors
/// A folder that cannot be read, has too much in it or nothing to check.
pub(crate) fn documents(arguments: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for argument in arguments {
        if argument.as_os_str() != "-" && argument.is_dir() {
            let before = found.len();
            open(argument, 0, &mut found)?;
            ensure!(
                found.len() > before,
                "the folder `{}` holds no file that ends in {}",
                argument.display(),
                ENDINGS.join(", "),
            );
        } else {
            found.push(argument.clone());
        }
    }
    Ok(found)
}

fn open(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
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
    for entry in entries {
        let path = entry.path();
        // What a link points to is read where it stands: links may form circles of folders.
        if entry.file_type().with_context(unreadable)?.is_dir() {
            open(&path, depth + 1, found)?;
        } else if is_document(&path)
            // What cannot be looked at is reported when it is opened.
            && std::fs::metadata(&path).map_or(true, |found| found.is_file())
        {
            ensure!(
                found.len() < MAX_FILES,
                "there are more than {MAX_FILES} files"
            );
            found.push(path);
        }
    }
    Ok(())
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

/// Deepest nesting of folders, far beyond what people make.
const MAX_DEPTH: usize = 64;

/// Most files of one run: their names are kept in memory.
const MAX_FILES: usize = 1_000_000;
