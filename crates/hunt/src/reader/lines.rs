//! Lines of a stream, within a limit.

use std::io::{self, BufRead, ErrorKind};
use std::ops::ControlFlow;

/// Longest line that is read, in bytes.
///
/// Zeek cuts its own fields at a few kilobytes; a DNS answer list or a URL may make a line of some hundred.
pub const LINE_BYTES: usize = 1024 * 1024;

/// One line of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where it starts in the stream.
    pub byte: u64,
    /// How many bytes it has without the line feed.
    pub length: u64,
    /// Its bytes without the line feed; none where there are more than [`LINE_BYTES`].
    pub bytes: Option<&'a [u8]>,
}

/// Calls `visit` with each line of `reader` until it breaks or the stream ends.
///
/// # Errors
/// As reading does; an interrupted read is tried again.
pub fn each_line(
    mut reader: impl BufRead,
    mut visit: impl FnMut(Line<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut carried: Vec<u8> = Vec::new();
    let mut overlong = false;
    // Where the line that is carried, or else the next one, starts.
    let mut byte = 0_u64;
    // How much of the line under way has been passed.
    let mut passed = 0_u64;
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            if passed > 0 {
                let bytes = (!overlong).then_some(carried.as_slice());
                let _ = visit(Line {
                    byte,
                    length: passed,
                    bytes,
                });
            }
            return Ok(());
        }
        let taken = buffer.len();
        let mut rest = buffer;
        let mut stopped = false;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            let bytes = if passed == 0 {
                (line.len() <= LINE_BYTES).then_some(line)
            } else if overlong || carried.len() + line.len() > LINE_BYTES {
                None
            } else {
                carried.extend_from_slice(line);
                Some(carried.as_slice())
            };
            let length = passed + line.len() as u64;
            let flow = visit(Line {
                byte,
                length,
                bytes,
            });
            byte += length + 1;
            carried.clear();
            overlong = false;
            passed = 0;
            rest = after.get(1..).unwrap_or_default();
            if flow.is_break() {
                stopped = true;
                break;
            }
        }
        if stopped {
            let used = taken - rest.len();
            reader.consume(used);
            return Ok(());
        }
        if !rest.is_empty() {
            passed += rest.len() as u64;
            if overlong || carried.len() + rest.len() > LINE_BYTES {
                overlong = true;
                carried.clear();
            } else {
                carried.extend_from_slice(rest);
            }
        }
        reader.consume(taken);
    }
}
