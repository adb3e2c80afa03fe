//! Where patterns come from: arguments, files with a pattern a line, and the indicators of STIX documents.

use std::io::{BufRead, Cursor, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use pattern::token::PATTERN_BYTES;

use crate::command::validate::finding::Subject;
use crate::command::validate::{SOURCE_FAILED, judge};
use crate::input::{self, Input};
use crate::window::{Located, Recorder, Window};
use crate::{format, out};

/// The patterns of a command.
#[derive(Debug, clap::Args)]
pub(crate) struct Patterns {
    /// Patterns; `-` reads standard input as `--from` reads a file
    #[arg(value_name = "PATTERN", required_unless_present = "from")]
    patterns: Vec<String>,
    /// Patterns of FILE: one a line, or those of its indicators where it holds STIX objects; may be repeated
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
}

/// A pattern with its place.
pub(crate) struct Found<'p> {
    /// What people call the place.
    pub(crate) file: &'p str,
    /// The indicator, where it comes out of one.
    pub(crate) subject: Option<&'p Subject>,
    /// The pattern.
    pub(crate) text: &'p str,
    locate: &'p mut dyn FnMut(Range<usize>) -> Option<Located>,
}

impl Found<'_> {
    /// Where bytes of the pattern stand in what was read.
    pub(crate) fn locate(&mut self, bytes: Range<usize>) -> Option<Located> {
        (self.locate)(bytes)
    }
}

impl Patterns {
    /// Whether standard input is read.
    pub(crate) fn use_standard_input(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern == "-")
            || self.from.iter().any(|path| path.as_os_str() == "-")
    }

    /// Gives every pattern to `visit`, in the order of the arguments; how many there were, and what was skipped.
    ///
    /// # Errors
    /// What cannot be read, and what `visit` fails with.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(Found<'_>) -> Result<()>) -> Result<Seen> {
        let mut skipped = 0;
        let mut count = 0;
        let mut counted = |found: Found<'_>| {
            count += 1;
            visit(found)
        };
        for (at, pattern) in self.patterns.iter().enumerate() {
            if pattern == "-" {
                skipped += read(input::open(Path::new("-"))?, &mut counted)?;
                continue;
            }
            let mut window = Window::over(pattern.as_bytes());
            counted(Found {
                file: &format!("argument {}", at + 1),
                subject: None,
                text: pattern,
                locate: &mut |bytes| window.locate(bytes.start as u64..bytes.end as u64),
            })?;
        }
        for path in &self.from {
            skipped += read(input::open(path)?, &mut counted)?;
        }
        Ok(Seen {
            patterns: count,
            skipped,
        })
    }
}

/// What was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// How many patterns.
    pub(crate) patterns: u64,
    /// Parts of documents that are no objects, in which patterns may have been.
    skipped: u64,
}

impl Seen {
    /// Whether all that was asked for was looked at.
    pub(crate) fn is_all(self) -> bool {
        self.patterns > 0 && self.skipped == 0
    }

    /// # Errors
    /// There was no pattern at all, or parts were skipped in which there may have been some.
    pub(crate) fn all(self) -> Result<()> {
        ensure!(
            self.skipped == 0,
            "{} parts of what was read are no objects, and may have had patterns",
            self.skipped
        );
        ensure!(self.patterns > 0, "there is no STIX pattern to read");
        Ok(())
    }
}

/// The patterns of a file; how many parts of it were skipped.
fn read(mut input: Input, visit: &mut dyn FnMut(Found<'_>) -> Result<()>) -> Result<u64> {
    let mut first = Vec::new();
    // A pipe gives what has been written so far, which may be one bracket.
    while first.len() < FIRST_BYTES && marks(&first).count() < 2 {
        let more = input
            .reader
            .fill_buf()
            .with_context(|| format!("cannot read `{}`", input.name))?;
        let count = more.len().min(FIRST_BYTES - first.len());
        if count == 0 {
            break;
        }
        first.extend(more.iter().take(count));
        input.reader.consume(count);
    }
    let is_objects = is_objects(&first);
    input.reader = Box::new(Cursor::new(first).chain(input.reader));
    if is_objects {
        indicators(input, visit)
    } else {
        lines(input, visit).map(|()| 0)
    }
}

/// Whether a text begins as JSON does; a pattern begins with a parenthesis, or a bracket and a name.
fn is_objects(first: &[u8]) -> bool {
    let mut marks = marks(first);
    match marks.next() {
        Some(b'{') => true,
        Some(b'[') => matches!(marks.next(), Some(b'{' | b']')),
        _ => false,
    }
}

/// The bytes of a text that are no white space, behind a byte order mark.
fn marks(first: &[u8]) -> impl Iterator<Item = &u8> {
    let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first);
    first.iter().filter(|byte| !byte.is_ascii_whitespace())
}

fn lines(input: Input, visit: &mut dyn FnMut(Found<'_>) -> Result<()>) -> Result<()> {
    let name = input.name;
    let mut reader = input.reader;
    let mut number = 0;
    let mut next = 0;
    loop {
        let mut line = Vec::new();
        let limit = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX);
        let count = (&mut reader)
            .take(limit)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("cannot read `{name}`"))?;
        if count == 0 {
            return Ok(());
        }
        number += 1;
        let offset = next;
        next += u64::try_from(count).unwrap_or_default();
        ensure!(
            line.ends_with(b"\n") || count < LINE_BYTES,
            "line {number} of `{name}` has more than {LINE_BYTES} bytes, which is no pattern",
        );
        let text = std::str::from_utf8(&line)
            .with_context(|| format!("line {number} of `{name}` is not UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let before = text.as_ptr().addr() - line.as_ptr().addr();
        let mut window = Window::over(&line);
        visit(Found {
            file: &name,
            subject: None,
            text,
            locate: &mut |bytes| {
                let range = (before + bytes.start) as u64..(before + bytes.end) as u64;
                Some(window.locate(range)?.on_line(number, offset))
            },
        })?;
    }
}

fn indicators(input: Input, visit: &mut dyn FnMut(Found<'_>) -> Result<()>) -> Result<u64> {
    let name = input.name;
    let (recorder, window) = Recorder::new(input.reader);
    let mut reader = stix::bundle::Reader::new(recorder);
    let mut skipped = 0_u64;
    for member in reader.by_ref() {
        let member = match member {
            Ok(member) => member,
            // What is no object is no indicator; `validate` is there to judge it.
            Err(found) if found.code != SOURCE_FAILED => {
                out::note(&format::plain(&format!("{name}: skipped: {found}")));
                skipped += 1;
                continue;
            }
            Err(found) => bail!("cannot read `{name}`: {}", found.message),
        };
        if let Some((subject, text)) = judge::pattern_of(&member) {
            visit(Found {
                file: &name,
                subject: Some(&subject),
                text: &text,
                locate: &mut |bytes| {
                    let range = judge::pattern_place(&member, &bytes);
                    window.borrow_mut().locate(range)
                },
            })?;
        }
        let end = member.offset + member.text.len() as u64;
        window.borrow_mut().forget(end);
    }
    Ok(skipped)
}

/// So far the two marks are looked for that tell objects from patterns.
const FIRST_BYTES: usize = 4096;

/// Longest line that is read: a pattern with spaces around it.
const LINE_BYTES: usize = PATTERN_BYTES + 4096;
