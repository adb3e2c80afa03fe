//! Cases of a suite that are known not to pass, each with its reason.
//!
//! A list is a text file of the crate: `<case id><TAB><reason>` a line, `#` begins a comment line. A case
//! that fails and is not listed fails the test; so does a listed case that passes, or that the suite no
//! longer has: the list only tells the truth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The list, and what the run has shown so far.
///
/// ```no_run
/// let mut known = testkit::known::Failures::read(env!("CARGO_MANIFEST_DIR"), "tests/known-failures.txt");
/// known.case("jcs/weird", Ok(()));
/// known.case("jcs/values", Err("1e21 was written as `1000000000000000000000`".to_owned()));
/// known.finish();
/// ```
#[derive(Debug)]
pub struct Failures {
    path: PathBuf,
    reasons: BTreeMap<String, String>,
    expected: BTreeMap<String, String>,
    passed: usize,
    wrong: Vec<String>,
}

/// What a run over a suite came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed as listed.
    pub listed: usize,
}

impl Failures {
    /// Reads the list; an absent file is an empty list.
    ///
    /// # Panics
    ///
    /// Where the file cannot be read, a line has no reason or a case stands twice.
    #[expect(clippy::panic, reason = "a panic is how a test fails")]
    pub fn read(manifest_dir: &str, relative: &str) -> Self {
        let path = Path::new(manifest_dir).join(relative);
        let text = if path.exists() {
            fs::read_to_string(&path)
        } else {
            Ok(String::new())
        };
        match text
            .map_err(|error| error.to_string())
            .and_then(|text| parse(&text))
        {
            Ok(reasons) => Self {
                path,
                reasons,
                expected: BTreeMap::new(),
                passed: 0,
                wrong: Vec::new(),
            },
            Err(error) => panic!("`{}`: {error}", path.display()),
        }
    }

    /// Whether the case `id` is listed.
    pub fn lists(&self, id: &str) -> bool {
        self.reasons.contains_key(id)
    }

    /// Takes the result of the case `id`.
    pub fn case(&mut self, id: &str, result: Result<(), String>) {
        match (result, self.reasons.get(id)) {
            (Ok(()), None) => self.passed += 1,
            (Ok(()), Some(_)) => {
                self.expected.insert(id.to_owned(), String::new());
                self.wrong
                    .push(format!("{id}: passes, take it off the list"));
            }
            (Err(failure), None) => self.wrong.push(format!("{id}: {failure}")),
            (Err(failure), Some(_)) => {
                self.expected.insert(id.to_owned(), failure);
            }
        }
    }

    /// Ends the run and says what it came to.
    ///
    /// # Panics
    ///
    /// Where the list and the run disagree.
    #[expect(clippy::panic, reason = "a panic is how a test fails")]
    pub fn finish(mut self) -> Tally {
        for id in self
            .reasons
            .keys()
            .filter(|id| !self.expected.contains_key(*id))
        {
            self.wrong
                .push(format!("{id}: listed, but the suite has no such case"));
        }
        if !self.wrong.is_empty() {
            let mut message = format!(
                "{} cases passed, {} failed as listed, {} differ from `{}`:\n",
                self.passed,
                self.expected.len(),
                self.wrong.len(),
                self.path.display()
            );
            for line in self.wrong.iter().take(SHOWN_CASES) {
                let _ = writeln!(message, "- {line}");
            }
            if self.wrong.len() > SHOWN_CASES {
                let _ = writeln!(message, "- … and {} more", self.wrong.len() - SHOWN_CASES);
            }
            panic!("{message}");
        }
        Tally {
            passed: self.passed,
            listed: self.expected.len(),
        }
    }
}

fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut reasons = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let number = at + 1;
        let (id, reason) = line
            .split_once('\t')
            .ok_or_else(|| format!("line {number}: no tab between case and reason"))?;
        if reason.trim().is_empty() {
            return Err(format!("line {number}: no reason"));
        }
        if reasons
            .insert(id.to_owned(), reason.trim().to_owned())
            .is_some()
        {
            return Err(format!("line {number}: `{id}` stands twice"));
        }
    }
    Ok(reasons)
}

/// Most cases that a failure names: enough to see what they have in common.
const SHOWN_CASES: usize = 100;
