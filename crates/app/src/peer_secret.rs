//! What a peer must not be told by us of others, and nobody of it: its credentials, in a file beside the database.
//!
//! INVARIANTS: they are in no database and so in no copy of one; the file is its owner's alone; nothing prints them;
//! they go to no other server than the one for which they were given.

use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use taxii::client::origin;
use uuid::Uuid;

/// Credentials towards a peer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PeerSecrets {
    /// The bearer token, or the password where there is a user.
    pub secret: Option<String>,
    /// The client certificate and those that vouch for it, PEM.
    pub certificates: Option<String>,
    /// The private key of the client certificate, PEM.
    pub key: Option<String>,
}

impl fmt::Debug for PeerSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerSecrets")
    }
}

impl PeerSecrets {
    /// Writes them for a peer at `url`, all or nothing.
    pub(crate) fn save(&self, dir: &Path, peer: Uuid, url: &str) -> std::io::Result<()> {
        let folder = dir.join(FOLDER);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let text = json!({
            "secret": self.secret,
            "certificates": self.certificates,
            "key": self.key,
            "origin": origin(url),
        });
        let new = folder.join(format!("{peer}.new"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(text.to_string().as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path(dir, peer))?;
        fs::File::open(&folder)?.sync_all()
    }

    /// Reads those of a peer at `url`; none where the file is not there, as after a backup was brought back, or where
    /// they are for another server, as in the moment in which the settings change.
    pub(crate) fn load(dir: &Path, peer: Uuid, url: &str) -> std::io::Result<Option<Self>> {
        let text = match fs::read_to_string(path(dir, peer)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let value: Value = serde_json::from_str(&text)
            .map_err(|_| std::io::Error::other("the file of credentials cannot be read"))?;
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        // Older programs did not write it, and could not change a URL.
        if text("origin").is_some_and(|for_origin| origin(url) != Some(for_origin)) {
            return Ok(None);
        }
        Ok(Some(Self {
            secret: text("secret"),
            certificates: text("certificates"),
            key: text("key"),
        }))
    }

    /// Removes those of a peer.
    pub(crate) fn remove(dir: &Path, peer: Uuid) -> std::io::Result<()> {
        match fs::remove_file(path(dir, peer)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn path(dir: &Path, peer: Uuid) -> PathBuf {
    dir.join(FOLDER).join(format!("{peer}.json"))
}

/// The folder beside the database.
const FOLDER: &str = "peer-secrets";
