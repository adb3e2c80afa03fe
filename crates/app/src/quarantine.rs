//! What waits for a person of the house, and what that person decides.
//!
//! An object in quarantine is shown through the gate like any other: what is RED is for the person who sent it, and of
//! what cannot be read nobody knows how it is marked, so its text is shown to nobody.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use release::gate::{Gate, Holdings};
use release::held::{Held, Provenance};
use release::party::OrganisationId;
use release::terms::Release;
use stix::id::Id;
use stix::object::Object;
use store::database::{Reader, Writer};
use store::error::StoreError;
use store::object::Put;
use store::quarantine::{QuarantineDecision, QuarantineFilter, QuarantineRow, Quarantined};
use taxii::message::status::Status;

use crate::access::{Action, Caller};
use crate::claim::{claim, conflicts_with_claim};
use crate::error::AppError;
use crate::feed::was_given;
use crate::intake::{ANOTHERS, CONFLICT, FOREIGN};
use crate::node::{Node, policy};
use crate::sign_in::caller as caller_of;
use crate::submission::settled;

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
    /// Its identifier as far as it could be read.
    pub id: String,
    /// Its version as far as it could be read.
    pub version: String,
    /// Why it is here.
    pub kind: QuarantineKind,
    /// Who gave it, by name.
    pub source: String,
    /// When.
    pub at: Timestamp,
    /// Why it is here, in words; one sentence that says so where the caller may not see the object.
    pub reasons: Vec<String>,
    /// Whether its sender knows that it waits.
    pub told: bool,
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
    /// What is in quarantine, the latest first.
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
        let filter = QuarantineFilter {
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
            let rows = reader.quarantine(&filter, limit)?;
            let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
            let next = rows.last().filter(|_| full).map(|row| row.seq);
            let mut names = BTreeMap::new();
            let mut entries = Vec::with_capacity(rows.len());
            for row in &rows {
                let json = self.shown(reader, caller, row)?;
                entries.push(entry(reader, row, json.is_some(), &mut names)?);
            }
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
            Ok(Some(QuarantineDetails {
                entry: entry(reader, &row, json.is_some(), &mut BTreeMap::new())?,
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
            (Put::AlreadyHeld | Put::Stored, _) => (true, note, None),
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
        let puts = self.put_of(writer, came.source, came.entered_by, true, true, &objects)?;
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

    /// The JSON of an object in quarantine as far as the caller may see it; none where that is nothing.
    fn shown(
        &self,
        reader: &Reader<'_>,
        caller: &Caller,
        row: &QuarantineRow,
    ) -> Result<Option<String>, AppError> {
        let Ok(object) = Object::parse(&row.object.text) else {
            return Ok(None);
        };
        let provenance = Provenance {
            entered_by: row.object.entered_by,
            ..Provenance::given_by(row.object.source)
        };
        let id = object.id().clone();
        let with = With {
            reader,
            held: Arc::new(Held::seal(object, provenance)),
        };
        let policy = policy(reader)?;
        let gate = Gate::new(&policy, &with, caller.audience(), self.clock.now());
        let released = gate.decide_one(&id)?.into_released();
        Ok(released.map(|released| {
            serde_json::to_string_pretty(released.object().properties())
                .unwrap_or_else(|_| released.text().to_owned())
        }))
    }
}

/// What is held, with one object as if it were.
struct With<'a, 'c> {
    reader: &'a Reader<'c>,
    held: Arc<Held>,
}

impl Holdings for With<'_, '_> {
    type Error = StoreError;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, StoreError> {
        if id == self.held.id() {
            return Ok(vec![Arc::clone(&self.held)]);
        }
        self.reader.versions(id)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, StoreError> {
        if held.id() == self.held.id() {
            return Ok(Vec::new());
        }
        self.reader.releases(held)
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

fn entry(
    reader: &Reader<'_>,
    row: &QuarantineRow,
    visible: bool,
    names: &mut BTreeMap<OrganisationId, String>,
) -> Result<QuarantineEntry, AppError> {
    let object = &row.object;
    let source = if let Some(known) = names.get(&object.source) {
        known.clone()
    } else {
        let found = reader.organisation(object.source)?;
        let name = found.map_or_else(|| object.source.to_string(), |found| found.name);
        names.insert(object.source, name.clone());
        name
    };
    let decision = row.decision.as_ref();
    let decided_by = match decision.and_then(|decision| decision.by) {
        Some(person) => reader.person(person)?.map(|person| person.name),
        None => None,
    };
    // Reasons quote the object. Of what cannot be shown the codes are left, which quote nothing.
    let reasons = if visible {
        object.reasons.clone()
    } else {
        let mut codes: Vec<String> = object.reasons.iter().filter_map(|one| code(one)).collect();
        codes.dedup();
        codes.push("you may not see more of it: what is RED is for the person who sent it, and of what cannot be read nobody knows how it is marked".to_owned());
        codes
    };
    Ok(QuarantineEntry {
        number: row.seq,
        id: object.id.clone(),
        version: object.version.clone(),
        kind: object.kind,
        source,
        at: object.at,
        reasons,
        told: object.told,
        state: match decision {
            None => QuarantineState::Open,
            Some(decision) if decision.accepted => QuarantineState::Accepted,
            Some(_) => QuarantineState::Rejected,
        },
        decided: decision.map(|decision| decision.at),
        decided_by,
        note: decision.map_or_else(String::new, |decision| decision.note.clone()),
    })
}

/// The code of a diagnostic in words.
fn code(reason: &str) -> Option<String> {
    let words = reason.split(|c: char| c.is_whitespace() || matches!(c, ':' | '[' | ']'));
    let is_code = |word: &&str| {
        word.contains('-')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
    };
    words.take(2).find(is_code).map(str::to_owned)
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
/// Most objects that are decided on at once: what a page shows.
const MAX_JUDGED: usize = 500;
/// Longest reason: a sentence or two.
const MAX_NOTE_CHARS: usize = 500;
/// Objects that are forgotten in one transaction, so that writers wait only a moment.
const PURGED_AT_ONCE: u32 = 500;
