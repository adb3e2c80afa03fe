//! `noroshi release query`: what is looked for, by name.

use anyhow::{Context as _, Result, bail};
use app::access::Caller;
use app::node::Node;
use app::object::ObjectSummary;
use app::query::{QueryTerms, SavedQuery};
use jiff::Timestamp;
use serde_json::json;
use stix::marking::Tlp;

use crate::config::Context;
use crate::{Verdict, format, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Save a query, over the one of the same name; prints its id
    Save {
        /// Its name
        name: String,
        #[command(flatten)]
        terms: Terms,
    },
    /// Show what a query finds now without saving it
    Try(Terms),
    /// Show a saved query with what it finds now
    Show {
        /// Its name or id
        query: String,
    },
    /// List all, by name
    List,
    /// Remove one; releases that came of it stay as they are
    Remove {
        /// Its name or id
        query: String,
    },
}

/// What is looked for: what meets all that is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Terms {
    /// Words, all of which stand in it
    #[arg(long, default_value = "")]
    text: String,
    /// A type, one of which it has; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    kinds: Vec<String>,
    /// A value, under one of which it is found; may be repeated
    #[arg(long = "value", value_name = "VALUE")]
    values: Vec<String>,
    /// A level, one of which its own marking has; may be repeated
    #[arg(long = "marking", value_name = "LEVEL", value_parser = parse::tlp)]
    markings: Vec<Tlp>,
    /// Received not before this moment
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    from: Option<Timestamp>,
    /// Received before this moment
    #[arg(long, value_name = "MOMENT", value_parser = parse::moment)]
    until: Option<Timestamp>,
    /// Received in the last so many days
    #[arg(long, value_name = "DAYS")]
    last_days: Option<u16>,
}

impl Terms {
    fn terms(&self) -> QueryTerms {
        QueryTerms {
            text: self.text.clone(),
            kinds: self.kinds.clone(),
            values: self.values.clone(),
            markings: self.markings.clone(),
            received_from: self.from,
            received_until: self.until,
            last_days: self.last_days,
        }
    }
}

pub(super) fn run(
    context: &Context,
    node: &Node,
    caller: &Caller,
    command: &Command,
) -> Result<Verdict> {
    match command {
        Command::Save { name, terms } => {
            let known = node.queries(caller)?.into_iter();
            let mut known = known.filter(|query| query.name == *name);
            let over = known.next().map(|query| query.id);
            let id = node.save_query(caller, over, name, &terms.terms())?;
            if context.json {
                out::json(&json!({ "id": id.to_string() }))?;
            } else {
                out::line(&id.to_string())?;
            }
        }
        Command::Try(terms) => show(context, &node.run_query(caller, &terms.terms())?)?,
        Command::Show { query } => {
            let id = node
                .query_named(caller, query)
                .with_context(|| format!("there is no query `{query}`"))?;
            let Some((saved, objects)) = node.query(caller, id)? else {
                bail!("there is no query `{query}`");
            };
            if context.json {
                out::json(&server::json::query::details(&saved, &objects))?;
            } else {
                out::text(&format::table(&[row(&saved)], 50))?;
                show(context, &objects)?;
            }
        }
        Command::List => {
            let queries = node.queries(caller)?;
            if context.json {
                out::json(&queries.iter().map(server::json::query::summary).collect())?;
            } else {
                let rows: Vec<Vec<String>> = queries.iter().map(row).collect();
                out::text(&format::table(&rows, 50))?;
            }
        }
        Command::Remove { query } => {
            let id = node
                .query_named(caller, query)
                .with_context(|| format!("there is no query `{query}`"))?;
            node.remove_query(caller, id)?;
        }
    }
    Ok(Verdict::Good)
}

fn show(context: &Context, objects: &[ObjectSummary]) -> Result<()> {
    if context.json {
        return out::json(&objects.iter().map(server::json::object::summary).collect());
    }
    let rows: Vec<Vec<String>> = objects
        .iter()
        .map(|object| {
            vec![
                object.id.to_string(),
                object.marking.clone(),
                format::plain(&object.title),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 70))
}

fn row(query: &SavedQuery) -> Vec<String> {
    vec![
        query.id.to_string(),
        format::plain(&query.name),
        format::plain(&query.terms.kinds.join(", ")),
        format::plain(&query.terms.text),
        format!("{:.0}", query.changed),
        format::plain(&query.changed_by),
    ]
}
