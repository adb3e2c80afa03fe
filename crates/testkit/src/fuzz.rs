//! The inputs that fuzzing found, fed to the parser by the ordinary tests.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// The folder `fuzz/corpus/<target>` of the project.
pub fn corpus(target: &str) -> PathBuf {
    workspace::root().join("fuzz").join("corpus").join(target)
}

/// Feeds the bytes of every file in `folder` to `parse`, in the order of the names; answers how many they were.
///
/// ```no_run
/// testkit::fuzz::replay(&testkit::fuzz::corpus("pattern_parse"), |bytes| {
///     let _ = std::str::from_utf8(bytes);
/// });
/// ```
///
/// # Panics
///
/// Where `parse` does, after naming the file on standard error; where the folder is unreadable or has no
/// file, so that a wrong path is not a green test.
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn replay(folder: &Path, mut parse: impl FnMut(&[u8])) -> usize {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => panic!("cannot read `{}`: {error}", folder.display()),
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no file in `{}`", folder.display());
    for path in &paths {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => panic!("cannot read `{}`: {error}", path.display()),
        };
        let named = NamedInput { path };
        parse(&bytes);
        drop(named);
    }
    paths.len()
}

/// Names the input when it is dropped by a panic.
struct NamedInput<'a> {
    path: &'a Path,
}

impl Drop for NamedInput<'_> {
    #[expect(clippy::print_stderr, reason = "for whoever runs the tests")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("input: `{}`", self.path.display());
        }
    }
}
