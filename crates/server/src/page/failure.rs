//! A failure as a page.

use askama::Template;
use axum::http::StatusCode;

use crate::error::Failure;
use crate::page::Page;

#[derive(Debug, Template)]
#[template(path = "failure.html")]
pub(crate) struct FailurePage {
    pub(crate) page: Page,
    pub(crate) status: u16,
    pub(crate) heading: &'static str,
    /// In English, where the heading does not say it all.
    pub(crate) message: Option<String>,
}

impl FailurePage {
    pub(crate) fn new(page: Page, failure: &Failure) -> Self {
        let t = page.t;
        let heading = match failure.code {
            "csrf" => t.failure_csrf,
            "too-many" => t.failure_too_many,
            _ => match failure.status {
                StatusCode::UNAUTHORIZED => t.failure_unauthenticated,
                StatusCode::FORBIDDEN => t.failure_forbidden,
                StatusCode::NOT_FOUND => t.failure_not_found,
                StatusCode::UNPROCESSABLE_ENTITY => t.failure_invalid,
                status if status.is_client_error() => t.failure_request,
                _ => t.failure_internal,
            },
        };
        let says_more = matches!(failure.status, StatusCode::CONFLICT)
            || (failure.status == StatusCode::UNPROCESSABLE_ENTITY
                && failure.diagnostics.is_empty());
        let message = says_more.then(|| failure.message.clone());
        Self {
            status: failure.status.as_u16(),
            heading,
            message,
            page: page.with_findings(failure.diagnostics.clone()),
        }
    }
}
