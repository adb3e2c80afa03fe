//! Reading shared files: each function answers `None`, and records the skip, where the file is absent.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde_json::Value;

use crate::shared;

/// The cases of a file with one JSON text a line, in order; empty lines are passed over.
///
/// ```no_run
/// let Some(cases) = testkit::corpus::json_lines("corpus/stix-2.1/objects.jsonl") else { return };
/// for case in cases {
///     assert!(case.value.is_object(), "{}", case.place());
/// }
/// ```
///
/// # Panics
///
/// Where the file cannot be read; the iterator, at a line that is not JSON.
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn json_lines(relative: &str) -> Option<JsonLines> {
    let path = shared::path(relative)?;
    match File::open(&path) {
        Ok(file) => Some(JsonLines {
            path,
            number: 0,
            reader: BufReader::new(file),
        }),
        Err(error) => panic!("cannot open `{}`: {error}", path.display()),
    }
}

/// A JSON text as a whole.
///
/// # Panics
///
/// Where the file cannot be read or is not JSON.
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn json(relative: &str) -> Option<Value> {
    match serde_json::from_slice(&bytes(relative)?) {
        Ok(value) => Some(value),
        Err(error) => panic!("`{relative}`: {error}"),
    }
}

/// A text as it is.
///
/// # Panics
///
/// Where the file cannot be read or is not UTF-8.
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn text(relative: &str) -> Option<String> {
    match String::from_utf8(bytes(relative)?) {
        Ok(text) => Some(text),
        Err(error) => panic!("`{relative}`: {error}"),
    }
}

/// A file's bytes.
///
/// # Panics
///
/// Where the file cannot be read.
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn bytes(relative: &str) -> Option<Vec<u8>> {
    let path = shared::path(relative)?;
    match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => panic!("cannot read `{}`: {error}", path.display()),
    }
}

/// A case and where it stands.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub value: Value,
}

impl Case {
    /// File and line, as editors read them.
    pub fn place(&self) -> String {
        format!("{}:{}", self.path.display(), self.line)
    }

    /// The text of member `key`.
    ///
    /// # Panics
    ///
    /// Where there is no such member or it is not a text.
    #[expect(clippy::panic, reason = "a panic is how a test fails")]
    pub fn text(&self, key: &str) -> &str {
        match self.value.get(key).and_then(Value::as_str) {
            Some(text) => text,
            None => panic!("{}: no text `{key}`", self.place()),
        }
    }
}

/// The lines of a file of JSON texts.
#[derive(Debug)]
pub struct JsonLines {
    path: PathBuf,
    number: usize,
    reader: BufReader<File>,
}

impl Iterator for JsonLines {
    type Item = Case;

    #[expect(clippy::panic, reason = "a panic is how a test fails")]
    fn next(&mut self) -> Option<Case> {
        let mut line = String::new();
        loop {
            line.clear();
            self.number += 1;
            match self.reader.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) if line.trim().is_empty() => {}
                Ok(_) => break,
                Err(error) => panic!("{}:{}: {error}", self.path.display(), self.number),
            }
        }
        match serde_json::from_str(&line) {
            Ok(value) => Some(Case {
                path: self.path.clone(),
                line: self.number,
                value,
            }),
            Err(error) => panic!("{}:{}: {error}", self.path.display(), self.number),
        }
    }
}
