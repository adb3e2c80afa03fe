//! Sending objects in parts, §5.5.

use std::ops::Range;

use crate::client::error::ClientError;
use crate::client::transport::Transport;
use crate::message::discovery::ApiRoot;
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

impl BatchSize {
    /// What an API root takes at once, and what is sent at once whatever it takes.
    pub fn for_root(root: &ApiRoot, objects: usize) -> Self {
        // §4.2.1 wants a length; a root that says nothing of it takes what most take.
        let said = Some(root.max_content_length).filter(|bytes| *bytes > 0);
        let bytes = said.unwrap_or(DEFAULT_BODY_BYTES).min(MAX_BODY_BYTES);
        Self {
            objects,
            bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
        }
    }
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

    /// Which objects the next step sends first; none where it sends nothing.
    pub fn coming(&self) -> Range<usize> {
        let part = self.parts.iter().rev().find(|part| !part.is_empty());
        let Some(range) = part.map(|part| self.fitting(part.clone())) else {
            return 0..0;
        };
        let texts = self.objects.get(range.clone()).unwrap_or_default();
        let length = texts
            .iter()
            .fold(FRAME_BYTES, |sum, text| sum.saturating_add(text.len()));
        // Several always fit.
        if range.len() == 1 && length > self.size.bytes {
            return 0..0;
        }
        range
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
            let received = self.transport.post(&self.url, &body);
            let result = received.and_then(|received| received.status());
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

/// Bodies of requests where a server says nothing of it, and in any case: what could be sent at once must fit in memory
/// for each peer.
const DEFAULT_BODY_BYTES: u64 = 1024 * 1024;
const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;
