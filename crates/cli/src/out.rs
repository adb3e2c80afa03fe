//! The one place that writes to standard output and standard error.
//!
//! INVARIANT: a reader that went away is no failure: every write reports it, and `main` ends quietly.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::{Context as _, Result};
use app::error::AppError;
use owo_colors::OwoColorize as _;

use crate::format;

/// Writes a line to standard output.
pub(crate) fn line(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.write_all(b"\n")?;
    stdout.flush()?;
    Ok(())
}

/// Writes text as it is to standard output.
pub(crate) fn text(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// Writes a JSON value to standard output, on lines of its own.
pub(crate) fn json(value: &serde_json::Value) -> Result<()> {
    line(&serde_json::to_string_pretty(value).context("cannot write the answer as JSON")?)
}

/// Writes a JSON value to standard output, on one line.
pub(crate) fn json_line(value: &serde_json::Value) -> Result<()> {
    line(&value.to_string())
}

/// Gives a buffered standard output for much text.
pub(crate) fn stream(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut stdout = io::BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    write(&mut stdout)?;
    stdout.flush()?;
    Ok(())
}

/// Says something beside the answer, on standard error.
pub(crate) fn note(text: &str) {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says why a command could not do its work.
pub(crate) fn failure(error: &anyhow::Error) {
    // An error may quote a document or the name of a file.
    let text = format!("noroshi: {error:#}");
    let lines: Vec<String> = text.lines().map(format::plain).collect();
    note(&lines.join("\n"));
    let is_denied = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref(), Some(AppError::Denied(_)))
    };
    if error.chain().any(is_denied) {
        note(
            "help: `--as LOGIN` acts as somebody else; `noroshi person list` shows who has which role",
        );
    }
}

/// Whether an error is only that the reader of our output went away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == ErrorKind::BrokenPipe)
    })
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// Always
    Always,
    /// Where standard output is a terminal and `NO_COLOR` is not set
    Auto,
    /// Never
    Never,
}

/// Colours text, or does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// As the user and the terminal want it.
    pub(crate) fn new(color: Color, no_color: bool) -> Self {
        Self {
            on: match color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => !no_color && io::stdout().is_terminal(),
            },
        }
    }

    /// What is good.
    pub(crate) fn good(self, text: &str) -> String {
        if self.on {
            text.green().to_string()
        } else {
            text.to_owned()
        }
    }

    /// What is bad.
    pub(crate) fn bad(self, text: &str) -> String {
        if self.on {
            text.red().to_string()
        } else {
            text.to_owned()
        }
    }

    /// What is in between.
    pub(crate) fn partial(self, text: &str) -> String {
        if self.on {
            text.yellow().to_string()
        } else {
            text.to_owned()
        }
    }

    /// What matters less.
    pub(crate) fn dim(self, text: &str) -> String {
        if self.on {
            text.dimmed().to_string()
        } else {
            text.to_owned()
        }
    }

    /// What frames something: arrows, bars, numbers of lines.
    pub(crate) fn edge(self, text: &str) -> String {
        if self.on {
            text.blue().bold().to_string()
        } else {
            text.to_owned()
        }
    }

    /// A heading.
    pub(crate) fn bold(self, text: &str) -> String {
        if self.on {
            text.bold().to_string()
        } else {
            text.to_owned()
        }
    }
}

/// Much output goes out in few writes.
const BUFFER_BYTES: usize = 256 * 1024;
