//! Conformance cases and data that live beside the project, not in it.
//!
//! They are looked for in the folder named by `NOROSHI_SHARED`, else in `../shared` beside the project's
//! folder. A test that needs them and does not find them is skipped, and says so: see [`crate::skip`].

use std::path::PathBuf;

use crate::{setting, skip, workspace};

/// The folder in which shared files are looked for, there or not.
///
/// A relative `NOROSHI_SHARED` is relative to the project's folder.
pub fn root() -> PathBuf {
    workspace::root()
        .join(setting::read("NOROSHI_SHARED").unwrap_or_else(|| "../shared".to_owned()))
}

/// The shared file or folder `relative`, for example `corpus/jcs/input`.
///
/// Where it is absent the test is recorded as skipped and the answer is `None`:
///
/// ```no_run
/// let Some(folder) = testkit::shared::path("corpus/jcs/input") else { return };
/// ```
pub fn path(relative: &str) -> Option<PathBuf> {
    let path = root().join(relative);
    if path.exists() {
        return Some(path);
    }
    skip::because(&format!(
        "no shared `{relative}` (looked in `{}`; set NOROSHI_SHARED)",
        root().display()
    ));
    None
}
