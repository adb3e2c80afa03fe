//! `cargo xtask deny`: licences, bans and sources of the dependencies, by `deny.toml`.

use anyhow::{Result, bail};

use crate::step::Step;

/// Fails where cargo-deny is not there: a check that does not run must not look green.
pub(crate) fn run() -> Result<bool> {
    if !present() {
        bail!("cargo-deny is not installed; install it with `cargo install cargo-deny --locked`");
    }
    // Advisories need a database from the network; licences, bans and sources need only the lock file.
    Ok(Step::cargo([
        "deny",
        "--workspace",
        "check",
        "licenses",
        "bans",
        "sources",
    ])
    .run()?
    .succeeded)
}

/// Whether cargo-deny can be run.
pub(crate) fn present() -> bool {
    Step::cargo(["deny", "--version"]).succeeds()
}
