//! What a submitter is told, before and after somebody decided.

use store::quarantine::QuarantineDecision;
use taxii::message::status::{Progress, Status, StatusDetails};

/// The status with what was decided since, by the place of a pending object; the others stay pending.
pub(crate) fn settled(status: Status, decided: &[(usize, &QuarantineDecision)]) -> Status {
    let mut status = status;
    let mut left = Vec::new();
    for (place, details) in std::mem::take(&mut status.pendings).into_iter().enumerate() {
        let found = decided.iter().find(|(at, _)| *at == place);
        match found {
            None => left.push(details),
            Some((_, decision)) if decision.accepted => status.successes.push(StatusDetails {
                message: None,
                ..details
            }),
            // Who decided is nothing to the submitter; why is.
            Some((_, decision)) => status.failures.push(StatusDetails {
                message: Some(rejection(&decision.note)),
                ..details
            }),
        }
    }
    let count = |list: &[StatusDetails]| u64::try_from(list.len()).unwrap_or(u64::MAX);
    status.success_count = count(&status.successes);
    status.failure_count = count(&status.failures);
    set_pendings(&mut status, left);
    status
}

/// Sets what waits, and what follows from it.
pub(crate) fn set_pendings(status: &mut Status, pendings: Vec<StatusDetails>) {
    status.pending_count = u64::try_from(pendings.len()).unwrap_or(u64::MAX);
    status.total_count = status
        .success_count
        .saturating_add(status.failure_count)
        .saturating_add(status.pending_count);
    status.status = if pendings.is_empty() {
        Progress::Complete
    } else {
        Progress::Pending
    };
    status.pendings = pendings;
}

/// What is told of an object that was not taken in.
pub(crate) fn rejection(note: &str) -> String {
    if note.is_empty() {
        "not taken in".to_owned()
    } else {
        format!("not taken in: {note}")
    }
}
