//! `noroshi release`: what goes to whom.

mod life;
mod policy;
mod query;
mod request;
mod rule;

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};
use app::access::Caller;
use app::node::Node;
use app::proposal::{Made, Proposal};
use app::sharing::{Outcome, Preview, ReleaseRequest, ReleaseSummary};
use jiff::Timestamp;
use release::party::{ReleaseId, RequestId};
use release::terms::{Cut, Recipient};
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
    /// Release what was previewed, or confirm what somebody else asked for; prints the release's or rule's id
    Confirm(Confirm),
    /// Ask for a release, which somebody else confirms; prints the request's id
    Request(Terms),
    /// Show a request with what it would do now, or list all
    Pending {
        /// Its id
        id: Option<RequestId>,
    },
    /// Reject a request, or take one's own back
    Reject {
        /// Its id
        id: RequestId,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Release the newest versions of what a release names, on its terms
    Correct {
        /// Its id
        id: ReleaseId,
        /// Why
        #[arg(long)]
        reason: String,
        /// Show what would go out; nothing is released
        #[arg(long, conflicts_with = "ask")]
        preview: bool,
        /// Ask somebody else to confirm it
        #[arg(long)]
        ask: bool,
    },
    /// Standing rules: what arrives and meets a condition is released
    #[command(subcommand)]
    Rule(rule::Command),
    /// Saved queries
    #[command(subcommand)]
    Query(query::Command),
    /// When a second person has to confirm; without options, what holds
    Policy(policy::Options),
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
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// What is confirmed.
#[derive(Debug, clap::Args)]
pub(crate) struct Confirm {
    /// A request that somebody else made, by its id, as `release pending` showed it
    #[arg(long, value_name = "ID", conflicts_with_all = ["objects", "incident", "query", "to"])]
    request: Option<RequestId>,
    /// The digest that `release pending` or `release preview` printed: what would do something else is refused
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
    #[command(flatten)]
    terms: Terms,
}

/// The terms of a release.
#[derive(Debug, clap::Args)]
pub(crate) struct Terms {
    /// An object, by STIX id; may be repeated. `-` reads ids, one a line, from standard input
    #[arg(long = "object", value_name = "ID")]
    objects: Vec<String>,
    /// All objects of an incident, by number or id
    #[arg(long, value_name = "NUMBER")]
    incident: Option<String>,
    /// What a saved query finds at the moment of confirmation, by name or id
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["objects", "incident"])]
    query: Option<String>,
    /// A recipient: community, organisation, `public`, or `community:UUID`; may be repeated
    #[arg(long = "to", value_name = "RECIPIENT")]
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
        ensure!(
            !self.objects.is_empty() || self.incident.is_some() || self.query.is_some(),
            "say what goes out: `--object`, `--incident` or `--query`"
        );
        ensure!(!self.to.is_empty(), "say to whom: `--to`");
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
        let recipients = recipients(node, caller, &self.to)?;
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

    /// The same, where it is said why: a preview needs no reason, what goes out does.
    fn given_why(&self) -> Result<&Self> {
        ensure!(!self.reason.trim().is_empty(), "say why: `--reason`");
        Ok(self)
    }

    fn proposal(&self, node: &Node, caller: &Caller) -> Result<Proposal> {
        let terms = self.request(node, caller)?;
        let Some(query) = &self.query else {
            return Ok(Proposal::Release(terms));
        };
        let query = node
            .query_named(caller, query)
            .with_context(|| format!("there is no query `{query}`"))?;
        Ok(Proposal::Query { query, terms })
    }
}

/// Recipients by name or identifier.
fn recipients(node: &Node, caller: &Caller, texts: &[String]) -> Result<Vec<Recipient>> {
    let mut found = Vec::new();
    for text in texts {
        found.push(node.recipient(caller, text)?);
    }
    Ok(found)
}

/// Says what was made.
fn tell(context: &Context, made: Made) -> Result<()> {
    if context.json {
        return out::json(&server::json::release::made(made));
    }
    match made {
        Made::Release(release) => out::line(&release.to_string()),
        Made::Rule(rule) => out::line(&rule.to_string()),
    }
}

/// Shows what a proposal would do.
fn show_preview(context: &Context, preview: &Preview) -> Result<()> {
    if context.json {
        out::json(&server::json::release::preview(preview))
    } else {
        out::text(&preview_table(context, preview))?;
        for reason in &preview.second {
            out::note(policy::why(context, *reason));
        }
        out::line(&format!("digest {}", preview.digest))
    }
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    match command {
        Command::Preview(terms) => {
            let proposal = terms.proposal(&node, &caller)?;
            show_preview(context, &node.preview_proposal(&caller, &proposal)?)?;
        }
        Command::Confirm(options) => {
            let digest = options.digest.as_deref();
            if let Some(request) = options.request {
                let digest = digest.with_context(|| {
                    format!("say with `--digest` what you saw: `noroshi release pending {request}` shows the request and prints it")
                })?;
                return request::confirm(context, &node, &caller, request, digest);
            }
            let proposal = options.terms.given_why()?.proposal(&node, &caller)?;
            match node.confirm_proposal(&caller, &proposal, digest) {
                Ok(made) => tell(context, made)?,
                Err(error) => return request::refused(context, error),
            }
        }
        Command::Request(terms) => {
            let proposal = terms.given_why()?.proposal(&node, &caller)?;
            request::ask(context, &node, &caller, &proposal)?;
        }
        Command::Pending { id } => return request::show(context, &node, &caller, *id),
        Command::Reject { id, reason } => node.reject_request(&caller, *id, reason)?,
        Command::Correct {
            id,
            reason,
            preview,
            ask,
        } => {
            let proposal = Proposal::Correction {
                of: *id,
                reason: reason.clone(),
            };
            if *preview {
                show_preview(context, &node.preview_proposal(&caller, &proposal)?)?;
            } else if *ask {
                request::ask(context, &node, &caller, &proposal)?;
            } else {
                tell(context, node.confirm_proposal(&caller, &proposal, None)?)?;
            }
        }
        Command::Rule(command) => return rule::run(context, &node, &caller, command),
        Command::Query(command) => return query::run(context, &node, &caller, command),
        Command::Policy(options) => return policy::run(context, &node, &caller, options),
        Command::List { limit } => {
            let releases = node.releases(&caller, *limit)?;
            if context.json {
                out::json(
                    &releases
                        .iter()
                        .map(server::json::release::summary)
                        .collect(),
                )?;
            } else {
                let rows: Vec<Vec<String>> = releases.iter().map(summary_row).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Show { id } => {
            let Some(found) = node.release_life(&caller, *id)? else {
                bail!("there is no release `{id}`");
            };
            life::show(context, &found)?;
        }
        Command::Withdraw { id, reason } => {
            let was_in_force = node.withdraw(&caller, *id, reason)?;
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
            "{}  {}  {}  {}",
            format::fit(&row.object.marking, 16),
            format::fit(&row.object.kind, 14),
            format::plain(&row.object.title),
            context.paint.dim(&format::plain(&row.source)),
        );
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        let cells = row.cells.iter().zip(&row.already);
        for (audience, (cell, already)) in preview.audiences.iter().zip(cells) {
            let mut words = outcome(context, cell);
            if *already {
                let had = context.language.pick("already has it", "提供済み");
                words = format!("{words} ({had})");
            }
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
