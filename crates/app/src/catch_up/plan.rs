//! What is to be done about a feed next.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use release::decision::Released;
use release::gate::Asked;
use release::party::{Audience, OrganisationId, ReleaseId};
use release::pass::PassCheck;
use release::terms::{Recipient, Release};
use release::withdrawal::{Notice, Withdrawn};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stix::id::Id;
use store::feed::{FeedEntry, FeedState, Kept, NoticeRow};
use store::journal::Change;
use store::object::ObjectKey;
use uuid::Uuid;

use crate::catch_up::{MARKING, MEMBERSHIP, OBJECT, RELEASE, WITHDRAWAL, withdrawn};
use crate::error::AppError;
use crate::feed::FeedView;

/// What one step does to a feed.
pub(super) struct Step {
    /// The time that the entries of this step have, at the earliest.
    pub(super) at: Timestamp,
    /// What the audience may have no more.
    pub(super) gone: Vec<FeedEntry>,
    /// What is new for it, in its order.
    pub(super) new: Vec<New>,
    /// Notices of what is gone.
    pub(super) notices: Vec<(NoticeRow, New)>,
    /// Whether not all could be looked at, so that everything must be decided on whenever it is read.
    pub(super) void: bool,
    /// The release by which it comes, or whose end it is.
    pub(super) release: Option<ReleaseId>,
}

/// What is new for an audience; not the object itself, because a step may have many.
pub(super) struct New {
    pub(super) id: Id,
    /// The version as the audience knows it; none for an object without versions.
    pub(super) version: Option<String>,
    pub(super) source: Id,
    pub(super) source_version: String,
    pub(super) withdrawn: Option<Timestamp>,
    pub(super) digest: Vec<u8>,
    /// The SHA-256 of the text, for the log of the audience.
    pub(super) text: ledger::hash::Hash,
    pub(super) kept: Kept,
}

impl New {
    fn of(
        released: &Released,
        source: &Id,
        source_version: &str,
        withdrawn: Option<Timestamp>,
        check: &PassCheck,
    ) -> Self {
        let version = released.version().map(ObjectKey::version_text);
        let digest = if released.id() == source {
            Sha256::digest(released.text()).to_vec()
        } else {
            content_digest(released.object().properties())
        };
        Self {
            id: released.id().clone(),
            version,
            source: source.clone(),
            source_version: source_version.to_owned(),
            withdrawn,
            digest,
            text: ledger::hash::Hash::of(released.text().as_bytes()),
            kept: Kept {
                text: (released.id() != source || withdrawn.is_some())
                    .then(|| released.text().into()),
                pass: check.pass(released),
                spelled: released.version().map(ToString::to_string),
            },
        }
    }
}

/// Revoked editions, and notices of the rest.
type Told = (Vec<New>, Vec<(NoticeRow, New)>);

/// What the steps planned so far do, for those that follow.
#[derive(Default)]
struct Overlay {
    gone: BTreeSet<Timestamp>,
    digests: BTreeMap<Id, Vec<u8>>,
    /// Under which identifiers an object is given.
    given: BTreeMap<Id, BTreeSet<Id>>,
    /// Under which identifier a content is given of an object without versions.
    contents: BTreeMap<(Id, String), Id>,
}

/// What became of some versions for the audience.
#[derive(Default)]
struct Outcome {
    gone: Vec<FeedEntry>,
    new: Vec<New>,
    /// Objects that the audience knows under other identifiers than before, or no more, or for the first time.
    changed: Vec<Id>,
}

/// Some steps, and where the feed stands after them.
pub(super) struct Plan {
    pub(super) before: FeedState,
    pub(super) steps: Vec<Step>,
    pub(super) change: i64,
    pub(super) step: i64,
    /// Whether more is to be done.
    pub(super) more: bool,
}

/// What is to be done next; none if the feed is up to date.
pub(super) fn plan(view: FeedView<'_, '_>, seen: i64) -> Result<Option<Plan>, AppError> {
    let before = view.reader.feed_state(view.key)?;
    // A step within a change is always on the disk.
    let from = if before.step > 0 {
        before.change
    } else {
        before.change.max(seen)
    };
    let changes = view.reader.changes_after(from, CHANGES_AT_ONCE)?;
    if changes.is_empty() {
        return Ok(None);
    }
    let mut plan = Plan {
        before,
        steps: Vec::new(),
        change: from,
        step: before.step,
        more: true,
    };
    let mut planner = Planner {
        view,
        overlay: Overlay::default(),
    };
    // Whoever defines markings again and again makes nobody look at everything again and again.
    let last_marking = changes.iter().rfind(|change| change.kind == MARKING);
    let last_marking = last_marking.map(|change| change.seq);
    let mut decided = 0;
    let full = changes.len() == usize::try_from(CHANGES_AT_ONCE).unwrap_or(usize::MAX);
    for change in &changes {
        if change.kind == MARKING && last_marking.is_some_and(|last| change.seq < last) {
            (plan.change, plan.step) = (change.seq, 0);
            continue;
        }
        loop {
            let (step, cost, next) = planner.step(change, plan.step)?;
            decided += cost;
            plan.steps.extend(step);
            let Some(next) = next else {
                plan.step = 0;
                plan.change = change.seq;
                break;
            };
            plan.step = next;
            if decided >= DECIDED_AT_ONCE {
                return Ok(Some(plan));
            }
        }
        if decided >= DECIDED_AT_ONCE {
            return Ok(Some(plan));
        }
    }
    plan.more = full;
    Ok(Some(plan))
}

struct Planner<'a, 'c> {
    view: FeedView<'a, 'c>,
    overlay: Overlay,
}

impl Planner<'_, '_> {
    /// Part `at` of a change: what it does, how many versions were decided on, and which part follows.
    fn step(
        &mut self,
        change: &Change,
        at: i64,
    ) -> Result<(Option<Step>, usize, Option<i64>), AppError> {
        match change.kind.as_str() {
            RELEASE | WITHDRAWAL => {
                let Ok(id) = change.subject.parse::<ReleaseId>() else {
                    return Ok((None, 0, None));
                };
                let record = self.view.reader.release(id)?;
                let terms = record
                    .as_ref()
                    .map(|record| &record.terms)
                    .filter(|terms| reaches(terms, self.view.audience));
                let (step, cost) = match terms {
                    Some(terms) => self.release(terms, change.at)?,
                    None => (None, 1),
                };
                Ok((step, cost, None))
            }
            MEMBERSHIP if !self.is_of(change) => Ok((None, 1, None)),
            MEMBERSHIP | MARKING => self.every_release(change, at),
            OBJECT => {
                let Ok(id) = Id::parse(&change.subject) else {
                    return Ok((None, 0, None));
                };
                let items = self.view.reader.released_versions(&id)?;
                let (step, cost) = self.items(&items, change.at, None)?;
                Ok((step, cost, None))
            }
            _ => Ok((None, 0, None)),
        }
    }

    /// Whether a change is one of the organisation that asks.
    fn is_of(&self, change: &Change) -> bool {
        let organisation = match self.view.audience {
            Audience::Member(member) => Some(member.organisation),
            Audience::Own { .. } | Audience::Public => None,
        };
        let concerned = change.subject.parse().ok().map(OrganisationId);
        organisation.is_some() && organisation == concerned
    }

    /// Looks at every release, one a part: an organisation joined a community or left it, or a marking was defined.
    fn every_release(
        &mut self,
        change: &Change,
        at: i64,
    ) -> Result<(Option<Step>, usize, Option<i64>), AppError> {
        let Some((seq, record)) = self.view.reader.next_release(at, change.seq)? else {
            return Ok((None, 1, None));
        };
        // Whoever left a community is not reached any more, and may hold what it was given.
        let (step, cost) =
            if change.kind == MEMBERSHIP || reaches(&record.terms, self.view.audience) {
                self.release(&record.terms, change.at)?
            } else {
                (None, 1)
            };
        Ok((step, cost, Some(seq)))
    }

    fn release(
        &mut self,
        terms: &Release,
        at: Timestamp,
    ) -> Result<(Option<Step>, usize), AppError> {
        let items = self.view.reader.release_items(terms.id)?;
        self.items(&items, at, Some(terms.id))
    }

    /// What is to be done about some versions, and about what refers to them, in however many steps: what refers to
    /// something that is known otherwise now, or no more, or for the first time, may be given otherwise too.
    fn items(
        &mut self,
        items: &[ObjectKey],
        at: Timestamp,
        release: Option<ReleaseId>,
    ) -> Result<(Option<Step>, usize), AppError> {
        // A clock that was set back does not make a release one of the future.
        let view = FeedView {
            now: self.view.now.max(at),
            ..self.view
        };
        let mut known: BTreeSet<ObjectKey> = items.iter().cloned().collect();
        let mut wave: BTreeSet<ObjectKey> = known.clone();
        let (mut gone, mut new, mut void) = (Vec::new(), Vec::new(), false);
        while !wave.is_empty() {
            let outcome = self.outcome(&view, &wave)?;
            gone.extend(outcome.gone);
            new.extend(outcome.new);
            (wave, void) = self.referrers(&outcome.changed, &mut known, void)?;
        }
        let cost = known.len().max(1);
        let (revoked, notices) = self.told(&view, &gone, at, release)?;
        new.extend(revoked);
        new.sort_by(|a, b| {
            (rank(a.id.kind()), &a.id, &a.version).cmp(&(rank(b.id.kind()), &b.id, &b.version))
        });
        let nothing = gone.is_empty() && new.is_empty() && notices.is_empty() && !void;
        let step = (!nothing).then_some(Step {
            at,
            gone,
            new,
            notices,
            void,
            release,
        });
        Ok((step, cost))
    }

    /// The versions that releases name and that refer to these objects, without those that are known; and whether there
    /// are more than can be looked at.
    fn referrers(
        &self,
        targets: &[Id],
        known: &mut BTreeSet<ObjectKey>,
        mut void: bool,
    ) -> Result<(BTreeSet<ObjectKey>, bool), AppError> {
        let mut wave = BTreeSet::new();
        for target in targets {
            let mut after = 0;
            loop {
                let page = self
                    .view
                    .reader
                    .released_referrers(target, after, REFERRERS_AT_ONCE)?;
                let Some((last, _)) = page.last() else { break };
                after = *last;
                for (_, key) in page {
                    if known.len() >= MAX_CONCERNED {
                        void = true;
                        break;
                    }
                    if known.insert(key.clone()) {
                        wave.insert(key);
                    }
                }
                if void {
                    break;
                }
            }
        }
        Ok((wave, void))
    }

    /// What becomes of some versions for the audience.
    fn outcome(
        &mut self,
        view: &FeedView<'_, '_>,
        wave: &BTreeSet<ObjectKey>,
    ) -> Result<Outcome, AppError> {
        let sources: BTreeSet<&Id> = wave.iter().map(|key| &key.id).collect();
        let mut outcome = Outcome::default();
        let mut before: BTreeMap<&Id, BTreeSet<Id>> = BTreeMap::new();
        let mut after: BTreeMap<&Id, BTreeSet<Id>> = BTreeMap::new();
        for source in sources {
            let mut entries = view.reader.feed_of_source(view.key, source)?;
            entries.retain(|entry| {
                entry.withdrawn.is_none() && !self.overlay.gone.contains(&entry.position)
            });
            let ids = match self.overlay.given.get(source) {
                Some(ids) => ids.clone(),
                None => entries.iter().map(|entry| entry.id.clone()).collect(),
            };
            before.insert(source, ids);
            let kept = after.entry(source).or_default();
            if entries.is_empty() {
                continue;
            }
            let decided = view.decide(entries.clone())?;
            let places: BTreeSet<Timestamp> =
                decided.iter().map(|(entry, _)| entry.position).collect();
            kept.extend(decided.into_iter().map(|(entry, _)| entry.id));
            let gone = entries.into_iter();
            outcome
                .gone
                .extend(gone.filter(|entry| !places.contains(&entry.position)));
        }
        let given = view.given();
        let gate = view.gate(&given);
        let asked: Vec<Asked> = wave
            .iter()
            .map(|key| crate::feed::asked(&key.id, &key.version))
            .collect();
        let check = gate.pass_check();
        let gone: BTreeSet<&Id> = outcome.gone.iter().map(|entry| &entry.id).collect();
        for (source, decision) in wave.iter().zip(gate.decide(&asked)?) {
            let Some(released) = decision.released() else {
                continue;
            };
            if let Some(ids) = after.get_mut(&source.id) {
                ids.insert(released.id().clone());
            }
            let one = New::of(released, &source.id, &source.version, None, &check);
            // A version of an edition that differs from the one before only in what was cut is no news, nor is an
            // object without versions that is as it was.
            if one.version.is_none() && self.has_content(&one)? {
                continue;
            }
            if one.version.is_none() || one.id != one.source {
                let last = match outcome.new.last().filter(|last: &&New| last.id == one.id) {
                    Some(last) => Some(last.digest.clone()),
                    None => match self.overlay.digests.get(&one.id) {
                        Some(digest) => Some(digest.clone()),
                        None if gone.contains(&one.id) => None,
                        None => view.reader.feed_digest(view.key, &one.id)?,
                    },
                };
                if last.as_ref() == Some(&one.digest) {
                    continue;
                }
            }
            outcome.new.push(one);
        }
        for (source, ids) in after {
            if before.get(source) != Some(&ids) {
                outcome.changed.push(source.clone());
            }
            self.overlay.given.insert(source.clone(), ids);
        }
        let places = outcome.gone.iter().map(|entry| entry.position);
        self.overlay.gone.extend(places);
        for one in &outcome.new {
            let digests = &mut self.overlay.digests;
            digests.insert(one.id.clone(), one.digest.clone());
            if one.version.is_none() {
                let content = (one.source.clone(), one.source_version.clone());
                self.overlay.contents.insert(content, one.id.clone());
            }
        }
        Ok(outcome)
    }

    /// Whether the audience has this content of an object without versions: it is not given again because another came
    /// in between.
    fn has_content(&self, new: &New) -> Result<bool, AppError> {
        let entries = self
            .view
            .reader
            .feed_of_source(self.view.key, &new.source)?;
        let on_disk = entries.into_iter().filter(|entry| {
            entry.withdrawn.is_none()
                && entry.source_version == new.source_version
                && !self.overlay.gone.contains(&entry.position)
        });
        let planned = self
            .overlay
            .contents
            .get(&(new.source.clone(), new.source_version.clone()));
        Ok(on_disk
            .map(|entry| entry.id)
            .chain(planned.cloned())
            .any(|id| id == new.id))
    }

    /// Whether it is worth telling that an object was withdrawn: who the house is and what markings mean stays known.
    fn is_content(&self, id: &Id) -> bool {
        *id != self.view.policy.own_identity && id.kind() != "marking-definition"
    }

    /// How the audience is told of what it may have no more: editions are revoked, because the house created them;
    /// of the rest a note tells, because only the creator of an object may revoke it (STIX 2.1 §3.6).
    fn told(
        &self,
        view: &FeedView<'_, '_>,
        gone: &[FeedEntry],
        at: Timestamp,
        release: Option<ReleaseId>,
    ) -> Result<Told, AppError> {
        if gone.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let editions: Vec<&FeedEntry> = gone.iter().filter(|one| one.id != one.source).collect();
        let mut newest: Vec<&FeedEntry> = Vec::new();
        for entry in editions {
            match newest.iter_mut().find(|other| other.id == entry.id) {
                Some(other) if other.version < entry.version => *other = entry,
                Some(_) => {}
                None => newest.push(entry),
            }
        }
        let given = view.given();
        let gate = view.gate(&given);
        let check = gate.pass_check();
        let asked: Vec<Withdrawn> = newest.iter().map(|entry| withdrawn(entry, at)).collect();
        let mut new = Vec::new();
        let mut objects: BTreeSet<Id> = gone
            .iter()
            .filter(|entry| entry.id == entry.source && self.is_content(&entry.id))
            .map(|entry| entry.id.clone())
            .collect();
        for (entry, revoked) in newest.into_iter().zip(gate.revoked(&asked)?) {
            match revoked.filter(|released| released.id() == &entry.id) {
                Some(released) => new.push(New::of(
                    &released,
                    &entry.source,
                    &entry.source_version,
                    Some(at),
                    &check,
                )),
                None => {
                    objects.insert(entry.id.clone());
                }
            }
        }
        // Without a release the moment tells notices apart: a number of the change would tell how many there were.
        let release = release.unwrap_or_else(|| {
            ReleaseId(Uuid::from_u128(u128::from(
                at.as_microsecond().unsigned_abs(),
            )))
        });
        let mut notices = Vec::new();
        for notice in Notice::of_all(release, at, objects) {
            let Some(released) = gate.notice(&notice) else {
                continue;
            };
            let row = NoticeRow {
                id: released.id().clone(),
                release,
                at,
                objects: notice.objects,
            };
            notices.push((row, New::of(&released, released.id(), "", Some(at), &check)));
        }
        Ok((new, notices))
    }
}

/// Whether a release was ever meant for an audience, in force or not.
fn reaches(release: &Release, audience: &Audience) -> bool {
    if release.recipients.contains(&Recipient::Public) {
        return true;
    }
    let person = audience.person();
    if person.is_some_and(|person| release.recipients.contains(&Recipient::Person(person))) {
        return true;
    }
    let Audience::Member(member) = audience else {
        return false;
    };
    let named = |organisation: &OrganisationId| {
        release.named.contains(organisation)
            || release
                .recipients
                .contains(&Recipient::Organisation(*organisation))
    };
    named(&member.organisation)
        || member.client_of.iter().any(named)
        || member.communities.iter().any(|community| {
            release
                .recipients
                .contains(&Recipient::Community(*community))
        })
}

/// The digest of an object apart from its version.
fn content_digest(properties: &serde_json::Map<String, Value>) -> Vec<u8> {
    let mut hash = Sha256::new();
    for (name, value) in properties.iter().filter(|(name, _)| *name != "modified") {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(value.to_string().as_bytes());
        hash.update([0]);
    }
    hash.finalize().to_vec()
}

/// What others refer to comes first, so that a reader seldom meets a reference before its target.
fn rank(kind: &str) -> u8 {
    match kind {
        "marking-definition" | "extension-definition" => 0,
        "identity" => 1,
        "relationship" | "sighting" => 3,
        "report" | "grouping" | "note" | "opinion" | "language-content" => 4,
        _ => 2,
    }
}

/// Changes read at once.
const CHANGES_AT_ONCE: u32 = 1_000;
/// A transaction takes no more steps once this many versions were decided on, so that other writers wait only a moment.
const DECIDED_AT_ONCE: usize = 2_000;
/// Objects looked at because of one release and what refers to it, in any number of steps.
const MAX_CONCERNED: usize = 200_000;
/// Referrers read at once.
const REFERRERS_AT_ONCE: u32 = 1_000;
