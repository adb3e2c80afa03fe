//! `noroshi peer`: servers with which `serve` exchanges objects by itself.

mod change;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use app::peer::{
    Direction, NewPeer, PeerDetails, PeerSecrets, PeerSettings, PeerSummary, Way, WayState, WayView,
};
use app::peer_sync::SyncReport;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::command::organisation;
use crate::command::peer::change::Change;
use crate::config::Context;
use crate::words::Language;
use crate::{Verdict, format, input, node, out, progress, serving};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Add a server; from then on `serve` exchanges with it
    Add(Box<New>),
    /// List all, with how it goes
    List,
    /// Show one: how it goes, how far each collection is, what was refused and why
    Show {
        /// Its name
        name: String,
    },
    /// Change what is exchanged with one, and how; it goes on from where it was
    ///
    /// What is not named stays as it is. Another URL, another collection or more types begin anew. Its organisation
    /// stays: what came from it is that organisation's.
    Set(Box<Change>),
    /// Let one rest
    Pause {
        /// Its name
        name: String,
    },
    /// End its rest
    Resume {
        /// Its name
        name: String,
    },
    /// Take one out with its credentials; what came from it stays
    Remove {
        /// Its name
        name: String,
    },
    /// Exchange now
    ///
    /// Exit code 0: all went through; 1: something was refused; 2: with a peer it did not go through.
    Sync {
        /// Its name [default: all that do not rest]
        name: Option<String>,
    },
    /// What happened with one, the latest last
    Log {
        /// Its name
        name: String,
    },
}

/// Files by which a peer and this node believe each other.
#[derive(Debug, clap::Args)]
struct CertificateFiles {
    /// File with the only certificate authorities to believe, PEM
    #[arg(long = "ca-file", value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// File with a client certificate, PEM
    #[arg(long = "certificate-file", value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// File with the key of the client certificate, PEM
    #[arg(long = "key-file", value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

/// A server and what is exchanged with it. Credentials come from a file, from standard input or from the environment,
/// never from the command line, which every user of the machine can read.
#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// Its name on this node
    name: String,
    /// URL of its discovery resource or of an API root
    #[arg(long)]
    url: String,
    /// The organisation that it belongs to, by name or UUID: what comes from it is that organisation's, and what was
    /// released to that organisation goes to it
    #[arg(long)]
    organisation: String,
    /// Which ways: both, pull or push
    #[arg(long, default_value = "both", value_parser = direction)]
    direction: Direction,
    /// A collection to pull from, by id, alias or title; may be repeated [default: the only one that can be read, else `releases`]
    #[arg(long, value_name = "COLLECTION")]
    pull: Vec<String>,
    /// A collection to push to, by id, alias or title; may be repeated [default: the only one that can be written, else `inbox`]
    #[arg(long, value_name = "COLLECTION")]
    push: Vec<String>,
    /// Sign in by HTTP Basic as this user; the secret is the password then, else an API token
    #[arg(long)]
    user: Option<String>,
    /// File with the secret, or `-` [default: `NOROSHI_PASSWORD` where there is a user, else `NOROSHI_TOKEN`]
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    files: CertificateFiles,
    /// Only objects of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Seconds between the end of one exchange and the next
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    interval: u32,
    /// Objects of a page or request
    #[arg(long, value_name = "OBJECTS", default_value_t = 500)]
    page: u32,
    /// Seconds by which the server may show an object late; so much is read again until nothing has come for that long
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    overlap: u32,
    /// Hours after which everything is read again, against what no overlap finds; 0 for never
    #[arg(long, value_name = "HOURS", default_value_t = 168)]
    reread: u32,
}

fn direction(text: &str) -> Result<Direction, String> {
    Direction::parse(text).ok_or_else(|| "a direction is both, pull or push".to_owned())
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    if let Command::Sync { name } = command {
        return synchronise(context, name.as_deref(), &Way::ALL);
    }
    if let Command::Set(change) = command {
        return change.run(context);
    }
    let (node, caller) = node::open(context)?;
    match command {
        Command::Add(new) => {
            let new = NewPeer {
                name: new.name.clone(),
                organisation: organisation::find(&node, &caller, &new.organisation)?,
                settings: new.settings()?,
                secrets: new.secrets(context)?,
            };
            node.add_peer(&caller, &new)?;
            let details = node.peer(&caller, &new.name)?.context("it is not there")?;
            show_all(context, &[details.summary])
        }
        Command::List => show_all(context, &node.peers(&caller)?),
        Command::Show { name } => {
            let details = node.peer(&caller, name)?;
            show(context, &details.with_context(|| missing(name))?)
        }
        Command::Log { name } => {
            let details = node.peer(&caller, name)?;
            log(context, &details.with_context(|| missing(name))?)
        }
        Command::Pause { name } => {
            node.pause_peer(&caller, name)?;
            Ok(Verdict::Good)
        }
        Command::Resume { name } => {
            node.resume_peer(&caller, name)?;
            Ok(Verdict::Good)
        }
        Command::Remove { name } => {
            node.remove_peer(&caller, name)?;
            Ok(Verdict::Good)
        }
        Command::Set(_) | Command::Sync { .. } => Ok(Verdict::Good),
    }
}

/// Exchanges now with one peer or with all that do not rest.
pub(crate) fn synchronise(context: &Context, name: Option<&str>, ways: &[Way]) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let peers = node.peers(&caller)?;
    let names: Vec<&str> = match name {
        Some(name) if peers.iter().any(|peer| peer.name == name) => vec![name],
        Some(name) => bail!("{}", missing(name)),
        None => {
            let awake = peers.iter().filter(|peer| !peer.is_paused);
            awake.map(|peer| peer.name.as_str()).collect()
        }
    };
    let wire = serving::wire(context);
    let language = context.language;
    let mut answers = Vec::new();
    let mut is_good = true;
    let mut failed = Vec::new();
    for name in names {
        let bar = progress::objects(context);
        bar.set_message(format::plain(name));
        let told = |report: &SyncReport| {
            bar.set_position(report.moved + report.unchanged + report.refused);
        };
        let reports = node.synchronise(&caller, name, ways, &wire, &told)?;
        bar.finish_and_clear();
        for report in reports {
            is_good &= report.refused == 0;
            if report.failure.is_some() && failed.last() != Some(&name) {
                failed.push(name);
            }
            if context.json {
                answers.push(report_json(name, &report));
                continue;
            }
            out::line(&format!(
                "{} {}: {} {} · {} {} · {} {}",
                format::plain(name),
                way(language, report.way),
                format::number(report.moved),
                language.pick("taken in", "受理"),
                format::number(report.unchanged),
                language.pick("there already", "既存"),
                format::number(report.refused),
                language.pick("refused", "拒否"),
            ))?;
            if let Some(failure) = &report.failure {
                out::note(&format::plain(&format!("{name}: {failure}")));
            }
        }
    }
    if context.json {
        out::json(&Value::Array(answers))?;
    }
    ensure!(
        failed.is_empty(),
        "the exchange did not go through with `{}`",
        failed.join("`, `")
    );
    Ok(Verdict::of(is_good))
}

impl New {
    fn settings(&self) -> Result<PeerSettings> {
        let authorities = match &self.files.authorities {
            Some(path) => Some(pem(path)?),
            None => None,
        };
        Ok(PeerSettings {
            direction: self.direction,
            pull: self.pull.clone(),
            push: self.push.clone(),
            user: self.user.clone(),
            authorities,
            types: self.types.clone(),
            interval_secs: self.interval,
            page_objects: self.page,
            overlap_secs: self.overlap,
            reread_hours: self.reread,
            ..PeerSettings::of_url(&self.url)
        })
    }

    fn secrets(&self, context: &Context) -> Result<PeerSecrets> {
        let secret = match (&self.secret_file, &self.user) {
            (Some(path), _) => {
                let text = input::text(path, MAX_SECRET_BYTES)?;
                Some(text.trim_end_matches(['\n', '\r']).to_owned())
            }
            (None, Some(user)) => Some(context.password.clone().with_context(|| {
                format!("there is no password for `{user}`; name a file with `--secret-file` or set NOROSHI_PASSWORD")
            })?),
            (None, None) => context.token.clone(),
        };
        let read = |path: &Option<PathBuf>| path.as_ref().map(|path| pem(path)).transpose();
        Ok(PeerSecrets {
            secret,
            certificates: read(&self.files.certificate)?,
            key: read(&self.files.key)?,
        })
    }
}

fn pem(path: &Path) -> Result<String> {
    input::text(path, MAX_PEM_BYTES)
}

fn missing(name: &str) -> String {
    format!("there is no peer `{name}`; `noroshi peer list` lists all")
}

fn show_all(context: &Context, peers: &[PeerSummary]) -> Result<Verdict> {
    if context.json {
        out::json(&peers.iter().map(server::json::peer::summary).collect())?;
        return Ok(Verdict::Good);
    }
    let language = context.language;
    let mut rows = Vec::new();
    for peer in peers {
        for view in &peer.ways {
            rows.push(vec![
                format::plain(&peer.name),
                format::plain(&peer.organisation),
                way(language, view.way).to_owned(),
                state(language, view.state).to_owned(),
                lag(language, view),
                format::number(view.moved),
                format::number(view.refused),
                format::plain(
                    view.failure
                        .as_deref()
                        .filter(|_| view.failures > 0)
                        .unwrap_or_default(),
                ),
            ]);
        }
    }
    if !rows.is_empty() {
        let head = [
            ("peer", "相手"),
            ("organisation", "組織"),
            ("way", "向き"),
            ("state", "状態"),
            ("lag", "遅れ"),
            ("objects", "件数"),
            ("refused", "拒否"),
            ("last failure", "直近の失敗"),
        ];
        let head = head.map(|(english, japanese)| language.pick(english, japanese).to_owned());
        rows.insert(0, head.to_vec());
    }
    out::text(&format::table(&rows, 60))?;
    Ok(Verdict::Good)
}

fn show(context: &Context, details: &PeerDetails) -> Result<Verdict> {
    if context.json {
        out::json(&server::json::peer::details(details))?;
        return Ok(Verdict::Good);
    }
    let language = context.language;
    let summary = &details.summary;
    out::line(&format::plain(&format!(
        "{}  {}  {}",
        summary.name, summary.organisation, summary.settings.url
    )))?;
    for view in &summary.ways {
        let moment = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), |at| at.to_string());
        let rows = [
            (
                language.pick("state", "状態"),
                state(language, view.state).to_owned(),
            ),
            (language.pick("lag", "遅れ"), lag(language, view)),
            (
                language.pick("last success", "直近の成功"),
                moment(view.last_success),
            ),
            (
                language.pick("last failure", "直近の失敗"),
                moment(view.last_failure),
            ),
            ("", view.failure.clone().unwrap_or_default()),
            (
                language.pick("next attempt", "次回"),
                // What was never tried has no moment yet, and is tried as soon as somebody serves.
                if view.next_attempt <= Timestamp::UNIX_EPOCH {
                    language.pick("at once", "ただちに").to_owned()
                } else {
                    view.next_attempt.to_string()
                },
            ),
            (
                language.pick("taken in", "受理"),
                format::number(view.moved),
            ),
            (
                language.pick("there already", "既存"),
                format::number(view.unchanged),
            ),
            (
                language.pick("refused", "拒否"),
                format::number(view.refused),
            ),
        ];
        out::line(way(language, view.way))?;
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| vec![format!("  {name}"), format::plain(&value)])
            .collect();
        out::text(&format::table(&rows, 120))?;
        for cursor in details.cursors.iter().filter(|one| one.way == view.way) {
            out::line(&format::plain(&format!(
                "  {}  {}",
                cursor.position, cursor.collection
            )))?;
        }
    }
    if details.pending > 0 {
        out::line(&format!(
            "{} {}",
            details.pending,
            language.pick("requests not decided yet", "件の要求が未決定")
        ))?;
    }
    if !details.refusals.is_empty() {
        out::line(language.pick("refused", "拒否"))?;
        let rows: Vec<Vec<String>> = details
            .refusals
            .iter()
            .map(|one| {
                vec![
                    format!("  {:.0}", one.at),
                    one.way.name().to_owned(),
                    format::plain(&one.object),
                    format::plain(&one.reason),
                ]
            })
            .collect();
        out::text(&format::table(&rows, 120))?;
    }
    Ok(Verdict::Good)
}

fn log(context: &Context, details: &PeerDetails) -> Result<Verdict> {
    if context.json {
        out::json(&server::json::peer::events(details))?;
        return Ok(Verdict::Good);
    }
    let events = details.events.iter().rev();
    let rows: Vec<Vec<String>> = events
        .map(|one| {
            vec![
                format!("{:.0}", one.at),
                one.way.name().to_owned(),
                format::plain(&one.text),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 160))?;
    Ok(Verdict::Good)
}

fn way(language: Language, way: Way) -> &'static str {
    match way {
        Way::Pull => language.pick("pull", "取得"),
        Way::Push => language.pick("push", "送付"),
    }
}

fn state(language: Language, state: WayState) -> &'static str {
    match state {
        WayState::Failing => language.pick("failing", "失敗中"),
        WayState::Good => language.pick("good", "正常"),
        WayState::New => language.pick("new", "未実施"),
        WayState::Paused => language.pick("paused", "休止中"),
    }
}

fn lag(language: Language, view: &WayView) -> String {
    let time = view.lag_secs.map_or_else(
        || language.pick("never level", "未同期").to_owned(),
        |secs| format::duration(Duration::from_secs(secs)),
    );
    match view.behind {
        Some(behind) if behind > 0 => format!(
            "{time}, {} {}",
            format::number(behind),
            language.pick("objects", "件")
        ),
        _ => time,
    }
}

fn report_json(name: &str, report: &SyncReport) -> Value {
    json!({
        "peer": name,
        "way": report.way.name(),
        "moved": report.moved,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "pages": report.pages,
        "failure": report.failure,
    })
}

/// Longest secret: tokens of others can be whole certificates.
const MAX_SECRET_BYTES: usize = 64 * 1024;
/// Longest file of certificates: the authorities that browsers believe have 220 kB.
const MAX_PEM_BYTES: usize = 1024 * 1024;
