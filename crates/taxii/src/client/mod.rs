//! A client for TAXII 2.1 servers, ours and others'. It blocks.
//!
//! [`Client`] asks; [`pages::Pages`] follows pages as the standard has them, [`walk::Walk`] as servers have them;
//! [`batches::Batches`] sends objects in parts.
//!
//! INVARIANTS: objects come and go as their JSON texts, byte for byte; credentials go to the origin of the configured
//! URL and to those that the configuration names, never elsewhere, whatever a server says; nothing that is printed
//! holds a secret; every answer, walk and wait is bounded.

pub mod batches;
pub mod beside;
pub mod collections;
pub mod config;
pub mod error;
pub mod pages;
pub mod walk;

pub(crate) mod moment;
mod transport;

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use stix::id::Id;

use crate::client::batches::{BatchSize, Batches};
use crate::client::config::ClientConfig;
use crate::client::error::ClientError;
use crate::client::pages::{ManifestPage, ObjectPage, Pages, VersionPage};
use crate::client::pages::{read_manifest, read_objects, read_versions};
use crate::client::transport::{Received, Transport};
use crate::client::walk::Walk;
use crate::filter::Filter;
use crate::message::collection::{Collection, Collections};
use crate::message::discovery::{ApiRoot, Discovery};
use crate::message::status::{Progress, Status};
use crate::url;

/// A client of one server. API roots and collections are named by URL and by id or alias.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    page_limit: usize,
    max_pages: usize,
}

impl Client {
    /// A client as configured; nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Configuration`] and [`ClientError::PlainHttp`].
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        Ok(Self {
            page_limit: config.page_limit,
            max_pages: config.max_pages,
            transport: Transport::new(config)?,
        })
    }

    /// A text without the credentials, should the server have repeated what it was told.
    pub fn redacted(&self, text: &str) -> String {
        self.transport.redacted(text)
    }

    /// The discovery resource at the configured URL.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn discovery(&self) -> Result<Discovery, ClientError> {
        self.get(&self.transport.start())
    }

    /// The absolute URLs of the API roots, the default one first. Where the configured URL is that of an API root,
    /// it is the only one.
    ///
    /// Roots at origins that are not trusted are listed too; asking them is refused.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn api_roots(&self) -> Result<Vec<String>, ClientError> {
        let start = self.transport.start();
        let received = self.transport.get(&start, "")?;
        let message: serde_json::Map<String, serde_json::Value> = parse(&received)?;
        // §4.2.1: an API root always has `max_content_length`, a discovery resource never.
        if message.contains_key("max_content_length") || message.contains_key("versions") {
            return Ok(vec![start]);
        }
        let discovery: Discovery = parse(&received)?;
        let mut roots: Vec<String> = Vec::new();
        for listed in discovery.default.iter().chain(&discovery.api_roots) {
            if let Some(root) = self.transport.resolve(listed)
                && !roots.contains(&root)
            {
                if roots.len() == MAX_API_ROOTS {
                    let error = serde::de::Error::custom(format!(
                        "there are more than {MAX_API_ROOTS} API roots"
                    ));
                    return Err(received.not_taxii(&error));
                }
                roots.push(root);
            }
        }
        Ok(roots)
    }

    /// What the API root at URL `root` says of itself.
    ///
    /// # Errors
    /// [`ClientError`], here and in all methods below [`ClientError::OtherOrigin`] for a root that is not trusted.
    pub fn api_root(&self, root: &str) -> Result<ApiRoot, ClientError> {
        self.get(&below(root, &[]))
    }

    /// The collections of an API root.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn collections(&self, root: &str) -> Result<Vec<Collection>, ClientError> {
        let list: Collections = self.get(&below(root, &["collections"]))?;
        Ok(list.collections)
    }

    /// One collection.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn collection(&self, root: &str, collection: &str) -> Result<Collection, ClientError> {
        self.get(&below(root, &["collections", collection]))
    }

    /// The objects of a collection that match, page by page, oldest first.
    pub fn objects(&self, root: &str, collection: &str, filter: &Filter) -> Pages<'_, ObjectPage> {
        let path = ["collections", collection, "objects"];
        self.pages(&below(root, &path), filter, read_objects)
    }

    /// Walks through the objects of a collection so that none is missed, whatever the server's habits; see [`walk`].
    pub fn walk(&self, root: &str, collection: &str, filter: &Filter) -> Walk<'_> {
        let mut filter = filter.clone();
        if filter.limit == 0 {
            filter.limit = self.page_limit;
        }
        let url = below(root, &["collections", collection, "objects"]);
        Walk::new(&self.transport, url, filter, self.max_pages)
    }

    /// Versions of one object, page by page.
    pub fn object(
        &self,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Pages<'_, ObjectPage> {
        let path = ["collections", collection, "objects", object.as_str()];
        self.pages(&below(root, &path), filter, read_objects)
    }

    /// The manifest records of a collection that match, page by page, oldest first.
    pub fn manifest(
        &self,
        root: &str,
        collection: &str,
        filter: &Filter,
    ) -> Pages<'_, ManifestPage> {
        let path = ["collections", collection, "manifest"];
        self.pages(&below(root, &path), filter, read_manifest)
    }

    /// The versions of one object, page by page.
    pub fn versions(
        &self,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Pages<'_, VersionPage> {
        let path = [
            "collections",
            collection,
            "objects",
            object.as_str(),
            "versions",
        ];
        self.pages(&below(root, &path), filter, read_versions)
    }

    /// Sends objects, each a JSON text, in batches: the iterator sends one with each step.
    pub fn add_objects<'c>(
        &'c self,
        root: &str,
        collection: &str,
        objects: &'c [&'c str],
        size: BatchSize,
    ) -> Batches<'c> {
        let url = below(root, &["collections", collection, "objects"]);
        Batches::new(&self.transport, url, objects, size)
    }

    /// Deletes versions of an object; all of them where `versions` is `all`.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn delete(
        &self,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<(), ClientError> {
        let path = ["collections", collection, "objects", object.as_str()];
        let filter = Filter {
            limit: 0,
            ..filter.clone()
        };
        self.transport
            .delete(&below(root, &path), &filter.to_query())
            .map(drop)
    }

    /// What has become of a request.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn status(&self, root: &str, id: &str) -> Result<Status, ClientError> {
        let url = below(root, &["status", id]);
        self.transport.get(&url, "")?.status()
    }

    /// Waits until a request has been decided, at most `timeout`; asks at growing intervals.
    ///
    /// # Errors
    /// [`ClientError::StillPending`] after `timeout`.
    pub fn wait(
        &self,
        root: &str,
        status: Status,
        timeout: Duration,
    ) -> Result<Status, ClientError> {
        let status = self.watch(root, status, timeout)?;
        match status.status {
            Progress::Complete => Ok(status),
            Progress::Pending => Err(ClientError::StillPending { id: status.id }),
        }
    }

    /// Like [`Client::wait`], but that a request is still pending after `timeout` is an answer: the last one.
    ///
    /// # Errors
    /// [`ClientError`]
    pub fn watch(
        &self,
        root: &str,
        status: Status,
        timeout: Duration,
    ) -> Result<Status, ClientError> {
        let begun = Instant::now();
        let mut status = status;
        let mut pause = FIRST_POLL;
        while status.status == Progress::Pending {
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(LAST_POLL);
            status = self.status(root, &status.id)?;
        }
        Ok(status)
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, ClientError> {
        parse(&self.transport.get(url, "")?)
    }

    fn pages<P>(
        &self,
        url: &str,
        filter: &Filter,
        read: fn(&Received) -> pages::Read<P>,
    ) -> Pages<'_, P> {
        let mut filter = filter.clone();
        if filter.limit == 0 {
            filter.limit = self.page_limit;
        }
        Pages::new(
            &self.transport,
            url.to_owned(),
            filter,
            self.max_pages,
            read,
        )
    }
}

/// Where credentials for a URL go: its scheme, host and port; none where it is no absolute URL of a server.
pub fn origin(url: &str) -> Option<String> {
    url::Base::parse(url).map(|base| base.origin)
}

fn parse<T: DeserializeOwned>(received: &Received) -> Result<T, ClientError> {
    serde_json::from_str(&received.body).map_err(|error| received.not_taxii(&error))
}

/// The URL of `segments` below an API root, with the slash at its end that §3.1 wants.
fn below(root: &str, segments: &[&str]) -> String {
    let mut text = root.trim_end_matches('/').to_owned();
    text.push('/');
    for segment in segments {
        text.push_str(&url::encode(segment));
        text.push('/');
    }
    text
}

/// API roots of a server that are looked at; those in use have one to three, and each is asked for its collections.
const MAX_API_ROOTS: usize = 100;
/// First and longest pause between two questions for a status.
const FIRST_POLL: Duration = Duration::from_millis(100);
const LAST_POLL: Duration = Duration::from_secs(10);
