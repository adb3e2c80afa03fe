//! What waits for a person of the house, and what that person decides.
//!
//! An object in quarantine is shown through the gate like any other: what is RED is for the person who sent it, and of
//! what cannot be read nobody knows how it is marked, so its text is shown to nobody. Of what is not shown there is left
//! that something waits, since when, and as what kind.

mod sight;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use release::conditions::Conditions;
use release::held::Consent;
use release::party::OrganisationId;
use stix::object::Object;
use store::database::{Reader, Writer};
use store::object::Put;
use store::quarantine::{QuarantineDecision, QuarantineFilter, QuarantineRow, Quarantined};
use taxii::message::status::Status;

use crate::access::{Action, Caller};
use crate::claim::{claim, conflicts_with_claim};
use crate::error::AppError;
use crate::feed::was_given;
use crate::intake::{ANOTHERS, CONFLICT, FOREIGN};
use crate::node::Node;
use crate::quarantine::sight::{Sight, entry};
use crate::sign_in::caller as caller_of;
use crate::submission::settled;
use crate::submitted::record;

pub use store::quarantine::QuarantineKind;

/// How far the decision on an object in quarantine is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuarantineState {
    /// It was taken in.
    Accepted,
    /// Nobody has decided yet.
    Open,
    /// It was not taken in.
    Rejected,
}

/// Which objects in quarantine.
#[derive(Debug, Clone, Default)]
pub struct QuarantineQuery {
    /// Only in this state.
    pub state: Option<QuarantineState>,
    /// Only of this kind.
    pub kind: Option<QuarantineKind>,
    /// Only of this source.
    pub source: Option<OrganisationId>,
    /// Goes on where a page ended.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// Some objects in quarantine, the latest first.
#[derive(Debug, Clone)]
pub struct QuarantinePage {
    /// The objects.
    pub entries: Vec<QuarantineEntry>,
    /// Where the next page goes on; none where there is no more.
    pub next: Option<i64>,
}

/// An object in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// What it is called here.
    pub number: i64,
    /// Its identifier; empty where the caller may not see the object.
    pub id: String,
    /// Its version; empty where it has none, and where the caller may not see the object.
    pub version: String,
    /// Why it is here.
    pub kind: QuarantineKind,
    /// Who gave it, by name; empty where the caller may not see the object.
    pub source: String,
    /// When.
    pub at: Timestamp,
    /// Why it is here, in words; codes, and a sentence that says so, where the caller may not see the object.
    pub reasons: Vec<String>,
    /// Whether its sender knows that it waits.
    pub told: bool,
    /// To what its sender consents; none where the caller may not see the object.
    pub consent: Option<Consent>,
    /// The state.
    pub state: QuarantineState,
    /// When it was decided on.
    pub decided: Option<Timestamp>,
    /// By whom, by name; nobody where the node decided.
    pub decided_by: Option<String>,
    /// What was said with the decision.
    pub note: String,
}

/// An object in quarantine with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineDetails {
    /// The object.
    pub entry: QuarantineEntry,
    /// Its JSON as far as the caller may see it, indented.
    pub json: Option<String>,
    /// Why it cannot be taken in; none where it can.
    pub obstacle: Option<String>,
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// It is taken in.
    Accept,
    /// It is not taken in.
    Reject,
}

/// What became of a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What the object is called here.
    pub number: i64,
    /// Why it was not done; none where it was.
    pub obstacle: Option<String>,
}

impl QuarantineState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Open, Self::Rejected];

    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Open => "open",
            Self::Rejected => "rejected",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

impl Node {
    /// What is in quarantine, the latest first. Of one source only what the caller may see is listed, since the list
    /// says whose that is, and nothing that is too long to find that out; the list of all has those too.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn quarantine(
        &self,
        caller: &Caller,
        query: &QuarantineQuery,
    ) -> Result<QuarantinePage, AppError> {
        caller.require(Action::JudgeIntake)?;
        let limit = query.limit.clamp(1, MAX_PAGE);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let read_at_once = query.source.map_or(limit, |_| MAX_PAGE);
        let mut filter = QuarantineFilter {
            decided: query.state.map(|state| match state {
                QuarantineState::Accepted => Some(true),
                QuarantineState::Open => None,
                QuarantineState::Rejected => Some(false),
            }),
            kind: query.kind,
            source: query.source,
            before: query.before,
        };
        self.store.read(|reader| {
            let mut names = BTreeMap::new();
            let mut entries: Vec<QuarantineEntry> = Vec::new();
            for _ in 0..MAX_PAGES_READ {
                let rows = reader.quarantine(&filter, read_at_once, LISTED_TEXT_BYTES)?;
                for row in &rows {
                    filter.before = Some(row.seq);
                    let sight = match self.shown(reader, caller, row)? {
                        Some(_) => Sight::Shown,
                        None if row.object.text.is_empty() => Sight::Long,
                        None => Sight::None,
                    };
                    // INVARIANT: neither an entry nor where a page ends tells the source of what is not shown.
                    if sight == Sight::Shown || filter.source.is_none() {
                        entries.push(entry(reader, row, sight, &mut names)?);
                    }
                    if entries.len() == most {
                        break;
                    }
                }
                if entries.len() == most {
                    break;
                }
                if rows.len() < usize::try_from(read_at_once).unwrap_or(usize::MAX) {
                    return Ok(QuarantinePage {
                        entries,
                        next: None,
                    });
                }
            }
            let next = entries.last().map(|entry| entry.number);
            Ok(QuarantinePage { entries, next })
        })
    }

    /// One object in quarantine; none if there is none of this number.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn quarantined(
        &self,
        caller: &Caller,
        number: i64,
    ) -> Result<Option<QuarantineDetails>, AppError> {
        caller.require(Action::JudgeIntake)?;
        self.store.read(|reader| {
            let Some(row) = reader.quarantined(number)? else {
                return Ok(None);
            };
            let json = self.shown(reader, caller, &row)?;
            let sight = match json {
                Some(_) => Sight::Shown,
                None => Sight::None,
            };
            Ok(Some(QuarantineDetails {
                entry: entry(reader, &row, sight, &mut BTreeMap::new())?,
                obstacle: obstacle(&row, Judgement::Accept, json.is_some()).map(str::to_owned),
                json,
            }))
        })
    }

    /// Decides on objects in quarantine, each by itself. `note` says why: whoever was told that the object waits is
    /// told that of a rejection, without the name of who decided.
    ///
    /// # Errors
    /// If the caller may not, or the note is too long.
    pub fn judge(
        &self,
        caller: &Caller,
        numbers: &[i64],
        judgement: Judgement,
        note: &str,
    ) -> Result<Vec<Judged>, AppError> {
        caller.require(Action::JudgeIntake)?;
        let note = note.trim();
        if note.chars().count() > MAX_NOTE_CHARS || note.chars().any(char::is_control) {
            return Err(AppError::invalid(
                "APP-QUARANTINE-01",
                format!("a reason is one line of at most {MAX_NOTE_CHARS} characters"),
            ));
        }
        if numbers.len() > MAX_JUDGED {
            return Err(AppError::invalid(
                "APP-QUARANTINE-02",
                format!("at most {MAX_JUDGED} are decided at once"),
            ));
        }
        self.store.write(|writer| {
            let mut judged = Vec::with_capacity(numbers.len());
            for number in numbers {
                let obstacle = self.judge_one(writer, caller, *number, judgement, note)?;
                judged.push(Judged {
                    number: *number,
                    obstacle: obstacle.map(str::to_owned),
                });
            }
            Ok(judged)
        })
    }

    fn judge_one(
        &self,
        writer: &Writer<'_>,
        caller: &Caller,
        number: i64,
        judgement: Judgement,
        note: &str,
    ) -> Result<Option<&'static str>, AppError> {
        let Some(row) = writer.quarantined(number)? else {
            return Ok(Some("there is no such object"));
        };
        let visible = self.shown(writer, caller, &row)?.is_some();
        if let Some(obstacle) = obstacle(&row, judgement, visible) {
            return Ok(Some(obstacle));
        }
        if judgement == Judgement::Reject {
            self.decide(writer, caller, &row, false, note)?;
            return Ok(None);
        }
        let put = self.accept(writer, &row)?;
        let (accepted, note, obstacle) = match (put, row.object.told) {
            (Put::AlreadyHeld | Put::Stored { .. }, _) => (true, note, None),
            // Who does not know that it waits was told what it is told; it waits on.
            (Put::Conflict, false) => return Ok(Some(CONFLICT)),
            (Put::Foreign, false) => return Ok(Some(FOREIGN)),
            // INVARIANT: the sender is told what it would have been told if nobody had had to decide.
            (Put::Conflict, true) => (false, CONFLICT, Some(CONFLICT)),
            (Put::Foreign, true) if sender_was_given(writer, &row)? => {
                (false, ANOTHERS, Some(FOREIGN))
            }
            (Put::Foreign, true) => {
                writer.put_quarantine(&Quarantined {
                    kind: QuarantineKind::Foreign,
                    reasons: vec![FOREIGN.to_owned()],
                    told: false,
                    ..row.object.clone()
                })?;
                (true, FOREIGN, Some(FOREIGN))
            }
        };
        self.decide(writer, caller, &row, accepted, note)?;
        Ok(obstacle)
    }

    /// Takes an object in as if it came now.
    fn accept(&self, writer: &Writer<'_>, row: &QuarantineRow) -> Result<Put, AppError> {
        let came = &row.object;
        let object = Object::parse(&came.text).map_err(AppError::Invalid)?;
        let now = self.clock.now();
        if came.told && conflicts_with_claim(writer, came.source, &object, now)? {
            return Ok(Put::Conflict);
        }
        let objects = [object];
        let conditions = Conditions::of(came.consent);
        let puts = self.put_of(
            writer,
            came.source,
            came.entered_by,
            &conditions,
            true,
            &objects,
        )?;
        let put = puts.first().copied().unwrap_or(Put::Foreign);
        for object in &objects {
            if put == Put::Foreign && writer.holds_other_content(object, came.source)? {
                return Ok(Put::Conflict);
            }
        }
        for object in &objects {
            let elsewhere = matches!(put, Put::AlreadyHeld | Put::Foreign);
            if elsewhere && !writer.holds_text(object, Some(came.source))? {
                // Its sender is told that it is taken in.
                claim(writer, came.source, object, now)?;
            }
        }
        Ok(put)
    }

    fn decide(
        &self,
        writer: &Writer<'_>,
        caller: &Caller,
        row: &QuarantineRow,
        accepted: bool,
        note: &str,
    ) -> Result<(), AppError> {
        let decision = QuarantineDecision {
            at: self.clock.now(),
            by: Some(caller.person),
            accepted,
            note: note.to_owned(),
        };
        writer.decide_quarantine(row.seq, &decision)?;
        let came = &row.object;
        let is_submitted = writer.submission(came.submission, came.source)?.is_some();
        if let (true, true, true, Some(sender)) =
            (accepted, came.told, is_submitted, came.entered_by)
        {
            let object = Object::parse(&came.text).map_err(AppError::Invalid)?;
            record(writer, came.source, sender, &object, decision.at)?;
        }
        let action = if accepted {
            "accept-quarantined"
        } else {
            "reject-quarantined"
        };
        let subject = format!("{} {}", row.seq, row.object.id);
        self.record(writer, caller, action, &subject)
    }

    /// Forgets what was decided on more than `retention` ago; how much that was. What was told of it stays told.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn purge_quarantine(
        &self,
        caller: &Caller,
        retention: SignedDuration,
    ) -> Result<u64, AppError> {
        caller.require(Action::JudgeIntake)?;
        let before =
            self.clock.now().saturating_sub(retention).map_err(|_| {
                AppError::invalid("APP-QUARANTINE-03", "there is no such span of time")
            })?;
        let mut purged: u64 = 0;
        loop {
            let done = self.store.write(|writer| {
                let rows = writer.quarantine_decided(before, PURGED_AT_ONCE)?;
                for seq in &rows {
                    for (submission, submitter) in writer.submissions_awaiting(*seq)? {
                        settle_for_good(writer, submission, submitter, *seq)?;
                    }
                    writer.purge_quarantine(*seq)?;
                }
                let done = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                if done > 0 {
                    self.record(writer, caller, "purge-quarantine", &done.to_string())?;
                }
                Ok::<_, AppError>(done)
            })?;
            purged = purged.saturating_add(done);
            if done < u64::from(PURGED_AT_ONCE) {
                return Ok(purged);
            }
        }
    }
}

/// Why a judgement is not possible.
fn obstacle(row: &QuarantineRow, judgement: Judgement, visible: bool) -> Option<&'static str> {
    if row.decision.is_some() {
        return Some("it was decided on before");
    }
    if judgement == Judgement::Reject {
        return None;
    }
    match row.object.kind {
        // Only the creator of an object may version it (STIX 2.1 §3.6). Taking it in would replace what its creator
        // said by what somebody else did, and everybody who was given it would get that.
        QuarantineKind::Foreign => Some(
            "its identifier is another source's, and only the creator of an object may change it (STIX 2.1 §3.6)",
        ),
        QuarantineKind::Invalid => Some(INVALID),
        QuarantineKind::Suspect if !visible => Some("you may not see it"),
        QuarantineKind::Suspect => None,
    }
}

/// Whether whoever sent an object was given one of that identifier.
fn sender_was_given(reader: &Reader<'_>, row: &QuarantineRow) -> Result<bool, AppError> {
    let Some(person) = row.object.entered_by else {
        return Ok(false);
    };
    match caller_of(reader, person)? {
        Some(sender) if sender.organisation == row.object.source => {
            was_given(reader, sender.audience(), &row.object.id)
        }
        _ => Ok(false),
    }
}

/// Writes what became of one pending object of a submission into what its submitter is told.
fn settle_for_good(
    writer: &Writer<'_>,
    submission: uuid::Uuid,
    submitter: OrganisationId,
    seq: i64,
) -> Result<(), AppError> {
    let body = writer.submission(submission, submitter)?;
    let Some(status) = body.and_then(|body| serde_json::from_str::<Status>(&body).ok()) else {
        return Ok(());
    };
    let awaiting = writer.awaiting(submission)?;
    let decided: Vec<(usize, &QuarantineDecision)> = awaiting
        .iter()
        .filter(|one| one.seq == seq)
        .filter_map(|one| Some((one.place, one.decision.as_ref()?)))
        .collect();
    let status = settled(status, &decided);
    let body = serde_json::to_string(&status).unwrap_or_default();
    writer.set_submission(submission, &body)?;
    let left = awaiting.iter().filter(|one| one.seq != seq);
    writer.set_awaiting(submission, &left.map(|one| one.seq).collect::<Vec<_>>())?;
    Ok(())
}

const INVALID: &str = "it is not valid: its sender has to send it anew";

/// Most objects on a page.
const MAX_PAGE: u32 = 500;
/// Longest text that is looked at for a list: indicators have a kilobyte, and a page of the longest costs 32 MB.
const LISTED_TEXT_BYTES: u32 = 64 * 1024;
/// Longest pages that are read for one of what the caller may see: ten thousand objects, more than one source has
/// waiting in any sensible house.
const MAX_PAGES_READ: usize = 20;
/// Most objects that are decided on at once: what a page shows.
const MAX_JUDGED: usize = 500;
/// Longest reason: a sentence or two.
const MAX_NOTE_CHARS: usize = 500;
/// Objects that are forgotten in one transaction, so that writers wait only a moment.
const PURGED_AT_ONCE: u32 = 500;
