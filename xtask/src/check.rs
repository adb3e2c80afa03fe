//! `cargo xtask check`: what rustfmt, clippy and rustdoc say.

use anyhow::Result;

use crate::step::Step;

/// Runs all three even where the first fails, so that one run shows everything.
pub(crate) fn run() -> Result<bool> {
    let steps = [
        Step::cargo(["fmt", "--all", "--check"]),
        // The fuzz targets are a workspace of their own, which needs a C++ compiler to build.
        Step::cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]),
        Step::cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
        Step::cargo(["doc", "--workspace", "--no-deps"]).setting("RUSTDOCFLAGS", "-D warnings"),
    ];
    let mut outcomes = Vec::new();
    for step in &steps {
        outcomes.push(step.run()?);
    }
    println!("\ncheck:");
    for outcome in &outcomes {
        println!("{}", outcome.line());
    }
    Ok(outcomes.iter().all(|outcome| outcome.succeeded))
}
