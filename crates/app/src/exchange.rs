//! The node as a TAXII 2.1 server.
//!
//! Everybody finds what was released to them, an inbox, an inbox for what is passed on without the name of who gave it,
//! and what they sent themselves. What is to be read depends on who asks.

use std::sync::Arc;

use base::diagnostic::Diagnostic;
use jiff::Timestamp;
use release::held::Consent;
use release::party::OrganisationId;
use stix::id::Id;
use store::feed::{FeedQuery, VersionFilter};
use store::object::ObjectKey;
use taxii::backend::{Backend, BackendError, Entry, Head, Page};
use taxii::cursor;
use taxii::filter::{Filter, VersionMatch};
use taxii::message::collection::{Collection, Collections};
use taxii::message::discovery::{ApiRoot, Discovery};
use taxii::message::status::Status;
use uuid::Uuid;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::feed::{TextPage, feed_key};
use crate::ledger::Handed;
use crate::node::{Node, own};
use crate::submission::settled;

/// The API root.
pub const ROOT: &str = "noroshi";
/// The collection of what was released to whoever asks.
pub const RELEASES: Uuid = Uuid::from_u128(0x6e6f_726f_7368_4000_8000_7265_6c65_6173);
/// The collection that takes sightings and reports.
pub const INBOX: Uuid = Uuid::from_u128(0x6e6f_726f_7368_4000_8000_0000_696e_626f);
/// The collection that takes the same from who is not to be named.
pub const ANONYMOUS_INBOX: Uuid = Uuid::from_u128(0x6e6f_726f_7368_4000_8000_616e_6f6e_796d);
/// The collection of what the organisation that asks sent itself, which takes more.
pub const SUBMISSIONS: Uuid = Uuid::from_u128(0x6e6f_726f_7368_4000_8000_0073_656e_7421);
/// Largest request body.
pub const MAX_CONTENT_LENGTH: u64 = 32 * 1024 * 1024;

/// A node behind the TAXII routes.
#[derive(Debug, Clone)]
pub struct TaxiiService(pub Arc<Node>);

impl Node {
    /// Where pulling from another node's collection goes on.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn pull_cursor(
        &self,
        caller: &Caller,
        collection: &str,
    ) -> Result<Option<String>, AppError> {
        caller.require(Action::AddObjects)?;
        self.store
            .read(|reader| Ok(reader.pull_cursor(collection)?))
    }

    /// Records where pulling from another node's collection goes on.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn set_pull_cursor(
        &self,
        caller: &Caller,
        collection: &str,
        added_after: &str,
    ) -> Result<(), AppError> {
        caller.require(Action::AddObjects)?;
        let now = self.clock.now();
        self.store
            .write(|writer| Ok(writer.set_pull_cursor(collection, added_after, now)?))
    }
}

impl TaxiiService {
    fn page(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        filter: &Filter,
        ids: Option<&[Id]>,
    ) -> Result<(TextPage, Option<String>), BackendError> {
        let found = self.readable(caller, root, collection)?;
        let scope = [collection];
        let mut query = FeedQuery {
            after: filter.added_after,
            ..FeedQuery::default()
        };
        if let Some(next) = &filter.next {
            let position = cursor::read(next, filter, &scope).map_err(BackendError::BadRequest)?;
            let position =
                Timestamp::from_microsecond(position).map_err(|_| BackendError::NotFound)?;
            query.after = query.after.max(Some(position));
        }
        let wanted = filter.ids.iter().flatten().map(Id::to_string);
        query.ids = match (ids, &filter.ids) {
            (Some(ids), _) => ids.iter().map(Id::to_string).collect(),
            (None, _) => wanted.collect(),
        };
        query.kinds = filter.types.clone().unwrap_or_default();
        query.versions = filter
            .versions
            .iter()
            .map(|version| match version {
                VersionMatch::All => VersionFilter::All,
                VersionMatch::First => VersionFilter::First,
                VersionMatch::Last => VersionFilter::Last,
                VersionMatch::Exact(at) => VersionFilter::Exact(ObjectKey::version_text(
                    &stix::timestamp::Timestamp::from_instant(*at),
                )),
            })
            .collect();
        let nothing = filter.ids.as_ref().is_some_and(Vec::is_empty)
            || filter.types.as_ref().is_some_and(Vec::is_empty)
            || filter
                .spec_versions
                .as_ref()
                .is_some_and(|versions| !versions.iter().any(|version| version == "2.1"));
        if nothing {
            return Ok((
                TextPage {
                    entries: Vec::new(),
                    more: false,
                },
                None,
            ));
        }
        let limit = u32::try_from(filter.limit).unwrap_or(u32::MAX);
        let page = self.read(caller, &found, &query, limit)?;
        let next = page
            .entries
            .last()
            .filter(|_| page.more)
            .map(|one| cursor::write(one.entry.position.as_microsecond(), filter, &scope));
        Ok((page, next))
    }

    fn read(
        &self,
        caller: &Caller,
        collection: &Collection,
        query: &FeedQuery,
        limit: u32,
    ) -> Result<TextPage, BackendError> {
        if !is_submissions(collection) {
            return self
                .0
                .text_page(caller.audience(), query, limit)
                .map_err(backend);
        }
        let page = self.0.submitted_page(caller, query, limit);
        page.map_err(backend)?.ok_or(BackendError::Unavailable {
            retry_after_secs: 1,
        })
    }

    fn readable(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
    ) -> Result<Collection, BackendError> {
        let found = self.collection(caller, root, collection)?;
        if found.can_read {
            Ok(found)
        } else {
            Err(BackendError::Forbidden)
        }
    }

    fn known(root: &str) -> Result<(), BackendError> {
        if root == ROOT {
            Ok(())
        } else {
            Err(BackendError::NotFound)
        }
    }
}

impl Backend for TaxiiService {
    type Audience = Caller;

    fn discovery(&self, _: &Caller) -> Result<Discovery, BackendError> {
        let own = self.0.store.read(own).map_err(backend)?;
        let root = format!("/taxii2/{ROOT}/");
        Ok(Discovery {
            title: own.name,
            description: Some("noroshi, TAXII 2.1".to_owned()),
            contact: None,
            default: Some(root.clone()),
            api_roots: vec![root],
        })
    }

    fn api_root(&self, _: &Caller, root: &str) -> Result<ApiRoot, BackendError> {
        Self::known(root)?;
        let own = self.0.store.read(own).map_err(backend)?;
        Ok(ApiRoot {
            title: own.name,
            description: None,
            versions: vec!["application/taxii+json;version=2.1".to_owned()],
            max_content_length: MAX_CONTENT_LENGTH,
        })
    }

    fn status(&self, caller: &Caller, root: &str, id: Uuid) -> Result<Status, BackendError> {
        Self::known(root)?;
        let submitter: OrganisationId = caller.organisation;
        let read = |reader: &store::database::Reader<'_>| {
            let body = reader.submission(id, submitter)?;
            let status = body.and_then(|body| serde_json::from_str::<Status>(&body).ok());
            match status {
                // What waited may have been decided on since.
                Some(status) if status.pending_count > 0 => {
                    let awaiting = reader.awaiting(id)?;
                    let decided = awaiting.iter();
                    let decided =
                        decided.filter_map(|one| Some((one.place, one.decision.as_ref()?)));
                    Ok::<_, AppError>(Some(settled(status, &decided.collect::<Vec<_>>())))
                }
                other => Ok(other),
            }
        };
        let status = self.0.store.read(read).map_err(backend)?;
        status.ok_or(BackendError::NotFound)
    }

    fn collections(&self, caller: &Caller, root: &str) -> Result<Collections, BackendError> {
        Self::known(root)?;
        let media_types = vec!["application/stix+json;version=2.1".to_owned()];
        Ok(Collections {
            collections: vec![
                Collection {
                    id: RELEASES.to_string(),
                    title: "Releases".to_owned(),
                    description: Some("what was released to you".to_owned()),
                    alias: Some("releases".to_owned()),
                    can_read: caller.may(Action::ReadFeed) && !caller.is_own(),
                    can_write: false,
                    media_types: media_types.clone(),
                },
                Collection {
                    id: INBOX.to_string(),
                    title: "Inbox".to_owned(),
                    description: Some("sightings and reports from you".to_owned()),
                    alias: Some("inbox".to_owned()),
                    can_read: false,
                    can_write: caller.may(Action::SubmitObjects),
                    media_types: media_types.clone(),
                },
                Collection {
                    id: ANONYMOUS_INBOX.to_string(),
                    title: "Anonymous inbox".to_owned(),
                    description: Some(
                        "the same, passed on without anything that refers to you; what names you in its texts (your organisation, its domains or addresses) waits until a person has looked at it"
                            .to_owned(),
                    ),
                    alias: Some("anonymous-inbox".to_owned()),
                    can_read: false,
                    can_write: caller.may(Action::SubmitObjects),
                    media_types: media_types.clone(),
                },
                Collection {
                    id: SUBMISSIONS.to_string(),
                    title: "Own submissions".to_owned(),
                    description: Some(
                        "what you sent and was taken in, as you sent it; takes more like the inbox"
                            .to_owned(),
                    ),
                    alias: Some("submissions".to_owned()),
                    can_read: caller.may(Action::SubmitObjects) && !caller.is_own(),
                    can_write: caller.may(Action::SubmitObjects),
                    media_types,
                },
            ],
        })
    }

    fn collection(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
    ) -> Result<Collection, BackendError> {
        let all = self.collections(caller, root)?.collections.into_iter();
        let mut found =
            all.filter(|one| one.id == collection || one.alias.as_deref() == Some(collection));
        found.next().ok_or(BackendError::NotFound)
    }

    fn objects(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        object: Option<&Id>,
        filter: &Filter,
    ) -> Result<Page<Entry>, BackendError> {
        let ids = object.map(std::slice::from_ref);
        let (page, next) = self.page(caller, root, collection, filter, ids)?;
        if let (Some(id), true) = (object, page.entries.is_empty()) {
            self.held(caller, root, collection, id)?;
        }
        let handed: Vec<_> = page.entries.iter().map(Handed::of_text).collect();
        // What goes back to who sent it was not given by the house.
        if !is_submissions(&self.collection(caller, root, collection)?) {
            let log = feed_key(caller.audience());
            self.0
                .hand_over(&log, caller.person.0, &handed)
                .map_err(backend)?;
        }
        let entries = page.entries.into_iter().map(|one| Entry {
            text: one.text,
            date_added: one.entry.position,
        });
        Ok(Page {
            entries: entries.collect(),
            more: page.more,
            next,
        })
    }

    fn manifest(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError> {
        let (page, next) = self.page(caller, root, collection, filter, None)?;
        Ok(heads(page, next))
    }

    fn versions(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        object: &Id,
        filter: &Filter,
    ) -> Result<Page<Head>, BackendError> {
        let (page, next) = self.page(
            caller,
            root,
            collection,
            filter,
            Some(std::slice::from_ref(object)),
        )?;
        if page.entries.is_empty() {
            self.held(caller, root, collection, object)?;
        }
        Ok(heads(page, next))
    }

    fn add_objects(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        objects: &[&str],
    ) -> Result<Status, BackendError> {
        let found = self.collection(caller, root, collection)?;
        if !found.can_write {
            return Err(BackendError::Forbidden);
        }
        let consent = if found.id == ANONYMOUS_INBOX.to_string() {
            Consent::Anonymous
        } else {
            Consent::Given
        };
        self.0.count_objects(caller, objects).map_err(|exceeded| {
            BackendError::TooManyRequests {
                retry_after_secs: exceeded.retry_after_secs,
            }
        })?;
        self.0.submit(caller, consent, objects).map_err(backend)
    }

    fn delete(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        _: &Id,
        _: &Filter,
    ) -> Result<(), BackendError> {
        // What was given stays given: a withdrawal is a decision of the releaser, not of a reader.
        self.collection(caller, root, collection)?;
        Err(BackendError::Forbidden)
    }
}

impl TaxiiService {
    /// Whether an object is in a collection in any version; as if it did not exist if not.
    fn held(
        &self,
        caller: &Caller,
        root: &str,
        collection: &str,
        id: &Id,
    ) -> Result<(), BackendError> {
        let found = self.collection(caller, root, collection)?;
        let query = FeedQuery {
            ids: vec![id.to_string()],
            ..FeedQuery::default()
        };
        let page = self.read(caller, &found, &query, 1)?;
        if page.entries.is_empty() {
            Err(BackendError::NotFound)
        } else {
            Ok(())
        }
    }
}

fn is_submissions(collection: &Collection) -> bool {
    collection.id == SUBMISSIONS.to_string()
}

fn heads(page: TextPage, next: Option<String>) -> Page<Head> {
    let entries = page.entries.into_iter().map(|one| {
        let added = one.entry.position;
        Head {
            id: one.entry.id,
            // An object without versions has the time at which it was added (TAXII 2.1 §3.4.1).
            version: one.version.unwrap_or_else(|| added.to_string()).into(),
            date_added: added,
            media_type: "application/stix+json;version=2.1".into(),
        }
    });
    Page {
        entries: entries.collect(),
        more: page.more,
        next,
    }
}

fn backend(error: AppError) -> BackendError {
    match error {
        AppError::Denied(_) | AppError::Forbidden => BackendError::Forbidden,
        AppError::NotFound => BackendError::NotFound,
        AppError::Changed(diagnostics) | AppError::Invalid(diagnostics) => {
            BackendError::Unprocessable(diagnostics)
        }
        AppError::Conflict(message) => BackendError::BadRequest(Diagnostic::error(
            "APP-CONFLICT-01",
            base::diagnostic::Place::Whole,
            message,
        )),
        AppError::NotSetUp => BackendError::Unavailable {
            retry_after_secs: 60,
        },
        AppError::Store(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
            BackendError::Internal
        }
    }
}
