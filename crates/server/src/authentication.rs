//! Who asks: a session's cookie, a bearer token, login and password, or a certificate.
//!
//! Who proves nothing has an allowance for its address; who does, for its organisation. What is cheap is looked at
//! first, so that guessing passwords from an address takes nothing from those with credentials behind it.
//!
//! INVARIANT: a visitor by cookie carries the session's token against forged requests, and no POST of such a visitor
//! gets to its handler without it; a form is taken of nobody else whose browser proves by itself who it is: see
//! [`crate::fields`].
//!
//! Where there are both a session and a certificate the session counts: whoever signed in said who it is, and its forms
//! have a token.

use std::net::{IpAddr, SocketAddr};

use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use app::quota::Exceeded;
use app::sign_in::SignInError;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use taxii::authorization::Authorization;

use crate::error::Failure;
use crate::shared::Shared;
use crate::tls::ClientCertificate;

/// Somebody who said who they are, and proved it.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) caller: Caller,
    pub(crate) by: By,
}

/// How a visitor proved it.
#[derive(Clone)]
pub(crate) enum By {
    /// A browser shows it by itself, also when another site makes it ask.
    Certificate,
    /// The same, with a token against that.
    Cookie { session: String, csrf: String },
    /// A login and password; a browser that once asked for them sends them by itself.
    Password,
    /// A token, which only who knows it can send.
    Token,
}

// Without the secrets.
impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "Certificate",
            Self::Cookie { .. } => "Cookie",
            Self::Password => "Password",
            Self::Token => "Token",
        })
    }
}

impl Visitor {
    /// The token for forms; empty where there is no session.
    pub(crate) fn csrf(&self) -> &str {
        match &self.by {
            By::Cookie { csrf, .. } => csrf,
            By::Certificate | By::Password | By::Token => "",
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
    match visitor(&shared, &Shown::read(&shared, &request), true).await {
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
    let shown = Shown::read(&shared, &request);
    match visitor(&shared, &shown, false).await {
        Ok(Some(visitor)) => {
            let organisation = visitor.caller.organisation();
            let turn = shared.turns.take(organisation, request.method()).await;
            let Some(turn) = turn else {
                let wait = Exceeded {
                    retry_after_secs: 1,
                };
                return Failure::from(wait).into_response();
            };
            request.extensions_mut().insert(visitor.caller);
            turn.until_sent(next.run(request).await)
        }
        Ok(None) => match shown.count(&shared) {
            Ok(()) => next.run(request).await,
            Err(failure) => failure.into_response(),
        },
        Err(failure) if failure.status == axum::http::StatusCode::UNAUTHORIZED => {
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

/// What a request shows of who asks.
struct Shown {
    headers: HeaderMap,
    certificate: Option<ClientCertificate>,
    from: Option<IpAddr>,
}

impl Shown {
    fn read(shared: &Shared, request: &Request) -> Self {
        Self {
            headers: request.headers().clone(),
            certificate: request.extensions().get().copied(),
            from: origin(shared, request.headers(), request.extensions()),
        }
    }

    /// Counts a request that proves nothing. This machine's own are not counted.
    fn count(&self, shared: &Shared) -> Result<(), Failure> {
        match self.from {
            Some(address) if !address.to_canonical().is_loopback() => {
                shared.node.count_unknown(address).map_err(Failure::from)
            }
            _ => Ok(()),
        }
    }

    /// The answer to credentials that are wrong.
    fn refuse(&self, shared: &Shared) -> Failure {
        match self.count(shared) {
            Ok(()) => Failure::unauthenticated(),
            Err(failure) => failure,
        }
    }
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
    shown: &Shown,
    cookies: bool,
) -> Result<Option<Visitor>, Failure> {
    let credentials = match shown.headers.get(AUTHORIZATION) {
        Some(value) => {
            let read = value.to_str().ok().and_then(Authorization::parse);
            Some(read.ok_or_else(|| shown.refuse(shared))?)
        }
        None => None,
    };
    let visitor = match credentials {
        Some(Authorization::Bearer(token)) => {
            let caller = shared.ask(move |node| node.caller_by_token(&token)).await?;
            Visitor {
                caller: caller.ok_or_else(|| shown.refuse(shared))?,
                by: By::Token,
            }
        }
        Some(Authorization::Basic { login, password }) => Visitor {
            caller: by_password(shared, shown, login, password).await?,
            by: By::Password,
        },
        None => {
            let session = cookie(&shown.headers, &shared.config.session_cookie);
            let session = session.filter(|_| cookies);
            let found = match session {
                Some(session) => by_cookie(shared, session).await?,
                None => None,
            };
            let found = match found {
                Some(visitor) => Some(visitor),
                None => by_certificate(shared, shown).await?,
            };
            let Some(visitor) = found else {
                if session.is_some() {
                    shown.count(shared)?;
                }
                return Ok(None);
            };
            visitor
        }
    };
    shared.node.count_request(&visitor.caller)?;
    Ok(Some(visitor))
}

async fn by_password(
    shared: &Shared,
    shown: &Shown,
    login: String,
    password: String,
) -> Result<Caller, Failure> {
    let (known_login, known_password) = (login.clone(), password.clone());
    let known = shared
        .block(move |node| node.remembered(&known_login, &known_password))
        .await?;
    match known {
        Ok(Some(caller)) => return Ok(caller),
        Ok(None) => {}
        Err(SignInError::Refused) => return Err(shown.refuse(shared)),
        Err(error) => return Err(error.into()),
    }
    // Before the password is hashed: that is what a guess costs us.
    shown.count(shared)?;
    let from = place(shown.from);
    let verified = shared
        .block(move |node| node.caller_by_password(&login, &password, &from))
        .await?;
    Ok(verified?)
}

/// A certificate that stands for nobody is as good as none: a browser may show one.
async fn by_certificate(shared: &Shared, shown: &Shown) -> Result<Option<Visitor>, Failure> {
    let Some(ClientCertificate(fingerprint)) = shown.certificate else {
        return Ok(None);
    };
    let found = shared.ask(move |node| node.caller_by_certificate(fingerprint));
    Ok(found.await?.map(|caller| Visitor {
        caller,
        by: By::Certificate,
    }))
}

async fn by_cookie(shared: &Shared, session: &str) -> Result<Option<Visitor>, Failure> {
    let session = session.to_owned();
    let token = session.clone();
    let found = shared.ask(move |node| node.session(&token)).await?;
    Ok(found.map(|(caller, csrf)| Visitor {
        caller,
        by: By::Cookie { session, csrf },
    }))
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

/// Where a request comes from. Behind a proxy that is what the proxy says; what stands before its word is the asker's
/// own and worth nothing.
pub(crate) fn origin(
    shared: &Shared,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Option<IpAddr> {
    if shared.config.behind_proxy {
        let last = headers.get_all("x-forwarded-for").into_iter().next_back();
        let said = last
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .and_then(|address| address.trim().parse().ok());
        if said.is_some() {
            return said;
        }
    }
    let address = extensions.get::<ConnectInfo<SocketAddr>>();
    address.map(|peer| peer.0.ip())
}

/// The same as a text, for counting attempts to sign in.
pub(crate) fn place(origin: Option<IpAddr>) -> String {
    origin.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

/// Whether a browser says that another site made it ask: by Fetch Metadata (`Sec-Fetch-Site`), or by an `Origin` (RFC
/// 6454 §7) that is neither the node's own nor that of the host that was asked for.
pub(crate) fn is_cross_site(own_url: &str, method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    if !matches!(site, None | Some(Ok("same-origin" | "none"))) {
        return true;
    }
    match text(ORIGIN) {
        None => false,
        // What our own pages send, whose referrer policy names nobody; what other sites send too, so that it takes the
        // browser's word that they did not.
        Some(Ok("null")) => site.is_none(),
        Some(Ok(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let asked = text(HOST).and_then(Result::ok);
            let is_asked = host
                .zip(asked)
                .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
            !is_asked && !origin.eq_ignore_ascii_case(own_url)
        }
        Some(Err(_)) => true,
    }
}
