//! What this process says about itself: logs on standard error.

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Context, LogFormat};

/// Starts logging.
///
/// # Errors
/// Where the filter cannot be read or logging has been started before.
pub(crate) fn start(context: &Context) -> Result<()> {
    let filter = match context.verbose {
        0 => context.settings.log_filter.as_str(),
        1 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::builder()
        .parse(filter)
        .with_context(|| format!("`{filter}` is no log filter"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match context.settings.log_format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
