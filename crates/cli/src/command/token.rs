//! `noroshi token`: what programs sign in with.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use app::node::Node;
use jiff::{SignedDuration, Timestamp};

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
    /// Let a client's certificate stand for somebody, for TLS with `--tls-client-ca`
    Certificate {
        /// The certificate in PEM, without its key
        file: PathBuf,
        /// Login of the person or service that it stands for
        #[arg(required_unless_present = "remove")]
        login: Option<String>,
        /// Days until it stands for nobody any more; without it, as long as the certificate is valid
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        /// It stands for nobody any more, from now on
        #[arg(long, conflicts_with_all = ["login", "days"])]
        remove: bool,
    },
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    match command {
        Command::Create { login, label, days } => {
            let expires = in_days(&node, *days)?;
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
        }
        Command::Certificate {
            file,
            login,
            days,
            remove: _,
        } => {
            let name = file.display();
            let pem = std::fs::read(file).with_context(|| format!("cannot read `{name}`"))?;
            let fingerprint = server::tls::fingerprint(&pem)
                .with_context(|| format!("`{name}` has no certificate in PEM"))?;
            let expires = in_days(&node, *days)?;
            match login {
                Some(login) => node.add_certificate(&caller, login, fingerprint, expires)?,
                None => node.remove_certificate(&caller, fingerprint)?,
            }
            if context.json {
                out::json(&serde_json::json!({
                    "login": login,
                    "fingerprint": fingerprint.to_string(),
                    "expires": expires.map(|at| at.to_string()),
                }))?;
            } else {
                out::line(&fingerprint.to_string())?;
            }
        }
    }
    Ok(Verdict::Good)
}

fn in_days(node: &Node, days: Option<u32>) -> Result<Option<Timestamp>> {
    let in_days = |days| {
        let now = node.clock().now();
        now.checked_add(SignedDuration::from_hours(24 * i64::from(days)))
    };
    Ok(days.map(in_days).transpose()?)
}
