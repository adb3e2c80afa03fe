//! Clients and servers of others, in Python.
//!
//! `NOROSHI_PYTHON_PEERS` names a virtual environment that has them; `.ci/run` makes one. Without it one is made in the
//! folder for temporary files, which takes the package index; where that fails the test is skipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is needed of the package index, with the versions that the tests know.
const PACKAGES: [&str; 1] = ["taxii2-client==2.3.0"];

/// The interpreter of the virtual environment; none, and the test is skipped, where there is none.
pub(crate) fn interpreter() -> Option<PathBuf> {
    if let Some(folder) = testkit::setting::read("NOROSHI_PYTHON_PEERS") {
        return Some(Path::new(&folder).join("bin/python"));
    }
    match environment() {
        Ok(folder) => Some(folder.join("bin/python")),
        Err(reason) => {
            testkit::skip::because(&reason);
            None
        }
    }
}

fn environment() -> Result<PathBuf, String> {
    let folder = std::env::temp_dir()
        .join("noroshi-python-peers")
        .join(PACKAGES.join("+"));
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    let run = |command: &mut Command| {
        let output = command
            .output()
            .map_err(|error| format!("no python3: {error}"))?;
        succeeded(&output)
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .map_err(|error| format!("no virtual environment: {error}"))?;
    let pip = folder.join("bin/pip");
    run(Command::new(pip)
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES))
    .map_err(|error| format!("{PACKAGES:?} cannot be installed: {error}"))?;
    std::fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(folder)
}

fn succeeded(output: &Output) -> Result<(), String> {
    let last = String::from_utf8_lossy(&output.stderr);
    let last = last.lines().last().unwrap_or_default().to_owned();
    if output.status.success() {
        Ok(())
    } else {
        Err(last)
    }
}
