//! Objects that were sent to a server, and what became of them.

use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow, bail};
use serde_json::{Value, json};
use taxii::client::Client;
use taxii::client::batches::BatchSize;
use taxii::client::error::ClientError;
use taxii::message::status::{Progress, Status, StatusDetails};

use crate::config::Context;
use crate::{Verdict, format, out};

/// What became of objects.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) taken: u64,
    /// Which were refused, and why.
    pub(crate) refused: Vec<(String, String)>,
    pending: Vec<Waiting>,
    /// Why not all could be sent or followed, if they could not.
    pub(crate) failure: Option<Error>,
}

/// A request that the server has not decided.
#[derive(Debug)]
struct Waiting {
    /// Id of its status resource.
    status: String,
    objects: u64,
    /// Those that the server names, and what it says of them.
    named: Vec<StatusDetails>,
}

impl Sent {
    /// Sends objects, and waits for the server's decisions, for all of them together at most `wait`. What it has not
    /// decided then is pending.
    pub(super) fn push(
        client: &Client,
        root: &str,
        collection: &str,
        texts: &[String],
        size: BatchSize,
        wait: Duration,
    ) -> Self {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut sent = Self::default();
        let mut left = wait;
        for batch in client.add_objects(root, collection, &texts, size) {
            let status = match batch.result {
                Ok(status) => status,
                Err(error) => {
                    sent.failure = Some(error.into());
                    break;
                }
            };
            let begun = Instant::now();
            let id = status.id.clone();
            // What the server said first is what is known where it says nothing more.
            let known = status.clone();
            let status = client.watch(root, status, left).unwrap_or_else(|error| {
                let error = anyhow!(error).context(format!("what became of the request `{id}`"));
                sent.failure.get_or_insert(error);
                known
            });
            left = left.saturating_sub(begun.elapsed());
            let objects = u64::try_from(batch.range.len()).unwrap_or_default();
            sent.add(status, objects);
        }
        sent
    }

    /// What a server says of an earlier request.
    pub(super) fn ask(client: &Client, id: &str) -> Result<Self> {
        let mut sent = Self::default();
        for root in client.api_roots()? {
            match client.status(&root, id) {
                Ok(status) => {
                    let objects = status.total_count;
                    sent.add(status, objects);
                    return Ok(sent);
                }
                // A request belongs to one API root (TAXII 2.1 §4.3), and it is not known to which.
                Err(
                    ClientError::OtherOrigin { .. }
                    | ClientError::Refused {
                        status: 403 | 404 | 410,
                        ..
                    },
                ) => {}
                Err(error) => return Err(error.into()),
            }
        }
        bail!(
            "the server tells nothing of a request with status `{id}`; servers forget them after a time"
        )
    }

    /// Whether the server has decided on everything.
    pub(crate) fn is_decided(&self) -> bool {
        self.pending.is_empty()
    }

    fn add(&mut self, status: Status, objects: u64) {
        self.taken = self.taken.saturating_add(status.success_count);
        let named = u64::try_from(status.failures.len()).unwrap_or(u64::MAX);
        for failure in status.failures {
            let reason = failure.message.unwrap_or_default();
            self.refused.push((failure.id, reason));
        }
        // §4.3.1: the list of failures is optional, their count is not.
        let unnamed = status.failure_count.saturating_sub(named);
        if unnamed > 0 {
            let reason = format!("the server refused {unnamed} objects without saying which");
            self.refused.push(("?".to_owned(), reason));
        }
        if status.status == Progress::Pending {
            let decided = status.success_count.saturating_add(status.failure_count);
            self.pending.push(Waiting {
                status: status.id,
                // Some servers leave the count out.
                objects: match status.pending_count {
                    0 => objects.saturating_sub(decided),
                    count => count,
                },
                named: status.pendings,
            });
        }
    }

    /// Says what became of the objects; bad where some were refused, good where some are pending.
    pub(super) fn say(&self, context: &Context, server: &str) -> Result<Verdict> {
        if context.json {
            out::json(&self.json())?;
            return Ok(Verdict::of(self.refused.is_empty()));
        }
        let language = context.language;
        let pending = self.pending.iter().map(|one| one.objects).sum();
        out::line(&format!(
            "{} {} · {} {} · {} {}",
            format::number(self.taken),
            language.pick("taken in", "受理"),
            self.refused.len(),
            language.pick("refused", "拒否"),
            format::number(pending),
            language.pick("pending", "保留"),
        ))?;
        for (id, reason) in &self.refused {
            out::note(&format::plain(&format!("{id}: {reason}")));
        }
        for one in &self.pending {
            for named in &one.named {
                let reason = named.message.as_deref().unwrap_or_default();
                out::note(&format::plain(&format!("{}: {reason}", named.id)));
            }
            out::line(&format::plain(&format!(
                "{}: noroshi taxii status {server} {}",
                language.pick("ask later", "後で確認"),
                one.status
            )))?;
        }
        Ok(Verdict::of(self.refused.is_empty()))
    }

    fn json(&self) -> Value {
        let refused = self
            .refused
            .iter()
            .map(|(id, reason)| json!({ "id": id, "reason": reason }));
        let pending = self
            .pending
            .iter()
            .map(|one| json!({ "status": one.status, "count": one.objects, "objects": one.named }));
        json!({
            "taken": self.taken,
            "refused": refused.collect::<Vec<_>>(),
            "pending": pending.collect::<Vec<_>>(),
        })
    }
}
