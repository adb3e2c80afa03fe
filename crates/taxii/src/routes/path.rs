//! Which endpoint a path names, §3.1.

use percent_encoding::percent_decode_str;
use stix::id::Id;
use uuid::Uuid;

use crate::limits;

/// An endpoint; its path may end in a slash, as the standard wants it, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The API root's segment; empty for the discovery resource.
    pub root: String,
    /// What is meant below it.
    pub target: Target,
}

/// What an endpoint is about; collections are named by id or alias, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// §4.2.
    ApiRoot,
    /// §5.2.
    Collection(String),
    /// §5.1.
    Collections,
    /// §4.1.
    Discovery,
    /// §5.3.
    Manifest(String),
    /// §5.6 and §5.7.
    Object(String, Id),
    /// §5.4 and §5.5.
    Objects(String),
    /// §4.3.
    Status(Uuid),
    /// §5.8.
    Versions(String, Id),
}

impl Route {
    /// Reads a path below the place where the routes are mounted; none where no endpoint has it.
    pub fn parse(path: &str) -> Option<Self> {
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
    pub fn methods(&self) -> &'static str {
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
