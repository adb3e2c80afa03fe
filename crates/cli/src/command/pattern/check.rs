//! `noroshi pattern check`.

use anyhow::Result;
use base::diagnostic::{Diagnostic, Place, Severity};
use serde_json::json;

use super::source::{Found, Patterns};
use crate::command::validate::finding::{Finding, Group};
use crate::command::validate::human::Human;
use crate::command::validate::json::Json;
use crate::command::validate::judge;
use crate::command::validate::report::Report;
use crate::config::Context;
use crate::snippet::Style;
use crate::{Verdict, out};

/// What to check.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    #[command(flatten)]
    patterns: Patterns,
    /// Warnings make a pattern invalid too
    #[arg(long)]
    strict: bool,
    /// Say nothing: the exit code tells
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 all are valid, 1 some are not, 2 something could not be read.

Examples:
  noroshi pattern check \"[domain-name:value = 'a.example']\"
  noroshi pattern check --from bundle.json
  grep -v '^#' patterns.txt | noroshi pattern check --json -";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let mut errors = 0_u64;
    let mut warnings = 0_u64;
    let mut report = report(context);
    let seen = options.patterns.each(&mut |mut found| {
        let diagnostics = judge::pattern(found.text);
        let findings = findings(&mut found, diagnostics);
        for finding in &findings {
            match finding.diagnostic.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
                Severity::Note => {}
            }
        }
        if options.quiet || findings.is_empty() {
            return Ok(());
        }
        out::text(&report.group(&Group {
            file: found.file,
            subject: found.subject,
            findings: &findings,
        })?)
    })?;
    let count = seen.patterns;
    let valid = errors == 0 && (warnings == 0 || !options.strict) && seen.is_all();
    if context.json {
        out::json_line(&json!({
            "record": "summary",
            "valid": valid,
            "patterns": count,
            "errors": errors,
            "warnings": warnings,
        }))?;
    } else if !options.quiet {
        let mark = if valid {
            context.paint.good("✓")
        } else {
            context.paint.bad("✗")
        };
        let counts = context.language.counts(&[
            (count, "pattern", "patterns", "パターン"),
            (errors, "error", "errors", "エラー"),
            (warnings, "warning", "warnings", "警告"),
        ]);
        out::line(&format!("{mark} {counts}"))?;
    }
    seen.all()?;
    Ok(Verdict::of(valid))
}

/// How findings about patterns are told, as those of `validate` are.
pub(super) fn report(context: &Context) -> Box<dyn Report> {
    if context.json {
        Box::new(Json)
    } else {
        Box::new(Human {
            style: Style {
                paint: context.paint,
                language: context.language,
            },
        })
    }
}

/// Says why a pattern is none, for a command that wanted it for something.
///
/// In JSON a finding is an answer like any other; between lines of answers for people it is none.
pub(super) fn refuse(
    context: &Context,
    report: &mut dyn Report,
    found: &mut Found<'_>,
    diagnostics: Vec<Diagnostic>,
) -> Result<()> {
    let findings = findings(found, diagnostics);
    let text = report.group(&Group {
        file: found.file,
        subject: found.subject,
        findings: &findings,
    })?;
    if context.json {
        return out::text(&text);
    }
    out::note(text.trim_end());
    Ok(())
}

/// What was found of a pattern, with its places in what was read.
fn findings(found: &mut Found<'_>, diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    let pointer = found.subject.map(|_| "/pattern".to_owned());
    diagnostics
        .into_iter()
        .map(|diagnostic| Finding {
            located: found.locate(match diagnostic.place {
                Place::Bytes { start, end } => start..end,
                Place::Pointer(_) | Place::Whole => 0..found.text.len(),
            }),
            diagnostic,
            pointer: pointer.clone(),
            member: None,
        })
        .collect()
}
