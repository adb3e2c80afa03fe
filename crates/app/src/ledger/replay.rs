//! What the leaves of an audience tell, against what it was given.

use std::collections::{BTreeMap, BTreeSet};

use ::ledger::hash::Hash;
use ::ledger::leaf::Leaf;
use release::decision::Decision;
use release::gate::{Asked, Gate};
use release::party::{Audience, OrganisationId, PersonId};
use stix::id::Id;
use store::comparison::FeedRow;
use store::database::Reader;
use store::error::StoreError;
use store::ledger::GivenRow;

use crate::effect::member;
use crate::error::AppError;
use crate::feed::asked;
use crate::ledger::verify::{LedgerReport, ROWS_AT_ONCE, older_positions};
use crate::node::{Node, policy};
use crate::sign_in::caller;

/// What the log of an audience tells of a version of an object.
#[derive(Debug)]
struct Entry {
    row: GivenRow,
    sha256: Hash,
    content: Hash,
    added: i64,
}

/// Compares what the log of an audience tells with the feed, and with what the gate makes of the objects now.
pub(crate) fn audience(
    node: &Node,
    reader: &Reader<'_>,
    log: &str,
    end: u64,
    report: &mut LedgerReport,
) -> Result<(), AppError> {
    let mut entries: BTreeMap<(String, String), Entry> = BTreeMap::new();
    let mut by_leaf: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut pending: BTreeSet<u64> = BTreeSet::new();
    each_leaf(reader, log, end, report, |report, place, leaf| {
        match leaf {
            Leaf::Given {
                id,
                version,
                sha256,
                content,
                added,
            } => {
                let row = GivenRow {
                    leaf: place,
                    delivered: None,
                    withdrawn: None,
                };
                let key = (id, version);
                by_leaf.insert(place, key.clone());
                pending.insert(place);
                let entry = Entry {
                    row,
                    sha256,
                    content,
                    added: added.as_microsecond(),
                };
                if let Some(before) = entries.insert(key, entry) {
                    pending.remove(&before.row.leaf);
                }
            }
            Leaf::Withdrawn { id, version, .. } => {
                if let Some(entry) = entries.get_mut(&(id, version)) {
                    entry.row.withdrawn = Some(place);
                    pending.remove(&entry.row.leaf);
                }
            }
            Leaf::Delivered { leaves, .. } => {
                for (first, last) in leaves {
                    for (leaf, key) in by_leaf.range(first..=last) {
                        pending.remove(leaf);
                        if let Some(entry) = entries.get_mut(key) {
                            entry.row.delivered = Some(place);
                        }
                    }
                }
            }
            Leaf::Decided { .. } => {}
            _ => report.find(
                "ledger_leaf",
                format!("{log} {place}"),
                "it does not belong here",
            ),
        }
        Ok(())
    })?;
    let count = u64::try_from(pending.len()).unwrap_or(u64::MAX);
    if reader
        .log_head(log)?
        .is_some_and(|head| head.pending != count)
    {
        report.find(
            "ledger_log",
            log,
            "it does not have as many entries left to be handed over as its leaves tell",
        );
    }
    given(reader, log, &entries, report)?;
    feed(node, reader, log, &mut entries, report)
}

/// The rows that tell what became of entries.
fn given(
    reader: &Reader<'_>,
    log: &str,
    entries: &BTreeMap<(String, String), Entry>,
    report: &mut LedgerReport,
) -> Result<(), AppError> {
    let mut rows: BTreeMap<(String, String), GivenRow> = BTreeMap::new();
    for (id, version, row) in reader.given_all(log)? {
        rows.insert((id, version), row);
    }
    for (key, entry) in entries {
        let name = || format!("{log} {} {}", key.0, key.1);
        match rows.remove(key) {
            Some(row) if row == entry.row => {}
            Some(_) => report.find("ledger_given", name(), "it is not what the leaves tell"),
            None => report.find("ledger_given", name(), "it is gone"),
        }
    }
    for (id, version) in rows.into_keys() {
        let key = format!("{log} {id} {version}");
        report.find("ledger_given", key, "no leaf tells of it");
    }
    Ok(())
}

fn feed(
    node: &Node,
    reader: &Reader<'_>,
    log: &str,
    entries: &mut BTreeMap<(String, String), Entry>,
    report: &mut LedgerReport,
) -> Result<(), AppError> {
    let older = older_positions(reader)?.get(log).copied();
    let policy = policy(reader)?;
    let audience = audience_of(reader, log)?;
    let now = node.clock.now();
    let gate = audience
        .as_ref()
        .map(|audience| Gate::new(&policy, reader, audience, now));
    let mut after = i64::MIN;
    loop {
        let rows = reader.feed_rows(log, after, ROWS_AT_ONCE)?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        let mut whole = Vec::new();
        for row in rows {
            let key = format!("{log} {} {}", row.id, row.version);
            let told = entries.remove(&(row.id.clone(), row.version.clone()));
            let Some(entry) = told.filter(|entry| entry.row.withdrawn.is_none()) else {
                if older.is_some_and(|older| row.position <= older) {
                    report.older += 1;
                } else {
                    report.find("feed", key, "no leaf gave it");
                }
                continue;
            };
            report.entries += 1;
            if row.position != entry.added {
                report.find("feed", key.as_str(), "it was added at another time");
            }
            if row.digest != entry.content.as_bytes() {
                report.find("feed", key, "its digest is not that of what was given");
            }
            let kept = row.text.as_ref().map(|text| Hash::of(text.as_bytes()));
            if kept.is_some_and(|kept| kept != entry.sha256) {
                let key = format!("{log} {} {}", row.id, row.version);
                report.find("feed", key, "its text is not what was given");
            }
            // What tells of something withdrawn is not of an object that the gate gives.
            if !row.tells {
                if !row.is_held {
                    let key = format!("{} {}", row.source, row.source_version);
                    report.find("object", key, GONE);
                    continue;
                }
                whole.push((row, entry.sha256));
            }
        }
        if let Some(gate) = &gate {
            texts(gate, &whole, report);
        }
    }
    for ((id, version), entry) in std::mem::take(entries) {
        if entry.row.withdrawn.is_none() {
            report.find("feed", format!("{log} {id} {version}"), "it is gone");
        }
    }
    Ok(())
}

/// Renders entries again: what comes out differs only if the object, its markings or the releases were changed.
fn texts(gate: &Gate<'_, Reader<'_>>, rows: &[(FeedRow, Hash)], report: &mut LedgerReport) {
    let wanted: Vec<Option<Asked>> = rows
        .iter()
        .map(|(row, _)| Some(asked(&Id::parse(&row.source).ok()?, &row.source_version)))
        .collect();
    let known: Vec<Asked> = wanted.iter().flatten().cloned().collect();
    let mut decisions = decided(gate, &known).into_iter();
    for ((row, sha256), wanted) in rows.iter().zip(wanted) {
        let key = || format!("{} {}", row.source, row.source_version);
        let released = match wanted.and_then(|_| decisions.next()) {
            Some(Ok(decision)) => decision.into_released(),
            Some(Err(error)) => {
                report.find("object", key(), format!("it cannot be decided on: {error}"));
                None
            }
            None => None,
        };
        let Some(released) = released.filter(|one| one.id().as_str() == row.id) else {
            continue;
        };
        report.texts += 1;
        if Hash::of(released.text().as_bytes()) != *sha256 {
            report.find("object", key(), "its text is not what was given");
        }
    }
}

/// The gate's decisions, in the same order: what cannot be decided on keeps nothing else from being looked at.
fn decided(gate: &Gate<'_, Reader<'_>>, asked: &[Asked]) -> Vec<Result<Decision, StoreError>> {
    if let Ok(decisions) = gate.decide(asked) {
        return decisions.into_iter().map(Ok).collect();
    }
    let one = |ask: &Asked| {
        let mut decisions = gate.decide(std::slice::from_ref(ask))?;
        Ok(decisions.pop().unwrap_or(Decision::Nothing))
    };
    asked.iter().map(one).collect()
}

/// The audience whose log it is, as it is now; none if it is there no more.
pub(crate) fn audience_of(reader: &Reader<'_>, log: &str) -> Result<Option<Audience>, AppError> {
    if log == "public" {
        return Ok(Some(Audience::Public));
    }
    let Some((kind, id)) = log.split_once(':') else {
        return Ok(None);
    };
    Ok(match kind {
        "person" => match id.parse() {
            Ok(id) => caller(reader, PersonId(id))?.map(|caller| caller.audience),
            Err(_) => None,
        },
        "organisation" => match id.parse() {
            Ok(id) => Some(member(reader, OrganisationId(id))?),
            Err(_) => None,
        },
        _ => None,
    })
}

/// Reads the leaves of a log up to its end.
pub(crate) fn each_leaf(
    reader: &Reader<'_>,
    log: &str,
    end: u64,
    report: &mut LedgerReport,
    mut tell: impl FnMut(&mut LedgerReport, u64, Leaf) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let mut next = 0;
    loop {
        let rows = reader.log_leaves(log, next, ROWS_AT_ONCE)?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        next = last.saturating_add(1);
        for (place, bytes) in rows {
            if place >= end {
                // What is beyond the end was found already.
                return Ok(());
            }
            match Leaf::parse(&bytes) {
                Ok(leaf) => tell(report, place, leaf)?,
                Err(error) => {
                    report.find("ledger_leaf", format!("{log} {place}"), error.to_string());
                }
            }
        }
    }
}

/// What is wrong with a row that a log tells of and that is not there.
pub(crate) const GONE: &str = "it is gone";
