//! `noroshi ledger`: what was given to whom, provably.

mod peer;
mod proof;
mod state;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use app::ledger::Log;
use ledger::key::VerifyingKey;
use serde_json::json;

use crate::command::taxii::{Connection, Server};
use crate::config::Context;
use crate::{Verdict, format, node, out};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check that nothing was changed: of this node, what its log tells of; of a peer, its log against what was seen and is held
    ///
    /// Of this node: releases with what they name, where they come from and who withdrew them; the objects that releases
    /// name or that were given, with their texts, sources, markings, consent, embargo and caveats; what each audience was
    /// given; the audit trail; persons and their roles; the logs themselves. A row of these that was changed, taken out or
    /// put in is named.
    ///
    /// Not: objects that no release names, organisations, communities and who is in them, peers, rules, saved queries,
    /// requests, quarantine, incidents, the policy, passwords and tokens; nor what was changed before it was recorded.
    /// Whoever can write the database can write all of it anew: that is found only by who kept an earlier head.
    Verify {
        #[command(flatten)]
        peer: Peer,
        /// Of a peer: FILE that keeps the key and the last head that was seen, made at the first check
        #[arg(long, value_name = "FILE", requires = "peer")]
        state: Option<PathBuf>,
        /// Of a peer: the key that signs its heads [default: that of the state, or what it shows at the first check]
        #[arg(long, requires = "peer", value_parser = key)]
        key: Option<VerifyingKey>,
        /// Of a peer: read its whole log again, and compare with everything that it serves
        #[arg(long, requires = "peer")]
        all: bool,
    },
    /// Print the signed head of the log of this node, or of one's own log at a peer
    Head {
        #[command(flatten)]
        peer: Peer,
    },
    /// Print the public key that signs the heads
    Key {
        #[command(flatten)]
        peer: Peer,
    },
    /// Print a leaf with the proof that it is in the log, and say whether that holds against the signed head
    Proof {
        #[command(flatten)]
        peer: Peer,
        /// Of a peer: the key that signs its heads [default: what it shows]
        #[arg(long, requires = "peer", value_parser = key)]
        key: Option<VerifyingKey>,
        /// The leaf's number, or the identifier of an object
        #[arg(value_name = "LEAF|ID")]
        place: String,
    },
}

/// The server that is meant, where it is not the node of the data folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Peer {
    /// Name of a peer of the node or in the configuration, or URL of a noroshi node's TAXII discovery
    #[arg(id = "peer", long = "peer", value_name = "SERVER")]
    place: Option<String>,
    /// Sign in by HTTP Basic as this user, with the password of `--secret-file` or `NOROSHI_PASSWORD`
    #[arg(long, requires = "peer")]
    user: Option<String>,
    /// File that holds the API token, or the password where there is a user
    #[arg(long, value_name = "FILE", requires = "peer")]
    secret_file: Option<PathBuf>,
    /// File with the only certificate authorities to believe, PEM
    #[arg(long, value_name = "FILE", requires = "peer")]
    ca_file: Option<PathBuf>,
}

impl Peer {
    fn connect(&self, context: &Context) -> Result<Option<Connection>> {
        let Some(place) = &self.place else {
            return Ok(None);
        };
        let server = Server {
            place: place.clone(),
            user: self.user.clone(),
            secret_file: self.secret_file.clone(),
            ca_file: self.ca_file.clone(),
        };
        Ok(Some(Connection::open(context, &server)?))
    }
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    match command {
        Command::Verify {
            peer,
            state,
            key,
            all,
        } => match peer.connect(context)? {
            Some(connection) => {
                let state = state
                    .as_ref()
                    .context("name a file with `--state` that keeps what was seen of the peer")?;
                peer::verify(context, &connection, state, key.as_ref(), *all)
            }
            None => verify(context),
        },
        Command::Head { peer } => {
            let note = if let Some(connection) = peer.connect(context)? {
                peer::head(&connection)?
            } else {
                let (node, caller) = node::open(context)?;
                node.ledger_head(&caller, Log::House)?.note
            };
            if context.json {
                out::json(&json!({ "note": note }))?;
            } else {
                out::text(&format_lines(&note))?;
            }
            Ok(Verdict::Good)
        }
        Command::Key { peer } => {
            let key = match peer.connect(context)? {
                Some(connection) => peer::key(&connection)?,
                None => node::open(context)?.0.ledger_key()?,
            };
            if context.json {
                out::json(&json!({ "algorithm": "Ed25519", "key": key.to_string() }))?;
            } else {
                out::line(&key.to_string())?;
            }
            Ok(Verdict::Good)
        }
        Command::Proof { peer, key, place } => match peer.connect(context)? {
            Some(connection) => proof::of_peer(context, &connection, place, key.as_ref()),
            None => proof::of_house(context, place),
        },
    }
}

/// Checks the node of the data folder.
fn verify(context: &Context) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let report = node.verify_ledger(&caller)?;
    let head = node.ledger_head(&caller, Log::House)?;
    let good = report.findings.is_empty() && report.not_compared.is_empty();
    if context.json {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|one| json!({ "table": one.table, "key": one.key, "problem": one.problem }))
            .collect();
        out::json(&json!({
            "good": good,
            "logs": report.logs,
            "leaves": report.leaves,
            "releases": report.releases,
            "entries": report.entries,
            "texts": report.texts,
            "older": report.older,
            "findings": findings,
            "not_compared": report.not_compared,
            "head": head.note,
        }))?;
        return Ok(Verdict::of(good));
    }
    let language = context.language;
    out::line(&format!(
        "{} {} · {} {} · {} {} · {} {} · {} {}",
        format::number(report.logs),
        language.pick("logs", "記録簿"),
        format::number(report.leaves),
        language.pick("leaves", "葉"),
        format::number(report.releases),
        language.pick("releases", "提供"),
        format::number(report.entries),
        language.pick("entries", "提供物"),
        format::number(report.texts),
        language.pick("texts compared", "本文照合"),
    ))?;
    for one in &report.findings {
        let text = format!("{} {}: {}", one.table, one.key, one.problem);
        out::line(&format!(
            "{} {}",
            context.paint.bad("✗"),
            format::plain(&text)
        ))?;
    }
    for log in &report.not_compared {
        out::line(&format!(
            "{} {log}: {}",
            context.paint.partial("?"),
            language.pick(
                "what it tells was not compared, because it was changed",
                "書き換えられているため内容は照合していません",
            ),
        ))?;
    }
    if good {
        out::line(&format!(
            "{} {}",
            context.paint.good("✓"),
            language.pick(
                "everything that the log tells of is as it was recorded",
                "記録簿にあるものはすべて記録どおりです"
            ),
        ))?;
    }
    Ok(Verdict::of(good))
}

/// Somebody else's text of several lines for a terminal.
fn format_lines(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        plain.push_str(&format::plain(line));
        plain.push('\n');
    }
    plain
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    VerifyingKey::parse(text).map_err(|error| error.to_string())
}
