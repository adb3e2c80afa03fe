//! Which endpoint a path names, §3.1.

use percent_encoding::percent_decode_str;
use stix::id::Id;
use uuid::Uuid;

use crate::limits;

/// An endpoint; its path may end in a slash, as the standard wants it, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// The API root's segment; empty for the discovery resource.
    pub(crate) root: String,
    /// What is meant below it.
    pub(crate) target: Target,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    ApiRoot,
    Collection(String),
    Collections,
    Discovery,
    Manifest(String),
    Object(String, Id),
    Objects(String),
    Status(Uuid),
    Versions(String, Id),
}

impl Route {
    /// Reads a path below the place where the routes are mounted; none where no endpoint has it.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Some(Self {
                root: String::new(),
                target: Target::Discovery,
            });
        }
        // The longest path has six segments; one more shows that there are too many.
        let segments: Vec<String> = path
            .split('/')
            .take(7)
            .map(segment)
            .collect::<Option<_>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (root, below) = segments.split_first()?;
        let target = match below {
            [] => Target::ApiRoot,
            ["status", id] => Target::Status(Uuid::try_parse(id).ok()?),
            ["collections"] => Target::Collections,
            ["collections", id] => Target::Collection((*id).to_owned()),
            ["collections", id, "manifest"] => Target::Manifest((*id).to_owned()),
            ["collections", id, "objects"] => Target::Objects((*id).to_owned()),
            ["collections", id, "objects", object] => {
                Target::Object((*id).to_owned(), Id::parse(object).ok()?)
            }
            ["collections", id, "objects", object, "versions"] => {
                Target::Versions((*id).to_owned(), Id::parse(object).ok()?)
            }
            _ => return None,
        };
        Some(Self {
            root: (*root).to_owned(),
            target,
        })
    }

    /// The methods of the endpoint, as `Allow` lists them.
    pub(crate) fn methods(&self) -> &'static str {
        match self.target {
            Target::Objects(_) => "GET, HEAD, OPTIONS, POST",
            Target::Object(..) => "DELETE, GET, HEAD, OPTIONS",
            _ => "GET, HEAD, OPTIONS",
        }
    }
}

fn segment(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > limits::SEGMENT_BYTES {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
