//! Progress bars on standard error, for terminals only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Context;

/// A bar over `length` bytes, or a spinner where the length is not known; invisible unless somebody looks.
pub(crate) fn bytes(context: &Context, length: Option<u64>) -> ProgressBar {
    let template = if length.is_some() {
        "{bar:30} {bytes}/{total_bytes} {msg} {elapsed}"
    } else {
        "{spinner} {bytes} {msg} {elapsed}"
    };
    bar(context, length, template)
}

/// A spinner over objects whose number is not known; invisible unless somebody looks.
pub(crate) fn objects(context: &Context) -> ProgressBar {
    bar(context, None, "{spinner} {human_pos} {msg} {elapsed}")
}

/// As [`bytes`] where there is much to do or nobody knows; nothing for what is done at once.
pub(crate) fn long_bytes(context: &Context, length: Option<u64>) -> ProgressBar {
    if length.is_some_and(|length| length < LONG_BYTES) {
        ProgressBar::hidden()
    } else {
        bytes(context, length)
    }
}

fn bar(context: &Context, length: Option<u64>, template: &str) -> ProgressBar {
    let target = if context.json {
        ProgressDrawTarget::hidden()
    } else {
        // Draws nothing where standard error is no terminal.
        ProgressDrawTarget::stderr_with_hz(10)
    };
    let bar = ProgressBar::with_draw_target(length, target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The largest memory that this process has had, in bytes, where the system tells (`VmHWM`).
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Input that takes long enough for somebody to wonder.
const LONG_BYTES: u64 = 4 * 1024 * 1024;
