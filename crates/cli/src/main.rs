#![doc = include_str!("../README.md")]

mod arguments;
mod command;
mod conditions;
mod config;
mod demo;
mod format;
mod guards;
mod input;
mod japanese;
mod node;
mod out;
mod parse;
mod place;
mod privacy;
mod progress;
mod serving;
mod setting;
mod snippet;
mod telemetry;
mod whereabouts;
mod window;
mod words;

use std::process::ExitCode;

use app::error::AppError;
use clap::Parser;

use crate::arguments::Arguments;

/// The system's allocator is slow where many threads make and drop small things, which is what reading JSON is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command found. That it could not do its work at all is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The input is invalid, a check failed, something was refused.
    Bad,
    /// All is well.
    Good,
}

impl Verdict {
    fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Bad }
    }
}

/// Whether the node could do what was asked and refused it.
fn is_refusal(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(AppError::is_refusal)
}

fn main() -> ExitCode {
    // The parser answers `--help` and bad usage by itself: 0 and 2.
    let arguments = Arguments::parse();
    match command::run(arguments) {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        // Whoever reads our output has enough of it: `noroshi … | head`.
        Err(error) if out::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            out::failure(&error);
            ExitCode::from(if is_refusal(&error) { 1 } else { 2 })
        }
    }
}
