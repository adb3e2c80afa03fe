//! The guards of intake as the house configured them.

use anyhow::{Context as _, Result, ensure};
use app::guard::Guards;
use hunt::benign::{List, Lists};

use crate::config::Context;

/// Reads the settings `intake.…` and the file that they name.
pub(crate) fn read(context: &Context) -> Result<Guards> {
    let settings = &context.settings;
    let mut lists = Lists::default();
    if let Some(networks) = &settings.intake_networks {
        let texts = networks.split([' ', ',', ';']);
        for text in texts.filter(|text| !text.is_empty()) {
            lists
                .add(List::Network, text)
                .context("`intake.networks`")?;
        }
    }
    if let Some(path) = &settings.intake_benign_file {
        let path = context.loaded.beside(path);
        let name = path.display();
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the list of what is benign `{name}`"))?;
        let lines = text
            .lines()
            .map(|line| line.split_once('#').map_or(line, |(before, _)| before));
        let entries: Vec<&str> = lines
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        ensure!(
            entries.len() <= MAX_ENTRIES,
            "`{name}` lists more than {MAX_ENTRIES} entries"
        );
        for entry in entries {
            lists
                .add(List::House, entry)
                .with_context(|| format!("`{name}`"))?;
        }
    }
    Ok(Guards {
        lists,
        waiting: settings.intake_waiting,
    })
}

/// Most entries of the house's own list: the longest public lists of top domains have a million.
const MAX_ENTRIES: usize = 1_000_000;
