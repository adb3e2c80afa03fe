//! `noroshi pattern explain`.

use anyhow::Result;
use pattern::explain;
use serde_json::json;

use super::check;
use super::source::Patterns;
use crate::config::Context;
use crate::words::Language;
use crate::{Verdict, format, out};

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    #[command(flatten)]
    patterns: Patterns,
}

const AFTER_HELP: &str = "\
Exit codes: 0 all is well, 1 a pattern is not valid, 2 something could not be read.

Examples:
  noroshi pattern explain \"[file:name = 'a.exe'] REPEATS 2 TIMES WITHIN 60 SECONDS\"
  noroshi pattern explain --lang ja --from bundle.json";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let language = match context.language {
        Language::English => explain::Language::English,
        Language::Japanese => explain::Language::Japanese,
    };
    let mut good = true;
    let mut first = true;
    let mut report = check::report(context);
    let seen = options.patterns.each(&mut |mut found| {
        let reading = pattern::parse::read(found.text);
        let Some(pattern) = reading.pattern else {
            good = false;
            return check::refuse(context, &mut *report, &mut found, reading.diagnostics);
        };
        let explanation = explain::explain(&pattern, language);
        let id = found.subject.and_then(|subject| subject.id.as_deref());
        if context.json {
            let sentences: Vec<_> = explanation
                .sentences
                .iter()
                .map(|sentence| json!({ "depth": sentence.depth, "text": sentence.text }))
                .collect();
            return out::json_line(&json!({
                "record": "explanation",
                "file": found.file,
                "id": id,
                "pattern": found.text,
                "sentences": sentences,
            }));
        }
        let mut text = String::new();
        if !std::mem::take(&mut first) {
            text.push('\n');
        }
        let title = id.unwrap_or(found.text);
        text.push_str(&context.paint.bold(&format::plain(title)));
        text.push('\n');
        for line in explanation.to_string().lines() {
            text.push_str("  ");
            text.push_str(&format::plain(line));
            text.push('\n');
        }
        out::text(&text)
    })?;
    seen.all()?;
    Ok(Verdict::of(good))
}
