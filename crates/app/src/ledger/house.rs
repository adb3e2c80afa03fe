//! What the leaves of the house tell, against the tables that they tell of.

use std::collections::BTreeMap;

use ::ledger::hash::Hash;
use ::ledger::leaf::Leaf;
use store::database::Reader;
use store::journal::ACT_AUDIT;
use store::ledger::HOUSE;

use crate::error::AppError;
use crate::ledger::record::{
    ACT_CONDITIONS, ACT_EXTENT, ACT_ITEMS, ACT_OBJECTS, ACT_ORIGIN, ACT_PERSON, ACT_RELEASE,
    ACT_WITHDRAW, ACT_WITHDRAWAL, act_digest, audit_until, older,
};
use crate::ledger::replay::{GONE, each_leaf};
use crate::ledger::signing_key;
use crate::ledger::verify::{Heads, LedgerReport, MAX_FINDINGS, ROWS_AT_ONCE};

/// What the log of the house tells.
#[derive(Debug, Default)]
struct Told {
    began: bool,
    /// By the kind of act and what it is about, the digest that was recorded last.
    acts: BTreeMap<(&'static str, String), Hash>,
    /// When releases were withdrawn.
    withdrawn: BTreeMap<String, i64>,
    /// The last entry of the audit trail that is older than its leaves, with the digest up to it.
    extent: Option<(i64, Hash)>,
    /// The entries of the audit trail after that.
    audit: BTreeMap<i64, Hash>,
}

/// Compares what the log of the house tells, if its leaves are what they were; answers the heads of the other logs.
pub(crate) fn house(
    reader: &Reader<'_>,
    end: Option<u64>,
    report: &mut LedgerReport,
) -> Result<BTreeMap<String, Heads>, AppError> {
    let mut heads: BTreeMap<String, Heads> = BTreeMap::new();
    let mut told = Told::default();
    let last = end.unwrap_or(u64::MAX);
    each_leaf(reader, HOUSE, last, report, |report, place, leaf| {
        match leaf {
            Leaf::Act {
                act,
                subject,
                at,
                sha256,
                ..
            } => {
                if !told.act(&act, subject, at.as_microsecond(), sha256) {
                    let key = format!("{HOUSE} {place}");
                    report.find("ledger_leaf", key, "what is older was recorded twice");
                }
            }
            Leaf::Began {
                key, older: digest, ..
            } if place == 0 => {
                told.began = true;
                if signing_key(reader).is_ok_and(|found| found.verifying_key() != key) {
                    let problem = "it is not the key that the log began with";
                    report.find("meta", "ledger_key", problem);
                }
                if older(reader)? != digest {
                    report.find("ledger_before", "", "it is not what the log began with");
                }
            }
            Leaf::Head { log, size, root } => {
                heads
                    .entry(log.as_str().to_owned())
                    .or_default()
                    .insert(size, root);
            }
            _ => report.find(
                "ledger_leaf",
                format!("{HOUSE} {place}"),
                "it does not belong here",
            ),
        }
        Ok(())
    })?;
    if end.is_none() {
        report.not_compared.push(HOUSE.to_owned());
        return Ok(heads);
    }
    if !told.began {
        let key = format!("{HOUSE} 0");
        report.find("ledger_leaf", key, "the log has no beginning");
    }
    releases(reader, &told, report)?;
    persons(reader, &told, report)?;
    audit(reader, told, report)?;
    Ok(heads)
}

impl Told {
    /// Takes an act; false if it is one that there can be only once.
    fn act(&mut self, act: &str, subject: String, at: i64, sha256: Hash) -> bool {
        let number = subject.parse().ok();
        match (act, number) {
            (ACT_EXTENT, Some(last)) => {
                let first = self.extent.is_none();
                self.extent.get_or_insert((last, sha256));
                return first;
            }
            (ACT_AUDIT, Some(seq)) => {
                self.audit.insert(seq, sha256);
            }
            _ => {
                if act == ACT_WITHDRAW {
                    self.withdrawn.insert(subject.clone(), at);
                }
                if let Some(known) = COMPARED.iter().find(|known| **known == act) {
                    self.acts.insert((known, subject), sha256);
                }
            }
        }
        true
    }

    /// What was recorded last of an act; none if nothing was.
    fn of(&self, act: &'static str, subject: &str) -> Option<Hash> {
        self.acts.get(&(act, subject.to_owned())).copied()
    }

    /// What an act is about, everything.
    fn subjects(&self, act: &'static str) -> impl Iterator<Item = &String> {
        let acts = self.acts.keys();
        acts.filter(move |(known, _)| *known == act)
            .map(|(_, subject)| subject)
    }
}

fn releases(reader: &Reader<'_>, told: &Told, report: &mut LedgerReport) -> Result<(), AppError> {
    let rows = reader.release_rows()?;
    for row in &rows {
        report.releases += 1;
        let id = row.id.as_str();
        if told.of(ACT_RELEASE, id).is_none() {
            report.find("release", id, "no leaf tells of it");
            continue;
        }
        for (act, table, problem) in OF_RELEASES {
            // What was withdrawn is compared where it was.
            let recorded = told.of(act, id);
            let concerns = act != ACT_WITHDRAWAL || told.withdrawn.contains_key(id);
            if concerns && act_digest(reader, act, id)? != recorded {
                let of_objects = table == "object";
                let key = if of_objects {
                    format!("release {id}")
                } else {
                    row.id.clone()
                };
                report.find(table, key, problem);
            }
        }
        if row.withdrawn != told.withdrawn.get(id).copied() {
            report.find("release", id, "its withdrawal is not what the log tells");
        }
        let limit = u32::try_from(MAX_FINDINGS).unwrap_or(u32::MAX);
        for (object, version) in reader.named_and_not_held(id, limit)? {
            report.find("object", format!("{object} {version}"), GONE);
        }
    }
    let gone = |id: &&String| rows.iter().all(|row| row.id != **id);
    for id in told.subjects(ACT_RELEASE).filter(gone) {
        report.find("release", id.as_str(), GONE);
    }
    Ok(())
}

fn persons(reader: &Reader<'_>, told: &Told, report: &mut LedgerReport) -> Result<(), AppError> {
    let ids = reader.person_ids()?;
    for id in &ids {
        match told.of(ACT_PERSON, id) {
            None => report.find("person", id.as_str(), "no leaf tells of it"),
            recorded if act_digest(reader, ACT_PERSON, id)? != recorded => {
                report.find("person", id.as_str(), "it is not what was recorded");
            }
            Some(_) => {}
        }
    }
    for id in told.subjects(ACT_PERSON) {
        if !ids.contains(id) {
            report.find("person", id.as_str(), GONE);
        }
    }
    Ok(())
}

fn audit(reader: &Reader<'_>, mut told: Told, report: &mut LedgerReport) -> Result<(), AppError> {
    let Some((last, recorded)) = told.extent else {
        let problem = "no leaf tells of what is older than the rest of the log";
        report.find("ledger_leaf", HOUSE, problem);
        return Ok(());
    };
    if audit_until(reader, last)? != (last, recorded) {
        let key = format!("1\u{2013}{last}");
        report.find("audit", key, "one of them is not what was recorded");
    }
    let mut next = last;
    loop {
        let rows = reader.audit_rows(next, ROWS_AT_ONCE)?;
        let Some((end, _)) = rows.last() else { break };
        next = *end;
        for (seq, row) in rows {
            match told.audit.remove(&seq) {
                None => report.find("audit", seq.to_string(), "no leaf tells of it"),
                Some(sha256) if sha256 != Hash::of(row.to_string().as_bytes()) => {
                    report.find("audit", seq.to_string(), "it is not what was recorded");
                }
                Some(_) => {}
            }
        }
    }
    for seq in told.audit.into_keys() {
        report.find("audit", seq.to_string(), GONE);
    }
    Ok(())
}

/// What is recorded of a release: the act, the table that it tells of, and what is wrong where the two differ.
const OF_RELEASES: [(&str, &str, &str); 6] = [
    (ACT_RELEASE, "release", "it is not what was confirmed"),
    (
        ACT_ITEMS,
        "release_item",
        "it does not name what was confirmed",
    ),
    (
        ACT_ORIGIN,
        "release_origin",
        "it does not tell where the release came from",
    ),
    (
        ACT_OBJECTS,
        "object",
        "a text, a source or a marking of what the release names is not what was recorded",
    ),
    (
        ACT_CONDITIONS,
        "object",
        "a consent, an embargo or a caveat of what the release names is not what was recorded",
    ),
    (
        ACT_WITHDRAWAL,
        "release_withdrawal",
        "it does not tell who withdrew the release, and why",
    ),
];

/// The acts whose digests are compared with the tables.
const COMPARED: [&str; 7] = [
    ACT_RELEASE,
    ACT_ITEMS,
    ACT_ORIGIN,
    ACT_OBJECTS,
    ACT_CONDITIONS,
    ACT_WITHDRAWAL,
    ACT_PERSON,
];
