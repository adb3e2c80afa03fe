//! `cargo xtask bench`: every `[[bench]]` of the workspace, one after the other.

use anyhow::Result;
use cargo_metadata::TargetKind;

use crate::step::Step;
use crate::workspace;

/// What is handed on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only benches of this crate
    #[arg(short, long, value_name = "CRATE")]
    package: Option<String>,
    /// Arguments of the bench programs, for example a filter
    #[arg(last = true, value_name = "ARGUMENT")]
    rest: Vec<String>,
}

/// Runs all even where one fails.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let mut outcomes = Vec::new();
    for package in &workspace::metadata()?.packages {
        if arguments
            .package
            .as_ref()
            .is_some_and(|wanted| wanted != package.name.as_str())
        {
            continue;
        }
        for target in package
            .targets
            .iter()
            .filter(|target| target.kind.contains(&TargetKind::Bench))
        {
            let step = Step::cargo([
                "bench",
                "--package",
                package.name.as_str(),
                "--bench",
                &target.name,
                "--",
            ]);
            outcomes.push(arguments.rest.iter().fold(step, Step::with).run()?);
        }
    }
    if outcomes.is_empty() {
        println!(
            "no crate has a [[bench]]{}",
            if arguments.package.is_some() {
                " of that name"
            } else {
                ""
            }
        );
        return Ok(arguments.package.is_none());
    }
    println!("\nbench:");
    for outcome in &outcomes {
        println!("{}", outcome.line());
    }
    Ok(outcomes.iter().all(|outcome| outcome.succeeded))
}
