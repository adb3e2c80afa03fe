//! The pages. Each submodule has the handlers and templates of one noun; the templates are in `templates/`.

pub(crate) mod about;
pub(crate) mod account;
pub(crate) mod dashboard;
pub(crate) mod entry;
pub(crate) mod failure;
pub(crate) mod incident;
pub(crate) mod ledger;
pub(crate) mod object;
pub(crate) mod organisation;
pub(crate) mod party;
pub(crate) mod peer;
pub(crate) mod policy;
pub(crate) mod quarantine;
pub(crate) mod query;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod rule;
pub(crate) mod see_as;

use askama::Template;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base::diagnostic::Diagnostic;

use crate::authentication::Visitor;
use crate::error::Failure;
use crate::language::Language;
use crate::permission::Permitted;
use crate::text::Texts;
use crate::{asset, view};

/// What every page has around its content.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) t: &'static Texts,
    pub(crate) path: String,
    pub(crate) style: String,
    pub(crate) logo: String,
    pub(crate) who: Option<Who>,
    /// Findings about a form that was sent.
    pub(crate) findings: Vec<Diagnostic>,
    /// Whether the path may be repeated in links.
    pub(crate) has_switch: bool,
}

/// Who is signed in, and what is in reach.
#[derive(Debug)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) csrf: String,
    pub(crate) may: May,
}

/// What the navigation shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May(pub(crate) Visible);

/// The actions that pages offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag for each thing that is shown or not"
)]
pub(crate) struct Visible {
    pub(crate) judge: bool,
    pub(crate) add: bool,
    pub(crate) manage: bool,
    pub(crate) node: bool,
    pub(crate) objects: bool,
    pub(crate) register: bool,
    pub(crate) release: bool,
    pub(crate) request: bool,
    pub(crate) see_as: bool,
    pub(crate) incidents: bool,
    pub(crate) parties: bool,
    pub(crate) releases: bool,
    pub(crate) ledger: bool,
    pub(crate) ledger_house: bool,
}

impl Page {
    pub(crate) fn new(language: Language, path: &str, visitor: Option<&Visitor>) -> Self {
        Self {
            language,
            t: language.texts(),
            path: path.to_owned(),
            style: asset::style(),
            logo: asset::logo(),
            who: visitor.map(Who::of),
            findings: Vec::new(),
            has_switch: true,
        }
    }

    pub(crate) fn of<N>(permitted: &Permitted<N>) -> Self {
        Self::new(
            permitted.language,
            &permitted.path,
            Some(&permitted.visitor),
        )
    }

    pub(crate) fn with_findings(mut self, findings: Vec<Diagnostic>) -> Self {
        self.findings = findings;
        self
    }

    /// The same with a page to come back to that a GET can show.
    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The address that switches the language and comes back.
    pub(crate) fn switch(&self) -> String {
        let code = self.language.other().code();
        format!("/language/{code}?to={}", view::query_value(&self.path))
    }

    /// `page` for the link to where the visitor is, for `aria-current`.
    pub(crate) fn is_at(&self, section: &str) -> bool {
        if section == "/" {
            return self.path == "/";
        }
        self.path.starts_with(section)
    }

    pub(crate) fn csrf(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.csrf)
    }

    pub(crate) fn visible(&self) -> Visible {
        self.who.as_ref().map_or(NOTHING, |who| who.may.0)
    }
}

impl Who {
    fn of(visitor: &Visitor) -> Self {
        use app::access::Action;
        let caller = &visitor.caller;
        Self {
            name: caller.name().to_owned(),
            role: caller.role().name(),
            csrf: visitor.csrf().to_owned(),
            may: May(Visible {
                judge: caller.may(Action::JudgeIntake),
                add: caller.may(Action::AddObjects),
                manage: caller.may(Action::ManageParties),
                node: caller.may(Action::ManageNode),
                objects: caller.may(Action::ReadObjects),
                register: caller.may(Action::Register),
                release: caller.may(Action::Release),
                request: caller.may(Action::RequestRelease),
                see_as: caller.may(Action::SeeAs),
                incidents: caller.may(Action::ReadRegister),
                parties: caller.may(Action::ReadParties),
                releases: caller.may(Action::ReadReleases),
                ledger: caller.may(Action::ReadFeed),
                ledger_house: caller.may(Action::ReadAudit),
            }),
        }
    }
}

const NOTHING: Visible = Visible {
    judge: false,
    add: false,
    manage: false,
    node: false,
    objects: false,
    register: false,
    release: false,
    request: false,
    see_as: false,
    incidents: false,
    parties: false,
    releases: false,
    ledger: false,
    ledger_house: false,
};

/// A page, as an answer.
pub(crate) fn html(template: &impl Template) -> Result<Response, Failure> {
    with_status(StatusCode::OK, template)
}

pub(crate) fn with_status(
    status: StatusCode,
    template: &impl Template,
) -> Result<Response, Failure> {
    let text = template
        .render()
        .map_err(|error| Failure::internal(&error))?;
    Ok((status, Html(text)).into_response())
}

/// To another page after a form (RFC 9110 §15.4.4), with a cookie where there is one to set.
pub(crate) fn go(location: &str, cookie: Option<&str>) -> Response {
    let mut response = axum::response::Redirect::to(location).into_response();
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// A path of ours to come back to; the front page where the text is anything else.
pub(crate) fn local_path(text: &str) -> &str {
    let ours = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 2_000
        && text
            .bytes()
            .all(|byte| matches!(byte, 0x21..=0x7e) && byte != b'\\');
    if ours { text } else { "/" }
}

/// Says which other page robots and caches should not follow; for pages with secrets in their address.
pub(crate) const NO_INDEX: (HeaderName, &str) =
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
