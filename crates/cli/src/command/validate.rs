//! `noroshi validate`: is this STIX 2.1?

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use base::diagnostic::{Diagnostic, Place, Severity};
use serde_json::json;
use stix::object::Object;

use crate::config::Context;
use crate::{Verdict, format, input, out};

/// What to check.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Bundles, TAXII envelopes, lists or single objects; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Warnings are negative findings too
    #[arg(long)]
    strict: bool,
}

/// Everything that is found wrong with one object's text: what it takes to be held, the rules of the standard, and
/// the grammar of an indicator's pattern.
pub(crate) fn findings(
    text: &str,
    options: stix::validate::Options,
) -> (Option<Object>, Vec<Diagnostic>) {
    let object = match Object::parse(text) {
        Ok(object) => object,
        Err(found) => return (None, found),
    };
    let mut found = stix::validate::validate(&object, &options);
    if object.kind() == "indicator"
        && object.string("pattern_type") == Some("stix")
        && let Some(pattern) = object.string("pattern")
    {
        let place = Place::Pointer("/pattern".to_owned());
        let read = pattern::parse::read(pattern);
        found.extend(read.diagnostics.into_iter().map(|inner| Diagnostic {
            message: match inner.place {
                Place::Bytes { start, end } => {
                    format!("{} (characters {start}..{end})", inner.message)
                }
                Place::Pointer(_) | Place::Whole => inner.message,
            },
            place: place.clone(),
            ..inner
        }));
    }
    (Some(object), found)
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let mut tally = Tally::default();
    for file in &options.files {
        let input = input::open(file)?;
        let name = input.name.clone();
        check(context, &name, input.reader, &mut tally)?;
    }
    let bad = tally.errors > 0 || (options.strict && tally.warnings > 0);
    if context.json {
        out::json_line(&json!({
            "objects": tally.objects,
            "errors": tally.errors,
            "warnings": tally.warnings,
            "kinds": tally.kinds,
            "valid": !bad,
        }))?;
    } else {
        let language = context.language;
        let mark = if bad {
            context.paint.bad("✗")
        } else {
            context.paint.good("✓")
        };
        out::line(&format!(
            "{mark} {} {}, {} {}, {} {}",
            format::number(tally.objects),
            language.pick("objects", "対象"),
            format::number(tally.errors),
            language.pick("errors", "エラー"),
            format::number(tally.warnings),
            language.pick("warnings", "警告"),
        ))?;
    }
    Ok(Verdict::of(!bad))
}

#[derive(Debug, Default)]
struct Tally {
    objects: u64,
    errors: u64,
    warnings: u64,
    kinds: BTreeMap<String, u64>,
}

impl Tally {
    fn count(&mut self, diagnostic: &Diagnostic) {
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => {}
        }
    }
}

fn check(context: &Context, name: &str, source: impl Read, tally: &mut Tally) -> Result<()> {
    let mut reader = stix::bundle::Reader::new(source);
    for member in reader.by_ref() {
        tally.objects += 1;
        match member {
            Err(diagnostic) => {
                tally.count(&diagnostic);
                say(context, name, None, None, &diagnostic)?;
            }
            Ok(member) => {
                let (object, found) = findings(&member.text, stix::validate::Options::ALL);
                if let Some(object) = &object {
                    *tally.kinds.entry(object.kind().to_owned()).or_default() += 1;
                }
                for diagnostic in &found {
                    tally.count(diagnostic);
                    let id = object.as_ref().map(|object| object.id().as_str());
                    say(context, name, Some(member.index), id, diagnostic)?;
                }
            }
        }
    }
    for diagnostic in reader.findings() {
        tally.count(diagnostic);
        say(context, name, None, None, diagnostic)?;
    }
    if let Some(error) = reader.io_error() {
        return Err(anyhow::anyhow!("{error}")).with_context(|| format!("cannot read `{name}`"));
    }
    Ok(())
}

fn say(
    context: &Context,
    name: &str,
    index: Option<u64>,
    id: Option<&str>,
    diagnostic: &Diagnostic,
) -> Result<()> {
    if context.json {
        let mut value = diagnostic_json(diagnostic);
        if let Some(map) = value.as_object_mut() {
            map.insert("file".to_owned(), json!(name));
            map.insert("index".to_owned(), json!(index));
            map.insert("id".to_owned(), json!(id));
        }
        return out::json_line(&value);
    }
    let place = match (index, id) {
        (Some(index), Some(id)) => format!("{name}#{index} {id}"),
        (Some(index), None) => format!("{name}#{index}"),
        _ => name.to_owned(),
    };
    out::line(&format::plain(&format!("{place}: {diagnostic}")))
}

/// A finding as JSON.
pub(crate) fn diagnostic_json(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = match &diagnostic.place {
        Place::Whole => json!(null),
        Place::Pointer(pointer) => json!(pointer),
        Place::Bytes { start, end } => json!({ "start": start, "end": end }),
    };
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.to_string(),
        "place": place,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "section": diagnostic.section,
    })
}
