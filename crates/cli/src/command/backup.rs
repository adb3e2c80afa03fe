//! `noroshi backup`: a copy of the database.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::config::Context;
use crate::{Verdict, format, node, out};

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The copy; must not be there yet
    file: PathBuf,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let name = options.file.display();
    ensure!(!options.file.exists(), "`{name}` is there already");
    let (node, _) = node::open(context)?;
    node.back_up(&options.file)
        .with_context(|| format!("cannot write the copy `{name}`"))?;
    let bytes = std::fs::metadata(&options.file)
        .with_context(|| format!("cannot read the copy `{name}`"))?
        .len();
    if context.json {
        out::json(&serde_json::json!({ "file": options.file, "bytes": bytes }))?;
    } else {
        out::line(&format!("{name} {}", format::bytes(bytes)))?;
    }
    Ok(Verdict::Good)
}
