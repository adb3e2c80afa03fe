//! The endpoints of TAXII 2.1 over a [`Backend`].
//!
//! [`router`] answers every path below the place where the host mounts it: the discovery resource at the place
//! itself, an API root one segment below. A host mounts it at `/taxii2` (§8.2.1) with `nest_service`, and may mount
//! it at other places too.
//!
//! INVARIANTS: without an audience in the request's extensions nothing is answered but 401; every answer with a body
//! has the media type of TAXII 2.1; no answer repeats a path, and all unknown things answer with the same bytes.

mod answer;
mod body;
pub mod path;
mod preferences;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use base::diagnostic::{Diagnostic, Place};
use tokio::sync::Semaphore;

use crate::backend::{Backend, BackendError};
use crate::coding::{Coding, CodingError};
use crate::filter::{Asked, Filter, PageSize};
use crate::limits;
use crate::media_type;
use crate::message::envelope::Envelope;
use crate::routes::answer::{Answer, Refusal};
use crate::routes::path::{Route, Target};
use crate::routes::preferences::{Preferences, texts};

/// How the routes behave.
#[derive(Debug, Clone)]
pub struct Config {
    /// Entries of a page, by default and at most.
    pub page_size: PageSize,
    /// Longest body of a POST, the same as `max_content_length` of every API root (§4.2.1).
    pub max_content_length: usize,
    /// Time for the body of a request.
    pub body_timeout: Duration,
    /// Longest pause in such a body.
    pub body_idle_timeout: Duration,
    /// Who asks for a password, as shown by clients; without `"` and `\`.
    pub realm: String,
}

/// The routes over `backend`.
///
/// The host's authentication puts a `B::Audience` into the extensions of each request that may be answered; where
/// there is none the answer is 401 (§1.6.9). Time limits but for bodies, connection limits and logs are the host's.
pub fn router<B: Backend>(backend: Arc<B>, config: Config) -> Router {
    let state = Arc::new(Shared {
        backend,
        config,
        bodies: Semaphore::new(limits::BODIES_AT_ONCE),
    });
    Router::new().fallback(serve::<B>).with_state(state)
}

#[derive(Debug)]
struct Shared<B> {
    backend: Arc<B>,
    config: Config,
    bodies: Semaphore,
}

/// The error message for a request that the host refuses before the routes see it, or whose answer got lost.
pub fn refusal(error: BackendError, method: &Method, headers: &HeaderMap) -> Response {
    Answer::refusal(Refusal::from(error)).into_response(&Preferences::read(method, headers))
}

/// The error message for a status that a layer around the routes gave without one.
pub fn refusal_of_status(status: StatusCode, method: &Method, headers: &HeaderMap) -> Response {
    Answer::refusal(Refusal::of_status(status)).into_response(&Preferences::read(method, headers))
}

async fn serve<B: Backend>(State(shared): State<Arc<Shared<B>>>, request: Request) -> Response {
    let asked = Preferences::read(request.method(), request.headers());
    let failed = asked.clone();
    match decide(&shared, request).await {
        Ok(Work {
            task: Task::Options(allowed),
            ..
        }) => Answer::options(allowed).into_response(&asked),
        Ok(work) => {
            // Waiting costs a task; only what works on a body takes much memory.
            let _turn = match work.task {
                // The semaphore is never closed.
                Task::Add { .. } => shared.bodies.acquire().await.ok(),
                _ => None,
            };
            let worker = Arc::clone(&shared);
            let work = move || {
                let answer = work.perform(&worker).unwrap_or_else(Answer::refusal);
                answer.into_response(&asked)
            };
            tokio::task::spawn_blocking(work)
                .await
                // Only a panic of the backend gets here.
                .unwrap_or_else(|_| {
                    Answer::refusal(Refusal::from(BackendError::Internal)).into_response(&failed)
                })
        }
        Err(refusal) => Answer::refusal(refusal).into_response(&asked),
    }
}

/// What is asked, by whom, and everything about the request checked that needs no backend.
struct Work<A> {
    audience: A,
    task: Task,
}

enum Task {
    Read(Route, Option<Filter>),
    Add {
        root: String,
        collection: String,
        coding: Coding,
        body: Vec<u8>,
    },
    /// What the endpoint can be asked for.
    Options(&'static str),
    Delete {
        root: String,
        collection: String,
        object: stix::id::Id,
        filter: Filter,
    },
}

async fn decide<B: Backend>(
    shared: &Shared<B>,
    request: Request,
) -> Result<Work<B::Audience>, Refusal> {
    let (head, body) = request.into_parts();
    let Some(audience) = head.extensions.get::<B::Audience>().cloned() else {
        return Err(Refusal::unauthenticated(&shared.config.realm));
    };
    let route = Route::parse(head.uri.path()).ok_or(Refusal::from(BackendError::NotFound))?;
    let allowed = route.methods();
    if !allowed
        .split(", ")
        .any(|method| method == head.method.as_str())
    {
        return Err(Refusal::method(allowed));
    }
    if head.method == Method::OPTIONS {
        let task = Task::Options(allowed);
        return Ok(Work { audience, task });
    }
    let accept = head.headers.get_all(ACCEPT).into_iter();
    // A header that is no text cannot name our media type.
    if !media_type::accepts_taxii(accept.map(|value| value.to_str().unwrap_or("?"))) {
        return Err(Refusal::not_acceptable());
    }
    let query = head.uri.query().unwrap_or_default();
    let filter = |asked: Asked| {
        Filter::parse(query, shared.config.page_size, asked)
            .map_err(|found| Refusal::from(BackendError::BadRequest(found)))
    };
    let Route { root, target } = route;
    let task = match (head.method, target) {
        (Method::POST, Target::Objects(collection)) => Task::Add {
            root,
            collection,
            coding: body_coding(&head.headers, shared.config.max_content_length)?,
            body: body::read(body, &shared.config).await?,
        },
        (Method::DELETE, Target::Object(collection, object)) => Task::Delete {
            root,
            collection,
            object,
            filter: filter(Asked::Deletion)?,
        },
        (_, target) => {
            let filter = match target {
                Target::Manifest(_) | Target::Objects(_) => Some(filter(Asked::Collection)?),
                Target::Object(..) => Some(filter(Asked::Object)?),
                Target::Versions(..) => Some(filter(Asked::Versions)?),
                _ => None,
            };
            Task::Read(Route { root, target }, filter)
        }
    };
    Ok(Work { audience, task })
}

/// How the body of a POST is packed, if it is of a kind and size that is taken.
fn body_coding(headers: &HeaderMap, max_content_length: usize) -> Result<Coding, Refusal> {
    let content_type = texts(headers, CONTENT_TYPE).next();
    let coding = Coding::of_body(texts(headers, CONTENT_ENCODING));
    let Some(coding) = coding.filter(|_| content_type.is_some_and(media_type::is_envelope)) else {
        return Err(Refusal::unsupported_media_type());
    };
    let length = texts(headers, CONTENT_LENGTH).next();
    let is_too_long = length
        .and_then(|length| length.trim().parse::<u64>().ok())
        .is_some_and(|length| {
            usize::try_from(length).map_or(true, |length| length > max_content_length)
        });
    if is_too_long {
        return Err(Refusal::too_large(max_content_length));
    }
    Ok(coding)
}

impl<A> Work<A> {
    /// Asks the backend; blocks.
    fn perform<B: Backend<Audience = A>>(self, shared: &Shared<B>) -> Result<Answer, Refusal> {
        let backend = &*shared.backend;
        let audience = &self.audience;
        match self.task {
            Task::Options(allowed) => Ok(Answer::options(allowed)),
            Task::Read(route, filter) => read(backend, audience, &route, filter.as_ref()),
            Task::Add {
                root,
                collection,
                coding,
                body,
            } => {
                let max_bytes = shared.config.max_content_length;
                let body = coding
                    .unpack(body, max_bytes)
                    .map_err(|error| match error {
                        CodingError::Malformed => Refusal::broken_coding(),
                        CodingError::TooLarge => Refusal::too_large(max_bytes),
                    })?;
                let text = std::str::from_utf8(&body)
                    .map_err(|_| malformed("TAXII-BODY-01", "the body is not UTF-8".into()))?;
                let envelope = Envelope::parse(text).map_err(|error| {
                    malformed(
                        "TAXII-BODY-02",
                        format!("the body is not an envelope: {error}"),
                    )
                })?;
                let objects: Vec<&str> = envelope.objects().collect();
                // §2: a list has at least one value; an envelope without objects adds nothing.
                if objects.is_empty() {
                    return Err(malformed(
                        "TAXII-BODY-03",
                        "the envelope has no `objects`".into(),
                    ));
                }
                if objects.len() > limits::OBJECTS_PER_ENVELOPE {
                    let message = format!(
                        "the envelope has {} objects, more than {}; send them in parts",
                        objects.len(),
                        limits::OBJECTS_PER_ENVELOPE
                    );
                    return Err(malformed("TAXII-BODY-04", message));
                }
                let status = backend.add_objects(audience, &root, &collection, &objects)?;
                Ok(Answer::json(StatusCode::ACCEPTED, &status))
            }
            Task::Delete {
                root,
                collection,
                object,
                filter,
            } => {
                backend.delete(audience, &root, &collection, &object, &filter)?;
                Ok(Answer::empty())
            }
        }
    }
}

fn read<B: Backend>(
    backend: &B,
    audience: &B::Audience,
    route: &Route,
    filter: Option<&Filter>,
) -> Result<Answer, Refusal> {
    let root = route.root.as_str();
    let ok = StatusCode::OK;
    let answer = match (&route.target, filter) {
        (Target::Discovery, _) => Answer::json(ok, &backend.discovery(audience)?),
        (Target::ApiRoot, _) => Answer::json(ok, &backend.api_root(audience, root)?),
        (Target::Status(id), _) => Answer::json(ok, &backend.status(audience, root, *id)?),
        (Target::Collections, _) => Answer::json(ok, &backend.collections(audience, root)?),
        (Target::Collection(collection), _) => {
            Answer::json(ok, &backend.collection(audience, root, collection)?)
        }
        (Target::Manifest(collection), Some(filter)) => {
            Answer::manifest(backend.manifest(audience, root, collection, filter)?)
        }
        (Target::Objects(collection), Some(filter)) => {
            Answer::objects(&backend.objects(audience, root, collection, None, filter)?)
        }
        (Target::Object(collection, object), Some(filter)) => {
            let page = backend.objects(audience, root, collection, Some(object), filter)?;
            Answer::objects(&page)
        }
        (Target::Versions(collection, object), Some(filter)) => {
            Answer::versions(backend.versions(audience, root, collection, object, filter)?)
        }
        (_, None) => return Err(Refusal::from(BackendError::NotFound)),
    };
    Ok(answer)
}

/// §5.5: a malformed body is 422.
fn malformed(code: &'static str, message: String) -> Refusal {
    let found = Diagnostic::error(code, Place::Whole, message).with_section("TAXII 2.1 §5.5");
    Refusal::from(BackendError::Unprocessable(vec![found]))
}
