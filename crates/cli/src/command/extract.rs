//! `noroshi extract`: what a report says.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use app::system::{SystemClock, SystemRandom};
use base::clock::Clock as _;
use base::diagnostic::Diagnostic;
use base::id_source::IdSource;
use extract::draft::SourceDocument;
use extract::extraction::Extraction;
use extract::span::Span;
use jiff::civil::Date;
use release::party::OrganisationId;
use serde_json::json;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::command::validate::diagnostic_json;
use crate::config::Context;
use crate::{Verdict, format, input, node, out, parse};

/// What to read and what to make of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The report's text, UTF-8; `-` is standard input
    file: PathBuf,
    /// Day of publication: without it "last year" stays unresolved
    #[arg(long, value_name = "DATE", value_parser = parse::day)]
    published: Option<Date>,
    /// Write a STIX bundle of drafts instead of the table
    #[arg(long, conflicts_with = "json")]
    bundle: bool,
    /// Mark every object of the bundle, for example `amber`; an object without a marking is handled as
    /// TLP:AMBER+STRICT
    #[arg(long, value_name = "TLP", value_parser = parse::tlp, requires = "bundle")]
    marking: Option<Tlp>,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let text = input::text(&options.file, TEXT_BYTES)?;
    let extraction = ::extract::extraction::extract(
        &text,
        &::extract::extraction::Options {
            published: options.published,
        },
    );
    for diagnostic in &extraction.diagnostics {
        out::note(&diagnostic.to_string());
    }
    let verdict = Verdict::of(extraction.diagnostics.is_empty());
    if options.bundle {
        let mut objects = drafts(context, &text, &extraction, options.published);
        if let Some(level) = options.marking {
            objects = objects
                .iter()
                .map(|object| marked(object, level))
                .collect::<Result<_>>()?;
        }
        out::text(&bundle(objects.iter().map(Object::text), &SystemRandom))?;
    } else if context.json {
        out::json(&as_json(&extraction))?;
    } else {
        table(context, &text, &extraction)?;
    }
    Ok(verdict)
}

/// A draft with a marking on the whole.
fn marked(object: &Object, level: Tlp) -> Result<Object> {
    let mut properties = object.properties().clone();
    properties.insert("object_marking_refs".to_owned(), json!([level.id_text()]));
    Object::from_properties(properties).map_err(|diagnostics| all_of(&diagnostics))
}

/// Draft objects of an extraction, without markings: those are for the person who accepts them.
fn drafts(
    context: &Context,
    text: &str,
    extraction: &Extraction,
    published: Option<Date>,
) -> Vec<Object> {
    let title = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let source = SourceDocument {
        title: title.chars().take(TITLE_CHARACTERS).collect(),
        url: None,
        publisher: None,
        published,
    };
    // The identity is that of the node where there is one, so that its drafts can be imported as its own.
    let creator = if context.dir.join("noroshi.db").is_file() {
        node::open(context)
            .and_then(|(node, _)| Ok(node.own_organisation()?.id))
            .ok()
    } else {
        None
    };
    let creator = creator.unwrap_or_else(|| OrganisationId(SystemRandom.uuid()));
    ::extract::draft::draft(
        extraction,
        &source,
        &creator.identity(),
        SystemClock.now(),
        &SystemRandom,
    )
    .into_iter()
    .map(|drafted| drafted.object)
    .collect()
}

/// Objects as one bundle.
#[expect(
    clippy::expect_used,
    reason = "`bundle` is a type name, so the identifier is well-formed"
)]
pub(crate) fn bundle<'t>(objects: impl IntoIterator<Item = &'t str>, ids: &dyn IdSource) -> String {
    let id = Id::new("bundle", ids.uuid()).expect("`bundle` is a type name");
    stix::bundle::write(&id, objects)
}

/// Findings as one error.
pub(crate) fn all_of(diagnostics: &[Diagnostic]) -> anyhow::Error {
    let texts: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    anyhow!("{}", texts.join("; "))
}

fn span_json(span: Span) -> serde_json::Value {
    json!({
        "start": span.start, "end": span.end,
        "char_start": span.char_start, "char_end": span.char_end,
    })
}

fn as_json(extraction: &Extraction) -> serde_json::Value {
    let candidates: Vec<_> = extraction
        .candidates
        .iter()
        .map(|candidate| {
            json!({
                "kind": candidate.kind.name(),
                "value": candidate.value,
                "surface": candidate.surface,
                "span": span_json(candidate.span),
                "basis": candidate.basis.name(),
                "confidence": candidate.confidence,
                "defanged": candidate.is_defanged,
                "note": candidate.note,
            })
        })
        .collect();
    let statistics: Vec<_> = extraction
        .statistics
        .iter()
        .map(|statistic| {
            json!({
                "count": statistic.count,
                "unit": statistic.unit,
                "period": statistic.period,
                "measure": statistic.measure,
                "span": span_json(statistic.span),
            })
        })
        .collect();
    let incidents: Vec<_> = extraction
        .incidents
        .iter()
        .map(|incident| {
            let attribution = incident.attribution.as_ref().map(|attribution| {
                json!({
                    "actor": attribution.actor.label(),
                    "confidence": attribution.confidence,
                    "hedge": attribution.hedge,
                    "span": span_json(attribution.span),
                })
            });
            json!({
                "kind": incident.kind.name(),
                "victim": {
                    "name": incident.victim.name,
                    "country": incident.victim.country,
                    "sectors": incident.victim.sectors,
                    "span": span_json(incident.victim.span),
                },
                "when": incident.when.map(|when| when.to_string()),
                "attribution": attribution,
                "hedges": incident.hedges,
                "confidence": incident.confidence,
                "span": span_json(incident.span),
            })
        })
        .collect();
    let relations: Vec<_> = extraction
        .relations
        .iter()
        .map(|relation| {
            json!({
                "actor": relation.actor.label(),
                "kind": relation.kind.name(),
                "target": relation.target.value(),
                "confidence": relation.confidence,
                "span": span_json(relation.span),
            })
        })
        .collect();
    let diagnostics: Vec<_> = extraction.diagnostics.iter().map(diagnostic_json).collect();
    json!({
        "language": extraction.language.tag(),
        "candidates": candidates,
        "statistics": statistics,
        "incidents": incidents,
        "relations": relations,
        "diagnostics": diagnostics,
    })
}

fn table(context: &Context, text: &str, extraction: &Extraction) -> Result<()> {
    let language = context.language;
    let places = Places::new(text);
    let mut rows = vec![
        [
            language.pick("place", "位置"),
            language.pick("kind", "種別"),
            language.pick("value", "値"),
            "%",
            language.pick("in the text", "本文"),
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for candidate in &extraction.candidates {
        let note = candidate
            .note
            .as_ref()
            .map_or_else(String::new, |note| format!("  ({note})"));
        rows.push(vec![
            places.of(candidate.span.start),
            candidate.kind.name().to_owned(),
            format::plain(&candidate.value),
            candidate.confidence.to_string(),
            format!("{}{note}", format::plain(&candidate.surface)),
        ]);
    }
    out::text(&format::table(&rows, 60))?;
    if !extraction.incidents.is_empty() {
        out::line(&format!(
            "\n{}",
            context
                .paint
                .bold(language.pick("incidents", "インシデント"))
        ))?;
        let rows: Vec<Vec<String>> = extraction
            .incidents
            .iter()
            .map(|incident| {
                let actor = incident.attribution.as_ref();
                vec![
                    places.of(incident.span.start),
                    incident
                        .when
                        .map_or_else(|| "?".to_owned(), |when| when.to_string()),
                    format::plain(&incident.victim.name),
                    incident.victim.sectors.join(", "),
                    actor.map_or_else(String::new, |actor| format!("← {}", actor.actor.label())),
                ]
            })
            .collect();
        out::text(&format::table(&rows, 60))?;
    }
    if !extraction.statistics.is_empty() {
        out::line(&format!(
            "\n{}",
            context.paint.bold(language.pick("statistics", "統計"))
        ))?;
        let rows: Vec<Vec<String>> = extraction
            .statistics
            .iter()
            .map(|statistic| {
                vec![
                    places.of(statistic.span.start),
                    statistic.period.clone(),
                    format::number(statistic.count),
                    statistic.unit.clone(),
                ]
            })
            .collect();
        out::text(&format::table(&rows, 60))?;
    }
    if !extraction.relations.is_empty() {
        out::line(&format!(
            "\n{}",
            context.paint.bold(language.pick("relations", "関係"))
        ))?;
        let rows: Vec<Vec<String>> = extraction
            .relations
            .iter()
            .map(|relation| {
                vec![
                    places.of(relation.span.start),
                    relation.actor.label(),
                    relation.kind.name().to_owned(),
                    format::plain(relation.target.value()),
                ]
            })
            .collect();
        out::text(&format::table(&rows, 60))?;
    }
    Ok(())
}

/// Lines and columns of a text, both from 1; a column is a character.
struct Places<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    fn of(&self, byte: usize) -> String {
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let before = self.text.get(start..byte).unwrap_or_default();
        // A byte-order mark is no character of the text.
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        format!("{line}:{column}")
    }
}

/// Longest report that is read whole; what is beyond the extraction's own limit it says itself.
const TEXT_BYTES: usize = 64 * 1024 * 1024;
/// Longest title of a draft.
const TITLE_CHARACTERS: usize = 200;
