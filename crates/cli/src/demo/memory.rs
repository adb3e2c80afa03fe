//! What a run leaves beside its databases, so that a second start can check the promises again.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// Facts that are in no database.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Numbers of the incidents.
    pub(crate) incidents: Vec<String>,
    /// The objects of the story, in the order of the table.
    pub(crate) objects: Vec<String>,
    /// In how many events each indicator was planted.
    pub(crate) planted: BTreeMap<String, u64>,
    /// In how many events the carrier met it.
    pub(crate) met: BTreeMap<String, u64>,
    /// Addresses inside the carrier that stood in the lines with hits.
    pub(crate) internal: Vec<String>,
}

impl Memory {
    /// What an earlier run in `dir` left, if there was one that came to its end.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(FILE);
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let memory = serde_json::from_str(&text)
            .with_context(|| format!("`{}` is not what a demo leaves", path.display()))?;
        Ok(Some(memory))
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        let path = dir.join(FILE);
        let text = serde_json::to_string_pretty(self).context("cannot write what happened")?;
        std::fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    }
}

const FILE: &str = "demo.json";
