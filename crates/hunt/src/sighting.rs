//! Hits become sightings: how often and when, nothing of the telemetry itself.
//!
//! INVARIANT: the types between a hit and a sighting have no room for a text of the telemetry; only counts, times
//! and the names of places, which are words of this program, pass.

use std::collections::BTreeMap;
use std::fmt::Write;

use base::diagnostic::Diagnostic;
use base::id_source::IdSource;
use jiff::Timestamp;
use stix::build::Draft;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;

use crate::matching::Hit;
use crate::seen::Where;

/// Collects the hits of one matcher by indicator.
#[derive(Debug, Default)]
pub struct Sightings {
    by_indicator: BTreeMap<Id, Counted>,
}

/// What is known of one indicator's hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightingDraft {
    /// The indicator, under the identifier that it was given with.
    pub indicator: Id,
    /// When it was seen first, where any line told.
    pub first_seen: Option<Timestamp>,
    /// When it was seen last.
    pub last_seen: Option<Timestamp>,
    /// In how many events; one event counts once, wherever in it the indicator was met.
    pub count: u64,
    /// In how many events at each place.
    pub places: BTreeMap<Where, u64>,
}

#[derive(Debug, Default)]
struct Counted {
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    last_event: Option<u64>,
    count: u64,
    places: BTreeMap<Where, u64>,
}

impl Sightings {
    /// Counts a hit; hits come in the order in which the matcher gives them.
    pub fn add(&mut self, hit: &Hit<'_>) {
        if !self.by_indicator.contains_key(&hit.indicator) {
            self.by_indicator
                .insert(hit.indicator.clone(), Counted::default());
        }
        let Some(counted) = self.by_indicator.get_mut(&hit.indicator) else {
            return;
        };
        *counted.places.entry(hit.place).or_default() += 1;
        if counted.last_event == Some(hit.event) {
            return;
        }
        counted.last_event = Some(hit.event);
        counted.count += 1;
        counted.include(hit.at, hit.at);
    }

    /// Adds what another matcher's hits came to.
    pub fn merge(&mut self, other: Self) {
        for (indicator, theirs) in other.by_indicator {
            let ours = self.by_indicator.entry(indicator).or_default();
            ours.count += theirs.count;
            ours.include(theirs.first_seen, theirs.last_seen);
            // Another matcher numbers its events by itself.
            ours.last_event = None;
            for (place, count) in theirs.places {
                *ours.places.entry(place).or_default() += count;
            }
        }
    }

    /// One draft for each indicator that was hit, by identifier.
    pub fn drafts(&self) -> Vec<SightingDraft> {
        self.by_indicator
            .iter()
            .map(|(indicator, counted)| SightingDraft {
                indicator: indicator.clone(),
                first_seen: counted.first_seen,
                last_seen: counted.last_seen,
                count: counted.count,
                places: counted.places.clone(),
            })
            .collect()
    }
}

impl Counted {
    fn include(&mut self, first: Option<Timestamp>, last: Option<Timestamp>) {
        self.first_seen = match (self.first_seen, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last_seen = self.last_seen.max(last);
    }
}

/// The sighting object (STIX 2.1 §5.2) of a draft: a summary, seen by the organisation `where_sighted`.
///
/// # Errors
/// As [`Draft::finish`]; with a valid identity there are none.
pub fn to_stix(
    draft: &SightingDraft,
    where_sighted: &Id,
    created_by: &Id,
    marking: Tlp,
    now: Timestamp,
    ids: &dyn IdSource,
) -> Result<Object, Vec<Diagnostic>> {
    let time = |at: Option<Timestamp>| {
        at.map(|at| stix::timestamp::Timestamp::from_instant(at).to_string())
    };
    Draft::object("sighting", now, ids)
        .created_by(created_by)
        .set("sighting_of_ref", draft.indicator.as_str())
        .set_list("where_sighted_refs", [where_sighted])
        .set_some("first_seen", time(draft.first_seen))
        .set_some("last_seen", time(draft.last_seen))
        .set("count", draft.count.min(COUNT_MAX))
        .set("summary", true)
        .set("description", description(draft))
        .marked(marking)
        .finish()
}

/// The places with their counts, in the words of this program.
fn description(draft: &SightingDraft) -> String {
    let mut text = String::from("Events with a match by place:");
    let mut separator = " ";
    for (place, count) in &draft.places {
        // Writing into a `String` does not fail.
        let _ = write!(text, "{separator}{place} {count}");
        separator = "; ";
    }
    text.push('.');
    text
}

/// STIX 2.1 §5.2: `count` is an integer between 0 and 999,999,999 inclusive.
pub const COUNT_MAX: u64 = 999_999_999;

#[cfg(test)]
mod tests;
