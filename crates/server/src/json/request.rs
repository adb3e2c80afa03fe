//! Requests for a second person, in JSON.

use app::proposal::Proposal;
use app::request::{RequestDetails, RequestSummary};
use serde_json::{Value, json};
use stix::id::Id;

use super::{release, rule};

/// A request in a list.
pub fn summary(request: &RequestSummary) -> Value {
    json!({
        "id": request.id.to_string(),
        "kind": request.proposal.kind(),
        "proposal": proposal(&request.proposal),
        "recipients": request.recipients,
        "reason": request.proposal.reason(),
        "state": request.state.name(),
        "requested_by": request.requested_by,
        "requested": request.requested.to_string(),
        "expires": request.expires.to_string(),
        "decided_by": request.decided_by,
        "decided": request.decided.map(|at| at.to_string()),
        "rejected_for": request.rejected_for,
        "made": request.made,
    })
}

/// A request with what it would do.
pub fn details(details: &RequestDetails) -> Value {
    json!({
        "summary": summary(&details.summary),
        "preview": details.preview.as_ref().map(release::preview),
        "problem": details.problem,
    })
}

fn proposal(proposal: &Proposal) -> Value {
    let terms = |terms: &app::sharing::ReleaseRequest| {
        json!({
            "objects": terms.objects.iter().map(Id::as_str).collect::<Vec<_>>(),
            "with_references": terms.with_references,
            "ceiling": terms.ceiling.label(),
            "cuts": terms.cuts.iter().map(crate::view::cut).collect::<Vec<_>>(),
            "until": terms.until.map(|at| at.to_string()),
        })
    };
    match proposal {
        Proposal::Correction { of, .. } => json!({ "corrects": of.to_string() }),
        Proposal::Query {
            query,
            terms: request,
        } => {
            let mut value = terms(request);
            if let Some(map) = value.as_object_mut() {
                map.remove("objects");
                map.insert("query".to_owned(), json!(query.to_string()));
            }
            value
        }
        Proposal::Release(request) => terms(request),
        Proposal::Rule(rule) => rule::terms(rule),
    }
}
