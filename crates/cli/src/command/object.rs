//! `noroshi object`: single objects that are held.

use anyhow::{Context as _, Result};
use app::conditions::{ConditionsView, NewConditions};
use stix::id::Id;

use crate::conditions::ConditionOptions;
use crate::config::Context;
use crate::{Verdict, format, node, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show under which conditions an object was given, or let others hold, in all its versions
    ///
    /// Conditions are added to those that hold: they become stricter at once, and who holds the object is told. Only a
    /// releaser makes them looser, with `--replace`, and only while no release names the object.
    Conditions {
        /// Which object
        #[arg(value_parser = parse::id)]
        object: Id,
        /// In place of those that hold, not beside them
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        conditions: ConditionOptions,
    },
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let Command::Conditions {
        object,
        conditions,
        replace,
    } = command;
    let new = conditions.read();
    if *replace {
        let conditions = node.conditions(&caller, &new)?;
        node.set_conditions(&caller, object, &conditions)?;
    } else if new != NewConditions::NONE {
        let conditions = node.conditions(&caller, &new)?;
        node.add_conditions(&caller, object, &conditions)?;
    }
    let found = node
        .object(&caller, object)?
        .with_context(|| format!("`{object}` is not held, or you may not see it"))?;
    if context.json {
        out::json_line(&server::json::object::conditions(&found.conditions))?;
    } else {
        for line in lines(context, &found.conditions) {
            out::line(&format::plain(&line))?;
        }
    }
    Ok(Verdict::Good)
}

fn lines(context: &Context, conditions: &ConditionsView) -> Vec<String> {
    let language = context.language;
    let consent = language.pick("consent", "同意");
    let mut lines = vec![format!("{consent}: {}", conditions.consent.name())];
    if let Some(until) = conditions.embargo_until {
        let word = language.pick("embargo until", "公表禁止期限");
        lines.push(format!("{word}: {until}"));
    }
    for caveat in &conditions.caveats {
        if !caveat.only_to.is_empty() {
            let word = language.pick("only to", "提供先の限定");
            lines.push(format!("{word}: {}", caveat.only_to.join(", ")));
        }
        if !caveat.not_to.is_empty() {
            let word = language.pick("not to", "提供先からの除外");
            lines.push(format!("{word}: {}", caveat.not_to.join(", ")));
        }
    }
    lines
}
