//! From the peer to us.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use release::held::Consent;
use store::database::Writer;
use store::peer::{CursorRow, Way};
use taxii::client::walk::{TICK, WalkPage};
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::Collection;

use crate::error::AppError;
use crate::intake::TakenObject;
use crate::peer_settings::MAX_OVERLAP_SECS;
use crate::peer_sync::{Run, Stop};

/// One walk through a collection.
struct Pass {
    key: String,
    begun: Timestamp,
    cursor: Option<CursorRow>,
    /// Where it reads again what was read: how far it has come in that.
    reread: Option<Reread>,
    /// Whether it has found something late already.
    is_late: bool,
}

/// How far reading everything again has come.
struct Reread {
    key: String,
    /// Where an earlier run stopped.
    row: Option<CursorRow>,
}

impl Run<'_> {
    pub(super) fn pull(&mut self) -> Result<(), Stop> {
        let client = Arc::clone(&self.client);
        let found = client.find_collections(&self.settings.pull, |one| one.can_read);
        let found = found.map_err(|error| self.failed(&error))?;
        for (root, collection) in &found {
            // A server may cut its answer off without saying so: there is an end where nothing new comes.
            for _ in 0..MAX_PASSES {
                let pass = self.begin(root, collection)?;
                if !self.walk(root, collection, pass)? {
                    break;
                }
                self.go_on()?;
            }
        }
        // What is new comes first: reading everything again may take longer than the peer or the node stays up.
        for (root, collection) in &found {
            if let Some(pass) = self.begin_reread(root, collection)? {
                self.walk(root, collection, pass)?;
            }
        }
        Ok(())
    }

    /// Whether anything new came.
    fn walk(&mut self, root: &str, collection: &Collection, mut pass: Pass) -> Result<bool, Stop> {
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
            let page = page.map_err(|error| self.failed(&error))?;
            is_new |= self.take_page(&mut pass, &page)?;
            if !page.is_last {
                self.go_on()?;
            }
        }
        if !walk.is_complete() {
            let pages = self.wire.max_pages;
            return Err(self.failure(&format!("more than {pages} pages; the next time goes on")));
        }
        Ok(is_new)
    }

    fn begin(&self, root: &str, collection: &Collection) -> Result<Pass, Stop> {
        let key = format!("{root}#{}", collection.id);
        let cursor = self.node.store.read(|reader| {
            Ok::<_, AppError>(reader.peer_cursor(self.peer.id, Way::Pull, &key)?)
        })?;
        Ok(Pass {
            key,
            begun: self.node.clock.now(),
            cursor,
            reread: None,
            is_late: false,
        })
    }

    /// Reads everything again where it is time for that, from where an earlier run stopped.
    fn begin_reread(&self, root: &str, collection: &Collection) -> Result<Option<Pass>, Stop> {
        let mut pass = self.begin(root, collection)?;
        let every = SignedDuration::from_hours(self.settings.reread_hours.into());
        let is_due = pass
            .cursor
            .is_some_and(|cursor| pass.begun.duration_since(cursor.read_whole) >= every);
        if every.is_zero() || !is_due {
            return Ok(None);
        }
        let key = reread_key(&pass.key);
        let row = self.node.store.read(|reader| {
            Ok::<_, AppError>(reader.peer_cursor(self.peer.id, Way::Pull, &key)?)
        })?;
        pass.is_late = row.is_some_and(|row| row.is_settled);
        pass.reread = Some(Reread { key, row });
        Ok(Some(pass))
    }

    /// Takes in a page and moves the cursor, in one transaction. Whether anything was new.
    fn take_page(&mut self, pass: &mut Pass, page: &WalkPage) -> Result<bool, Stop> {
        self.report.pages = self.report.pages.saturating_add(1);
        // Reading and judging needs no database: others write meanwhile.
        let texts: Vec<&str> = page.objects.iter().map(|text| &**text).collect();
        let source = self.peer.organisation;
        let node = self.node;
        let arrived = node.judge_all(source, Consent::Given, &texts)?;
        let (moved, is_late) = node.store.write(|writer| {
            self.still_holds(writer)?;
            let taken = node.take_fetched(writer, source, arrived)?;
            if !taken.full.is_empty() {
                // INVARIANT: the cursor passes nothing that another time would be taken.
                return Err(self.failure(&format!(
                    "{} objects of a page of {} find no room, because too many of this organisation wait for a decision",
                    taken.full.len(),
                    texts.len(),
                )));
            }
            let count = |list: &[TakenObject]| u64::try_from(list.len()).unwrap_or(u64::MAX);
            let (moved, unchanged) = (count(&taken.stored), count(&taken.held));
            let mut refused: u64 = 0;
            for one in taken.refused.iter().chain(&taken.pending) {
                let reason = one.reason.as_deref().unwrap_or_default();
                let new = self.refuse(writer, &one.id, &one.version, reason)?;
                refused = refused.saturating_add(new);
            }
            let mut is_fresh = false;
            for one in &taken.stored {
                is_fresh |= !writer.forget_peer_refusals(self.peer.id, Way::Pull, &one.id)?;
            }
            self.count(writer, moved, unchanged, refused)?;
            for quirk in &page.quirks {
                tracing::debug!(peer = self.peer.name, quirk = quirk.text(), "an odd server");
                if pass.is_whole() {
                    self.event(writer, quirk.text())?;
                }
            }
            let is_late = pass.finds_late(page, is_fresh);
            if is_late {
                self.event(
                    writer,
                    "objects came with a date_added that lies before what was shown: from now on more is read again",
                )?;
            }
            self.move_on(writer, pass, page, is_late)?;
            Ok::<_, Stop>((moved, is_late))
        })?;
        pass.is_late |= is_late;
        Ok(moved > 0)
    }

    /// Records how far a pass has come.
    fn move_on(
        &self,
        writer: &Writer<'_>,
        pass: &Pass,
        page: &WalkPage,
        is_late: bool,
    ) -> Result<(), AppError> {
        let peer = self.peer.id;
        let now = self.node.clock.now();
        let held = writer.peer_cursor(peer, Way::Pull, &pass.key)?;
        let Some(reread) = &pass.reread else {
            let moved = pass.moved(held, page, is_late, self.settings.overlap_secs, now);
            if let Some(cursor) = moved {
                writer.set_peer_cursor(peer, Way::Pull, &pass.key, &cursor)?;
            }
            return Ok(());
        };
        if let Some(mut cursor) = held {
            if is_late {
                widen(&mut cursor, now);
            }
            if page.is_last {
                cursor.read_whole = now;
            }
            writer.set_peer_cursor(peer, Way::Pull, &pass.key, &cursor)?;
        }
        if page.is_last {
            writer.forget_peer_cursor(peer, Way::Pull, &reread.key)?;
        } else if let Some(position) = page.position {
            let row = CursorRow {
                position,
                since: reread.row.map_or(pass.begun, |row| row.since),
                is_settled: pass.is_late || is_late,
                overlap_secs: 0,
                read_whole: pass.begun,
            };
            writer.set_peer_cursor(peer, Way::Pull, &reread.key, &row)?;
        }
        Ok(())
    }
}

/// Under which name it is kept how far reading a collection again has come; no collection is called so, since their
/// names begin with a URL. Settled there means that something late was found.
fn reread_key(key: &str) -> String {
    format!("{REREAD}{key}")
}

/// Reads more again from now on.
fn widen(cursor: &mut CursorRow, now: Timestamp) {
    cursor.overlap_secs = cursor
        .overlap_secs
        .saturating_mul(4)
        .clamp(MIN_WIDE_SECS, MAX_OVERLAP_SECS);
    cursor.since = now;
    cursor.is_settled = false;
}

impl Pass {
    /// Whether it begins at the beginning of the collection.
    fn is_whole(&self) -> bool {
        self.cursor.is_none() || self.reread.is_some()
    }

    /// Where the walk begins: before the position, as far as something may still come late there.
    fn start(&self) -> Option<Timestamp> {
        if let Some(reread) = &self.reread {
            let position = reread.row?.position;
            return position.checked_sub(TICK).ok();
        }
        let cursor = self.cursor?;
        if cursor.is_settled {
            return Some(cursor.position);
        }
        let overlap = SignedDuration::from_secs(cursor.overlap_secs.into());
        let start = cursor.position.checked_sub(overlap);
        start.and_then(|start| start.checked_sub(TICK)).ok()
    }

    /// Whether a page that lies before the position is the first of this pass that brought something new.
    fn finds_late(&self, page: &WalkPage, is_fresh: bool) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        let lies_before = page.added.last.is_some_and(|last| last < cursor.position);
        lies_before && is_fresh && !self.is_late
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
            widen(&mut cursor, now);
        }
        if page.is_last {
            let stood = self.begun.duration_since(cursor.since);
            let enough = SignedDuration::from_secs(cursor.overlap_secs.into());
            // This walk has read the overlap after the position had stood for that long.
            cursor.is_settled |= stood >= enough && !is_late && !self.is_late;
            if self.is_whole() {
                cursor.read_whole = now;
            }
        }
        Some(cursor)
    }
}

/// What stands before the name of a collection where it is kept how far reading it again has come.
pub(crate) const REREAD: &str = "reread ";
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
            reread: None,
            is_late: false,
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
