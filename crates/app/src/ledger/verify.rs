//! Checking the logs against everything else in the database, row by row.
//!
//! Leaves are hashed anew, the nodes and heads over them compared, and what they tell compared with the tables that
//! they tell of. The heads that the house's log has of the others decide which of two rows that disagree is the one
//! that was changed.

use std::collections::BTreeMap;

use ::ledger::hash::Hash;
use store::database::Reader;
use store::ledger::HOUSE;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::ledger::house::house;
use crate::ledger::replay::audience;
use crate::ledger::tree;
use crate::node::Node;

/// A row that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The table.
    pub table: &'static str,
    /// The row, by what it is known by.
    pub key: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What a check of the logs came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerReport {
    /// Logs looked at.
    pub logs: u64,
    /// Leaves looked at.
    pub leaves: u64,
    /// Releases compared.
    pub releases: u64,
    /// Entries of feeds compared.
    pub entries: u64,
    /// Texts that were rendered again and compared.
    pub texts: u64,
    /// Entries of feeds that are older than the logs.
    pub older: u64,
    /// Rows that are not what they were, at most [`MAX_FINDINGS`].
    pub findings: Vec<Finding>,
    /// What was not compared, because the log of it was changed.
    pub not_compared: Vec<String>,
}

impl LedgerReport {
    pub(crate) fn find(
        &mut self,
        table: &'static str,
        key: impl Into<String>,
        problem: impl Into<String>,
    ) {
        let finding = Finding {
            table,
            key: key.into(),
            problem: problem.into(),
        };
        // A row that several logs and releases tell of is named once.
        if self.findings.len() < MAX_FINDINGS && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

impl Node {
    /// Checks all logs and what they tell of.
    ///
    /// # Errors
    /// If the caller may not, or the check itself fails.
    pub fn verify_ledger(&self, caller: &Caller) -> Result<LedgerReport, AppError> {
        caller.require(Action::ReadAudit)?;
        self.store.read(|reader| {
            let mut report = LedgerReport::default();
            let end = tree::check(reader, HOUSE, None, &mut report)?;
            let good = end.is_some();
            let heads = house(reader, end, &mut report)?;
            let names = reader.log_names()?;
            for log in names.iter().filter(|name| *name != HOUSE) {
                let none = BTreeMap::new();
                let heads = heads.get(log).unwrap_or(&none);
                if heads.is_empty() && good {
                    report.find(
                        "ledger_log",
                        log.as_str(),
                        "the log of the house does not know of it",
                    );
                }
                let heads = good.then_some(heads);
                match tree::check(reader, log, heads, &mut report)? {
                    Some(end) => audience(self, reader, log, end, &mut report)?,
                    None => report.not_compared.push(log.clone()),
                }
            }
            for log in heads.keys().filter(|log| !names.contains(log)) {
                report.find("ledger_log", log.as_str(), "it is gone");
            }
            without_log(reader, &names, &mut report)?;
            Ok(report)
        })
    }

    /// How many leaves all logs have together: what a check will cost.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn ledger_leaf_count(&self, caller: &Caller) -> Result<u64, AppError> {
        caller.require(Action::ReadAudit)?;
        self.store.read(|reader| {
            let mut count = 0;
            for log in reader.log_names()? {
                count += reader.log_head(&log)?.map_or(0, |head| head.size);
            }
            Ok(count)
        })
    }
}

/// Feeds that have entries and no log, though they are not older.
fn without_log(
    reader: &Reader<'_>,
    names: &[String],
    report: &mut LedgerReport,
) -> Result<(), AppError> {
    let older: BTreeMap<String, i64> = older_positions(reader)?;
    for feed in reader.feed_audiences()? {
        if names.contains(&feed) {
            continue;
        }
        let after = older.get(&feed).copied().unwrap_or(i64::MIN);
        for row in reader.feed_rows(&feed, after, ROWS_AT_ONCE)? {
            report.find("feed", format!("{feed} {}", row.id), "no leaf gave it");
        }
    }
    Ok(())
}

/// Up to which position each feed is older than its log.
pub(crate) fn older_positions(reader: &Reader<'_>) -> Result<BTreeMap<String, i64>, AppError> {
    let rows = reader.older_than_logs()?.into_iter();
    Ok(rows
        .map(|(audience, position)| (audience, position.as_microsecond()))
        .collect())
}

/// The heads of one log that the house's log has: size and root.
pub(crate) type Heads = BTreeMap<u64, Hash>;

/// Findings of one check: more say no more.
pub const MAX_FINDINGS: usize = 1_000;
/// Rows read at once, so that a check needs little memory.
pub(crate) const ROWS_AT_ONCE: u32 = 1_000;
