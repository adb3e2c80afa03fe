//! Where the node of a folder listens, left in the folder by `serve` for the other commands.
//!
//! INVARIANT: who serves holds a lock on the file, and the system lets go of it however the process ends: a file that
//! is not locked is stale and says nothing.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// What `serve` left; taken back at its end.
#[derive(Debug)]
pub(crate) struct Whereabouts {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Whereabouts {
    /// Leaves where this process listens; nothing where another one serves the same folder.
    pub(crate) fn leave(dir: &Path, address: SocketAddr, url: &str) -> Result<Option<Self>> {
        let path = dir.join(NAME);
        let cannot = || format!("cannot write `{}`", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        let text = json!({ "pid": std::process::id(), "address": address.to_string(), "url": url });
        file.set_len(0).with_context(cannot)?;
        writeln!(file, "{text}").with_context(cannot)?;
        Ok(Some(Self { path, _file: file }))
    }

    /// Takes it back.
    pub(crate) fn take_back(self) {
        // What stays is stale, since nobody locks it.
        let _ = fs::remove_file(&self.path);
    }
}

/// The URL of the process that serves the node in `dir`; none where none does.
pub(crate) fn url(dir: &Path) -> Option<String> {
    let file = File::open(dir.join(NAME)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        // Nobody holds it, or nobody knows.
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    Some(value.get("url")?.as_str()?.to_owned())
}

/// The file in the node's folder.
const NAME: &str = "serving.json";

/// More than any URL that a browser takes.
const MAX_BYTES: u64 = 64 * 1024;
