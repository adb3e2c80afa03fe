//! From the peer to us.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use store::peer::{CursorRow, Way};
use taxii::client::walk::{TICK, WalkPage};
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::Collection;

use crate::error::AppError;
use crate::intake::{TakenIn, TakenObject};
use crate::peer_settings::MAX_OVERLAP_SECS;
use crate::peer_sync::{Run, Stop};

/// One walk through a collection.
struct Pass {
    key: String,
    begun: Timestamp,
    cursor: Option<CursorRow>,
    /// Whether it begins at the beginning of the collection.
    is_whole: bool,
}

impl Run<'_> {
    pub(super) fn pull(&mut self) -> Result<(), Stop> {
        let named = self.settings.pull.clone();
        for (root, collection) in self.collections(&named, |one| one.can_read)? {
            // A server may cut its answer off without saying so: there is an end where nothing new comes.
            for _ in 0..MAX_PASSES {
                if !self.pass(&root, &collection)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether anything new came.
    fn pass(&mut self, root: &str, collection: &Collection) -> Result<bool, Stop> {
        let pass = self.begin(format!("{root}#{}", collection.id))?;
        let filter = Filter {
            added_after: pass.start(),
            limit: usize::try_from(self.settings.page_objects).unwrap_or(usize::MAX),
            types: Some(self.settings.types.clone()).filter(|types| !types.is_empty()),
            versions: vec![VersionMatch::All],
            ..Filter::everything(0)
        };
        // The client is taken out, so that the walk does not hold all of the run.
        let client = Arc::clone(&self.client);
        let mut walk = client.walk(root, &collection.id, &filter);
        let mut is_new = false;
        for page in walk.by_ref() {
            self.go_on()?;
            let page = page.map_err(|error| self.failed(&error))?;
            is_new |= self.take_page(&pass, &page)?;
        }
        if !walk.is_complete() {
            let pages = self.wire.max_pages;
            return Err(self.failure(&format!("more than {pages} pages; the next time goes on")));
        }
        Ok(is_new)
    }

    fn begin(&self, key: String) -> Result<Pass, Stop> {
        let begun = self.node.clock.now();
        let cursor = self.node.store.read(|reader| {
            Ok::<_, AppError>(reader.peer_cursor(self.peer.id, Way::Pull, &key)?)
        })?;
        let reread = SignedDuration::from_hours(self.settings.reread_hours.into());
        let is_whole = cursor.as_ref().is_none_or(|cursor| {
            !reread.is_zero() && begun.duration_since(cursor.read_whole) >= reread
        });
        Ok(Pass {
            key,
            begun,
            cursor,
            is_whole,
        })
    }

    /// Takes in a page and moves the cursor, in one transaction. Whether anything was new.
    fn take_page(&mut self, pass: &Pass, page: &WalkPage) -> Result<bool, Stop> {
        self.report.pages += 1;
        // Reading and judging needs no database: others write meanwhile.
        let texts: Vec<&str> = page.objects.iter().map(|text| &**text).collect();
        let source = self.peer.organisation;
        let node = self.node;
        let arrived = node.judge_all(source, &texts)?;
        let new = node.store.write(|writer| {
            let taken = node.take_fetched(writer, source, arrived)?;
            let count = |list: &[TakenObject]| u64::try_from(list.len()).unwrap_or(u64::MAX);
            let (moved, unchanged) = (count(&taken.stored), count(&taken.held));
            let mut refused = 0;
            for one in taken.refused.iter().chain(&taken.pending) {
                let reason = one.reason.as_deref().unwrap_or_default();
                refused += self.refuse(writer, &one.id, &one.version, reason)?;
            }
            for one in &taken.stored {
                writer.forget_peer_refusals(self.peer.id, Way::Pull, &one.id)?;
            }
            self.count(writer, moved, unchanged, refused)?;
            for quirk in &page.quirks {
                tracing::debug!(peer = self.peer.name, quirk = quirk.text(), "an odd server");
                if pass.is_whole {
                    self.event(writer, quirk.text())?;
                }
            }
            let is_late = pass.is_late(page, &taken);
            if is_late {
                self.event(
                    writer,
                    "objects came with a date_added that lies before what was shown: from now on more is read again",
                )?;
            }
            let now = node.clock.now();
            let held = writer.peer_cursor(self.peer.id, Way::Pull, &pass.key)?;
            if let Some(cursor) = pass.moved(held, page, is_late, self.settings.overlap_secs, now) {
                writer.set_peer_cursor(self.peer.id, Way::Pull, &pass.key, &cursor)?;
            }
            Ok::<_, AppError>(moved)
        })?;
        Ok(new > 0)
    }
}

impl Pass {
    /// Where the walk begins: before the position, as far as something may still come late there.
    fn start(&self) -> Option<Timestamp> {
        let cursor = self.cursor.as_ref().filter(|_| !self.is_whole)?;
        if cursor.is_settled {
            return Some(cursor.position);
        }
        let overlap = SignedDuration::from_secs(cursor.overlap_secs.into());
        let start = cursor.position.checked_sub(overlap);
        start.and_then(|start| start.checked_sub(TICK)).ok()
    }

    /// Whether a page that lies before the position brought something new.
    fn is_late(&self, page: &WalkPage, taken: &TakenIn) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        page.added.last.is_some_and(|last| last < cursor.position) && !taken.stored.is_empty()
    }

    /// The cursor after a page.
    fn moved(
        &self,
        held: Option<CursorRow>,
        page: &WalkPage,
        is_late: bool,
        overlap_secs: u32,
        now: Timestamp,
    ) -> Option<CursorRow> {
        // A date far ahead is somebody's mistake; behind it nothing would be seen any more.
        let latest = now.checked_add(MAX_AHEAD).unwrap_or(now);
        let position = page.position.map(|position| position.min(latest));
        let mut cursor = match (held, position) {
            (Some(held), _) => held,
            (None, Some(position)) => CursorRow {
                position,
                since: now,
                is_settled: false,
                overlap_secs,
                read_whole: now,
            },
            (None, None) => return None,
        };
        if position.is_some_and(|position| position > cursor.position) {
            cursor.position = position.unwrap_or(cursor.position);
            cursor.since = now;
            cursor.is_settled = false;
        }
        if is_late {
            cursor.overlap_secs = cursor
                .overlap_secs
                .saturating_mul(4)
                .clamp(MIN_WIDE_SECS, MAX_OVERLAP_SECS);
            cursor.since = now;
            cursor.is_settled = false;
        }
        if page.is_last {
            let stood = self.begun.duration_since(cursor.since);
            let enough = SignedDuration::from_secs(cursor.overlap_secs.into());
            // This walk has read the overlap after the position had stood for that long.
            cursor.is_settled |= stood >= enough && !is_late;
            if self.is_whole {
                cursor.read_whole = now;
            }
        }
        Some(cursor)
    }
}

/// Walks through one collection in one synchronisation.
const MAX_PASSES: u32 = 1_000;
/// How far the clock of a peer may go ahead of ours.
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// The overlap once something came late, at least.
const MIN_WIDE_SECS: u32 = 600;

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use store::peer::CursorRow;
    use taxii::client::pages::Added;
    use taxii::client::walk::WalkPage;

    use super::Pass;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    fn page(position: i64, is_last: bool) -> WalkPage {
        WalkPage {
            objects: Vec::new(),
            added: Added::default(),
            position: Some(at(position)),
            is_last,
            quirks: Vec::new(),
        }
    }

    fn pass(cursor: Option<CursorRow>, begun: i64) -> Pass {
        Pass {
            key: String::new(),
            begun: at(begun),
            cursor,
            is_whole: cursor.is_none(),
        }
    }

    /// The cursor after a walk of one page at a moment.
    fn walked(cursor: Option<CursorRow>, position: i64, now: i64, is_late: bool) -> CursorRow {
        pass(cursor, now)
            .moved(cursor, &page(position, true), is_late, 60, at(now))
            .unwrap()
    }

    fn start(cursor: CursorRow, now: i64) -> Timestamp {
        pass(Some(cursor), now).start().unwrap()
    }

    #[test]
    fn the_overlap_is_read_again_until_the_position_has_stood_long_enough() {
        let tick = SignedDuration::from_micros(1);
        let first = walked(None, 100, 1_000, false);
        assert_eq!(start(first, 1_001), at(40) - tick);
        // A day without a look settles nothing: only a walk over the overlap does.
        let next_day = 90_000;
        assert_eq!(start(first, next_day), at(40) - tick);
        let early = walked(Some(first), 100, 1_059, false);
        assert!(!early.is_settled);
        let settled = walked(Some(early), 100, 1_060, false);
        assert_eq!(start(settled, 1_061), at(100));
        let moved = walked(Some(settled), 101, 1_070, false);
        assert_eq!(start(moved, 1_071), at(41) - tick);
    }

    #[test]
    fn latecomers_widen_the_overlap_up_to_a_week() {
        let mut cursor = walked(None, 100, 1_000, false);
        let mut overlaps = Vec::new();
        for _ in 0..7 {
            cursor = walked(Some(cursor), 100, 5_000_000, true);
            overlaps.push(cursor.overlap_secs);
            assert!(!cursor.is_settled);
        }
        assert_eq!(
            overlaps,
            [600, 2_400, 9_600, 38_400, 153_600, 604_800, 604_800]
        );
    }

    #[test]
    fn a_page_in_the_middle_or_before_the_position_settles_and_moves_nothing_back() {
        let cursor = walked(None, 100, 1_000, false);
        let pass = pass(Some(cursor), 2_000);
        let after = pass.moved(Some(cursor), &page(50, false), false, 60, at(2_000));
        assert_eq!(after, Some(cursor));
    }

    #[test]
    fn a_date_far_ahead_does_not_hide_what_comes() {
        let cursor = walked(None, 10_000_000, 1_000, false);
        assert_eq!(cursor.position, at(1_000 + 24 * 60 * 60));
    }
}
