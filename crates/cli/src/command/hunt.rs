//! `noroshi hunt`: telemetry against indicators.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use app::system::{SystemClock, SystemRandom};
use base::clock::Clock as _;
use hunt::indicator::exclusions::Exclusions;
use hunt::indicator::{Builder, IndicatorSet, Subdomains};
use hunt::matching::{Matcher, Summary, ValidityRule};
use hunt::seen::Log;
use hunt::sighting::{SightingDraft, Sightings};
use serde_json::json;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::command::extract::{all_of, bundle};
use crate::config::Context;
use crate::{Verdict, format, input, node, out, parse, progress};

/// What to match against what.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Options {
    /// Zeek logs in JSON, one event a line, gzip or not; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Indicators: a bundle's FILE or `-`; without it, those that the node holds
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    /// Values that are never a hit, one a line: addresses, networks, domains, URLs
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// A domain means the names below it too
    #[arg(long)]
    subdomains: bool,
    /// Look back: count events from before an indicator was valid
    #[arg(long)]
    retro: bool,
    /// Leave out indicators with a stated confidence below this
    #[arg(long, value_name = "0-100")]
    least_confidence: Option<u8>,
    /// Print each hit with its place in the log: telemetry, for your own eyes
    #[arg(long)]
    hits: bool,
    /// Write the sightings as a bundle to FILE or `-`
    #[arg(long, value_name = "FILE")]
    sightings: Option<PathBuf>,
    /// Add the sightings to the node
    #[arg(long)]
    add: bool,
    /// Identity that saw it, where there is no node to take it from
    #[arg(long, value_name = "ID", value_parser = parse::id)]
    seen_by: Option<Id>,
    /// Marking of the sightings
    #[arg(long, value_name = "LEVEL", default_value = "amber", value_parser = parse::tlp)]
    marking: Tlp,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, with hits or without, 1 the node refused sightings, 2 something could not be read: a file, or all \
lines of a file.";

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let standard_inputs = options
        .files
        .iter()
        .chain(&options.indicators)
        .filter(|path| path.as_os_str() == "-")
        .count();
    ensure!(standard_inputs <= 1, "standard input can be read once only");
    let needs_node = options.indicators.is_none() || options.add;
    let home = if needs_node {
        Some(node::open(context)?)
    } else {
        None
    };
    let objects = match (&options.indicators, &home) {
        (Some(file), _) => read_indicators(file)?,
        (None, Some((node, caller))) => node.indicators(caller)?,
        (None, None) => bail!("no indicators"),
    };
    let subdomains = if options.subdomains {
        Subdomains::Included
    } else {
        Subdomains::AsWritten
    };
    let mut exclusions = Exclusions::default();
    if let Some(file) = &options.exclude {
        for line in input::text(file, EXCLUSION_BYTES)?.lines() {
            let text = line.trim();
            if !text.is_empty() && !text.starts_with('#') {
                exclusions.exclude(text)?;
            }
        }
    }
    let set = index(&objects, subdomains, options.least_confidence, exclusions);
    let rule = if options.retro {
        ValidityRule::Ignored
    } else {
        ValidityRule::Enforced
    };
    let begun = Instant::now();
    let mut sightings = Sightings::default();
    let mut total = Summary::default();
    let mut unread = Vec::new();
    for file in &options.files {
        let summary = match_file(context, options, file, &set, rule, &mut sightings)?;
        // An empty log is a log; a file without any readable line is none, and nothing was looked for in it.
        if summary.lines > 0 && summary.broken == summary.lines {
            unread.push(file);
        }
        total.add(&summary);
    }
    let time = begun.elapsed();
    let drafts = sightings.drafts();
    let made = if options.sightings.is_some() || options.add {
        let seer = match (&options.seen_by, &home) {
            (Some(id), _) => id.clone(),
            (None, Some((node, _))) => node.own_organisation()?.id.identity(),
            (None, None) => {
                bail!("name who saw it with `--seen-by`: there is no node to take it from")
            }
        };
        stix_sightings(&drafts, &seer, options.marking)?
    } else {
        Vec::new()
    };
    let to_stdout = options
        .sightings
        .as_ref()
        .is_some_and(|path| path.as_os_str() == "-");
    if let Some(path) = &options.sightings {
        let text = bundle(made.iter().map(Object::text), &SystemRandom);
        if to_stdout {
            out::text(&text)?;
        } else {
            std::fs::write(path, text)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    let mut refused = 0;
    if options.add
        && let Some((node, caller)) = &home
    {
        refused = node.add(caller, &made)?.refused.len();
    }
    if !to_stdout {
        report(context, &objects, &set, &total, &drafts, time)?;
    }
    match unread.as_slice() {
        [] => Ok(Verdict::of(refused == 0)),
        [file] => bail!("no line of `{}` could be read", file.display()),
        [file, more @ ..] => bail!(
            "no line of `{}` and of {} more files could be read",
            file.display(),
            more.len()
        ),
    }
}

/// Indicators as an index.
pub(crate) fn index(
    objects: &[Object],
    subdomains: Subdomains,
    least_confidence: Option<u8>,
    exclusions: Exclusions,
) -> Arc<IndicatorSet> {
    let mut builder = Builder::new(hunt::indicator::Options {
        subdomains,
        least_confidence,
        exclusions,
    });
    for object in objects {
        builder.add(object);
    }
    Arc::new(builder.build())
}

/// Sightings of drafts, each seen and made by `seer`.
pub(crate) fn stix_sightings(
    drafts: &[SightingDraft],
    seer: &Id,
    marking: Tlp,
) -> Result<Vec<Object>> {
    drafts
        .iter()
        .map(|draft| {
            hunt::sighting::to_stix(draft, seer, seer, marking, SystemClock.now(), &SystemRandom)
                .map_err(|found| all_of(&found))
        })
        .collect()
}

/// The indicators of a bundle, each in its newest version.
pub(crate) fn read_indicators(path: &Path) -> Result<Vec<Object>> {
    let input = input::open(path)?;
    let mut newest: BTreeMap<Id, Object> = BTreeMap::new();
    let mut reader = stix::bundle::Reader::new(input.reader);
    for member in reader.by_ref() {
        let member = member.map_err(|found| all_of(&[found]))?;
        let object = match Object::parse(&member.text) {
            Ok(object) => object,
            Err(found) => {
                out::note(&format!(
                    "{}#{}: {}",
                    input.name,
                    member.index,
                    all_of(&found)
                ));
                continue;
            }
        };
        if object.kind() != "indicator" {
            continue;
        }
        let older = newest
            .get(object.id())
            .is_some_and(|held| held.version() >= object.version());
        if !older {
            newest.insert(object.id().clone(), object);
        }
    }
    if let Some(error) = reader.io_error() {
        bail!("cannot read `{}`: {error}", input.name);
    }
    Ok(newest.into_values().collect())
}

fn match_file(
    context: &Context,
    options: &Options,
    path: &Path,
    set: &Arc<IndicatorSet>,
    validity: ValidityRule,
    sightings: &mut Sightings,
) -> Result<Summary> {
    let input = input::open(path)?;
    let bar = progress::bytes(context, input.length);
    let begun = Instant::now();
    let mut matcher = Matcher::new(
        Arc::clone(set),
        hunt::matching::Options {
            validity,
            assumed: assumed(path),
        },
    );
    // A matcher numbers its events by itself, so each file has sightings of its own until they are merged.
    let mut here = Sightings::default();
    let mut failure = None;
    let summary = matcher
        .run(
            input.reader,
            |hit| {
                here.add(hit);
                if options.hits && failure.is_none() {
                    failure = bar.suspend(|| say_hit(context, &input.name, hit)).err();
                }
            },
            |summary| {
                bar.set_position(input.position.load(Ordering::Relaxed));
                let rate = format::rate(summary.lines, begun.elapsed());
                bar.set_message(format!("{} lines/s", format::number(rate)));
                ControlFlow::Continue(())
            },
        )
        .with_context(|| format!("cannot read `{}`", input.name))?;
    bar.finish_and_clear();
    if let Some(error) = failure {
        return Err(error);
    }
    for broken in &summary.samples {
        out::note(&format::plain(&format!(
            "{}:{}: not read ({:?})",
            input.name, broken.line, broken.reason
        )));
    }
    sightings.merge(here);
    Ok(summary)
}

/// The log that a file name tells: `conn.log.gz`, `dns.2026-01-15.json`.
fn assumed(path: &Path) -> Option<Log> {
    let name = path.file_name()?.to_str()?;
    Log::from_name(name.split('.').next()?)
}

fn say_hit(context: &Context, name: &str, hit: &hunt::matching::Hit<'_>) -> Result<()> {
    if context.json {
        return out::json_line(&json!({
            "file": name,
            "line": hit.line,
            "indicator": hit.indicator.as_str(),
            "confidence": hit.confidence,
            "value": hit.value,
            "where": hit.place.name(),
            "at": hit.at.map(|at| at.to_string()),
        }));
    }
    let at = hit.at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    out::line(&format::plain(&format!(
        "{name}:{} {at} {} {} {}",
        hit.line, hit.place, hit.value, hit.indicator
    )))
}

fn report(
    context: &Context,
    objects: &[Object],
    set: &IndicatorSet,
    total: &Summary,
    drafts: &[SightingDraft],
    time: std::time::Duration,
) -> Result<()> {
    let held = set.report();
    if context.json {
        let seen: Vec<_> = drafts.iter().map(draft_json).collect();
        let reasons: BTreeMap<&str, u64> = held
            .reasons
            .iter()
            .map(|(reason, count)| (reason.text(), *count))
            .collect();
        return out::json(&json!({
            "indicators": { "given": held.given, "served": held.served, "not_looked_for": reasons },
            "lines": total.lines,
            "bytes": total.bytes,
            "events": total.events,
            "other_logs": total.other_logs,
            "broken": total.broken,
            "hits": total.hits,
            "seen": seen,
            "duration_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            "lines_per_second": format::rate(total.lines, time),
        }));
    }
    let language = context.language;
    let rows: Vec<Vec<String>> = drafts
        .iter()
        .map(|draft| {
            let object = objects
                .iter()
                .find(|object| *object.id() == draft.indicator);
            let text = |at: Option<jiff::Timestamp>| {
                at.map_or_else(|| "-".to_owned(), |at| format!("{at:.0}"))
            };
            vec![
                format::number(draft.count),
                text(draft.first_seen),
                text(draft.last_seen),
                draft.indicator.to_string(),
                object.map_or_else(String::new, |object| format::plain(object.title())),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 60))?;
    for (reason, count) in &held.reasons {
        out::note(&format!(
            "{} {}: {reason}",
            format::number(*count),
            language.pick("not looked for", "対象外")
        ));
    }
    out::line(&format!(
        "{} {} · {} {} · {} {} · {} {} · {} ({} {})",
        format::number(held.served),
        language.pick("indicators", "インジケータ"),
        format::number(total.lines),
        language.pick("lines", "行"),
        format::number(total.hits),
        language.pick("hits", "検知"),
        format::number(total.broken),
        language.pick("broken", "不正"),
        format::duration(time),
        format::number(format::rate(total.lines, time)),
        language.pick("lines/s", "行/秒"),
    ))
}

fn draft_json(draft: &SightingDraft) -> serde_json::Value {
    let places: BTreeMap<&str, u64> = draft
        .places
        .iter()
        .map(|(place, count)| (place.name(), *count))
        .collect();
    json!({
        "indicator": draft.indicator.as_str(),
        "count": draft.count,
        "first_seen": draft.first_seen.map(|at| at.to_string()),
        "last_seen": draft.last_seen.map(|at| at.to_string()),
        "places": places,
    })
}

/// Longest list of what is never a hit.
const EXCLUSION_BYTES: usize = 256 * 1024 * 1024;
