//! Tests that could not run say so.
//!
//! The test harness knows only passed and failed, and hides what a passing test prints. So a skip is
//! recorded twice: as a line `SKIPPED <test>: <reason>` on standard error, and, where `NOROSHI_SKIP_LOG`
//! names a file, as a line `<test><TAB><reason>` at its end, which `cargo xtask test` lists.

use std::fs::OpenOptions;
use std::io::Write;

use crate::setting;

/// Records that the current test is skipped because of `reason`; the caller then returns.
///
/// # Panics
///
/// Where `NOROSHI_SKIP_LOG` is set and its file cannot be written: a skip must not go unseen.
pub fn because(reason: &str) {
    let test = current_test();
    report(&test, reason);
    if let Some(log) = setting::read("NOROSHI_SKIP_LOG") {
        append(&log, &record(&test, reason));
    }
}

/// The line of the log for one skip, with its line feed. Line breaks and tabs within become spaces.
pub(crate) fn record(test: &str, reason: &str) -> String {
    let one_line = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    format!("{}\t{}\n", one_line(test), one_line(reason))
}

#[expect(
    clippy::print_stderr,
    reason = "the skip line is for whoever runs the tests"
)]
fn report(test: &str, reason: &str) {
    eprintln!("SKIPPED {test}: {reason}");
}

#[expect(clippy::panic, reason = "called from tests only")]
fn append(log: &str, line: &str) {
    // One write of one short line in append mode: test processes that run at once do not tear each
    // other's lines.
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("cannot write NOROSHI_SKIP_LOG `{log}`: {error}");
    }
}

/// The crate and the name of the running test, as far as they are known.
fn current_test() -> String {
    let name = std::thread::current()
        .name()
        .filter(|name| *name != "main")
        .map(str::to_owned)
        // A process for one test may run it on the main thread.
        .or_else(|| setting::read("NEXTEST_TEST_NAME"))
        .unwrap_or_else(|| "(unnamed)".to_owned());
    match setting::read("CARGO_PKG_NAME") {
        Some(package) => format!("{package} {name}"),
        None => name,
    }
}
