//! Reading the body of a request, never more of it than is allowed.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use base::diagnostic::{Diagnostic, Place};

use crate::backend::BackendError;
use crate::routes::answer::Refusal;

/// The whole body, if it has no more than `max_bytes`.
pub(crate) async fn read(mut body: Body, max_bytes: usize) -> Result<Vec<u8>, Refusal> {
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
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
    Ok(read)
}
