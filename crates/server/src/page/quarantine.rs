//! What waits for a decision.

use app::access::Action;
use app::party::Organisation;
use app::quarantine::{QuarantineDetails, QuarantineKind, QuarantinePage, QuarantineState};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use base::diagnostic::{Diagnostic, Place};

use crate::api::quarantine::{judgement, query};
use crate::error::Failure;
use crate::fields::Fields;
use crate::page::{Page, go, html, with_status};
use crate::permission::{JudgeIntake, Permitted};
use crate::shared::Shared;
use crate::view;

#[derive(Debug, Template)]
#[template(path = "quarantine.html")]
pub(crate) struct QuarantineListPage {
    pub(crate) page: Page,
    pub(crate) form: Fields,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) found: QuarantinePage,
}

impl QuarantineListPage {
    /// The state that is shown.
    pub(crate) fn state(&self) -> &str {
        let open = QuarantineState::Open.name();
        self.form.some("state").unwrap_or(open)
    }

    /// The address of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let before = self.found.next?;
        let value = |name| view::query_value(self.form.get(name));
        Some(format!(
            "/quarantine?state={}&kind={}&source={}&before={before}",
            view::query_value(self.state()),
            value("kind"),
            value("source")
        ))
    }

    /// Whether anything on the page can be decided on.
    pub(crate) fn has_open(&self) -> bool {
        let mut entries = self.found.entries.iter();
        entries.any(|entry| entry.state == QuarantineState::Open)
    }
}

#[derive(Debug, Template)]
#[template(path = "quarantined.html")]
pub(crate) struct QuarantinedPage {
    pub(crate) page: Page,
    pub(crate) details: QuarantineDetails,
}

pub(crate) async fn list(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let form = Fields::from_pairs(parameters);
    html(&list_page(&who, &shared, Page::of(&who), form).await?)
}

async fn list_page(
    who: &Permitted<JudgeIntake>,
    shared: &Shared,
    page: Page,
    form: Fields,
) -> Result<QuarantineListPage, Failure> {
    let mut query = query(&form)?;
    // What was decided on is only looked up.
    if form.some("state").is_none() {
        query.state = Some(QuarantineState::Open);
    }
    let (found, organisations) = who
        .ask(shared, move |node, caller| {
            let organisations = if caller.may(Action::ReadParties) {
                node.organisations(caller)?
            } else {
                Vec::new()
            };
            Ok((node.quarantine(caller, &query)?, organisations))
        })
        .await?;
    Ok(QuarantineListPage {
        page,
        form,
        organisations,
        found,
    })
}

pub(crate) async fn show(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number = number.parse().map_err(|_| Failure::not_found())?;
    let details = who
        .ask(&shared, move |node, caller| {
            node.quarantined(caller, number)
        })
        .await?
        .ok_or_else(Failure::not_found)?;
    html(&QuarantinedPage {
        page: Page::of(&who),
        details,
    })
}

/// Decides on all that were chosen; what could not be done is said above the list.
pub(crate) async fn judge(
    who: Permitted<JudgeIntake>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let judgement = judgement(fields.get("judgement"))?;
    let numbers: Vec<i64> = fields
        .all("number")
        .filter_map(|text| text.parse().ok())
        .collect();
    let reason = fields.get("reason").to_owned();
    let judged = who
        .ask(&shared, move |node, caller| {
            node.judge(caller, &numbers, judgement, &reason)
        })
        .await?;
    let findings: Vec<Diagnostic> = judged
        .iter()
        .filter_map(|one| {
            let message = format!("{}: {}", one.number, one.obstacle.as_deref()?);
            Some(Diagnostic::error(
                "SERVER-QUARANTINE-01",
                Place::Whole,
                message,
            ))
        })
        .collect();
    if findings.is_empty() {
        return Ok(go("/quarantine", None));
    }
    let page = Page::of(&who).at("/quarantine").with_findings(findings);
    let page = list_page(&who, &shared, page, Fields::default()).await?;
    with_status(StatusCode::CONFLICT, &page)
}
