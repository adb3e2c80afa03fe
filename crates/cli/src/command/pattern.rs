//! `noroshi pattern`: STIX patterns checked, written in one form, said in words, and matched.

mod check;
mod explain;
mod format;
mod matching;
mod source;

use anyhow::Result;

use crate::Verdict;
use crate::config::Context;

/// What to do with patterns.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with patterns, and where
    Check(check::Options),
    /// Write patterns with the spaces and spellings of the standard, one a line
    Format(format::Options),
    /// Say what patterns mean, in English or Japanese
    Explain(explain::Options),
    /// Say which patterns match what was observed, and by which observations
    Match(matching::Options),
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    match command {
        Command::Check(options) => check::run(context, options),
        Command::Format(options) => format::run(context, options),
        Command::Explain(options) => explain::run(context, options),
        Command::Match(options) => matching::run(context, options),
    }
}
