//! `noroshi release`: what goes to whom.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use app::access::Caller;
use app::node::Node;
use app::sharing::{Outcome, Preview, ReleaseRequest, ReleaseSummary};
use jiff::Timestamp;
use release::party::ReleaseId;
use release::terms::Cut;
use serde_json::json;
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;

use crate::config::Context;
use crate::{Verdict, format, node, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what each recipient would see; nothing is released
    Preview(Terms),
    /// Release; prints the release's id
    Confirm(Terms),
    /// List releases, newest first
    List {
        /// Most to list
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one release with its objects
    Show {
        /// Its id
        id: ReleaseId,
    },
    /// Withdraw a release: nobody gets anything by it from now on
    Withdraw {
        /// Its id
        id: ReleaseId,
    },
}

/// The terms of a release.
#[derive(Debug, clap::Args)]
pub(crate) struct Terms {
    /// An object, by STIX id; may be repeated. `-` reads ids, one a line, from standard input
    #[arg(
        long = "object",
        value_name = "ID",
        required_unless_present = "incident"
    )]
    objects: Vec<String>,
    /// All objects of an incident, by number or id
    #[arg(long, value_name = "NUMBER")]
    incident: Option<String>,
    /// A recipient: community, organisation, `public`, or `community:UUID`; may be repeated
    #[arg(long = "to", value_name = "RECIPIENT", required = true)]
    to: Vec<String>,
    /// The most restrictive level of anything that goes out
    #[arg(long, value_name = "LEVEL", default_value = "green", value_parser = parse::tlp)]
    ceiling: Tlp,
    /// Draw in what the objects refer to and the relationships between them
    #[arg(long)]
    with_references: bool,
    /// Cut a part: SELECTOR of every object, or ID:SELECTOR of one; may be repeated
    #[arg(long = "cut", value_name = "[ID:]SELECTOR", value_parser = parse_cut)]
    cuts: Vec<Cut>,
    /// Not before this moment
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    from: Option<Timestamp>,
    /// Not from this moment on
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    until: Option<Timestamp>,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

fn parse_cut(text: &str) -> Result<Cut, String> {
    let (object, part) = match text.split_once(':') {
        Some((id, part)) => (Some(parse::id(id)?), part),
        None => (None, text),
    };
    let part = Selector::parse(part).map_err(|error| error.to_string())?;
    Ok(Cut { object, part })
}

impl Terms {
    fn request(&self, node: &Node, caller: &Caller) -> Result<ReleaseRequest> {
        let mut objects: Vec<Id> = Vec::new();
        for text in &self.objects {
            if text == "-" {
                for line in std::io::stdin().lines() {
                    let line = line.context("cannot read standard input")?;
                    if !line.trim().is_empty() {
                        objects.push(
                            Id::parse(line.trim()).with_context(|| format!("`{line}` is no id"))?,
                        );
                    }
                }
            } else {
                objects.push(Id::parse(text).with_context(|| format!("`{text}` is no id"))?);
            }
        }
        if let Some(number) = &self.incident {
            let Some(incident) = node.incident(caller, number)? else {
                bail!("there is no incident `{number}`");
            };
            objects.push(incident.summary.id);
            objects.extend(incident.objects.into_iter().map(|object| object.id));
        }
        objects.sort();
        objects.dedup();
        let mut recipients = Vec::new();
        for text in &self.to {
            recipients.push(node.recipient(caller, text)?);
        }
        Ok(ReleaseRequest {
            objects,
            with_references: self.with_references,
            recipients,
            ceiling: self.ceiling,
            cuts: self.cuts.clone(),
            from: self.from,
            until: self.until,
            reason: self.reason.clone(),
        })
    }
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    match command {
        Command::Preview(terms) => {
            let preview = node.preview(&caller, &terms.request(&node, &caller)?)?;
            if context.json {
                out::json(&preview_json(&preview))?;
            } else {
                out::text(&preview_table(context, &preview))?;
            }
        }
        Command::Confirm(terms) => {
            let id = node.confirm(&caller, &terms.request(&node, &caller)?)?;
            if context.json {
                out::json(&json!({ "id": id.to_string() }))?;
            } else {
                out::line(&id.to_string())?;
            }
        }
        Command::List { limit } => {
            let releases = node.releases(&caller, *limit)?;
            if context.json {
                out::json(&releases.iter().map(summary_json).collect())?;
            } else {
                let rows: Vec<Vec<String>> = releases.iter().map(summary_row).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Show { id } => {
            let Some((summary, objects)) = node.release(&caller, *id)? else {
                bail!("there is no release `{id}`");
            };
            if context.json {
                let mut value = summary_json(&summary);
                if let Some(map) = value.as_object_mut() {
                    let list: Vec<_> = objects
                        .iter()
                        .map(|object| json!({ "id": object.id.as_str(), "title": object.title, "marking": object.marking }))
                        .collect();
                    map.insert("objects".to_owned(), json!(list));
                }
                out::json(&value)?;
            } else {
                out::text(&format::table(&[summary_row(&summary)], 50))?;
                let rows: Vec<Vec<String>> = objects
                    .iter()
                    .map(|object| {
                        vec![
                            format!("  {}", object.id),
                            object.marking.clone(),
                            format::plain(&object.title),
                        ]
                    })
                    .collect();
                out::text(&format::table(&rows, 70))?;
            }
        }
        Command::Withdraw { id } => {
            let was_in_force = node.withdraw(&caller, *id)?;
            if context.json {
                out::json(&json!({ "id": id.to_string(), "withdrawn": was_in_force }))?;
            } else if !was_in_force {
                out::note(
                    context
                        .language
                        .pick("it was withdrawn before", "すでに取り下げ済みです"),
                );
            }
            return Ok(Verdict::of(was_in_force));
        }
    }
    Ok(Verdict::Good)
}

/// What each audience sees of each object, in words.
pub(crate) fn outcome(context: &Context, outcome: &Outcome) -> String {
    let language = context.language;
    match outcome {
        Outcome::Edition { cut } => {
            let text = format!(
                "{}: −{}",
                language.pick("edition", "編集版"),
                cut.join(" −")
            );
            context.paint.partial(&text)
        }
        Outcome::Nothing => context.paint.dim("·"),
        Outcome::Whole => context.paint.good(language.pick("whole", "全部")),
    }
}

/// A preview as a list: an object, then a line for each group of audiences with the same outcome.
pub(crate) fn preview_table(context: &Context, preview: &Preview) -> String {
    // Writing into a `String` does not fail.
    let mut text = String::new();
    for row in &preview.rows {
        let _ = writeln!(
            text,
            "{}  {}  {}",
            format::fit(&row.object.marking, 16),
            format::fit(&row.object.kind, 14),
            format::plain(&row.object.title),
        );
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for (audience, cell) in preview.audiences.iter().zip(&row.cells) {
            let words = outcome(context, cell);
            match groups.iter_mut().find(|(known, _)| *known == words) {
                Some((_, audiences)) => audiences.push(audience),
                None => groups.push((words, vec![audience])),
            }
        }
        for (words, audiences) in groups {
            let _ = writeln!(text, "    {words}  ← {}", audiences.join(", "));
        }
    }
    for warning in &preview.warnings {
        let _ = writeln!(text, "! {warning}");
    }
    text
}

/// A preview as JSON.
pub(crate) fn preview_json(preview: &Preview) -> serde_json::Value {
    let rows: Vec<_> = preview
        .rows
        .iter()
        .map(|row| {
            let cells: serde_json::Map<String, serde_json::Value> = preview
                .audiences
                .iter()
                .zip(&row.cells)
                .map(|(audience, cell)| {
                    let value = match cell {
                        Outcome::Edition { cut } => json!({ "outcome": "edition", "cut": cut }),
                        Outcome::Nothing => json!({ "outcome": "nothing" }),
                        Outcome::Whole => json!({ "outcome": "whole" }),
                    };
                    (audience.clone(), value)
                })
                .collect();
            json!({
                "id": row.object.id.as_str(),
                "type": row.object.kind,
                "title": row.object.title,
                "marking": row.object.marking,
                "audiences": cells,
            })
        })
        .collect();
    json!({ "objects": rows, "warnings": preview.warnings })
}

fn summary_json(summary: &ReleaseSummary) -> serde_json::Value {
    json!({
        "id": summary.id.to_string(),
        "recipients": summary.recipients,
        "ceiling": summary.ceiling.label(),
        "confirmed": summary.confirmed.to_string(),
        "confirmed_by": summary.confirmed_by,
        "object_count": summary.objects,
        "reason": summary.reason,
        "withdrawn": summary.withdrawn.map(|at| at.to_string()),
        "until": summary.until.map(|at| at.to_string()),
    })
}

fn summary_row(summary: &ReleaseSummary) -> Vec<String> {
    vec![
        summary.id.to_string(),
        format!("{:.0}", summary.confirmed),
        summary.ceiling.label().to_owned(),
        format!("{} →", summary.objects),
        format::plain(&summary.recipients.join(", ")),
        if summary.withdrawn.is_some() {
            "✗".to_owned()
        } else {
            String::new()
        },
        format::plain(&summary.reason),
    ]
}
