//! `noroshi import`: objects into the node, in batches that are acknowledged one by one.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use app::access::Caller;
use app::conditions::NewConditions;
use app::node::Node;
use app::object::ImportReport;
use base::diagnostic::Diagnostic;
use release::conditions::Conditions;
use serde::Deserialize;
use serde_json::json;

use crate::command::validate::diagnostic_json;
use crate::config::Context;
use crate::{Verdict, format, input, node, out, progress};

/// What to take in.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Bundles, TAXII envelopes, lists or single objects, gzip or not; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Append the identifiers of each batch to FILE once the batch is safe on disk
    #[arg(long, value_name = "FILE")]
    ack_log: Option<PathBuf>,
    #[command(flatten)]
    conditions: crate::conditions::ConditionOptions,
}

/// What came of an import.
#[derive(Debug, Default)]
pub(crate) struct Total {
    stored: u64,
    already_held: u64,
    conflicts: u64,
    refused: u64,
    unreadable: u64,
}

impl Total {
    fn objects(&self) -> u64 {
        self.stored + self.already_held + self.conflicts + self.refused + self.unreadable
    }
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let conditions = match options.conditions.read() {
        new if new == NewConditions::NONE => Conditions::NONE,
        new => node.conditions(&caller, &new)?,
    };
    let begun = Instant::now();
    let mut import = Import {
        context,
        node: &node,
        caller: &caller,
        conditions,
        ack_log: options.ack_log.as_deref().map(open_log).transpose()?,
        total: Total::default(),
    };
    for file in &options.files {
        import.file(file)?;
    }
    let total = import.total;
    let time = begun.elapsed();
    let peak = progress::peak_memory_bytes();
    if context.json {
        out::json_line(&json!({
            "objects": total.objects(),
            "stored": total.stored,
            "already_held": total.already_held,
            "conflicts": total.conflicts,
            "refused": total.refused,
            "unreadable": total.unreadable,
            "duration_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            "objects_per_second": format::rate(total.objects(), time),
            "peak_memory_bytes": peak,
        }))?;
    } else {
        let language = context.language;
        out::line(&format!(
            "{} {}: {} {}, {} {}, {} {}, {} {}",
            format::number(total.objects()),
            language.pick("objects", "対象"),
            format::number(total.stored),
            language.pick("stored", "保存"),
            format::number(total.already_held),
            language.pick("held already", "既存"),
            format::number(total.conflicts),
            language.pick("in conflict with what is held", "既存と矛盾"),
            format::number(total.refused + total.unreadable),
            language.pick("refused", "拒否"),
        ))?;
        let memory = peak.map_or_else(String::new, |peak| {
            format!(
                " · {} {}",
                language.pick("peak memory", "最大メモリ"),
                format::bytes(peak)
            )
        });
        out::line(&format!(
            "{} · {} {}{memory}",
            format::duration(time),
            format::number(format::rate(total.objects(), time)),
            language.pick("objects/s", "対象/秒"),
        ))?;
    }
    Ok(Verdict::of(
        total.conflicts + total.refused + total.unreadable == 0,
    ))
}

struct Import<'a> {
    context: &'a Context,
    node: &'a Node,
    caller: &'a Caller,
    conditions: Conditions,
    ack_log: Option<File>,
    total: Total,
}

impl Import<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let input = input::open(path)?;
        let bar = progress::bytes(self.context, input.length);
        let begun = Instant::now();
        let mut reader = stix::bundle::Reader::new(input.reader);
        let mut texts = Vec::new();
        let mut indices = Vec::new();
        let mut bytes = 0;
        loop {
            let member = reader.next();
            let ended = member.is_none();
            match member {
                Some(Ok(member)) => {
                    bytes += member.text.len();
                    texts.push(member.text);
                    indices.push(member.index);
                }
                Some(Err(diagnostic)) => {
                    self.total.unreadable += 1;
                    bar.suspend(|| self.tell(&input.name, None, None, &[diagnostic]))?;
                }
                None => {}
            }
            let full = texts.len() >= self.context.settings.import_batch || bytes >= BATCH_BYTES;
            if (full || ended) && !texts.is_empty() {
                let report = self.batch(&texts, &indices)?;
                for refused in &report.refused {
                    let index = usize::try_from(refused.index)
                        .ok()
                        .and_then(|at| indices.get(at).copied());
                    bar.suspend(|| {
                        self.tell(
                            &input.name,
                            index,
                            refused.id.as_deref(),
                            &refused.diagnostics,
                        )
                    })?;
                }
                for warned in &report.warned {
                    let index = usize::try_from(warned.index)
                        .ok()
                        .and_then(|at| indices.get(at).copied());
                    let diagnostic = std::slice::from_ref(&warned.diagnostic);
                    let id = Some(warned.id.as_str());
                    bar.suspend(|| self.tell(&input.name, index, id, diagnostic))?;
                }
                texts.clear();
                indices.clear();
                bytes = 0;
                bar.set_position(input.position.load(Ordering::Relaxed));
                let rate = format::rate(self.total.objects(), begun.elapsed());
                bar.set_message(format!("{} objects/s", format::number(rate)));
            }
            if ended {
                break;
            }
        }
        bar.finish_and_clear();
        for diagnostic in reader.findings() {
            self.tell(&input.name, None, None, std::slice::from_ref(diagnostic))?;
        }
        if let Some(error) = reader.io_error() {
            return Err(anyhow!("{error}"))
                .with_context(|| format!("cannot read `{}`", input.name));
        }
        Ok(())
    }

    /// Commits a batch; what is counted here is durable.
    fn batch(&mut self, texts: &[String], indices: &[u64]) -> Result<ImportReport> {
        let (caller, conditions) = (self.caller, &self.conditions);
        let report = self.node.import_under(caller, texts, 0, conditions);
        let report = report.with_context(|| {
            format!(
                "cannot store the batch that begins with object {}",
                indices.first().copied().unwrap_or_default()
            )
        })?;
        self.total.stored += report.stored;
        self.total.already_held += report.already_held;
        self.total.conflicts += report.conflicts;
        self.total.refused += u64::try_from(report.refused.len()).unwrap_or(u64::MAX);
        if let Some(log) = &mut self.ack_log {
            let mut lines = String::new();
            for (at, text) in texts.iter().enumerate() {
                let at = u64::try_from(at).unwrap_or(u64::MAX);
                if report.refused.iter().any(|refused| refused.index == at) {
                    continue;
                }
                if let Ok(head) = serde_json::from_str::<Head>(text) {
                    lines.push_str(&head.id);
                    lines.push('\n');
                }
            }
            log.write_all(lines.as_bytes())
                .and_then(|()| log.flush())
                .context("cannot write the log of what is safe")?;
        }
        Ok(report)
    }

    fn tell(
        &self,
        name: &str,
        index: Option<u64>,
        id: Option<&str>,
        diagnostics: &[Diagnostic],
    ) -> Result<()> {
        for diagnostic in diagnostics {
            if self.context.json {
                let mut value = diagnostic_json(diagnostic);
                if let Some(map) = value.as_object_mut() {
                    map.insert("file".to_owned(), json!(name));
                    map.insert("index".to_owned(), json!(index));
                    map.insert("id".to_owned(), json!(id));
                }
                out::json_line(&value)?;
            } else {
                let place = index.map_or_else(String::new, |index| format!("#{index}"));
                let id = id.map_or_else(String::new, |id| format!(" {id}"));
                out::note(&format::plain(&format!("{name}{place}{id}: {diagnostic}")));
            }
        }
        Ok(())
    }
}

/// As much as the log of what is safe needs to know of an object.
#[derive(Deserialize)]
struct Head {
    id: String,
}

fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Most bytes of a batch: large objects must not make a batch that does not fit into memory.
const BATCH_BYTES: usize = 32 * 1024 * 1024;
