//! `cargo xtask test`: the tests, and the truth about what did not run.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::TargetKind;

use crate::step::Step;
use crate::workspace;

/// What to run.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// Only tests whose name contains this
    filter: Option<String>,
    /// Only tests of this crate
    #[arg(short, long, value_name = "CRATE")]
    package: Option<String>,
}

/// Everything: [`run`] without arguments.
pub(crate) fn run_all() -> Result<bool> {
    run(&Arguments::default())
}

/// Runs doctests and tests, then says what ran, what was skipped and why.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let log = skip_log()?;
    let mut tally = Tally::default();
    let nextest = Step::cargo(["nextest", "--version"]).succeeds();
    let mut outcomes = Vec::new();
    if nextest {
        // nextest does not run doctests. They go first, so that its closing line stays in sight.
        if has_library(arguments)? {
            let doctests = scoped(
                Step::cargo(["test", "--doc", "--no-fail-fast", "--quiet"]),
                arguments,
            );
            let doctests = doctests.setting("NOROSHI_SKIP_LOG", &log);
            outcomes.push(doctests.run_seen(|line| tally.see(line))?);
        }
        let tests = scoped(Step::cargo(["nextest", "run", "--no-fail-fast"]), arguments);
        outcomes.push(tests.setting("NOROSHI_SKIP_LOG", &log).run()?);
    } else {
        let tests = scoped(Step::cargo(["test", "--no-fail-fast"]), arguments);
        outcomes.push(
            tests
                .setting("NOROSHI_SKIP_LOG", &log)
                .run_seen(|line| tally.see(line))?,
        );
    }
    let skips = read_skips(&log)?;
    fs::remove_file(&log).with_context(|| format!("cannot remove `{}`", log.display()))?;

    println!("\ntest:");
    for outcome in &outcomes {
        println!("{}", outcome.line());
    }
    let counted = if nextest {
        "doctests"
    } else {
        "tests and doctests"
    };
    println!(
        "  {counted}: {} passed, {} failed, {} ignored",
        tally.passed, tally.failed, tally.ignored
    );
    if nextest {
        println!("  tests: in the `Summary` line of nextest above");
    }
    println!("  {}", shared_line(&shared_root()));
    print!("{}", skip_report(&skips));
    Ok(outcomes.iter().all(|outcome| outcome.succeeded))
}

/// Whether there may be doctests: cargo refuses to look for them in a crate that is only a program.
fn has_library(arguments: &Arguments) -> Result<bool> {
    let Some(wanted) = &arguments.package else {
        return Ok(true);
    };
    let metadata = workspace::metadata()?;
    let mut targets = metadata
        .packages
        .iter()
        .filter(|package| package.name.as_str() == wanted)
        .flat_map(|package| &package.targets);
    Ok(targets.any(|target| target.kind.contains(&TargetKind::Lib)))
}

fn scoped(step: Step, arguments: &Arguments) -> Step {
    let step = match &arguments.package {
        Some(package) => step.with("--package").with(package),
        None => step.with("--workspace"),
    };
    match &arguments.filter {
        Some(filter) => step.with(filter),
        None => step,
    }
}

/// The sums of libtest's closing lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    fn see(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u64>), words.next())
            else {
                continue;
            };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// A fresh, empty log for this run.
fn skip_log() -> Result<PathBuf> {
    let folder = workspace::metadata()?.target_directory.into_std_path_buf();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    let log = folder.join(format!("skipped-tests-{}.tsv", std::process::id()));
    fs::write(&log, "").with_context(|| format!("cannot write `{}`", log.display()))?;
    Ok(log)
}

/// Test and reason of every skip, sorted, each once.
fn read_skips(log: &Path) -> Result<BTreeSet<(String, String)>> {
    let bytes = fs::read(log).with_context(|| format!("cannot read `{}`", log.display()))?;
    Ok(parse_skips(&String::from_utf8_lossy(&bytes)))
}

fn parse_skips(text: &str) -> BTreeSet<(String, String)> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            line.split_once('\t')
                .unwrap_or((line, "no reason recorded"))
        })
        .map(|(test, reason)| (test.to_owned(), reason.to_owned()))
        .collect()
}

fn skip_report(skips: &BTreeSet<(String, String)>) -> String {
    if skips.is_empty() {
        return "  skipped: none\n".to_owned();
    }
    let tests: BTreeSet<&str> = skips.iter().map(|(test, _)| test.as_str()).collect();
    let mut report = format!("  skipped: {} (counted above as passed)\n", tests.len());
    for (test, reason) in skips {
        let _ = writeln!(report, "    {test}: {reason}");
    }
    report
}

/// Where the tests look for shared files: the same rule as `testkit::shared::root`.
fn shared_root() -> PathBuf {
    let set = std::env::var_os("NOROSHI_SHARED").filter(|value| !value.is_empty());
    workspace::root().join(set.unwrap_or_else(|| "../shared".into()))
}

fn shared_line(root: &Path) -> String {
    match fs::canonicalize(root) {
        Ok(found) => format!("shared files: found in `{}`", found.display()),
        Err(_) => format!(
            "shared files: absent (`{}`), tests that need them are skipped; set NOROSHI_SHARED to their folder",
            root.display()
        ),
    }
}
