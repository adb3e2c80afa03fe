//! Answers: messages, pages with their headers, and refusals as error messages (§3.6).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{
    ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base::diagnostic::{Diagnostic, Place};
use foldhash::quality::RandomState;
use serde::Serialize;

use crate::backend::{BackendError, Entry, Head, Page};
use crate::limits;
use crate::media_type;
use crate::message::envelope;
use crate::message::error::ErrorMessage;
use crate::message::manifest::{Manifest, ManifestRecord};
use crate::message::timestamp::Timestamp;
use crate::message::versions::Versions;
use crate::routes::preferences::Preferences;

/// An answer before it goes out.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

/// An answer that is an error message (§3.6.1), with the headers that go with its status.
#[derive(Debug)]
pub(crate) struct Refusal(Answer);

impl Answer {
    /// A message.
    pub(crate) fn json(status: StatusCode, message: &impl Serialize) -> Self {
        // Our messages have text keys and no failing parts, so that writing them does not fail.
        let body = serde_json::to_vec(message).unwrap_or_default();
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    /// Success without a body (§5.7).
    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// An envelope with the objects as they are.
    pub(crate) fn objects(page: &Page<Entry>) -> Self {
        let texts = page.entries.iter().map(|entry| &*entry.text);
        Self {
            status: StatusCode::OK,
            headers: date_added(&page.entries, |entry| entry.date_added),
            body: envelope::write(texts, page.more, page.next.as_deref()).into_bytes(),
        }
    }

    /// A manifest resource; `{}` where it has no records (§5.3.1).
    pub(crate) fn manifest(page: Page<Head>) -> Self {
        let headers = date_added(&page.entries, |head| head.date_added);
        let record = |head: Head| ManifestRecord {
            id: head.id.to_string(),
            date_added: Timestamp(head.date_added),
            version: head.version.into(),
            media_type: Some(head.media_type.into()),
        };
        let manifest = Manifest {
            more: page.more,
            next: page.next,
            objects: page.entries.into_iter().map(record).collect(),
        };
        let answer = if manifest.objects.is_empty() && !manifest.more {
            Self::json(StatusCode::OK, &serde_json::Map::new())
        } else {
            Self::json(StatusCode::OK, &manifest)
        };
        Self { headers, ..answer }
    }

    /// A versions resource; `{}` where it has no versions (§5.8.1).
    pub(crate) fn versions(page: Page<Head>) -> Self {
        let headers = date_added(&page.entries, |head| head.date_added);
        let versions = Versions {
            more: page.more,
            next: page.next,
            versions: page
                .entries
                .into_iter()
                .map(|head| head.version.into())
                .collect(),
        };
        let answer = if versions.versions.is_empty() && !versions.more {
            Self::json(StatusCode::OK, &serde_json::Map::new())
        } else {
            Self::json(StatusCode::OK, &versions)
        };
        Self { headers, ..answer }
    }

    /// A refusal, to be sent like any answer.
    pub(crate) fn refusal(refusal: Refusal) -> Self {
        refusal.0
    }

    /// What an endpoint can be asked for, for OPTIONS (RFC 9110 §9.3.7).
    pub(crate) fn options(allowed: &'static str) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: vec![(ALLOW, HeaderValue::from_static(allowed))],
            body: Vec::new(),
        }
    }

    /// The response as the asker wants it: packed, with its headers only, or without what the asker has already.
    pub(crate) fn into_response(mut self, asked: &Preferences) -> Response {
        self.headers
            .push((VARY, HeaderValue::from_static("Accept, Accept-Encoding")));
        if self.status == StatusCode::OK && !self.body.is_empty() {
            let tag = entity_tag(&self.body);
            let is_known = asked.has(&tag);
            let tag = HeaderValue::try_from(tag).ok();
            self.headers.extend(tag.map(|tag| (ETAG, tag)));
            if is_known {
                return self.not_modified();
            }
        }
        if self.body.len() >= limits::COMPRESSED_FROM_BYTES
            && let Some(packed) = asked.coding.pack(&self.body)
        {
            self.body = packed;
            let name = asked.coding.name().map(HeaderValue::from_static);
            self.headers
                .extend(name.map(|name| (CONTENT_ENCODING, name)));
        }
        let length = HeaderValue::from(self.body.len());
        let has_body = self.status != StatusCode::NO_CONTENT;
        let mut response = Response::new(if asked.head_only {
            Body::empty()
        } else {
            Body::from(self.body)
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type::TAXII));
            headers.insert(CONTENT_LENGTH, length);
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }

    /// RFC 9110 §15.4.5: the headers of the answer without its body.
    fn not_modified(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// The entity tag of a body: of its bytes and of nothing else, so that it tells no more than they do. It is weak,
/// because the body may go out packed in several ways (RFC 9110 §8.8.3).
///
/// The hash is keyed anew by each process, so that nobody makes two bodies that have one tag; whoever comes back after a
/// restart fetches once what has not changed.
fn entity_tag(body: &[u8]) -> String {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
    let [one, two] = &*KEYS;
    format!(
        "W/\"{:016x}{:016x}\"",
        one.hash_one(body),
        two.hash_one(body)
    )
}

/// `X-TAXII-Date-Added-First` and `-Last` (§3.2); a page without entries has neither.
fn date_added<T>(
    entries: &[T],
    moment: impl Fn(&T) -> jiff::Timestamp,
) -> Vec<(HeaderName, HeaderValue)> {
    let first = entries
        .first()
        .map(|entry| ("x-taxii-date-added-first", moment(entry)));
    let last = entries
        .last()
        .map(|entry| ("x-taxii-date-added-last", moment(entry)));
    first
        .into_iter()
        .chain(last)
        .filter_map(|(name, moment)| {
            let value = HeaderValue::try_from(Timestamp(moment).to_string()).ok()?;
            Some((HeaderName::from_static(name), value))
        })
        .collect()
}

impl Refusal {
    fn new(status: StatusCode, code: &str, description: impl Into<String>) -> Self {
        Self::with_details(status, code, description.into(), BTreeMap::new())
    }

    fn with_details(
        status: StatusCode,
        code: &str,
        description: String,
        details: BTreeMap<String, serde_json::Value>,
    ) -> Self {
        let message = ErrorMessage {
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            description: Some(description),
            error_id: None,
            error_code: Some(code.to_owned()),
            http_status: Some(status.as_str().to_owned()),
            external_details: None,
            details,
        };
        Self(Answer::json(status, &message))
    }

    fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        let value = HeaderValue::try_from(value).ok();
        self.0.headers.extend(value.map(|value| (name, value)));
        self
    }

    pub(crate) fn unauthenticated(realm: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "TAXII-HTTP-401",
            "say who you are: user and password, or a bearer token",
        )
        .with_header(
            WWW_AUTHENTICATE,
            &format!("Basic realm=\"{realm}\", charset=\"UTF-8\""),
        )
        .with_header(WWW_AUTHENTICATE, &format!("Bearer realm=\"{realm}\""))
    }

    pub(crate) fn method(allowed: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "TAXII-HTTP-405",
            format!("this endpoint knows {allowed}"),
        )
        .with_header(ALLOW, allowed)
    }

    pub(crate) fn not_acceptable() -> Self {
        let description = format!("answers are sent as {}", media_type::TAXII);
        Self::new(StatusCode::NOT_ACCEPTABLE, "TAXII-HTTP-406", description)
    }

    pub(crate) fn too_large(max_bytes: usize) -> Self {
        let description = format!("a body has at most {max_bytes} bytes; send it in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TAXII-HTTP-413", description)
    }

    /// The answer for a status that somebody around the routes gave.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let description = match status {
            StatusCode::REQUEST_TIMEOUT => "the request came too slowly",
            StatusCode::NOT_FOUND => "there is no such resource, or you may not know of it",
            StatusCode::PAYLOAD_TOO_LARGE => "this is more than is taken at once; send it in parts",
            StatusCode::SERVICE_UNAVAILABLE => {
                "the server cannot answer now; ask again after the time in `Retry-After`"
            }
            StatusCode::TOO_MANY_REQUESTS => {
                "too many requests; ask again after the time in `Retry-After`"
            }
            status if status.is_client_error() => "the request cannot be understood",
            _ => "the server failed; it has written down why",
        };
        let code = format!("TAXII-HTTP-{}", status.as_u16());
        Self::new(status, &code, description)
    }

    /// A body that is not packed as it says.
    pub(crate) fn broken_coding() -> Self {
        let message = "the body is not what `Content-Encoding` says, or broke off";
        let found = Diagnostic::error("TAXII-BODY-06", Place::Whole, message);
        Self::from(BackendError::BadRequest(found))
    }

    pub(crate) fn unsupported_media_type() -> Self {
        let description = format!(
            "send an envelope as {}, as it is or packed once with gzip or zstd",
            media_type::TAXII
        );
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "TAXII-HTTP-415",
            description,
        )
    }

    /// The first finding as description, the others as details.
    fn found(status: StatusCode, found: &[Diagnostic]) -> Self {
        let Some((first, others)) = found.split_first() else {
            return Self::new(status, "TAXII-HTTP-422", "the content cannot be processed");
        };
        let mut description = first.message.clone();
        if let Some(section) = first.section {
            let _ = write!(description, " ({section})");
        }
        if let Some(help) = &first.help {
            let _ = write!(description, "; {help}");
        }
        // Keys are numbered from 2: the first finding is the description.
        let details = (2..).zip(others.iter().take(SHOWN_FINDINGS));
        let details = details
            .map(|(number, finding)| (format!("finding_{number:03}"), finding.to_string().into()))
            .collect();
        Self::with_details(status, first.code, description, details)
    }
}

impl From<BackendError> for Refusal {
    fn from(error: BackendError) -> Self {
        let seconds = |secs: u32| secs.to_string();
        match error {
            BackendError::BadRequest(found) => Self::found(StatusCode::BAD_REQUEST, &[found]),
            BackendError::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                "TAXII-HTTP-403",
                "you may not do this here",
            ),
            BackendError::Internal => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "TAXII-HTTP-500",
                "the server failed; it has written down why",
            ),
            BackendError::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "TAXII-HTTP-404",
                "there is no such resource, or you may not know of it",
            ),
            BackendError::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "TAXII-HTTP-413",
                "this is more than is taken at once; send it in parts",
            ),
            BackendError::TooManyRequests { retry_after_secs } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TAXII-HTTP-429",
                "too many requests; ask again after the time in `Retry-After`",
            )
            .with_header(RETRY_AFTER, &seconds(retry_after_secs)),
            BackendError::Unavailable { retry_after_secs } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "TAXII-HTTP-503",
                "the server cannot answer now; ask again after the time in `Retry-After`",
            )
            .with_header(RETRY_AFTER, &seconds(retry_after_secs)),
            BackendError::Unprocessable(found) => {
                Self::found(StatusCode::UNPROCESSABLE_ENTITY, &found)
            }
        }
    }
}

/// Most findings in an error message; who sees a hundred mends them and tries again.
const SHOWN_FINDINGS: usize = 100;
