//! `noroshi quarantine`: what waits for a decision.

use anyhow::{Result, bail};
use app::quarantine::{
    Judgement, QuarantineEntry, QuarantineKind, QuarantineQuery, QuarantineState,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::command::organisation;
use crate::config::Context;
use crate::words::Language;
use crate::{Verdict, format, node, out};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List what waits, newest first
    List {
        /// `open`, `accepted`, `rejected` or `all`
        #[arg(long, default_value = "open", value_parser = state)]
        state: State,
        /// Only of a kind: `suspect`, `invalid` or `foreign`
        #[arg(long, value_parser = kind)]
        kind: Option<QuarantineKind>,
        /// Only from an organisation, by name or UUID
        #[arg(long, value_name = "ORGANISATION")]
        source: Option<String>,
        /// Go on before this number
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
        /// Most to list
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show one with its reasons and its JSON
    Show {
        /// Its number
        number: i64,
    },
    /// Take objects in, as if they had come now
    Accept {
        /// Their numbers
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<i64>,
        /// Why; stays in the house
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Do not take objects in
    Reject {
        /// Their numbers
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<i64>,
        /// Why; the sender is told, where it was told that they wait
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Forget what was decided on long ago; its sender is still told what was decided
    Purge {
        /// Days since the decision
        #[arg(long, value_name = "DAYS", default_value_t = RETENTION_DAYS)]
        older_than: u32,
    },
}

/// A state, or all of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State(Option<QuarantineState>);

fn state(text: &str) -> Result<State, String> {
    if text == "all" {
        return Ok(State(None));
    }
    match QuarantineState::parse(text) {
        Some(state) => Ok(State(Some(state))),
        None => Err("it is `open`, `accepted`, `rejected` or `all`".to_owned()),
    }
}

fn kind(text: &str) -> Result<QuarantineKind, String> {
    QuarantineKind::parse(text).ok_or_else(|| "it is `suspect`, `invalid` or `foreign`".to_owned())
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let language = context.language;
    match command {
        Command::List {
            state,
            kind,
            source,
            before,
            limit,
        } => {
            let source = source.as_deref();
            let source = source
                .map(|text| organisation::find(&node, &caller, text))
                .transpose()?;
            let query = QuarantineQuery {
                state: state.0,
                kind: *kind,
                source,
                before: *before,
                limit: *limit,
            };
            let page = node.quarantine(&caller, &query)?;
            if context.json {
                let entries: Vec<_> = page
                    .entries
                    .iter()
                    .map(server::json::quarantine::entry)
                    .collect();
                out::json(&json!({ "quarantine": entries, "next": page.next }))?;
            } else {
                let rows: Vec<Vec<String>> = page
                    .entries
                    .iter()
                    .map(|entry| row(language, entry))
                    .collect();
                out::text(&format::table(&rows, 60))?;
                if let Some(next) = page.next {
                    let more = language.pick("more with --before", "続きは --before");
                    out::note(&format!("{more} {next}"));
                }
            }
        }
        Command::Show { number } => {
            let Some(details) = node.quarantined(&caller, *number)? else {
                bail!("there is no object {number} in quarantine");
            };
            if context.json {
                out::json(&server::json::quarantine::details(&details))?;
            } else {
                out::text(&format::table(&[row(language, &details.entry)], 60))?;
                for reason in &details.entry.reasons {
                    out::line(&format!("  {}", format::plain(reason)))?;
                }
                if let Some(obstacle) = &details.obstacle {
                    let words = language.pick("cannot be taken in:", "取り込めません:");
                    out::line(&format!("  {words} {obstacle}"))?;
                }
                for line in details.json.iter().flat_map(|text| text.lines()) {
                    out::line(&format::plain(line))?;
                }
            }
        }
        Command::Accept { numbers, reason } | Command::Reject { numbers, reason } => {
            let judgement = match command {
                Command::Accept { .. } => Judgement::Accept,
                _ => Judgement::Reject,
            };
            let judged = node.judge(&caller, numbers, judgement, reason)?;
            if context.json {
                out::json(
                    &judged
                        .iter()
                        .map(server::json::quarantine::judged)
                        .collect(),
                )?;
            } else {
                for one in &judged {
                    if let Some(obstacle) = &one.obstacle {
                        out::note(&format!("{}: {obstacle}", one.number));
                    }
                }
            }
            return Ok(Verdict::of(judged.iter().all(|one| one.obstacle.is_none())));
        }
        Command::Purge { older_than } => {
            let retention = SignedDuration::from_hours(i64::from(*older_than) * 24);
            let purged = node.purge_quarantine(&caller, retention)?;
            if context.json {
                out::json(&json!({ "purged": purged }))?;
            } else {
                let words = language.pick("forgotten", "件を削除しました");
                out::line(&format!("{} {words}", format::number(purged)))?;
            }
        }
    }
    Ok(Verdict::Good)
}

fn row(language: Language, entry: &QuarantineEntry) -> Vec<String> {
    let state = match entry.state {
        QuarantineState::Accepted => language.pick("accepted", "取り込み済み"),
        QuarantineState::Open => language.pick("open", "保留中"),
        QuarantineState::Rejected => language.pick("rejected", "不採用"),
    };
    let kind = match entry.kind {
        QuarantineKind::Foreign => language.pick("foreign", "他者の識別子"),
        QuarantineKind::Invalid => language.pick("invalid", "不正な形式"),
        QuarantineKind::Suspect => language.pick("suspect", "要確認"),
    };
    vec![
        entry.number.to_string(),
        entry.at.strftime("%Y-%m-%d %H:%M").to_string(),
        state.to_owned(),
        kind.to_owned(),
        format::plain(&entry.source),
        format::plain(&entry.id),
        format::plain(&entry.reasons.join("; ")),
    ]
}

/// Days for which what was decided stays, where nobody says otherwise: senders ask back within a quarter.
const RETENTION_DAYS: u32 = 90;
