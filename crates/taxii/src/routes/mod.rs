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
mod path;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use base::diagnostic::{Diagnostic, Place};

use crate::backend::{Backend, BackendError};
use crate::filter::{Filter, PageSize, VersionMatch};
use crate::limits;
use crate::media_type;
use crate::message::envelope::Envelope;
use crate::routes::answer::{Answer, Refusal};
use crate::routes::path::{Route, Target};

/// How the routes behave.
#[derive(Debug, Clone)]
pub struct Config {
    /// Entries of a page, by default and at most.
    pub page_size: PageSize,
    /// Longest body of a POST, the same as `max_content_length` of every API root (§4.2.1).
    pub max_content_length: usize,
    /// Who asks for a password, as shown by clients; without `"` and `\`.
    pub realm: String,
}

/// The routes over `backend`.
///
/// The host's authentication puts a `B::Audience` into the extensions of each request that may be answered; where
/// there is none the answer is 401 (§1.6.9). Timeouts, connection limits and logs are the host's.
pub fn router<B: Backend>(backend: Arc<B>, config: Config) -> Router {
    let state = Arc::new(Shared { backend, config });
    Router::new().fallback(serve::<B>).with_state(state)
}

#[derive(Debug)]
struct Shared<B> {
    backend: Arc<B>,
    config: Config,
}

async fn serve<B: Backend>(State(shared): State<Arc<Shared<B>>>, request: Request) -> Response {
    let head_only = request.method() == Method::HEAD;
    let compressible = accepts_gzip(request.headers());
    let answer = match decide(&shared, request).await {
        Ok(work) => tokio::task::spawn_blocking(move || {
            let answer = work.perform(&shared).unwrap_or_else(Answer::refusal);
            answer.encode(compressible)
        })
        .await
        // Only a panic of the backend gets here.
        .unwrap_or_else(|_| Answer::refusal(Refusal::from(BackendError::Internal))),
        Err(refusal) => Answer::refusal(refusal),
    };
    answer.into_response(head_only)
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
        body: Vec<u8>,
    },
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
    let accept = head.headers.get_all(ACCEPT).into_iter();
    // A header that is no text cannot name our media type.
    if !media_type::accepts_taxii(accept.map(|value| value.to_str().unwrap_or("?"))) {
        return Err(Refusal::not_acceptable());
    }
    let query = head.uri.query().unwrap_or_default();
    let filter = |default: VersionMatch| {
        Filter::parse(query, shared.config.page_size, default)
            .map_err(|found| Refusal::from(BackendError::BadRequest(found)))
    };
    let Route { root, target } = route;
    let task = match (head.method, target) {
        (Method::POST, Target::Objects(collection)) => {
            check_body_headers(&head.headers, shared.config.max_content_length)?;
            Task::Add {
                root,
                collection,
                body: body::read(body, shared.config.max_content_length).await?,
            }
        }
        (Method::DELETE, Target::Object(collection, object)) => Task::Delete {
            root,
            collection,
            object,
            filter: filter(VersionMatch::All)?,
        },
        (_, target) => {
            let filter = match target {
                Target::Manifest(_) | Target::Objects(_) | Target::Object(..) => {
                    Some(filter(VersionMatch::Last)?)
                }
                Target::Versions(..) => Some(filter(VersionMatch::All)?),
                _ => None,
            };
            Task::Read(Route { root, target }, filter)
        }
    };
    Ok(Work { audience, task })
}

/// Whether the body of a POST is of a kind and size that is taken.
fn check_body_headers(headers: &HeaderMap, max_content_length: usize) -> Result<(), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &axum::http::HeaderValue| value.to_str())
    };
    let is_envelope = match text(CONTENT_TYPE) {
        Some(Ok(content_type)) => media_type::is_envelope(content_type),
        _ => false,
    };
    let plain = match text(CONTENT_ENCODING) {
        None => true,
        Some(encoding) => encoding.is_ok_and(|encoding| encoding.eq_ignore_ascii_case("identity")),
    };
    if !is_envelope || !plain {
        return Err(Refusal::unsupported_media_type());
    }
    let too_long = matches!(text(CONTENT_LENGTH), Some(Ok(length))
    if length.trim().parse::<u64>().is_ok_and(|length| {
        usize::try_from(length).map_or(true, |length| length > max_content_length)
    }));
    if too_long {
        return Err(Refusal::too_large(max_content_length));
    }
    Ok(())
}

impl<A> Work<A> {
    /// Asks the backend; blocks.
    fn perform<B: Backend<Audience = A>>(self, shared: &Shared<B>) -> Result<Answer, Refusal> {
        let backend = &*shared.backend;
        let audience = &self.audience;
        match self.task {
            Task::Read(route, filter) => read(backend, audience, &route, filter.as_ref()),
            Task::Add {
                root,
                collection,
                body,
            } => {
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
                        "the envelope has {} objects, more than {}",
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

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|weight| weight.trim().parse::<f32>().ok())
                .is_some_and(|weight| weight <= 0.0);
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
}
