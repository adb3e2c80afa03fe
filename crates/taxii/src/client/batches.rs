//! Sending objects in parts, §5.5.

use std::ops::Range;

use crate::client::error::ClientError;
use crate::client::transport::Transport;
use crate::message::envelope;
use crate::message::status::Status;

/// How much goes into one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSize {
    /// Most objects; at least 1.
    pub objects: usize,
    /// Longest body, `max_content_length` of the API root or less.
    pub bytes: usize,
}

/// Batches of objects on their way; each step sends one and yields what became of it. An error costs its batch only;
/// whether to go on is the caller's choice.
///
/// A batch that the server finds too large (413) is halved and tried again. An object that is too large by itself is
/// [`ClientError::TooLarge`] and is not sent.
#[derive(Debug)]
pub struct Batches<'c> {
    transport: &'c Transport,
    url: String,
    objects: &'c [&'c str],
    size: BatchSize,
    /// What is still to be sent, the next part last.
    parts: Vec<Range<usize>>,
}

/// What became of a batch.
#[derive(Debug)]
pub struct Batch {
    /// Which of the objects were in it.
    pub range: Range<usize>,
    /// The status resource, which may be pending and names failures one by one.
    pub result: Result<Status, ClientError>,
}

impl<'c> Batches<'c> {
    pub(crate) fn new(
        transport: &'c Transport,
        url: String,
        objects: &'c [&'c str],
        size: BatchSize,
    ) -> Self {
        Self {
            transport,
            url,
            objects,
            size,
            parts: Vec::from([Range {
                start: 0,
                end: objects.len(),
            }]),
        }
    }

    /// The first objects of `part` that fit into one body: at least one, whether it fits or not.
    fn fitting(&self, part: Range<usize>) -> Range<usize> {
        let texts = self.objects.get(part.clone()).unwrap_or_default();
        let mut bytes = FRAME_BYTES;
        let fit = texts
            .iter()
            .take(self.size.objects.max(1))
            .take_while(|text| {
                bytes = bytes.saturating_add(text.len()).saturating_add(1);
                bytes <= self.size.bytes
            });
        part.start..part.start + fit.count().max(1)
    }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        loop {
            let part = self.parts.pop()?;
            if part.is_empty() {
                continue;
            }
            let range = self.fitting(part.clone());
            self.parts.push(range.end..part.end);
            let texts = self.objects.get(range.clone()).unwrap_or_default();
            let body = envelope::write(texts.iter().copied(), false, None);
            if body.len() > self.size.bytes {
                let too_large = ClientError::TooLarge {
                    attempt: format!("POST {}", self.url),
                    max_bytes: u64::try_from(self.size.bytes).unwrap_or(u64::MAX),
                };
                return Some(Batch {
                    range,
                    result: Err(too_large),
                });
            }
            let result = self.transport.post(&self.url, &body).and_then(|received| {
                serde_json::from_str(&received.body).map_err(|error| received.not_taxii(&error))
            });
            if range.len() > 1 && matches!(result, Err(ClientError::Refused { status: 413, .. })) {
                let middle = range.start + range.len() / 2;
                self.parts.push(middle..range.end);
                self.parts.push(range.start..middle);
                continue;
            }
            return Some(Batch { range, result });
        }
    }
}

/// What an envelope needs beside its objects and their commas: `{"objects":[],"more":false}`.
const FRAME_BYTES: usize = 27;
