//! Taking in what a peer gives, object by object.
//!
//! What members submit is judged by the same function ([`crate::intake::judged`]) and put by the same one
//! ([`Node::put_of`]); only what is said of it differs: a peer is told nothing, the house everything.

use release::party::OrganisationId;
use store::database::Writer;
use store::object::Put;
use store::quarantine::{QuarantineKind, Quarantined};
use uuid::Uuid;

use crate::error::AppError;
use crate::intake::Judged;
use crate::node::Node;

/// What became of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Its identifier, as far as it could be read.
    pub(crate) id: String,
    /// Its version as far as it could be read.
    pub(crate) version: String,
    pub(crate) outcome: Outcome,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was held already.
    Held,
    /// It cannot be held.
    Refused {
        /// Why.
        reason: String,
        /// What it would be in quarantine; none where there is nothing to look at.
        kind: Option<QuarantineKind>,
        /// Its text.
        text: String,
    },
    /// It is held now.
    Stored,
}

impl Node {
    /// Takes in what an organisation's peer gave, each object on its own: one that is refused costs no other.
    pub(crate) fn take_in(
        &self,
        writer: &Writer<'_>,
        source: OrganisationId,
        judged: &Judged,
    ) -> Result<Vec<Arrival>, AppError> {
        let mut arrivals: Vec<Arrival> = judged
            .invalid
            .iter()
            .map(|one| Arrival {
                id: one.id.clone(),
                version: one.version.clone(),
                outcome: Outcome::Refused {
                    reason: one.reasons().join("; "),
                    kind: Some(QuarantineKind::Invalid),
                    text: one.text.clone(),
                },
            })
            .collect();
        let puts = self.put_of(writer, source, None, true, true, &judged.good)?;
        for (object, put) in judged.good.iter().zip(puts) {
            let refused = |reason: &str, kind| Outcome::Refused {
                reason: reason.to_owned(),
                kind,
                text: object.text().to_owned(),
            };
            let outcome = match put {
                Put::AlreadyHeld => Outcome::Held,
                Put::Conflict => refused("this version is held with other content", None),
                // Only the creator may version an object (STIX 2.1 §3.6): nobody writes over what another gave. The
                // same content from two sources is no matter.
                Put::Foreign if writer.is_held(object)? => Outcome::Held,
                Put::Foreign => refused(
                    "an object of this identifier is held from another source",
                    Some(QuarantineKind::Foreign),
                ),
                Put::Stored => Outcome::Stored,
            };
            arrivals.push(Arrival {
                id: object.id().to_string(),
                version: object
                    .version()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                outcome,
            });
        }
        Ok(arrivals)
    }

    /// Keeps a refused object for the house to look at.
    pub(crate) fn keep_refused(
        &self,
        writer: &Writer<'_>,
        source: OrganisationId,
        page: Uuid,
        arrival: &Arrival,
    ) -> Result<(), AppError> {
        let Outcome::Refused {
            reason,
            kind: Some(kind),
            text,
        } = &arrival.outcome
        else {
            return Ok(());
        };
        if text.len() > crate::intake::MAX_KEPT_BYTES {
            return Ok(());
        }
        Ok(writer.put_quarantine(&Quarantined {
            submission: page,
            id: arrival.id.clone(),
            version: arrival.version.clone(),
            text: text.clone(),
            source,
            entered_by: None,
            at: self.clock.now(),
            kind: *kind,
            reasons: vec![reason.clone()],
        })?)
    }
}
