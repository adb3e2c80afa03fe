//! How many requests of one organisation are answered at once; the others wait.
//!
//! What waits costs a connection; what is answered costs memory, up to a page or a body each. A turn lasts until the
//! answer has been sent, so that who asks for many pages and reads none of them holds no more than its turns.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use axum::response::Response;
use release::party::OrganisationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns of all organisations; there are no more of them than organisations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<HashMap<OrganisationId, Places>>>);

#[derive(Debug, Clone)]
struct Places {
    all: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// A turn; over when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _place: OwnedSemaphorePermit,
    _body: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits for a turn; none where it did not come in time.
    pub(crate) async fn take(&self, organisation: OrganisationId, method: &Method) -> Option<Turn> {
        let places = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let places = all.entry(organisation).or_insert_with(|| Places {
                all: Arc::new(Semaphore::new(REQUESTS_AT_ONCE)),
                bodies: Arc::new(Semaphore::new(BODIES_AT_ONCE)),
            });
            places.clone()
        };
        let turn = async {
            let body = match *method {
                Method::PATCH | Method::POST => Some(places.bodies.acquire_owned().await.ok()?),
                _ => None,
            };
            Some(Turn {
                _place: places.all.acquire_owned().await.ok()?,
                _body: body,
            })
        };
        tokio::time::timeout(WAIT, turn).await.ok().flatten()
    }
}

impl Turn {
    /// The same answer; the turn is over when it has been sent.
    pub(crate) fn until_sent(self, response: Response) -> Response {
        response.map(|body| Body::new(Held { body, _turn: self }))
    }
}

/// A body with the turn that it belongs to.
struct Held {
    body: Body,
    _turn: Turn,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

/// Answers at once: at 16 MiB a page, half a gigabyte for one organisation that does its worst.
const REQUESTS_AT_ONCE: usize = 32;
/// Bodies read at once: at 32 MiB each, a quarter of a gigabyte.
const BODIES_AT_ONCE: usize = 8;
/// How long to wait for a turn before being asked to come again.
const WAIT: Duration = Duration::from_secs(10);
