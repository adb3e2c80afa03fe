//! The project's task runner, reached as `cargo xtask`: see `README.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner talks to whoever runs it"
)]

mod bench;
mod check;
mod ci;
mod demo;
mod deny;
mod mutants;
mod step;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Everything that is done with this project, behind one door.
///
/// Exit status: 0 when all is well, 1 when something was found or failed, 2 when the command line is wrong.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the benchmarks of every crate that has some
    Bench(bench::Arguments),
    /// Format, clippy and docs, each with warnings denied
    Check,
    /// What a change must pass: check, tidy, test, deny
    Ci,
    /// Build the release binary and run the demo
    Demo(demo::Arguments),
    /// Licences, bans and sources of the dependencies
    Deny,
    /// Plant each listed mistake in a copy of the gate and demand that a test notices
    Mutants(mutants::Arguments),
    /// Run the tests, then list what was skipped and why
    Test(test::Arguments),
    /// Check what compilers do not: layers, READMEs, paths, lengths, exceptions, purity, links, names
    Tidy,
    /// List the optional tools, whether they are here and what they are for
    Tools,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Check => check::run(),
        Task::Ci => Ok(ci::run()),
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Deny => deny::run(),
        Task::Mutants(arguments) => mutants::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Tidy => tidy::run(),
        Task::Tools => {
            tools::run();
            Ok(true)
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
