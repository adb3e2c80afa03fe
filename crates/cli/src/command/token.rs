//! `noroshi token`: secrets for programs.

use anyhow::Result;
use jiff::SignedDuration;

use crate::config::Context;
use crate::{Verdict, node, out};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a token and print it: it is shown once and kept as a hash only
    Create {
        /// Login of the person or service that it stands for
        login: String,
        /// What it is for
        #[arg(long, default_value = "command line")]
        label: String,
        /// Days until it expires; without it, it does not
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
    },
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let Command::Create { login, label, days } = command;
    let (node, caller) = node::open(context)?;
    let expires = days
        .map(|days| {
            node.clock()
                .now()
                .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
        })
        .transpose()?;
    let token = node.create_token(&caller, login, label, expires)?;
    if context.json {
        out::json(&serde_json::json!({
            "login": login,
            "label": label,
            "token": token,
            "expires": expires.map(|at| at.to_string()),
        }))?;
    } else {
        out::line(&token)?;
    }
    Ok(Verdict::Good)
}
