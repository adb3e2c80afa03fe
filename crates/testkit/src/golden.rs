//! Expected output kept in files.
//!
//! `UPDATE_EXPECT=1` rewrites the files instead of comparing; the difference is then reviewed like code.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::setting;

/// Compares `actual` with the file `relative` of the crate whose manifest is in `manifest_dir`.
///
/// ```no_run
/// testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/advisory.txt", "what came out\n");
/// ```
///
/// # Panics
///
/// Where they differ, with the lines that do; where the file is absent or unreadable.
#[track_caller]
pub fn check(manifest_dir: &str, relative: &str, actual: &str) {
    check_file(&Path::new(manifest_dir).join(relative), actual);
}

/// Compares `actual` with the file at `path`, which is best given in full.
///
/// # Panics
///
/// As [`check`] does.
#[track_caller]
#[expect(clippy::panic, reason = "a panic is how a test fails")]
pub fn check_file(path: &Path, actual: &str) {
    let update = setting::read("UPDATE_EXPECT").is_some_and(|value| value != "0");
    if let Err(message) = compare(path, actual, update) {
        panic!("{message}");
    }
}

pub(crate) fn compare(path: &Path, actual: &str, update: bool) -> Result<(), String> {
    let expected = match fs::read_to_string(path) {
        Ok(expected) => Some(expected),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(format!("cannot read `{}`: {error}", path.display())),
    };
    if expected.as_deref() == Some(actual) {
        return Ok(());
    }
    if update {
        return write(path, actual)
            .map_err(|error| format!("cannot write `{}`: {error}", path.display()));
    }
    let mut message = match expected {
        Some(expected) => {
            format!(
                "`{}` differs (- expected, + actual):\n{}",
                path.display(),
                difference(&expected, actual)
            )
        }
        None => format!(
            "`{}` is absent; actual:\n{}",
            path.display(),
            difference("", actual)
        ),
    };
    message.push_str("UPDATE_EXPECT=1 writes the actual output to the file.\n");
    Err(message)
}

fn write(path: &Path, actual: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, actual)
}

/// The lines that differ, each with its number, and [`CONTEXT`] equal lines around them.
///
/// Lines are matched by their longest common subsequence after equal beginnings and ends are taken away.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let old: Vec<&str> = expected.split_inclusive('\n').collect();
    let new: Vec<&str> = actual.split_inclusive('\n').collect();
    let edits = edits(&old, &new);
    let mut out = String::new();
    let near = |at: usize| {
        let from = at.saturating_sub(CONTEXT);
        edits
            .iter()
            .skip(from)
            .take(at - from + CONTEXT + 1)
            .any(|edit| edit.sign != ' ')
    };
    let mut gap = false;
    let mut shown = 0;
    for (at, edit) in edits.iter().enumerate() {
        if !near(at) {
            gap = true;
            continue;
        }
        if gap {
            out.push_str("⋮\n");
        }
        gap = false;
        if shown == SHOWN_LINES {
            out.push_str("⋮ (more lines differ)\n");
            break;
        }
        shown += 1;
        let text = edit.line.strip_suffix('\n').unwrap_or(edit.line);
        let end = if edit.line.ends_with('\n') {
            ""
        } else {
            " (no line feed)"
        };
        let _ = writeln!(out, "{} {:>5} │ {text}{end}", edit.sign, edit.number);
    }
    out
}

struct Edit<'a> {
    sign: char,
    /// In the file the line is from: the actual one for a line in both.
    number: usize,
    line: &'a str,
}

fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Edit<'a>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let old_rest = old.get(head..).unwrap_or_default();
    let new_rest = new.get(head..).unwrap_or_default();
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or_default();

    let mut edits = Vec::with_capacity(new.len() + old_middle.len());
    let same = |number: usize, line: &'a str| Edit {
        sign: ' ',
        number,
        line,
    };
    edits.extend(
        new.iter()
            .take(head)
            .enumerate()
            .map(|(at, line)| same(at + 1, line)),
    );
    middle(&mut edits, head, old_middle, new_middle);
    edits.extend(
        new.iter()
            .enumerate()
            .skip(new.len() - tail)
            .map(|(at, line)| same(at + 1, line)),
    );
    edits
}

fn middle<'a>(edits: &mut Vec<Edit<'a>>, head: usize, old: &[&'a str], new: &[&'a str]) {
    // The table of common lengths is quadratic; beyond the limit everything old goes, everything new comes.
    let common = if old.len().saturating_mul(new.len()) <= TABLE_CELLS {
        lengths(old, new)
    } else {
        Vec::new()
    };
    let length = |i: usize, j: usize| {
        common
            .get(i * (new.len() + 1) + j)
            .copied()
            .unwrap_or_default()
    };
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b && !common.is_empty() => {
                edits.push(Edit {
                    sign: ' ',
                    number: head + j + 1,
                    line: b,
                });
                i += 1;
                j += 1;
            }
            (Some(a), b) if b.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                edits.push(Edit {
                    sign: '-',
                    number: head + i + 1,
                    line: a,
                });
                i += 1;
            }
            (_, Some(b)) => {
                edits.push(Edit {
                    sign: '+',
                    number: head + j + 1,
                    line: b,
                });
                j += 1;
            }
            (_, None) => return,
        }
    }
}

/// Cell `i * (new.len() + 1) + j` is the length of the longest common subsequence of `old[i..]` and `new[j..]`.
fn lengths(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut table = vec![0_u32; (old.len() + 1) * width];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let at = |i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
            let length = if a == b {
                at(i + 1, j + 1) + 1
            } else {
                at(i + 1, j).max(at(i, j + 1))
            };
            if let Some(cell) = table.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    table
}

/// Equal lines shown before and after a difference.
const CONTEXT: usize = 2;

/// Most lines of a difference that are shown: a reader stops long before.
const SHOWN_LINES: usize = 200;

/// Most cells of the table that matches lines, 64 MiB.
const TABLE_CELLS: usize = 16 * 1024 * 1024;
