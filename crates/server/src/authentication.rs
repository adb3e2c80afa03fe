//! Who asks: a session's cookie, a bearer token, or login and password.
//!
//! INVARIANT: a visitor by cookie carries the session's token against forged requests, and no POST of such a visitor
//! gets to its handler without it: see [`crate::fields`].

use std::net::SocketAddr;

use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Extensions, HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Failure;
use crate::shared::Shared;

/// Somebody who said who they are, and proved it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) caller: Caller,
    pub(crate) by: By,
}

/// How a visitor proved it.
#[derive(Clone)]
pub(crate) enum By {
    /// The browser sends it by itself, also when another site makes it ask.
    Cookie { session: String, csrf: String },
    /// Only who knows the secret can send it.
    Header,
}

// Without the secrets.
impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cookie { .. } => "Cookie",
            Self::Header => "Header",
        })
    }
}

impl Visitor {
    /// The token for forms; empty where none is needed.
    pub(crate) fn csrf(&self) -> &str {
        match &self.by {
            By::Cookie { csrf, .. } => csrf,
            By::Header => "",
        }
    }

    /// Asks the node in this visitor's name.
    pub(crate) async fn ask<T, F>(&self, shared: &Shared, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Node, &Caller) -> Result<T, AppError> + Send + 'static,
    {
        let caller = self.caller.clone();
        shared.ask(move |node| question(node, &caller)).await
    }
}

/// Finds out who asks and puts the [`Visitor`] into the request's and the answer's extensions.
///
/// Credentials that are wrong are refused; where there are none the handler's signature decides.
pub(crate) async fn by_any(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match visitor(
        &shared,
        request.headers().clone(),
        peer(request.extensions()),
        true,
    )
    .await
    {
        Ok(visitor) => pass(request, next, visitor).await,
        Err(failure) => failure.into_response(),
    }
}

/// As [`by_any`] for TAXII: no cookies, and wrong credentials get the answer that TAXII has for none.
pub(crate) async fn by_header(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    match visitor(
        &shared,
        request.headers().clone(),
        peer(request.extensions()),
        false,
    )
    .await
    {
        Ok(Some(visitor)) => {
            request.extensions_mut().insert(visitor.caller);
        }
        Ok(None) => {}
        Err(failure) if failure.status == axum::http::StatusCode::UNAUTHORIZED => {}
        Err(failure) => return failure.into_response(),
    }
    next.run(request).await
}

async fn pass(mut request: Request, next: Next, visitor: Option<Visitor>) -> Response {
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(visitor.clone());
    }
    let mut response = next.run(request).await;
    if let Some(visitor) = visitor {
        response.extensions_mut().insert(visitor);
    }
    response
}

async fn visitor(
    shared: &Shared,
    headers: HeaderMap,
    from: String,
    cookies: bool,
) -> Result<Option<Visitor>, Failure> {
    let credentials = match headers.get(AUTHORIZATION) {
        Some(value) => {
            let value = value.to_str().map_err(|_| Failure::unauthenticated())?;
            Some(Credentials::parse(value).ok_or_else(Failure::unauthenticated)?)
        }
        None => None,
    };
    match credentials {
        Some(Credentials::Bearer(token)) => {
            let caller = shared.ask(move |node| node.caller_by_token(&token)).await?;
            let caller = caller.ok_or_else(Failure::unauthenticated)?;
            Ok(Some(Visitor {
                caller,
                by: By::Header,
            }))
        }
        Some(Credentials::Basic { login, password }) => {
            let caller = shared
                .block(move |node| node.caller_by_password(&login, &password, &from))
                .await??;
            Ok(Some(Visitor {
                caller,
                by: By::Header,
            }))
        }
        None if cookies => {
            let Some(session) = cookie(&headers, &shared.config.session_cookie) else {
                return Ok(None);
            };
            let session = session.to_owned();
            let token = session.clone();
            let found = shared.ask(move |node| node.session(&token)).await?;
            Ok(found.map(|(caller, csrf)| Visitor {
                caller,
                by: By::Cookie { session, csrf },
            }))
        }
        None => Ok(None),
    }
}

enum Credentials {
    Basic { login: String, password: String },
    Bearer(String),
}

impl Credentials {
    fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Self::Bearer(rest.to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        // RFC 7617 §2: the login has no colon, the password may.
        let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (login, password) = decoded.split_once(':')?;
        Some(Self::Basic {
            login: login.to_owned(),
            password: password.to_owned(),
        })
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// Where a request comes from, for counting attempts.
pub(crate) fn peer(extensions: &Extensions) -> String {
    let address = extensions.get::<ConnectInfo<SocketAddr>>();
    address.map_or_else(|| "unknown".to_owned(), |peer| peer.0.ip().to_string())
}

/// Whether a browser says that another site made it ask (Fetch Metadata, `Sec-Fetch-Site`).
pub(crate) fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let site = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    let foreign = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    foreign && !method.is_safe()
}
