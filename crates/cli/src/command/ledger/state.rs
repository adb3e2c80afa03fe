//! What was seen of a peer's log, kept between checks.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::checkpoint::Origin;
use ledger::frontier::Frontier;
use ledger::key::VerifyingKey;
use serde_json::{Value, json};

/// The key, and the log as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) origin: Origin,
    pub(crate) key: VerifyingKey,
    /// The right edge of the tree that was checked last.
    pub(crate) frontier: Frontier,
    /// The signed head of that tree: what a court would want to see beside another of the same size.
    pub(crate) note: String,
}

impl State {
    /// What was kept; nothing if the file is not there.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
            }
        };
        let state = Self::parse(&text)
            .with_context(|| format!("`{}` is not what a check has kept", path.display()))?;
        Ok(Some(state))
    }

    fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let member = |name: &str| value.get(name)?.as_str();
        let roots = STANDARD.decode(member("frontier")?).ok()?;
        Some(Self {
            origin: Origin::new(member("origin")?).ok()?,
            key: VerifyingKey::parse(member("key")?).ok()?,
            frontier: Frontier::from_bytes(value.get("size")?.as_u64()?, &roots).ok()?,
            note: member("note")?.to_owned(),
        })
    }

    /// Keeps it: the file has the old state or the new one, never a part.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let value = json!({
            "origin": self.origin.as_str(),
            "key": self.key.to_string(),
            "size": self.frontier.size(),
            "frontier": STANDARD.encode(self.frontier.to_bytes()),
            "note": self.note,
        });
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let write = || {
            let mut file = fs::File::create(&beside)?;
            writeln!(file, "{value:#}")?;
            file.sync_all()?;
            fs::rename(&beside, path)
        };
        write().with_context(|| format!("cannot write `{}`", path.display()))
    }
}
