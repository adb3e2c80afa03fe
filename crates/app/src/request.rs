//! What waits for a second person.

use jiff::{SignedDuration, Timestamp};
use release::gate::Gate;
use release::party::RequestId;
use store::database::Reader;
use store::request::{DecisionRow, RequestRow};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::{Node, policy};
use crate::proposal::{Made, Proposal, reason, require_proposing};
use crate::sharing::{Preview, recipient_names};
use crate::written::{proposal_text, read_proposal};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// A second person confirmed it.
    Confirmed,
    /// It waits.
    Drafted,
    /// Nobody decided it in time.
    Expired,
    /// It was rejected, or taken back.
    Rejected,
}

/// A request in a list.
#[derive(Debug, Clone)]
pub struct RequestSummary {
    /// Its identifier.
    pub id: RequestId,
    /// What is proposed.
    pub proposal: Proposal,
    /// To whom, by name.
    pub recipients: Vec<String>,
    /// Where it stands.
    pub state: RequestState,
    /// Who asked.
    pub requested_by: String,
    /// Whether the caller asked.
    pub is_own: bool,
    /// When.
    pub requested: Timestamp,
    /// From then on nobody can confirm it.
    pub expires: Timestamp,
    /// Who decided it.
    pub decided_by: Option<String>,
    /// When.
    pub decided: Option<Timestamp>,
    /// Why it was rejected.
    pub rejected_for: String,
    /// The release or rule that came of it.
    pub made: Option<String>,
}

/// A request with what it would do now.
#[derive(Debug, Clone)]
pub struct RequestDetails {
    /// The request.
    pub summary: RequestSummary,
    /// What it would do; none once it is decided.
    pub preview: Option<Preview>,
    /// Why it could not be confirmed as it is.
    pub problem: Option<String>,
}

impl RequestState {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Drafted => "drafted",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

impl Node {
    /// Asks for something to be released, which somebody else confirms.
    ///
    /// # Errors
    /// If the caller may not, or something in it cannot be used.
    pub fn ask(&self, caller: &Caller, proposal: &Proposal) -> Result<RequestId, AppError> {
        require_proposing(caller)?;
        reason(proposal.reason())?;
        let now = self.clock.now();
        let id = RequestId(self.ids.uuid());
        let row = RequestRow {
            id,
            body: proposal_text(proposal),
            requested_by: caller.person,
            requested: now,
            expires: now.checked_add(PENDING_FOR).unwrap_or(now),
            decision: None,
        };
        self.store.write(|writer| {
            let policy = policy(writer)?;
            let reader: &Reader<'_> = writer;
            let gate = Gate::new(&policy, reader, caller.audience(), now);
            // What cannot be released is not asked for.
            let effect = self.effect_of(reader, &gate, proposal)?;
            writer.put_request(&row)?;
            let digest = &effect.preview.digest;
            writer.put_request_view(id, digest, &effect.seen.text(), now)?;
            self.record(writer, caller, "request-release", &id.to_string())?;
            Ok(id)
        })
    }

    /// The requests, those that wait first.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn requests(&self, caller: &Caller, limit: u32) -> Result<Vec<RequestSummary>, AppError> {
        caller.require(Action::ReadReleases)?;
        let now = self.clock.now();
        self.store.read(|reader| {
            let rows = reader.requests(limit.min(MAX_REQUESTS))?;
            rows.iter()
                .map(|row| summary(reader, caller, row, now))
                .collect()
        })
    }

    /// One request with what it would do now. What was shown is remembered, so that a confirmation that comes too
    /// late can say what changed.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn request(
        &self,
        caller: &Caller,
        request: RequestId,
    ) -> Result<Option<RequestDetails>, AppError> {
        caller.require(Action::ReadReleases)?;
        let now = self.clock.now();
        let found = self.through_gate(caller, |reader, gate| {
            let Some(row) = reader.request(request)? else {
                return Ok(None);
            };
            let summary = summary(reader, caller, &row, now)?;
            if summary.state != RequestState::Drafted || !caller.may(Action::SeeAs) {
                return Ok(Some((summary, None, None)));
            }
            Ok(Some(
                match self.effect_of(reader, gate, &summary.proposal) {
                    Ok(effect) => (summary, Some(effect), None),
                    Err(
                        problem @ (AppError::Invalid(_)
                        | AppError::Conflict(_)
                        | AppError::NotFound),
                    ) => (summary, None, Some(problem.to_string())),
                    Err(error) => return Err(error),
                },
            ))
        })?;
        let Some((summary, effect, problem)) = found else {
            return Ok(None);
        };
        if let Some(effect) = &effect {
            let digest = &effect.preview.digest;
            let known = self.store.read(|reader| {
                Ok::<_, AppError>(reader.request_view(request, digest)?.is_some())
            })?;
            if !known {
                let text = effect.seen.text();
                self.store.write(|writer| {
                    Ok::<_, AppError>(writer.put_request_view(request, digest, &text, now)?)
                })?;
            }
        }
        Ok(Some(RequestDetails {
            summary,
            preview: effect.map(|effect| effect.preview),
            problem,
        }))
    }

    /// Confirms what somebody else asked for, as it was shown under `digest`.
    ///
    /// # Errors
    /// If the caller may not or asked for it, it does not wait any more, or it would do something else now: then
    /// with what changed.
    pub fn confirm_request(
        &self,
        caller: &Caller,
        request: RequestId,
        digest: &str,
    ) -> Result<Made, AppError> {
        caller.require(Action::Release)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let row = writer.request(request)?.ok_or(AppError::NotFound)?;
            waiting(&row, now)?;
            // INVARIANT: whoever confirms is not whoever asked, whatever their role; the table says so too.
            if row.requested_by == caller.person {
                return Err(AppError::Conflict(
                    "you asked for this: somebody else has to confirm it".to_owned(),
                ));
            }
            let proposal = read_proposal(&row.body).ok_or(AppError::NotFound)?;
            let made = self.make(writer, caller, &proposal, Some(&row), Some(digest))?;
            let decision = DecisionRow {
                confirmed: true,
                by: caller.person,
                at: now,
                reason: String::new(),
                made: Some(match made {
                    Made::Release(release) => release.to_string(),
                    Made::Rule(rule) => rule.to_string(),
                }),
            };
            writer.decide_request(request, &decision)?;
            self.record(writer, caller, "confirm-request", &request.to_string())?;
            Ok(made)
        })
    }

    /// Rejects a request, or takes back one's own.
    ///
    /// # Errors
    /// If the caller may not, no reason is given, or it does not wait any more.
    pub fn reject_request(
        &self,
        caller: &Caller,
        request: RequestId,
        why: &str,
    ) -> Result<(), AppError> {
        require_proposing(caller)?;
        let why = reason(why)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            let row = writer.request(request)?.ok_or(AppError::NotFound)?;
            if row.requested_by != caller.person {
                caller.require(Action::Release)?;
            }
            waiting(&row, now)?;
            let decision = DecisionRow {
                confirmed: false,
                by: caller.person,
                at: now,
                reason: why,
                made: None,
            };
            writer.decide_request(request, &decision)?;
            self.record(writer, caller, "reject-request", &request.to_string())
        })
    }
}

fn waiting(row: &RequestRow, now: Timestamp) -> Result<(), AppError> {
    match state(row, now) {
        RequestState::Drafted => Ok(()),
        other => Err(AppError::Conflict(format!(
            "the request does not wait any more: it is {}",
            other.name()
        ))),
    }
}

fn state(row: &RequestRow, now: Timestamp) -> RequestState {
    match &row.decision {
        Some(decision) if decision.confirmed => RequestState::Confirmed,
        Some(_) => RequestState::Rejected,
        None if row.expires <= now => RequestState::Expired,
        None => RequestState::Drafted,
    }
}

fn summary(
    reader: &Reader<'_>,
    caller: &Caller,
    row: &RequestRow,
    now: Timestamp,
) -> Result<RequestSummary, AppError> {
    let proposal = read_proposal(&row.body).ok_or(AppError::NotFound)?;
    let name = |person| {
        let known = reader.person(person)?;
        Ok::<_, AppError>(known.map(|known| known.name).unwrap_or_default())
    };
    let recipients = match &proposal {
        Proposal::Correction { of, .. } => match reader.release(*of)? {
            Some(record) => recipient_names(reader, record.terms.recipients.iter())?,
            None => Vec::new(),
        },
        Proposal::Query { terms, .. } | Proposal::Release(terms) => {
            recipient_names(reader, terms.recipients.iter())?
        }
        Proposal::Rule(rule) => recipient_names(reader, rule.recipients.iter())?,
    };
    let decision = row.decision.as_ref();
    Ok(RequestSummary {
        id: row.id,
        recipients,
        state: state(row, now),
        requested_by: name(row.requested_by)?,
        is_own: row.requested_by == caller.person,
        requested: row.requested,
        expires: row.expires,
        decided_by: decision.map(|one| name(one.by)).transpose()?,
        decided: decision.map(|one| one.at),
        rejected_for: decision.map(|one| one.reason.clone()).unwrap_or_default(),
        made: decision.and_then(|one| one.made.clone()),
        proposal,
    })
}

/// A working week and its weekend: what nobody looked at by then is asked for anew.
const PENDING_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Requests listed.
const MAX_REQUESTS: u32 = 1_000;
