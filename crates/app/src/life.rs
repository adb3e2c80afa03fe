//! The life of one release: where it comes from, what became of it, who was given what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use release::party::{PersonId, ReleaseId, RequestId, RuleId};
use store::database::Reader;
use store::origin::TakenRow;
use store::release::ReleaseRecord;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::ledger::Giver;
use crate::node::Node;
use crate::object::ObjectSummary;
use crate::proposal::newer;
use crate::sharing::{ReleaseSummary, release_summary};
use crate::view::summaries;

/// A release with its life.
#[derive(Debug, Clone)]
pub struct ReleaseLife {
    /// The release.
    pub summary: ReleaseSummary,
    /// Those of its objects that the caller may see.
    pub objects: Vec<ObjectSummary>,
    /// Who asked for it, where somebody else confirmed it.
    pub requested_by: Option<String>,
    /// The request that it comes of.
    pub request: Option<RequestId>,
    /// The standing rule that made it.
    pub rule: Option<RuleId>,
    /// The name of the saved query that gave its objects.
    pub query: Option<String>,
    /// The release that it corrects.
    pub corrects: Option<ReleaseId>,
    /// The releases that correct it, the oldest first.
    pub corrected_by: Vec<ReleaseId>,
    /// Who withdrew it.
    pub withdrawn_by: Option<String>,
    /// Why.
    pub withdrawn_for: Option<String>,
    /// Where it stands: `in-force`, `over` or `withdrawn`.
    pub state: &'static str,
    /// Whether a newer version is held of something that it names.
    pub can_correct: bool,
    /// What audiences were given by it and by no other release, by name.
    pub given: Vec<Given>,
}

/// What an audience was given by a release, also what was withdrawn since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The audience's name.
    pub audience: String,
    /// How many objects.
    pub objects: u64,
    /// When the first was there for it.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
}

impl Node {
    /// One release with its life.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn release_life(
        &self,
        caller: &Caller,
        release: ReleaseId,
    ) -> Result<Option<ReleaseLife>, AppError> {
        caller.require(Action::ReadReleases)?;
        let now = self.clock.now();
        self.through_gate(caller, |reader, gate| {
            let Some(record) = reader.release(release)? else {
                return Ok(None);
            };
            let items = reader.release_items(release)?;
            let mut ids: Vec<_> = items.iter().map(|key| key.id.clone()).collect();
            ids.dedup();
            let state = if record.terms.withdrawn.is_some() {
                "withdrawn"
            } else if record.terms.until.is_some_and(|until| until <= now) {
                "over"
            } else {
                "in-force"
            };
            let objects = summaries(gate, &ids)?;
            let can_correct = state == "in-force" && !newer(reader, gate, &items)?.is_empty();
            let origin = reader.origin(release)?;
            let withdrawal = reader.withdrawal(release)?;
            let requested_by = origin.requested_by.map(|person| name(reader, person));
            let withdrawn_by = withdrawal.as_ref().map(|one| name(reader, one.by));
            let given = given(reader, &record)?;
            Ok(Some(ReleaseLife {
                summary: release_summary(reader, &record)?,
                objects,
                requested_by: requested_by.transpose()?,
                request: origin.request,
                rule: origin.rule,
                query: origin.query,
                corrects: origin.corrects,
                corrected_by: reader.corrections_of(release)?,
                withdrawn_by: withdrawn_by.transpose()?,
                withdrawn_for: withdrawal.map(|one| one.reason),
                state,
                can_correct,
                given,
            }))
        })
    }
}

/// What each audience was given by a release.
fn given(reader: &Reader<'_>, record: &ReleaseRecord) -> Result<Vec<Given>, AppError> {
    let mut by_audience: BTreeMap<String, Vec<TakenRow>> = BTreeMap::new();
    for row in reader.taken(record.terms.id)? {
        by_audience
            .entry(row.audience.clone())
            .or_default()
            .push(row);
    }
    let mut given = Vec::new();
    for (log, rows) in by_audience {
        let by = Giver::new(reader, &log, &record.terms, record.confirmed)?;
        let leaves = rows.iter().filter_map(|row| row.leaf).collect();
        let gave = by.gave(&leaves)?;
        let came = |row: &TakenRow| match row.leaf {
            Some(leaf) => gave.get(&leaf).copied(),
            None => row.position.filter(|at| by.may_have(*at)),
        };
        let mut objects = BTreeSet::new();
        let mut times = BTreeSet::new();
        for row in &rows {
            if let Some(at) = came(row) {
                objects.insert(row.object.as_str());
                times.insert(at);
            }
        }
        if let (Some(first), Some(last)) = (times.first(), times.last()) {
            given.push(Given {
                audience: audience(reader, &log)?,
                objects: u64::try_from(objects.len()).unwrap_or(u64::MAX),
                first: *first,
                last: *last,
            });
        }
    }
    given.sort_by(|a, b| a.audience.cmp(&b.audience));
    Ok(given)
}

fn name(reader: &Reader<'_>, person: PersonId) -> Result<String, AppError> {
    let known = reader.person(person)?;
    Ok(known.map(|known| known.name).unwrap_or_default())
}

/// The name of a feed's audience: an organisation, a person with its organisation, or the public.
fn audience(reader: &Reader<'_>, key: &str) -> Result<String, AppError> {
    let organisation = |id| {
        let known = reader.organisation(id)?;
        Ok::<_, AppError>(known.map(|known| known.name))
    };
    let found = match key.split_once(':') {
        Some(("organisation", id)) => match id.parse() {
            Ok(id) => organisation(id)?,
            Err(_) => None,
        },
        Some(("person", id)) => {
            let person = match id.parse() {
                Ok(id) => reader.person(id)?,
                Err(_) => None,
            };
            match person {
                Some(person) => {
                    let of = organisation(person.organisation)?.unwrap_or_default();
                    Some(format!("{of} ({})", person.name))
                }
                None => None,
            }
        }
        _ => None,
    };
    Ok(found.unwrap_or_else(|| key.to_owned()))
}
