//! Requests that wait for a second person.

use anyhow::{Result, bail};
use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use app::proposal::Proposal;
use app::request::RequestSummary;
use release::party::RequestId;
use serde_json::json;

use super::{show_preview, tell};
use crate::config::Context;
use crate::{Verdict, format, out};

pub(super) fn ask(
    context: &Context,
    node: &Node,
    caller: &Caller,
    proposal: &Proposal,
) -> Result<()> {
    let id = node.ask(caller, proposal)?;
    if context.json {
        out::json(&json!({ "id": id.to_string(), "kind": "request" }))
    } else {
        out::line(&id.to_string())
    }
}

pub(super) fn confirm(
    context: &Context,
    node: &Node,
    caller: &Caller,
    request: RequestId,
    digest: &str,
) -> Result<Verdict> {
    match node.confirm_request(caller, request, digest) {
        Ok(made) => {
            tell(context, made)?;
            Ok(Verdict::Good)
        }
        Err(error) => refused(context, error),
    }
}

/// Says what changed, where that is why something was refused.
pub(super) fn refused(context: &Context, error: AppError) -> Result<Verdict> {
    let AppError::Changed(changes) = &error else {
        return Err(error.into());
    };
    if context.json {
        let messages: Vec<&str> = changes.iter().map(|one| one.message.as_str()).collect();
        out::json(&json!({ "code": error.code(), "changes": messages }))?;
    } else {
        for change in changes {
            out::note(&format::plain(&change.message));
        }
    }
    Ok(Verdict::of(false))
}

pub(super) fn show(
    context: &Context,
    node: &Node,
    caller: &Caller,
    request: Option<RequestId>,
) -> Result<Verdict> {
    let Some(id) = request else {
        let requests = node.requests(caller, MAX_LISTED)?;
        if context.json {
            out::json(
                &requests
                    .iter()
                    .map(server::json::request::summary)
                    .collect(),
            )?;
        } else {
            let rows: Vec<Vec<String>> = requests.iter().map(row).collect();
            out::text(&format::table(&rows, 50))?;
        }
        return Ok(Verdict::Good);
    };
    let Some(found) = node.request(caller, id)? else {
        bail!("there is no request `{id}`");
    };
    if context.json {
        out::json(&server::json::request::details(&found))?;
        return Ok(Verdict::of(found.problem.is_none()));
    }
    out::text(&format::table(&[row(&found.summary)], 50))?;
    if let Some(preview) = &found.preview {
        show_preview(context, preview)?;
    }
    if let Some(problem) = &found.problem {
        out::note(&format::plain(problem));
    }
    Ok(Verdict::of(found.problem.is_none()))
}

fn row(request: &RequestSummary) -> Vec<String> {
    vec![
        request.id.to_string(),
        request.state.name().to_owned(),
        request.proposal.kind().to_owned(),
        format!("{:.0}", request.requested),
        format::plain(&request.requested_by),
        format!("→ {}", format::plain(&request.recipients.join(", "))),
        format::plain(request.proposal.reason()),
    ]
}

/// Requests listed: what waits is decided within days.
const MAX_LISTED: u32 = 500;
