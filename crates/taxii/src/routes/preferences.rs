//! What the asker says of the answer: packed how, only if changed, only its headers.

use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, Method};

use crate::coding::Coding;
use crate::limits;

/// How the answer is to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Preferences {
    /// Only its headers, for HEAD.
    pub(crate) head_only: bool,
    /// How to pack it.
    pub(crate) coding: Coding,
    /// The entity tags of what the asker has.
    has: Vec<String>,
}

impl Preferences {
    pub(crate) fn read(method: &Method, headers: &HeaderMap) -> Self {
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        let tags = texts(headers, IF_NONE_MATCH).filter(|_| is_read);
        Self {
            head_only: *method == Method::HEAD,
            coding: Coding::choose(texts(headers, ACCEPT_ENCODING)),
            has: tags
                .flat_map(|header| header.split(','))
                .map(opaque)
                .take(limits::ENTITY_TAGS)
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether the asker has what this entity tag names.
    pub(crate) fn has(&self, tag: &str) -> bool {
        self.has.iter().any(|one| one == "*" || one == opaque(tag))
    }
}

/// The part of an entity tag that is compared: RFC 9110 §8.8.3.2 for `If-None-Match` passes over what marks it weak.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The values of a header that are texts.
pub(crate) fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
}
