//! What became of objects that came in, as it is told.

use stix::object::Object;
use store::database::Writer;
use taxii::message::status::{Status, StatusDetails};

use super::{FULL, Fate, Intake};
use crate::error::AppError;
use crate::submission::set_pendings;
use crate::submitted::record;

/// What became of objects that came in from somewhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Those that are held now.
    pub stored: Vec<TakenObject>,
    /// Those that were held before.
    pub held: Vec<TakenObject>,
    /// Those that wait in quarantine for a person of the house.
    pub pending: Vec<TakenObject>,
    /// Those that are not taken in because too many of their source wait: another time they may be.
    pub full: Vec<TakenObject>,
    /// Those that are not taken in, whenever they come.
    pub refused: Vec<TakenObject>,
}

/// One object that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenObject {
    /// Its identifier as far as it could be read.
    pub id: String,
    /// Its version as far as it could be read; empty for what has none.
    pub version: String,
    /// Why it waits or was refused.
    pub reason: Option<String>,
}

impl Intake<'_> {
    /// Says what became of an object; what its sender is told is taken in, its organisation reads back.
    pub(super) fn push(
        &mut self,
        writer: &Writer<'_>,
        object: &Object,
        fate: Fate,
    ) -> Result<(), AppError> {
        let sender = self
            .caller
            .filter(|caller| caller.organisation == self.source);
        match (&fate, sender) {
            // Most objects are new and have a version: those that come after each other are recorded together.
            (Fate::Stored { seq }, Some(_)) if object.version().is_some() => match &mut self.run {
                Some((first, count)) if first.saturating_add(*count) == *seq => *count += 1,
                _ => {
                    self.record_run(writer)?;
                    self.run = Some((*seq, 1));
                }
            },
            (Fate::Held | Fate::SetAside { .. } | Fate::Stored { .. }, Some(sender)) => {
                self.record_run(writer)?;
                record(writer, self.source, sender.person, object, self.now)?;
            }
            _ => {}
        }
        let version = object.version().map(ToString::to_string);
        self.fates.push((object.id().to_string(), version, fate));
        Ok(())
    }

    /// Records as submitted what was stored since the last time.
    pub(super) fn record_run(&mut self, writer: &Writer<'_>) -> Result<(), AppError> {
        if let (Some((first, count)), Some(sender)) = (self.run.take(), self.caller) {
            writer.put_submitted_run(self.source, sender.person, first, count, self.now)?;
        }
        Ok(())
    }

    /// What the sender is told, and as what the pending objects wait.
    pub(super) fn status(self) -> (Status, Vec<i64>) {
        let (mut successes, mut failures) = (Vec::new(), Vec::new());
        let (mut pendings, mut waiting) = (Vec::new(), Vec::new());
        for (id, version, fate) in self.fates {
            let details = |message| StatusDetails {
                id,
                // An object without versions has the time of the request (TAXII 2.1 §4.3.1).
                version: version.unwrap_or_else(|| self.now.to_string()),
                message,
            };
            match fate {
                Fate::Held | Fate::SetAside { .. } | Fate::Stored { .. } => {
                    successes.push(details(None));
                }
                Fate::Pending { seq, reason } => {
                    pendings.push(details(Some(reason)));
                    waiting.push(seq);
                }
                Fate::Full => failures.push(details(Some(FULL.to_owned()))),
                Fate::Refused { reason } => failures.push(details(Some(reason))),
            }
        }
        let mut status = Status::complete(self.id.to_string(), self.now, successes, failures);
        set_pendings(&mut status, pendings);
        (status, waiting)
    }

    /// What the house is told.
    pub(super) fn taken(self) -> TakenIn {
        let mut taken = TakenIn::default();
        for (id, version, fate) in self.fates {
            let (list, reason) = match fate {
                Fate::Full => (&mut taken.full, Some(FULL.to_owned())),
                Fate::Held => (&mut taken.held, None),
                Fate::Pending { reason, .. } | Fate::SetAside { reason } => {
                    (&mut taken.pending, Some(reason))
                }
                Fate::Refused { reason } => (&mut taken.refused, Some(reason)),
                Fate::Stored { .. } => (&mut taken.stored, None),
            };
            list.push(TakenObject {
                id,
                version: version.unwrap_or_default(),
                reason,
            });
        }
        taken
    }
}
