//! `cargo xtask mutants`: whether the tests of the gate notice the mistakes that somebody might make in it.
//!
//! Each mistake of the list is planted alone in a copy of the project, below the target folder; the project itself is
//! not touched.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// What is planted.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only mistakes whose name holds this; the report keeps what it says of the others
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
}

/// One mistake.
struct Mutant {
    name: String,
    file: String,
    found: String,
    planted: String,
}

/// What came of planting one.
enum Outcome {
    /// These tests failed.
    Noticed(Vec<String>),
    /// The tests did not end.
    Endless,
    /// All tests passed.
    Unnoticed,
    /// It is no mistake of the kind that is meant.
    Broken,
}

/// Plants one after the other.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let root = workspace::root();
    let mutants = read(&root.join(LIST))?;
    let copy = Copy::make(&root)?;
    // What fails without a mistake would pass for noticing each of them.
    if !matches!(copy.test(&SIEVES)?, Outcome::Unnoticed) {
        bail!("the tests do not pass without any mistake");
    }
    let wanted = |mutant: &&Mutant| {
        let filter = arguments.filter.as_deref();
        filter.is_none_or(|filter| mutant.name.contains(filter))
    };
    let report = root.join(REPORT);
    let mut rows = match &arguments.filter {
        Some(_) => rows(&fs::read_to_string(&report).unwrap_or_default()),
        None => BTreeMap::new(),
    };
    let mut outcomes: Vec<(&Mutant, Outcome)> = Vec::new();
    for mutant in mutants.iter().filter(wanted) {
        let start = Instant::now();
        let outcome = copy.plant(mutant)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{seconds:>7.1} s  {}: {}", mutant.name, outcome.words());
        rows.insert(mutant.name.clone(), outcome.cell());
        outcomes.push((mutant, outcome));
        // After each, so that a run that is broken off has its result too.
        fs::write(&report, write(&mutants, &rows))?;
    }
    let noticed = outcomes.iter().filter(|(_, outcome)| outcome.is_good());
    println!("mutants: {} of {} noticed", noticed.count(), outcomes.len());
    Ok(outcomes.iter().all(|(_, outcome)| outcome.is_good()))
}

/// A copy of the parts of the project that the tests need.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    fn make(root: &Path) -> Result<Self> {
        let folder = workspace::target()?.join("mutants");
        // What was built there stays.
        let crates = folder.join("crates");
        if crates.exists() {
            fs::remove_dir_all(&crates)?;
        }
        fs::create_dir_all(&folder)?;
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        let members = r#"members = ["crates/*", "xtask"]"#;
        let defaults = r#"default-members = ["crates/cli"]"#;
        if !manifest.contains(members) || !manifest.contains(defaults) {
            bail!("the root manifest lists its members otherwise than expected");
        }
        let manifest = manifest
            .replace(members, r#"members = ["crates/*"]"#)
            .replace(defaults, "");
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        for name in CRATES {
            copy_folder(&root.join("crates").join(name), &crates.join(name))?;
        }
        Ok(Self { folder })
    }

    fn plant(&self, mutant: &Mutant) -> Result<Outcome> {
        let path = self.folder.join("crates/release/src").join(&mutant.file);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("`{}` names no file of the crate", mutant.name))?;
        if text.matches(&mutant.found).count() != 1 {
            bail!("the place of `{}` is not found once", mutant.name);
        }
        fs::write(&path, text.replace(&mutant.found, &mutant.planted))?;
        let outcome = self.outcome();
        fs::write(&path, text)?;
        outcome
    }

    fn outcome(&self) -> Result<Outcome> {
        let build = ["test", "--quiet", "--package", "release", "--test", "it"];
        let compiled = self
            .cargo(&[&build[..], &["--no-run"]].concat())
            .stderr(Stdio::null())
            .status()?;
        if !compiled.success() {
            return Ok(Outcome::Broken);
        }
        // The quick tests notice most; those that try many cases are asked about the rest.
        match self.test(&SIEVES)? {
            Outcome::Unnoticed => self.test(&[]),
            other => Ok(other),
        }
    }

    /// Runs the tests but those of some modules.
    fn test(&self, without: &[&str]) -> Result<Outcome> {
        let mut arguments = vec!["test", "--package", "release", "--test", "it", "--"];
        for module in without.iter().chain(&TOO_SLOW) {
            arguments.extend(["--skip", module]);
        }
        let seen = self.folder.join("seen.txt");
        let mut child = self
            .cargo(&arguments)
            .env("NOROSHI_CASES", CASES)
            .stdout(fs::File::create(&seen)?)
            .stderr(Stdio::null())
            .spawn()?;
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() > LONGEST {
                child.kill()?;
                child.wait()?;
                return Ok(Outcome::Endless);
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        if status.success() {
            return Ok(Outcome::Unnoticed);
        }
        let text = fs::read(&seen)?;
        let failed = String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
            .map(str::to_owned)
            .collect();
        Ok(Outcome::Noticed(failed))
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(workspace::cargo());
        command.args(arguments).current_dir(&self.folder);
        // Cargo tells the crates of the copy from the project's by their folder within it, that is, not at all.
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        // All that is needed was fetched before.
        command.env("CARGO_NET_OFFLINE", "true");
        // Cargo sets these for the programs that it runs; they are about this one.
        command.env_remove("CARGO_MANIFEST_DIR");
        command
    }
}

impl Outcome {
    fn is_good(&self) -> bool {
        matches!(self, Self::Noticed(_) | Self::Endless)
    }

    /// As it stands in the report.
    fn cell(&self) -> String {
        match self {
            Self::Noticed(tests) => {
                let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
                tests.join(", ")
            }
            other => other.words(),
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Noticed(tests) => format!("noticed by {}", tests.join(", ")),
            Self::Endless => "noticed: the tests do not end".to_owned(),
            Self::Unnoticed => "NOT NOTICED".to_owned(),
            Self::Broken => "DOES NOT COMPILE".to_owned(),
        }
    }
}

/// The list of mistakes; its head says how it is written.
fn read(path: &Path) -> Result<Vec<Mutant>> {
    let list = fs::read_to_string(path).with_context(|| format!("cannot read {LIST}"))?;
    let mut mutants = Vec::new();
    for entry in list.split("\n= ").skip(1) {
        let (head, body) = entry.split_once('\n').unwrap_or((entry, ""));
        let (name, file) = head
            .split_once(": ")
            .with_context(|| format!("`{head}` names no file"))?;
        let lines = |sign: char| -> String {
            let lines: Vec<&str> = body
                .lines()
                .filter_map(|line| line.strip_prefix(sign))
                .collect();
            lines.join("\n")
        };
        mutants.push(Mutant {
            name: name.to_owned(),
            file: file.to_owned(),
            found: lines('-'),
            planted: lines('+'),
        });
    }
    Ok(mutants)
}

/// What a report says of each mistake.
fn rows(report: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (name, _, outcome) = (cells.next()?, cells.next()?, cells.next()?);
        Some((name.to_owned(), outcome.to_owned()))
    };
    report
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1)
        .filter_map(row)
        .collect()
}

fn write(mutants: &[Mutant], rows: &BTreeMap<String, String>) -> String {
    let found = |mutant: &Mutant| rows.get(&mutant.name);
    let planted = mutants.iter().filter_map(found);
    let is_good =
        |cell: &&String| **cell != Outcome::Unnoticed.words() && **cell != Outcome::Broken.words();
    let noticed = planted.clone().filter(is_good).count();
    let mut text = format!(
        "# Planted mistakes and the tests that notice them\n\n\
         Written by `cargo xtask mutants` from `mutants.txt`, which has {} mistakes; planted: {}, noticed: {noticed}.\n\
         Each was planted alone in a copy of the crate; the tests named failed.\n\
         The tests that try many cases were asked only about what the others did not notice.\n\
         A golden that fails because identifiers change says only that something changed; the tests from other modules say what.\n\n\
         | mistake | in | noticed by |\n| --- | --- | --- |\n",
        mutants.len(),
        planted.count()
    );
    for mutant in mutants {
        if let Some(cell) = found(mutant) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "| {} | `{}` | {cell} |", mutant.name, mutant.file);
        }
    }
    text
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

const LIST: &str = "crates/release/tests/it/mutants.txt";
const REPORT: &str = "crates/release/tests/it/mutants.md";
/// The gate, and what it and its tests are built of.
const CRATES: [&str; 5] = ["base", "pattern", "release", "stix", "testkit"];
/// Modules of tests that try many cases.
const SIEVES: [&str; 2] = ["non_interference", "types"];
/// Modules of tests that say nothing about mistakes of this kind: one is about large inputs, the other about this list.
const TOO_SLOW: [&str; 2] = ["scale", "mutants"];
/// Cases of each property: what a mistake does, it does often.
const CASES: &str = "1000";
/// Tests that run longer than this do not end: all of them take a minute on a busy machine.
const LONGEST: Duration = Duration::from_mins(15);
