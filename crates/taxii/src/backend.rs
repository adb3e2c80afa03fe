//! What the routes ask of whoever holds the collections.
//!
//! INVARIANT: no method can be called without an audience, and what an audience may not know of is
//! [`BackendError::NotFound`], so that it answers with the same bytes as what does not exist.

use std::sync::Arc;

use base::diagnostic::Diagnostic;
use jiff::Timestamp;
use stix::id::Id;
use thiserror::Error;
use uuid::Uuid;

use crate::filter::Filter;
use crate::message::collection::{Collection, Collections};
use crate::message::discovery::{ApiRoot, Discovery};
use crate::message::status::Status;

/// The holder of collections. Methods may block: the routes call them on threads for that.
pub trait Backend: Send + Sync + 'static {
    /// Who is asking, as the host's authentication found it.
    type Audience: Send + Sync + Clone + 'static;

    /// What the server says of itself, with the API roots that this audience may know of (§4.1).
    ///
    /// # Errors
    /// [`BackendError`]
    fn discovery(&self, audience: &Self::Audience) -> Result<Discovery, BackendError>;

    /// What the API root `root` (one path segment, decoded) says of itself (§4.2).
    ///
    /// # Errors
    /// [`BackendError::NotFound`] for an unknown root, here and in all methods below.
    fn api_root(&self, audience: &Self::Audience, root: &str) -> Result<ApiRoot, BackendError>;

    /// What became of the request `id` (§4.3): for its submitter only, everybody else gets
    /// [`BackendError::NotFound`].
    ///
    /// # Errors
    /// [`BackendError`]
    fn status(
        &self,
        audience: &Self::Audience,
        root: &str,
        id: Uuid,
    ) -> Result<Status, BackendError>;

    /// The collections that this audience may know of, in the same order each time (§5.1).
    ///
    /// # Errors
    /// [`BackendError`]
    fn collections(
        &self,
        audience: &Self::Audience,
        root: &str,
    ) -> Result<Collections, BackendError>;

    /// The collection with id or alias `collection` (one path segment, decoded) (§5.2).
    ///
    /// # Errors
    /// [`BackendError`]
    fn collection(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
    ) -> Result<Collection, BackendError>;

    /// A page of objects by `date_added` (§5.4), or of the versions of the one `object` (§5.6).
    ///
    /// For one object that the collection does not hold for this audience the answer is
    /// [`BackendError::NotFound`]; where it is held and the filter leaves nothing, an empty page.
    ///
    /// # Errors
    /// [`BackendError::Forbidden`] where the audience may know of the collection but not read it;
    /// [`BackendError::BadRequest`] for a `next` that the backend did not give, or gave for another filter.
    fn objects(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
        object: Option<&Id>,
        filter: &Filter,
    ) -> Result<Page<Entry>, BackendError>;

    /// A page of what [`Backend::objects`] would give, without the objects (§5.3).
    ///
    /// # Errors
    /// As [`Backend::objects`].
    fn manifest(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError>;

    /// A page of the versions of one object by `date_added` (§5.8); `filter.versions` is [`crate::filter::VersionMatch::All`]
    /// unless the client asked otherwise.
    ///
    /// # Errors
    /// As [`Backend::objects`] for one object.
    fn versions(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError>;

    /// Takes in objects, each on its own: one that is refused stands among the failures of the status and costs no
    /// other (§5.5). `objects` are JSON values as sent, byte for byte; nothing else is known of them.
    ///
    /// # Errors
    /// [`BackendError::Forbidden`] where the audience may know of the collection but not write to it.
    fn add_objects(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
        objects: &[&str],
    ) -> Result<Status, BackendError>;

    /// Takes versions of an object out of a collection (§5.7). `filter` is as for [`Backend::objects`], but
    /// `filter.versions` is [`crate::filter::VersionMatch::All`] where the client named none.
    ///
    /// # Errors
    /// §5.7: [`BackendError::Forbidden`] where the audience may only read or only write, [`BackendError::NotFound`]
    /// where neither, or where the collection does not hold the object for it.
    fn delete(
        &self,
        audience: &Self::Audience,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<(), BackendError>;
}

/// Some entries, by `date_added`, never more than the filter's limit.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Whether more entries match for this audience.
    pub more: bool,
    /// Where the next page begins: opaque, self-contained, bound to the filter; see [`crate::cursor`]. None where
    /// there is no more.
    pub next: Option<String>,
}

/// An object in a page.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its JSON text, sent byte for byte: one JSON object without white space around it.
    pub text: Arc<str>,
    /// When this version was added to the collection; unique within it and strictly increasing in commit order.
    pub date_added: Timestamp,
}

/// An object's version without its text.
#[derive(Debug, Clone)]
pub struct Head {
    /// Identifier.
    pub id: Id,
    /// The version as the object spells it: `modified`, else `created`, else `date_added` with microseconds.
    pub version: Box<str>,
    /// As [`Entry::date_added`].
    pub date_added: Timestamp,
    /// Media type, for example [`crate::media_type::STIX`].
    pub media_type: Box<str>,
}

/// Why a backend did not do what it was asked.
#[derive(Debug, Clone, Error)]
pub enum BackendError {
    /// The request makes no sense to the backend; the diagnostic goes to the client.
    #[error("the request cannot be understood: {0}")]
    BadRequest(Diagnostic),
    /// The audience may know of what it named, but not do this.
    #[error("this audience may not do this")]
    Forbidden,
    /// The backend failed; it has written down why, the client learns nothing.
    #[error("the backend failed")]
    Internal,
    /// There is no such thing for this audience.
    #[error("there is no such thing for this audience")]
    NotFound,
    /// More than the backend takes at once.
    #[error("more than is taken at once")]
    TooLarge,
    /// This audience has asked too often.
    #[error("too many requests; again in {retry_after_secs} s")]
    TooManyRequests {
        /// When it may ask again.
        retry_after_secs: u32,
    },
    /// The backend cannot answer now.
    #[error("not available; again in {retry_after_secs} s")]
    Unavailable {
        /// When to ask again.
        retry_after_secs: u32,
    },
    /// The request is understood, but its content cannot be processed as a whole; the diagnostics go to the client.
    #[error("the content cannot be processed")]
    Unprocessable(Vec<Diagnostic>),
}
