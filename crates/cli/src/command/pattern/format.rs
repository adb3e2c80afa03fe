//! `noroshi pattern format`.

use anyhow::{Result, ensure};
use serde_json::json;

use super::check;
use super::source::Patterns;
use crate::config::Context;
use crate::{Verdict, out};

/// What to format.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    #[command(flatten)]
    patterns: Patterns,
    /// Write only those that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 all is well, 1 a pattern is not valid or would change under `--check`, 2 something \
could not be read.

Examples:
  noroshi pattern format \"[ipv4-addr:value='198.51.100.1'OR ipv4-addr:value='198.51.100.2']\"
  noroshi pattern format --check --from patterns.txt";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let mut good = true;
    let mut report = check::report(context);
    let seen = options.patterns.each(&mut |mut found| {
        let reading = pattern::parse::read(found.text);
        let Some(pattern) = reading.pattern else {
            good = false;
            return check::refuse(context, &mut *report, &mut found, reading.diagnostics);
        };
        let formatted = pattern.to_string();
        let changed = formatted != found.text;
        good &= !(options.check && changed);
        if options.check && !changed {
            return Ok(());
        }
        if context.json {
            return out::json_line(&json!({
                "record": "pattern",
                "file": found.file,
                "id": found.subject.and_then(|subject| subject.id.as_deref()),
                "pattern": found.text,
                "formatted": formatted,
                "changed": changed,
            }));
        }
        ensure!(
            !formatted.contains(char::is_control),
            "the pattern holds control characters; `--json` writes them as escapes"
        );
        out::line(&formatted)
    })?;
    seen.all()?;
    Ok(Verdict::of(good))
}
