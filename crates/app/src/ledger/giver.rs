//! By which release an audience was given something, as its log tells.

use std::collections::{BTreeMap, BTreeSet};

use ::ledger::leaf::Leaf;
use jiff::Timestamp;
use release::terms::Release;
use store::database::Reader;

use crate::error::AppError;
use crate::ledger::record::decision_id;
use crate::ledger::replay::audience_of;

/// What one release gave to one audience.
pub(crate) struct Giver<'a, 'c> {
    reader: &'a Reader<'c>,
    log: &'a str,
    release: &'a Release,
    confirmed: Timestamp,
    /// When it ended, if it did.
    end: Option<Timestamp>,
    /// Whether the audience, as it is now, was reached at all.
    reaches: bool,
}

impl<'a, 'c> Giver<'a, 'c> {
    /// A release and an audience by the name of its log.
    pub(crate) fn new(
        reader: &'a Reader<'c>,
        log: &'a str,
        release: &'a Release,
        confirmed: Timestamp,
    ) -> Result<Self, AppError> {
        let lasting = Release {
            until: None,
            withdrawn: None,
            ..release.clone()
        };
        let moment = confirmed.max(release.from);
        let audience = audience_of(reader, log)?;
        let reaches = audience.is_some_and(|one| lasting.clearance(&one, moment).is_some());
        Ok(Self {
            reader,
            log,
            release,
            confirmed,
            end: release.until.into_iter().chain(release.withdrawn).min(),
            reaches,
        })
    }

    /// Of leaves that gave something those by which this release did, with when.
    pub(crate) fn gave(
        &self,
        leaves: &BTreeSet<u64>,
    ) -> Result<BTreeMap<u64, Timestamp>, AppError> {
        let own = decision_id(self.reader, self.log, self.release.id)?;
        let mut found = BTreeMap::new();
        let mut open: Vec<(u64, Timestamp)> = Vec::new();
        let mut next = 0;
        for wanted in leaves {
            if *wanted < next {
                continue;
            }
            next = *wanted;
            // What is given together stands together, and the decision by which it came follows.
            'run: loop {
                let rows = self.reader.log_leaves(self.log, next, LEAVES_AT_ONCE)?;
                if rows.is_empty() {
                    break;
                }
                for (place, bytes) in rows {
                    next = place.saturating_add(1);
                    match Leaf::parse(&bytes) {
                        Ok(Leaf::Given { added, .. }) => {
                            if leaves.contains(&place) {
                                open.push((place, added));
                            }
                        }
                        Ok(Leaf::Decided { release, at }) => {
                            let (by_it, before): (Vec<_>, Vec<_>) =
                                open.drain(..).partition(|(_, added)| *added >= at);
                            if Some(release) == own && self.end.is_none_or(|end| at < end) {
                                found.extend(by_it);
                            }
                            found.extend(before.into_iter().filter(|(_, at)| self.may_have(*at)));
                            break 'run;
                        }
                        _ => break 'run,
                    }
                }
            }
            found.extend(open.drain(..).filter(|(_, at)| self.may_have(*at)));
        }
        Ok(found)
    }

    /// Whether what came at a moment by no decision that the log tells of may have come by this release: an embargo
    /// ended, or it is older than the log.
    pub(crate) fn may_have(&self, at: Timestamp) -> bool {
        self.reaches && at >= self.confirmed && self.end.is_none_or(|end| at < end)
    }
}

/// Leaves read at once: most releases give fewer objects.
const LEAVES_AT_ONCE: u32 = 256;
