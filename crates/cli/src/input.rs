//! Files and standard input, as they are or gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};

/// An input that is open, with what is known of its length.
pub(crate) struct Input {
    /// What people call it.
    pub(crate) name: String,
    /// Its bytes, decompressed.
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// Bytes on disk, where it is a file.
    pub(crate) length: Option<u64>,
    /// Bytes of those read so far.
    pub(crate) position: Arc<AtomicU64>,
}

/// Opens `path`, or standard input where it is `-`.
///
/// # Errors
/// Where it cannot be opened or its first bytes cannot be read.
pub(crate) fn open(path: &Path) -> Result<Input> {
    let position = Arc::new(AtomicU64::new(0));
    if path.as_os_str() == "-" {
        return Ok(Input {
            name: STANDARD_INPUT.to_owned(),
            reader: decompressed(io::stdin(), &position).context("cannot read standard input")?,
            length: None,
            position,
        });
    }
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot open `{name}`"))?;
    let length = file.metadata().ok().filter(std::fs::Metadata::is_file);
    Ok(Input {
        length: length.map(|metadata| metadata.len()),
        reader: decompressed(file, &position).with_context(|| format!("cannot read `{name}`"))?,
        name,
        position,
    })
}

/// The whole of a text, at most `limit` bytes.
///
/// # Errors
/// Where it cannot be read, is longer or is not UTF-8.
pub(crate) fn text(path: &Path, limit: usize) -> Result<String> {
    let input = open(path)?;
    let mut bytes = Vec::new();
    let cap = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    input
        .reader
        .take(cap)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read `{}`", input.name))?;
    anyhow::ensure!(
        bytes.len() <= limit,
        "`{}` has more than {limit} bytes",
        input.name
    );
    String::from_utf8(bytes).with_context(|| format!("`{}` is not UTF-8", input.name))
}

fn decompressed(
    source: impl Read + Send + 'static,
    position: &Arc<AtomicU64>,
) -> io::Result<Box<dyn BufRead + Send>> {
    let counted = Counted {
        source,
        position: Arc::clone(position),
    };
    let mut buffered = BufReader::with_capacity(BUFFER_BYTES, counted);
    // RFC 1952 §2.3.1: the two bytes that every gzip member begins with.
    if buffered.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        let inflated = flate2::bufread::MultiGzDecoder::new(buffered);
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, inflated)))
    } else {
        Ok(Box::new(buffered))
    }
}

struct Counted<R> {
    source: R,
    position: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.position
            .fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
        Ok(count)
    }
}

/// What people call the input `-`.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Reads in pieces that keep system calls rare.
const BUFFER_BYTES: usize = 256 * 1024;
