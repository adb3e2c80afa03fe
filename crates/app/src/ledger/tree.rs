//! The leaves of one log against the nodes and heads over them.

use ::ledger::frontier::Frontier;
use ::ledger::hash::Hash;
use ::ledger::tile::{Edge, Place, Span};
use store::database::Reader;

use crate::error::AppError;
use crate::ledger::verify::{Heads, LedgerReport, ROWS_AT_ONCE};

/// The tree over one series of leaf hashes.
#[derive(Default)]
struct Side {
    frontier: Frontier,
    edge: Edge,
    /// The first recorded head that it does not lead to.
    off: Option<u64>,
    /// The tiles that are not those in the database.
    tiles: Vec<Place>,
}

/// Checks a log; `heads` are those that the log of the house has of it, nothing where that log can say nothing.
/// Answers how many leaves there are if they are what they were.
///
/// The tree is built twice, over the leaves and over the hashes that the tiles have of them: where the two differ,
/// the one that leads to the recorded heads was left alone.
pub(crate) fn check(
    reader: &Reader<'_>,
    log: &str,
    heads: Option<&Heads>,
    report: &mut LedgerReport,
) -> Result<Option<u64>, AppError> {
    let Some(head) = reader.log_head(log)? else {
        report.find("ledger_log", log, "it is gone");
        return Ok(None);
    };
    report.logs += 1;
    // The head that is to be reached: the last that the house recorded; for the house, the one that it keeps.
    let last = heads
        .and_then(|heads| heads.iter().next_back())
        .map_or((head.size, head.root), |(size, root)| (*size, *root));
    let (mut leaves, mut kept) = (Side::default(), Side::default());
    let mut differing = Vec::new();
    let mut missing = false;
    let mut tile: Option<(Place, Option<Vec<u8>>)> = None;
    'rows: loop {
        let next = leaves.frontier.size();
        let rows = reader.log_leaves(log, next, ROWS_AT_ONCE)?;
        if rows.is_empty() {
            break;
        }
        for (place, bytes) in rows {
            if place >= last.0 {
                report.find(
                    "ledger_leaf",
                    format!("{log} {place}"),
                    "it is beyond the end of the log",
                );
                break 'rows;
            }
            let gap = leaves.frontier.size()..place;
            if !gap.is_empty() {
                missing = true;
                let last = place - 1;
                report.find("ledger_leaf", span(log, gap.start, last), "it is gone");
                if last - gap.start >= MAX_GAP {
                    return Ok(None);
                }
            }
            for absent in gap {
                let hash =
                    tile_hash(reader, log, absent, &mut tile)?.unwrap_or_else(Hash::empty_root);
                leaves.push(reader, log, hash, heads)?;
                kept.push(reader, log, hash, heads)?;
            }
            report.leaves += 1;
            let hash = Hash::leaf(&bytes);
            let in_tile = tile_hash(reader, log, place, &mut tile)?.unwrap_or(hash);
            if hash != in_tile && differing.len() < MAX_DIFFERING {
                differing.push(place);
            }
            leaves.push(reader, log, hash, heads)?;
            kept.push(reader, log, in_tile, heads)?;
        }
    }
    let size = leaves.frontier.size();
    if size < last.0 {
        missing = true;
        report.find("ledger_leaf", span(log, size, last.0 - 1), "it is gone");
    }
    leaves.finish(reader, log)?;
    kept.finish(reader, log)?;

    let reaches =
        |side: &Side| side.off.is_none() && last == (side.frontier.size(), side.frontier.root());
    let good = !missing && reaches(&leaves);
    let changed = if good { &leaves.tiles } else { &kept.tiles };
    for place in changed.iter().take(MAX_DIFFERING) {
        let key = format!("{log} {}/{}", place.level, place.index);
        report.find(
            "ledger_tile",
            key,
            "it does not have the hashes of the leaves",
        );
    }
    if !good {
        for place in &differing {
            let key = format!("{log} {place}");
            report.find(
                "ledger_leaf",
                key,
                "it does not have the hash that was recorded",
            );
        }
        if differing.is_empty() && !missing && heads.is_some() {
            let at = leaves.off.unwrap_or(size);
            let problem = "the leaves lead to another head than the log of the house has";
            report.find("ledger_leaf", span(log, 0, at.saturating_sub(1)), problem);
        }
    }
    // Without a recorded head the row can only be compared with the hashes that it stands for.
    let row_is_off = if heads.is_some() {
        (head.size, head.root) != last
    } else {
        !missing && head.root != leaves.frontier.root() && head.root != kept.frontier.root()
    };
    if row_is_off {
        report.find(
            "ledger_log",
            log,
            "its size or root is not that of its leaves",
        );
    } else {
        let frontier = Frontier::from_bytes(head.size, &reader.log_frontier(log)?);
        if frontier.is_ok_and(|frontier| frontier.root() != head.root) {
            report.find("ledger_log", log, "its frontier is not that of its leaves");
        }
    }
    for place in reader.log_tiles(log)? {
        let nodes = head
            .size
            .checked_shr(place.level.saturating_mul(8))
            .unwrap_or(0);
        if place.index >= nodes.div_ceil(256) {
            let key = format!("{log} {}/{}", place.level, place.index);
            report.find("ledger_tile", key, "no leaves made it");
        }
    }
    Ok(good.then_some(size))
}

impl Side {
    fn push(
        &mut self,
        reader: &Reader<'_>,
        log: &str,
        leaf: Hash,
        heads: Option<&Heads>,
    ) -> Result<(), AppError> {
        let mut full = Vec::new();
        let edge = &mut self.edge;
        self.frontier
            .push(leaf, |node| full.extend(edge.push(node)));
        for (place, hashes) in full {
            self.compare(reader, log, place, &hashes)?;
        }
        if let Some(root) = heads.and_then(|heads| heads.get(&self.frontier.size()))
            && self.off.is_none()
            && *root != self.frontier.root()
        {
            self.off = Some(self.frontier.size());
        }
        Ok(())
    }

    fn finish(&mut self, reader: &Reader<'_>, log: &str) -> Result<(), AppError> {
        let edge = std::mem::take(&mut self.edge);
        for (place, hashes) in edge.partial(self.frontier.size()) {
            self.compare(reader, log, place, hashes)?;
        }
        Ok(())
    }

    fn compare(
        &mut self,
        reader: &Reader<'_>,
        log: &str,
        place: Place,
        hashes: &[u8],
    ) -> Result<(), AppError> {
        if reader.log_tile(log, place)?.as_deref() != Some(hashes) {
            self.tiles.push(place);
        }
        Ok(())
    }
}

/// The hash that the tiles have of a leaf.
fn tile_hash(
    reader: &Reader<'_>,
    log: &str,
    leaf: u64,
    current: &mut Option<(Place, Option<Vec<u8>>)>,
) -> Result<Option<Hash>, AppError> {
    let span = Span::of(0, leaf);
    if current
        .as_ref()
        .is_none_or(|(place, _)| *place != span.place)
    {
        *current = Some((span.place, reader.log_tile(log, span.place)?));
    }
    let tile = current.as_ref().and_then(|(_, tile)| tile.as_deref());
    Ok(tile.and_then(|tile| span.hash(tile).ok()))
}

fn span(log: &str, first: u64, last: u64) -> String {
    if first == last {
        format!("{log} {first}")
    } else {
        format!("{log} {first}\u{2013}{last}")
    }
}

/// Leaves that are gone in one place before the rest of the log is given up.
const MAX_GAP: u64 = 100_000;
/// Rows of one log that are named.
const MAX_DIFFERING: usize = 100;
