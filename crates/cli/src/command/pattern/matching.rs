//! `noroshi pattern match`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use base::diagnostic::{Diagnostic, Severity};
use pattern::matcher::Matcher;
use pattern::matcher::compiled::{CompiledPattern, Verdict as Answer};
use pattern::matcher::observation::{self, Observation};
use serde_json::{Value, json};

use super::check;
use super::source::{Found, Patterns};
use crate::config::Context;
use crate::{Verdict, format, input, out};

/// What to match.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    #[command(flatten)]
    patterns: Patterns,
    /// STIX objects, `observed-data` with what they refer to: a bundle, a list or an object a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    observations: PathBuf,
}

const AFTER_HELP: &str = "\
A pattern matches as chapter 9 of STIX 2.1 has it, over all observations together.

Exit codes: 0 some pattern matches, 1 none does, 2 a pattern is not valid or something could not be \
read.

Examples:
  noroshi pattern match \"[file:name = 'a.dll']\" --observations observed.json
  noroshi pattern match --from indicators.json --observations observed.json --json";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    ensure!(
        !(options.patterns.use_standard_input() && options.observations.as_os_str() == "-"),
        "standard input cannot be both the patterns and the observations; put one of them in a file",
    );
    let document = read(&options.observations)?;
    let reading = observation::read(&document);
    for diagnostic in &reading.diagnostics {
        let name = options.observations.display();
        out::note(&format::plain(&format!("{name}: {diagnostic}")));
    }
    ensure!(
        !reading.observations.is_empty(),
        "there is no usable `observed-data` in `{}`; observables alone say not when they were seen",
        options.observations.display(),
    );
    let mut matched = false;
    let mut uncertain = 0_u64;
    let mut invalid = 0_u64;
    let mut report = check::report(context);
    let seen = options
        .patterns
        .each(&mut |mut found| match compile(found.text) {
            Ok(compiled) => {
                let answer = compiled.matches(&reading.observations);
                matched |= answer.is_match();
                uncertain += u64::from(!answer.is_match() && !answer.complete);
                tell(context, &found, &answer, &reading.observations)
            }
            Err(diagnostics) => {
                invalid += 1;
                check::refuse(context, &mut *report, &mut found, diagnostics)
            }
        })?;
    seen.all()?;
    ensure!(
        reading
            .diagnostics
            .iter()
            .all(|found| found.severity < Severity::Error),
        "observations that could not be read were left out, so what did not match may do so",
    );
    ensure!(
        matched || uncertain == 0,
        "{uncertain} patterns were given up at a limit, so whether they match is not certain",
    );
    match invalid {
        0 => Ok(Verdict::of(matched)),
        1 => bail!("a pattern is not valid, so it matches nothing"),
        count => bail!("{count} patterns are not valid, so they match nothing"),
    }
}

fn compile(text: &str) -> Result<CompiledPattern, Vec<Diagnostic>> {
    Matcher::compile(&pattern::parse::parse(text)?)
}

fn tell(
    context: &Context,
    found: &Found<'_>,
    answer: &Answer,
    observations: &[Observation<'_, &Value>],
) -> Result<()> {
    let places = answer.observations.as_deref().unwrap_or_default();
    let ids: Vec<&str> = places
        .iter()
        .filter_map(|place| observations.get(*place))
        .map(Observation::id)
        .collect();
    let id = found.subject.and_then(|subject| subject.id.as_deref());
    if context.json {
        return out::json_line(&json!({
            "record": "match",
            "file": found.file,
            "id": id,
            "pattern": found.text,
            "matches": answer.is_match(),
            "complete": answer.complete,
            "observations": ids,
        }));
    }
    let paint = context.paint;
    let (mark, beside) = if answer.is_match() {
        (paint.good("✓"), String::new())
    } else if answer.complete {
        (paint.dim("✗"), String::new())
    } else {
        let beside = context.language.pick(
            " (not certain: the search reached its limit)",
            "（探索の上限に達したため確かではない）",
        );
        (paint.partial("?"), beside.to_owned())
    };
    let id = id.map_or_else(String::new, |id| {
        format!("{} ", paint.bold(&format::plain(id)))
    });
    let mut text = format!("{mark} {id}{}{beside}\n", format::plain(found.text));
    for id in ids {
        text.push_str("    ");
        text.push_str(&format::plain(id));
        text.push('\n');
    }
    out::text(&text)
}

/// The objects of a document as one list.
fn read(path: &Path) -> Result<Value> {
    let input = input::open(path)?;
    let name = input.name;
    let mut reader = stix::bundle::Reader::new(input.reader);
    let mut objects = Vec::new();
    let mut bytes = 0;
    for member in reader.by_ref() {
        let member = member.map_err(|found| anyhow!("`{name}`: {found}"))?;
        bytes += member.text.len();
        ensure!(
            bytes <= OBSERVATION_BYTES,
            "`{name}` holds more than {}; match it in parts",
            format::bytes(u64::try_from(OBSERVATION_BYTES).unwrap_or(u64::MAX)),
        );
        objects.push(
            stix::json::parse(&member.text)
                .with_context(|| format!("cannot read object {} of `{name}`", member.index + 1))?,
        );
    }
    Ok(Value::Array(objects))
}

/// Most bytes of observations: they are matched together, so they are held together.
const OBSERVATION_BYTES: usize = 256 * 1024 * 1024;
