//! `noroshi release rule`: what is released as it arrives.

use anyhow::{Result, bail};
use app::access::Caller;
use app::node::Node;
use app::proposal::Proposal;
use app::rule::{Condition, DRY_RUN_DAYS, RuleSummary, RuleTerms};
use jiff::Timestamp;
use release::party::RuleId;
use serde_json::json;
use stix::id::Id;
use stix::marking::Tlp;

use super::{recipients, request, show_preview, summary_row, tell};
use crate::command::organisation;
use crate::config::Context;
use crate::{Verdict, format, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show what a rule would have released of what arrived lately; nothing is released
    DryRun {
        #[command(flatten)]
        rule: Rule,
        /// Of how many days
        #[arg(long, default_value_t = DRY_RUN_DAYS)]
        days: u16,
    },
    /// Make a rule, where one person is enough; prints its id
    Confirm(Rule),
    /// Ask for a rule, which somebody else confirms; prints the request's id
    Request(Rule),
    /// List all, newest first
    List,
    /// Show one with the releases that it made
    Show {
        /// Its id
        id: RuleId,
    },
    /// Let one rest: what arrives meanwhile is not released by it
    Pause {
        /// Its id
        id: RuleId,
    },
    /// Let one that rests go on
    Resume {
        /// Its id
        id: RuleId,
    },
    /// End one for good
    End {
        /// Its id
        id: RuleId,
    },
}

/// A rule.
#[derive(Debug, clap::Args)]
pub(crate) struct Rule {
    /// A type of object, for example indicator; may be repeated
    #[arg(long = "type", value_name = "TYPE", required = true)]
    kinds: Vec<String>,
    /// A label, one of which the object has; may be repeated
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// What it is related to: a campaign, an incident, anything
    #[arg(long, value_name = "ID", value_parser = parse::id)]
    related_to: Option<Id>,
    /// Who gave it to the node, by name or UUID
    #[arg(long, value_name = "ORGANISATION")]
    source: Option<String>,
    /// The most restrictive marking that it has [default: the ceiling]
    #[arg(long, value_name = "LEVEL", value_parser = parse::tlp)]
    at_most: Option<Tlp>,
    /// A recipient: community, organisation, `public`, or `community:UUID`; may be repeated
    #[arg(long = "to", value_name = "RECIPIENT", required = true)]
    to: Vec<String>,
    /// The most restrictive level of anything that goes out
    #[arg(long, value_name = "LEVEL", default_value = "green", value_parser = parse::tlp)]
    ceiling: Tlp,
    /// Draw in what the objects refer to
    #[arg(long)]
    with_references: bool,
    /// Not from this moment on
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    until: Option<Timestamp>,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

impl Rule {
    fn terms(&self, node: &Node, caller: &Caller) -> Result<RuleTerms> {
        let source = match &self.source {
            Some(text) => Some(organisation::find(node, caller, text)?),
            None => None,
        };
        Ok(RuleTerms {
            condition: Condition {
                kinds: self.kinds.clone(),
                labels: self.labels.clone(),
                related_to: self.related_to.clone(),
                source,
                at_most: self.at_most.unwrap_or(self.ceiling),
            },
            recipients: recipients(node, caller, &self.to)?,
            ceiling: self.ceiling,
            with_references: self.with_references,
            until: self.until,
            reason: self.reason.clone(),
        })
    }
}

pub(super) fn run(
    context: &Context,
    node: &Node,
    caller: &Caller,
    command: &Command,
) -> Result<Verdict> {
    match command {
        Command::DryRun { rule, days } => {
            let run = node.dry_run(caller, &rule.terms(node, caller)?, *days)?;
            if context.json {
                let mut value = server::json::release::preview(&run.preview);
                if let Some(map) = value.as_object_mut() {
                    map.insert("days".to_owned(), json!(run.days));
                    map.insert("met".to_owned(), json!(run.met));
                    map.insert("complete".to_owned(), json!(run.complete));
                }
                out::json(&value)?;
            } else {
                show_preview(context, &run.preview)?;
            }
        }
        Command::Confirm(rule) => {
            let proposal = Proposal::Rule(rule.terms(node, caller)?);
            tell(context, node.confirm_proposal(caller, &proposal, None)?)?;
        }
        Command::Request(rule) => {
            let proposal = Proposal::Rule(rule.terms(node, caller)?);
            request::ask(context, node, caller, &proposal)?;
        }
        Command::List => {
            let rules = node.rules(caller)?;
            if context.json {
                out::json(&rules.iter().map(server::json::rule::summary).collect())?;
            } else {
                let rows: Vec<Vec<String>> = rules.iter().map(row).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Show { id } => {
            let Some((rule, releases)) = node.rule(caller, *id)? else {
                bail!("there is no rule `{id}`");
            };
            if context.json {
                out::json(&server::json::rule::details(&rule, &releases))?;
            } else {
                out::text(&format::table(&[row(&rule)], 50))?;
                if !rule.note.is_empty() {
                    out::note(&format::plain(&rule.note));
                }
                let rows: Vec<Vec<String>> = releases.iter().map(summary_row).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Pause { id } => node.pause_rule(caller, *id)?,
        Command::Resume { id } => node.resume_rule(caller, *id)?,
        Command::End { id } => node.end_rule(caller, *id)?,
    }
    Ok(Verdict::Good)
}

fn row(rule: &RuleSummary) -> Vec<String> {
    vec![
        rule.id.to_string(),
        rule.state.to_owned(),
        rule.terms.ceiling.label().to_owned(),
        format::plain(&rule.terms.condition.kinds.join(", ")),
        format!("→ {}", format::plain(&rule.recipients.join(", "))),
        rule.released.to_string(),
        format::plain(&rule.terms.reason),
    ]
}
