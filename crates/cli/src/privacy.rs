//! Whether the node's files are its owner's alone: whoever can read the database reads everything.

use std::fs::DirBuilder;
use std::io;
use std::path::Path;

use app::node::DATABASE;

/// Creates a folder for a node, its owner's alone whatever the umask; one that is there stays as it is.
pub(crate) fn create_folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent() {
        std::fs::create_dir_all(above)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(dir) {
        // Another command was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// What of the node in `dir` other users of this machine may open, each with the command that mends it.
#[cfg(unix)]
pub(crate) fn problems(dir: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;

    let beside = |ending: &str| dir.join(format!("{DATABASE}{ending}"));
    let folder = (dir.to_owned(), "700");
    let files = ["", "-wal", "-shm"].map(|ending| (beside(ending), "600"));
    let mut problems = Vec::new();
    for (path, wanted) in std::iter::once(folder).chain(files) {
        // What is not there is nobody's.
        let Ok(found) = std::fs::metadata(&path) else {
            continue;
        };
        let mode = found.permissions().mode() & 0o777;
        if is_open(mode) {
            let path = path.display();
            problems.push(format!(
                "other users of this machine may open `{path}` (mode {mode:o}): run `chmod {wanted} {path}`"
            ));
        }
    }
    problems
}

/// Whether a mode gives anything to the group or to others.
#[cfg(unix)]
pub(crate) fn is_open(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// Elsewhere access is decided in other ways.
#[cfg(not(unix))]
pub(crate) fn problems(_dir: &Path) -> Vec<String> {
    Vec::new()
}
