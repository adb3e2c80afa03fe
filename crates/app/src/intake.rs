//! Taking in what others send, object by object.
//!
//! INVARIANT: what a submitter is told of an object depends on that object, on what the submitter's organisation sent,
//! on what it was given, and on what people of the house decided about it, and on nothing else: an identifier that
//! another organisation's object has is no way to find out that there is one, and an address is no way to find out
//! whose it is. What is set aside for a reason that the submitter must not learn is therefore told as taken in.

mod judged;
mod taken;
mod waiting;

use jiff::Timestamp;
use release::conditions::Conditions;
use release::held::Consent;
use release::party::OrganisationId;
use stix::object::Object;
use store::database::Writer;
use store::object::Put;
use store::quarantine::{QuarantineDecision, QuarantineKind, Quarantined};
use taxii::message::status::Status;
use uuid::Uuid;

use crate::access::{Action, Caller};
use crate::claim::{claim, conflicts_with_claim, digest};
use crate::conditions::restrict;
use crate::error::AppError;
use crate::feed::was_given;
use crate::guard::Suspicion;
use crate::node::Node;
use crate::submission::rejection;
use crate::trust::{Trust, trust_of};

use judged::{Arrived, Invalid, Judged};
pub use taken::{TakenIn, TakenObject};

/// What became of one object.
enum Fate {
    /// There is no room for it to wait in; later there may be.
    Full,
    Held,
    /// It waits, and its sender may know.
    Pending {
        seq: i64,
        reason: String,
    },
    Refused {
        reason: String,
    },
    /// It waits, and its sender must not know.
    SetAside {
        reason: String,
    },
    Stored {
        /// Its place in the order in which objects came.
        seq: i64,
    },
}

/// Objects of one source on their way in.
struct Intake<'a> {
    id: Uuid,
    /// Who sent them; nobody where the house fetched them by itself.
    caller: Option<&'a Caller>,
    source: OrganisationId,
    /// Under which conditions the source gives them.
    conditions: Conditions,
    now: Timestamp,
    /// How many more objects of the source may wait.
    room: u64,
    /// How many more that are not valid are kept.
    room_for_invalid: u64,
    /// Whether the source was told of anything as taken in that is not held as its own.
    has_claims: bool,
    /// What was stored and is not yet recorded as submitted: the place of the first, and how many came after each other.
    run: Option<(i64, i64)>,
    fates: Vec<(String, Option<String>, Fate)>,
}

impl Node {
    /// Takes in what a member submits, object by object.
    ///
    /// When this returns, what it reports as taken in or pending is on the disk.
    pub(crate) fn submit(
        &self,
        caller: &Caller,
        consent: Consent,
        texts: &[&str],
    ) -> Result<Status, AppError> {
        caller.require(Action::SubmitObjects)?;
        let source = caller.organisation;
        self.intake(caller, source, consent, texts, |writer, intake| {
            let (id, now) = (intake.id, intake.now);
            let (status, waiting) = intake.status();
            let body = serde_json::to_string(&status).unwrap_or_default();
            writer.put_submission(id, source, &body, now)?;
            writer.set_awaiting(id, &waiting)?;
            self.keep_quota(writer, caller)?;
            self.record(writer, caller, "submit-objects", &id.to_string())?;
            Ok(status)
        })
    }

    /// Takes in what the house fetched from `source`, object by object, with the same guards as for what is submitted.
    ///
    /// When this returns, what it reports as stored or pending is on the disk.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] if the caller may not, or the source is blocked.
    pub fn take_in(
        &self,
        caller: &Caller,
        source: OrganisationId,
        texts: &[&str],
    ) -> Result<TakenIn, AppError> {
        caller.require(Action::AddObjects)?;
        self.intake(caller, source, Consent::Given, texts, |writer, intake| {
            let taken = intake.taken();
            let subject = format!("{source} {}", taken.stored.len());
            self.record(writer, caller, "take-in", &subject)?;
            Ok(taken)
        })
    }

    fn intake<T>(
        &self,
        caller: &Caller,
        source: OrganisationId,
        consent: Consent,
        texts: &[&str],
        conclude: impl FnOnce(&Writer<'_>, Intake<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        // Reading and judging needs no database: the next submission is judged while this one is written.
        let arrived = self.judge_all(source, consent, texts)?;
        self.store.write(|writer| {
            let intake = self.settle_all(writer, Some(caller), source, consent, arrived)?;
            conclude(writer, intake)
        })
    }

    /// Takes in what the house fetched from a source by itself, with the same guards as for what is submitted.
    pub(crate) fn take_fetched(
        &self,
        writer: &Writer<'_>,
        source: OrganisationId,
        arrived: Arrived,
    ) -> Result<TakenIn, AppError> {
        let consent = Consent::Given;
        let intake = self.settle_all(writer, None, source, consent, arrived)?;
        Ok(intake.taken())
    }

    fn settle_all<'a>(
        &self,
        writer: &Writer<'_>,
        caller: Option<&'a Caller>,
        source: OrganisationId,
        consent: Consent,
        arrived: Arrived,
    ) -> Result<Intake<'a>, AppError> {
        let Arrived { judged } = arrived;
        // Somebody may have changed it since the objects were judged.
        let trust = trust_of(writer, source)?;
        if trust == Trust::Blocked {
            return Err(AppError::Forbidden);
        }
        let room = self.guards.waiting;
        let mut intake = Intake {
            id: self.ids.uuid(),
            caller,
            source,
            conditions: Conditions::of(consent),
            now: self.clock.now(),
            room: room.saturating_sub(writer.waiting_count(source)?),
            room_for_invalid: MAX_KEPT_INVALID.saturating_sub(writer.invalid_count(source)?),
            has_claims: writer.has_claims(source)?,
            run: None,
            fates: Vec::with_capacity(judged.len()),
        };
        let mut batch = Vec::new();
        for one in judged {
            match (one, trust) {
                (Judged::Valid(object), Trust::Standard | Trust::Trusted) => {
                    if intake.conflicts(writer, &object)? {
                        self.put_batch(writer, &mut intake, &mut batch)?;
                        intake.settle(writer, &object, Put::Conflict)?;
                    } else {
                        batch.push(object);
                    }
                }
                (Judged::Waiting(one), trust) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    intake.settle_waiting(writer, &one, trust)?;
                }
                (Judged::Suspect(object, suspicion), Trust::Trusted) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    if intake.conflicts(writer, &object)? {
                        intake.settle(writer, &object, Put::Conflict)?;
                    } else {
                        self.put_noted(writer, &mut intake, object, &suspicion)?;
                    }
                }
                (Judged::Valid(object), _) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    intake.hold(writer, &object, Vec::new())?;
                }
                (Judged::Suspect(object, suspicion @ Suspicion::Secret(_)), Trust::Standard) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    // INVARIANT: the sender is told what it would be told if nothing had been found.
                    match writer.would_put(&object, source, intake.now)? {
                        None if intake.conflicts(writer, &object)? => {
                            intake.settle(writer, &object, Put::Conflict)?;
                        }
                        None => {
                            let kind = QuarantineKind::Suspect;
                            let reasons = suspicion.reasons();
                            let fate = intake.set_aside(writer, &object, kind, reasons)?;
                            intake.push(writer, &object, fate)?;
                        }
                        Some(put) => intake.settle(writer, &object, put)?,
                    }
                }
                (Judged::Suspect(object, suspicion), _) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    intake.hold_for(writer, &object, &suspicion)?;
                }
                (Judged::Invalid(invalid), _) => {
                    self.put_batch(writer, &mut intake, &mut batch)?;
                    intake.refuse(writer, invalid)?;
                }
            }
        }
        self.put_batch(writer, &mut intake, &mut batch)?;
        intake.record_run(writer)?;
        Ok(intake)
    }

    /// Takes in the objects of the batch, which is empty afterwards.
    fn put_batch(
        &self,
        writer: &Writer<'_>,
        intake: &mut Intake<'_>,
        batch: &mut Vec<Object>,
    ) -> Result<(), AppError> {
        if batch.is_empty() {
            return Ok(());
        }
        let puts = self.put_own(writer, intake, batch)?;
        for (object, put) in batch.iter().zip(puts) {
            intake.settle(writer, object, put)?;
        }
        batch.clear();
        Ok(())
    }

    /// Puts objects as those of the source, which may version its own only.
    fn put_own(
        &self,
        writer: &Writer<'_>,
        intake: &Intake<'_>,
        objects: &[Object],
    ) -> Result<Vec<Put>, AppError> {
        let entered_by = intake.caller.map(|caller| caller.person);
        let (source, conditions) = (intake.source, &intake.conditions);
        self.put_of(writer, source, entered_by, conditions, true, objects)
    }

    /// Takes in an object of a trusted source that names something benign, and notes that it does.
    fn put_noted(
        &self,
        writer: &Writer<'_>,
        intake: &mut Intake<'_>,
        object: Object,
        suspicion: &Suspicion,
    ) -> Result<(), AppError> {
        let objects = [object];
        let puts = self.put_own(writer, intake, &objects)?;
        for (object, put) in objects.iter().zip(puts) {
            if matches!(put, Put::Stored { .. }) {
                let kind = QuarantineKind::Suspect;
                let seq = intake.quarantine(writer, object, kind, suspicion.reasons(), false)?;
                let decision = QuarantineDecision {
                    at: intake.now,
                    by: None,
                    accepted: true,
                    note: TRUSTED.to_owned(),
                };
                writer.decide_quarantine(seq, &decision)?;
            }
            intake.settle(writer, object, put)?;
        }
        Ok(())
    }
}

impl Intake<'_> {
    /// Whether the source was told that the same version is taken in, with other content.
    fn conflicts(&self, writer: &Writer<'_>, object: &Object) -> Result<bool, AppError> {
        Ok(self.has_claims && conflicts_with_claim(writer, self.source, object, self.now)?)
    }

    /// Remembers that the source is told that this is taken in.
    fn claim(&mut self, writer: &Writer<'_>, object: &Object) -> Result<(), AppError> {
        self.has_claims = true;
        claim(writer, self.source, object, self.now)
    }

    /// Refuses what is not valid, and keeps it for the house to look at.
    fn refuse(&mut self, writer: &Writer<'_>, one: Invalid) -> Result<(), AppError> {
        let reasons: Vec<String> = one.diagnostics.iter().map(ToString::to_string).collect();
        let reason = reasons.join("; ");
        let digest = digest(&one.text);
        let known = || writer.quarantined_text(self.source, &digest, false);
        if one.text.len() <= MAX_KEPT_BYTES && self.room_for_invalid > 0 && known()?.is_none() {
            self.room_for_invalid -= 1;
            writer.put_quarantine(&Quarantined {
                id: one.id.clone(),
                version: one.version.clone(),
                text: one.text,
                reasons,
                digest,
                ..self.row(QuarantineKind::Invalid, false)
            })?;
        }
        let version = Some(one.version).filter(|version| !version.is_empty());
        self.fates.push((one.id, version, Fate::Refused { reason }));
        Ok(())
    }

    /// Says what became of an object that was to be taken in.
    fn settle(&mut self, writer: &Writer<'_>, object: &Object, put: Put) -> Result<(), AppError> {
        let elsewhere = matches!(put, Put::AlreadyHeld | Put::Foreign);
        let fate = match put {
            // To the source it is held, with other content.
            _ if elsewhere
                && (self.conflicts(writer, object)?
                    || writer.holds_other_content(object, self.source)?) =>
            {
                Fate::Refused {
                    reason: CONFLICT.to_owned(),
                }
            }
            Put::Stored { seq } => Fate::Stored { seq },
            Put::AlreadyHeld => {
                if !writer.holds_text(object, Some(self.source))? {
                    self.claim(writer, object)?;
                }
                Fate::Held
            }
            Put::Conflict => Fate::Refused {
                reason: CONFLICT.to_owned(),
            },
            // What the house gave a peer and finds there again is no news, however the peer writes it.
            Put::Foreign if self.caller.is_none() && writer.is_held(object)? => Fate::Held,
            // Only the creator may version an object (STIX 2.1 §3.6). Who was not given the object does not learn
            // from this that it is there.
            Put::Foreign => {
                let sender = self
                    .caller
                    .filter(|caller| caller.organisation == self.source);
                let known = match sender {
                    Some(caller) => was_given(writer, caller.audience(), object.id().as_str())?,
                    None => false,
                };
                let reasons = vec![FOREIGN.to_owned()];
                let fate = self.set_aside(writer, object, QuarantineKind::Foreign, reasons)?;
                if known {
                    Fate::Refused {
                        reason: ANOTHERS.to_owned(),
                    }
                } else {
                    fate
                }
            }
        };
        self.push(writer, object, fate)
    }

    /// Lets an object wait for reasons of which its sender may know.
    fn hold_for(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        suspicion: &Suspicion,
    ) -> Result<(), AppError> {
        match suspicion {
            Suspicion::Plain(_) => self.hold(writer, object, suspicion.reasons()),
            // Only what is on probation comes here, and that waits whatever is found. What is found besides is for
            // the house.
            Suspicion::Secret(_) => self.hold_with(writer, object, Vec::new(), suspicion.reasons()),
        }
    }

    fn hold(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        reasons: Vec<String>,
    ) -> Result<(), AppError> {
        self.hold_with(writer, object, reasons, Vec::new())
    }

    fn hold_with(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        reasons: Vec<String>,
        secret: Vec<String>,
    ) -> Result<(), AppError> {
        let told = if reasons.is_empty() {
            WAITS.to_owned()
        } else {
            format!("{}; {WAITS}", reasons.join("; "))
        };
        // What this source gave before is no news. What another one gave plays no part: the sender must not learn of it.
        if writer.holds_text(object, Some(self.source))? {
            restrict(writer, object.id(), &self.conditions, self.now)?;
            return self.push(writer, object, Fate::Held);
        }
        let known = writer.quarantined_text(self.source, &digest(object.text()), true)?;
        let fate = match known {
            Some((seq, None)) => {
                self.restrict_waiting(writer, seq)?;
                Fate::Pending { seq, reason: told }
            }
            // Taken in and not held: its identifier turned out to be another source's, which the sender does not learn.
            Some((_, Some(decision))) if decision.accepted => Fate::SetAside {
                reason: FOREIGN.to_owned(),
            },
            Some((_, Some(decision))) => Fate::Refused {
                reason: rejection(&decision.note),
            },
            _ if self.room == 0 => Fate::Full,
            _ => {
                self.room -= 1;
                let mut all = reasons;
                if all.is_empty() {
                    all.push("its source is on probation".to_owned());
                }
                all.extend(secret);
                let seq = self.quarantine(writer, object, QuarantineKind::Suspect, all, true)?;
                Fate::Pending { seq, reason: told }
            }
        };
        self.push(writer, object, fate)
    }

    /// Lets an object wait without telling its sender.
    fn set_aside(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        kind: QuarantineKind,
        reasons: Vec<String>,
    ) -> Result<Fate, AppError> {
        if writer.holds_text(object, Some(self.source))? {
            restrict(writer, object.id(), &self.conditions, self.now)?;
            return Ok(Fate::Held);
        }
        self.claim(writer, object)?;
        let known = writer.quarantined_text(self.source, &digest(object.text()), false)?;
        let reason = reasons.join("; ");
        match known {
            None => {
                self.quarantine(writer, object, kind, reasons, false)?;
            }
            Some((seq, _)) => self.restrict_waiting(writer, seq)?,
        }
        Ok(Fate::SetAside { reason })
    }

    /// Who sends what waits once more without a name wants that of it.
    fn restrict_waiting(&self, writer: &Writer<'_>, seq: i64) -> Result<(), AppError> {
        if self.conditions.consent != Consent::Given {
            writer.set_quarantine_consent(seq, self.conditions.consent)?;
        }
        Ok(())
    }

    fn quarantine(
        &self,
        writer: &Writer<'_>,
        object: &Object,
        kind: QuarantineKind,
        reasons: Vec<String>,
        told: bool,
    ) -> Result<i64, AppError> {
        let version = object.version().map(ToString::to_string);
        Ok(writer.put_quarantine(&Quarantined {
            id: object.id().to_string(),
            version: version.unwrap_or_default(),
            text: object.text().to_owned(),
            reasons,
            digest: digest(object.text()),
            ..self.row(kind, told)
        })?)
    }

    fn row(&self, kind: QuarantineKind, told: bool) -> Quarantined {
        Quarantined {
            submission: self.id,
            id: String::new(),
            version: String::new(),
            text: String::new(),
            source: self.source,
            entered_by: self.caller.map(|caller| caller.person),
            consent: self.conditions.consent,
            at: self.now,
            kind,
            reasons: Vec::new(),
            digest: [0; 32],
            told,
        }
    }
}

pub(crate) const ANOTHERS: &str = "this object is another organisation's";
pub(crate) const CONFLICT: &str = "this version is held with other content";
pub(crate) const FOREIGN: &str = "an object of this identifier is held from another source";
/// What the note of an object says that was taken in of a trusted source.
pub(crate) const TRUSTED: &str = "taken in: its source is trusted";
/// What the sender of an object is told for which there is no room.
pub(crate) const FULL: &str =
    "too many of your objects wait for a decision; send it again when some are decided";

const WAITS: &str = "it waits for a person to decide";

/// Longest text of a refused object that is kept: who sends longer ones is told why, and that is all.
const MAX_KEPT_BYTES: usize = 64 * 1024;
/// Refused objects of one source that are kept until somebody looks at them: the sender was told why of all.
const MAX_KEPT_INVALID: u64 = 1_000;

#[cfg(test)]
mod tests;
