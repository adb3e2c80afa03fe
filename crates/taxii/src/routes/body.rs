//! Reading the body of a request, never more of it than is allowed, never longer than an honest sender takes.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use base::diagnostic::{Diagnostic, Place};

use crate::backend::BackendError;
use crate::routes::Config;
use crate::routes::answer::Refusal;

/// The whole body, if it is no longer than is allowed and comes in time.
pub(crate) async fn read(body: Body, config: &Config) -> Result<Vec<u8>, Refusal> {
    let whole = tokio::time::timeout(config.body_timeout, read_all(body, config));
    whole.await.unwrap_or_else(|_| Err(too_slow()))
}

async fn read_all(mut body: Body, config: &Config) -> Result<Vec<u8>, Refusal> {
    let max_bytes = config.max_content_length;
    let mut read = Vec::new();
    loop {
        let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = tokio::time::timeout(config.body_idle_timeout, frame);
        let Some(frame) = frame.await.map_err(|_| too_slow())? else {
            return Ok(read);
        };
        let frame = frame.map_err(|_| {
            let found = Diagnostic::error("TAXII-BODY-05", Place::Whole, "the body broke off");
            Refusal::from(BackendError::BadRequest(found))
        })?;
        // Trailers are of no interest.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > max_bytes.saturating_sub(read.len()) {
            return Err(Refusal::too_large(max_bytes));
        }
        read.extend_from_slice(&data);
    }
}

fn too_slow() -> Refusal {
    Refusal::of_status(StatusCode::REQUEST_TIMEOUT)
}
