//! One command of a task: shown, run, timed.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::workspace;

/// A command to run in the project's folder.
#[derive(Debug)]
pub(crate) struct Step {
    arguments: Vec<OsString>,
    settings: Vec<(&'static str, OsString)>,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was run, as one would type it.
    pub(crate) shown: String,
    pub(crate) succeeded: bool,
    pub(crate) took: Duration,
}

impl Step {
    /// `cargo` with `arguments`.
    pub(crate) fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            arguments: arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned())
                .collect(),
            settings: Vec::new(),
        }
    }

    /// The same with one more argument.
    pub(crate) fn with(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// The same with an environment variable.
    pub(crate) fn setting(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Runs the step with our own standard streams.
    pub(crate) fn run(&self) -> Result<Outcome> {
        let shown = self.show();
        let start = Instant::now();
        let status = self
            .command()
            .status()
            .with_context(|| format!("cannot run `{shown}`"))?;
        Ok(Outcome {
            shown,
            succeeded: status.success(),
            took: start.elapsed(),
        })
    }

    /// Runs the step, passes its standard output on line by line and hands each line to `see`.
    pub(crate) fn run_seen(&self, mut see: impl FnMut(&str)) -> Result<Outcome> {
        let shown = self.show();
        let start = Instant::now();
        let mut child = self
            .command()
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run `{shown}`"))?;
        if let Some(output) = child.stdout.take() {
            let mut out = std::io::stdout();
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            // Tests may print bytes that are no text, so lines are read as bytes.
            while output.read_until(b'\n', &mut line)? > 0 {
                out.write_all(&line)?;
                see(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        let status = child.wait()?;
        Ok(Outcome {
            shown,
            succeeded: status.success(),
            took: start.elapsed(),
        })
    }

    /// Whether the step succeeds, without showing anything; a program that is absent does not.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(workspace::cargo());
        command.args(&self.arguments).current_dir(workspace::root());
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        command
    }

    fn show(&self) -> String {
        let mut shown = String::from("cargo");
        for argument in &self.arguments {
            shown.push(' ');
            shown.push_str(&argument.to_string_lossy());
        }
        eprintln!("» {shown}");
        shown
    }
}

impl Outcome {
    /// One line: what was run, how it ended, how long it took.
    pub(crate) fn line(&self) -> String {
        summary_line(&self.shown, self.succeeded, self.took)
    }
}

/// One line of a summary.
pub(crate) fn summary_line(name: &str, succeeded: bool, took: Duration) -> String {
    let verdict = if succeeded { "ok    " } else { "FAILED" };
    format!("  {verdict} {:>7.1} s  {name}", took.as_secs_f64())
}
