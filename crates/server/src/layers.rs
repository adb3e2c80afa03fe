//! What surrounds all handlers: the log, headers, and failures put into words.

use std::time::Instant;

use askama::Template as _;
use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use crate::authentication::{Visitor, is_cross_site};
use crate::error::Failure;
use crate::language::Language;
use crate::page::Page;
use crate::page::failure::FailurePage;
use crate::shared::Shared;
use crate::view;

/// Logs each request once it is answered, under an id that the answer carries too.
///
/// The log has the route, not the path: a path may hold a one-time login, a query what somebody searches for.
pub(crate) async fn log(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = shared.node.ids().uuid();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let duration_ms = started.elapsed().as_millis();
    tracing::info!(request_id = %id, %method, route, status, duration_ms, "answered");
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// Headers that every answer has.
pub(crate) async fn headers(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if shared.config.secure_cookies {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses what another site makes a browser send, whatever it carries.
pub(crate) async fn same_site(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let own = &shared.config.public_url;
    if is_cross_site(own, request.method(), request.headers()) {
        return Failure::forged().into_response();
    }
    next.run(request).await
}

/// Puts failures into words: JSON below `/api/`, a page elsewhere, the sign-in page for who has to sign in first.
pub(crate) async fn present(request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let uri = request.uri().clone();
    let is_get = request.method() == Method::GET;
    let mut response = next.run(request).await;
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        None if is_bare_failure(&response) => Failure::of_status(response.status()),
        None => return response,
    };
    let visitor = response.extensions_mut().remove::<Visitor>();
    let mut worded = if uri.path().starts_with("/api/") {
        json_failure(&failure)
    } else if failure.status == StatusCode::UNAUTHORIZED && visitor.is_none() && is_get {
        let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
        let location = format!("/sign-in?to={}", view::query_value(asked));
        return Redirect::to(&location).into_response();
    } else {
        let page = Page::new(language, uri.path(), visitor.as_ref());
        let page = FailurePage::new(page, &failure);
        (failure.status, Html(page.render().unwrap_or_default())).into_response()
    };
    for name in [RETRY_AFTER, ALLOW] {
        if let Some(value) = response.headers_mut().remove(&name) {
            worded.headers_mut().insert(name, value);
        }
    }
    worded
}

/// Puts failures of what surrounds the TAXII routes into error messages (TAXII 2.1 §3.6).
pub(crate) async fn present_taxii(request: Request, next: Next) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let mut response = next.run(request).await;
    let failure = response.extensions_mut().remove::<Failure>();
    if failure.is_none() && !is_bare_failure(&response) {
        return response;
    }
    let mut worded = taxii::routes::refusal_of_status(response.status(), &method, &headers);
    for name in [RETRY_AFTER, ALLOW, WWW_AUTHENTICATE] {
        if let Some(value) = response.headers_mut().remove(&name) {
            worded.headers_mut().insert(name, value);
        }
    }
    if worded.status() == StatusCode::SERVICE_UNAVAILABLE {
        let soon = HeaderValue::from_static("10");
        worded.headers_mut().entry(RETRY_AFTER).or_insert(soon);
    }
    worded
}

/// Whether a failure came from a layer or extractor that knows no pages.
fn is_bare_failure(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE);
    let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (status.is_client_error() || status.is_server_error()) && plain
}

fn json_failure(failure: &Failure) -> Response {
    let diagnostics = failure.diagnostics.iter().map(crate::api::diagnostic);
    let body = Json(json!({
        "code": failure.code,
        "message": failure.message,
        "diagnostics": diagnostics.collect::<Vec<_>>(),
    }));
    let mut response = (failure.status, body).into_response();
    if failure.status == StatusCode::UNAUTHORIZED {
        let value = HeaderValue::from_static("Bearer realm=\"noroshi\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];
