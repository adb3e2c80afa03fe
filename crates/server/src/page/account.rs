//! Signing in and out, and one's own password.

use app::sign_in::{Session, SignInError};
use askama::Template;
use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base::diagnostic::{Diagnostic, Place};

use crate::authentication::{By, Visitor, origin, place};
use crate::error::Failure;
use crate::fields::{Fields, OpenFields};
use crate::language::Language;
use crate::page::{NO_INDEX, Page, go, html, local_path, with_status};
use crate::permission::{Permitted, SignedIn};
use crate::shared::Shared;

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) page: Page,
    pub(crate) to: String,
    pub(crate) login: String,
    pub(crate) problem: Option<&'static str>,
}

#[derive(Debug, Template)]
#[template(path = "once.html")]
pub(crate) struct OncePage {
    pub(crate) page: Page,
    pub(crate) token: String,
    pub(crate) problem: Option<&'static str>,
}

#[derive(Debug, Template)]
#[template(path = "password.html")]
pub(crate) struct PasswordPage {
    pub(crate) page: Page,
    pub(crate) login: String,
    /// Whether the visitor comes from a one-time login.
    pub(crate) first: bool,
    pub(crate) saved: bool,
}

pub(crate) async fn sign_in_form(
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = Fields::from_pairs(query);
    let to = local_path(query.get("to"));
    // Whose browser only showed a certificate or password may sign in, to be able to send forms.
    let may_send = |by: &By| matches!(by, By::Cookie { .. } | By::Token);
    if visitor.is_some_and(|Extension(visitor)| may_send(&visitor.by)) {
        return Ok(go(to, None));
    }
    html(&SignInPage {
        page: Page::new(Language::of(&headers), "/sign-in", None),
        to: to.to_owned(),
        login: String::new(),
        problem: None,
    })
}

pub(crate) async fn sign_in(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, Failure> {
    let language = Language::of(request.headers());
    let from = place(origin(&shared, request.headers(), request.extensions()));
    let OpenFields(fields) = fields_of(request, &shared).await?;
    let login = fields.get("login").to_owned();
    let password = fields.untrimmed("password").to_owned();
    let to = local_path(fields.get("to")).to_owned();
    let name = login.clone();
    let result = shared
        .block(move |node| node.sign_in(&name, &password, &from))
        .await?;
    match result {
        Ok(session) => Ok(go(&to, Some(&session_cookie(&shared, &session)))),
        Err(SignInError::Failed(error)) => Err(error.into()),
        Err(error) => {
            let t = language.texts();
            let problem = match error {
                SignInError::TooMany { .. } => t.failure_too_many,
                _ => t.sign_in_refused,
            };
            let page = SignInPage {
                page: Page::new(language, "/sign-in", None),
                to,
                login,
                problem: Some(problem),
            };
            refused(error, &page)
        }
    }
}

/// Shows a button and does not sign in yet: programs that look at links in messages must not use them up.
pub(crate) async fn once_form(
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let page = OncePage {
        page: once_page(Language::of(&headers)),
        token,
        problem: None,
    };
    Ok(([NO_INDEX], html(&page)?).into_response())
}

pub(crate) async fn sign_in_once(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, Failure> {
    let language = Language::of(request.headers());
    let OpenFields(fields) = fields_of(request, &shared).await?;
    let token = fields.get("token").to_owned();
    let result = shared.block(move |node| node.sign_in_once(&token)).await?;
    match result {
        Ok(session) => Ok(go(
            "/password?first=yes",
            Some(&session_cookie(&shared, &session)),
        )),
        Err(SignInError::Failed(error)) => Err(error.into()),
        Err(error) => {
            let page = OncePage {
                page: once_page(language),
                token: String::new(),
                problem: Some(language.texts().once_refused),
            };
            refused(error, &page)
        }
    }
}

pub(crate) async fn sign_out(
    who: Permitted<SignedIn>,
    State(shared): State<Shared>,
    _: Fields,
) -> Result<Response, Failure> {
    if let By::Cookie { session, .. } = who.visitor.by {
        shared.ask(move |node| node.sign_out(&session)).await?;
    }
    let gone = format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
        shared.config.session_cookie
    );
    Ok(go("/sign-in", Some(&gone)))
}

pub(crate) async fn password_form(
    who: Permitted<SignedIn>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = Fields::from_pairs(query);
    html(&PasswordPage {
        page: Page::of(&who),
        login: who.caller.login().to_owned(),
        first: query.is("first", "yes"),
        saved: query.is("saved", "yes"),
    })
}

pub(crate) async fn set_password(
    who: Permitted<SignedIn>,
    State(shared): State<Shared>,
    fields: Fields,
) -> Result<Response, Failure> {
    let password = fields.untrimmed("password").to_owned();
    let result = if password == fields.untrimmed("repeated") {
        who.ask(&shared, move |node, caller| {
            node.set_password(caller, &password)
        })
        .await
    } else {
        let place = Place::Pointer("/repeated".to_owned());
        let message = who.language.texts().password_differs;
        Err(Failure::invalid(vec![Diagnostic::error(
            "SERVER-FIELD-03",
            place,
            message,
        )]))
    };
    match result {
        Ok(()) => Ok(go("/password?saved=yes", None)),
        Err(failure) if failure.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let page = PasswordPage {
                page: Page::of(&who).with_findings(failure.diagnostics),
                login: who.caller.login().to_owned(),
                first: fields.is("first", "yes"),
                saved: false,
            };
            with_status(failure.status, &page)
        }
        Err(failure) => Err(failure),
    }
}

async fn fields_of(request: Request, shared: &Shared) -> Result<OpenFields, Failure> {
    use axum::extract::FromRequest as _;
    OpenFields::from_request(request, shared).await
}

/// The page again, with the status and headers of the refusal, but as it is.
fn refused(error: SignInError, page: &impl Template) -> Result<Response, Failure> {
    let mut response = Failure::from(error).into_response();
    response.extensions_mut().remove::<Failure>();
    let (head, _) = response.into_parts();
    let shown = with_status(head.status, page)?;
    Ok((head.headers, shown).into_response())
}

/// The token is in the path, which therefore stays out of the switch of languages.
fn once_page(language: Language) -> Page {
    let mut page = Page::new(language, "/sign-in", None);
    page.has_switch = false;
    page
}

/// `Strict` is enough for one-time logins too: their button is on a page of ours.
fn session_cookie(shared: &Shared, session: &Session) -> String {
    let left = session.expires.duration_since(shared.node.clock().now());
    let secure = if shared.config.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    format!(
        "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
        shared.config.session_cookie,
        session.token,
        left.as_secs().max(0)
    )
}
