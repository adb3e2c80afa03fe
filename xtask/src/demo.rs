//! `cargo xtask demo`: the product's demo from a release build.

use anyhow::Result;

use crate::step::Step;

/// What is handed on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Arguments of `noroshi demo`, for example `--once`
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    rest: Vec<String>,
}

/// Builds and runs.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let step = Step::cargo(["run", "--release", "--package", "cli", "--", "demo"]);
    Ok(arguments
        .rest
        .iter()
        .fold(step, Step::with)
        .run()?
        .succeeded)
}
