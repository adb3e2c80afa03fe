//! Following pages, §3.5.

use jiff::Timestamp;

use crate::client::error::ClientError;
use crate::client::transport::{Received, Transport};
use crate::filter::Filter;
use crate::message::envelope::Envelope;
use crate::message::manifest::{Manifest, ManifestRecord};
use crate::message::versions::Versions;

/// Objects of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPage {
    /// Their JSON texts, byte for byte.
    pub objects: Vec<Box<str>>,
    /// When the first and the last were added, as the server's headers say.
    pub added: Added,
}

/// Manifest records of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPage {
    /// The records.
    pub records: Vec<ManifestRecord>,
    /// When the first and the last were added, as the server's headers say.
    pub added: Added,
}

/// Versions of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPage {
    /// The versions as the object spells them.
    pub versions: Vec<String>,
    /// When the first and the last were added, as the server's headers say.
    pub added: Added,
}

/// `X-TAXII-Date-Added-First` and `-Last`; pages without entries have neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Added {
    /// When the first entry of the page was added.
    pub first: Option<Timestamp>,
    /// When the last entry of the page was added: `added_after` of the next pull.
    pub last: Option<Timestamp>,
}

/// Pages one after the other; each step is a request. Ends after the last page, after an error, or after as many
/// pages as the configuration allows; [`Pages::resume`] tells where.
#[derive(Debug)]
pub struct Pages<'c, P> {
    transport: &'c Transport,
    url: String,
    filter: Filter,
    budget: usize,
    empty_in_a_row: usize,
    last: Option<Timestamp>,
    is_done: bool,
    read: fn(&Received) -> Read<P>,
}

impl<'c, P> Pages<'c, P> {
    pub(crate) fn new(
        transport: &'c Transport,
        url: String,
        filter: Filter,
        pages_left: usize,
        read: fn(&Received) -> Read<P>,
    ) -> Self {
        Self {
            transport,
            url,
            last: filter.added_after,
            filter,
            budget: pages_left,
            empty_in_a_row: 0,
            is_done: false,
            read,
        }
    }

    /// The filter that goes on where this walk stands: with `next` while the server has more, else unchanged.
    pub fn resume(&self) -> &Filter {
        &self.filter
    }

    /// Whether the server has no more to give for now.
    pub fn is_complete(&self) -> bool {
        self.is_done
    }

    /// When the last entry seen was added: `added_after` of the next pull.
    pub fn date_added_last(&self) -> Option<Timestamp> {
        self.last
    }

    fn step(&mut self) -> Result<P, ClientError> {
        let received = self.transport.get(&self.url, &self.filter.to_query())?;
        let (page, onward) = (self.read)(&received).map_err(|error| received.not_taxii(&error))?;
        let before = self.last;
        // Never backwards: a page of an odd server must not make the next pull begin too early or late.
        self.last = self.last.max(received.added.last);
        // §3.5: more may be announced where nothing follows; twice in a row is the end.
        self.empty_in_a_row = if onward.count == 0 {
            self.empty_in_a_row + 1
        } else {
            0
        };
        if !onward.more || self.empty_in_a_row == 2 {
            self.is_done = true;
            self.filter.next = None;
        } else if onward.next.is_some() {
            // With the same parameters as before (§3.5), whatever they are.
            self.filter.next = onward.next;
        } else if self.last > before {
            self.filter.next = None;
            self.filter.added_after = self.last;
        } else if onward.count > 0 {
            return Err(received.stuck());
        }
        Ok(page)
    }
}

impl<P> Iterator for Pages<'_, P> {
    type Item = Result<P, ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        self.budget = self.budget.checked_sub(1)?;
        let result = self.step();
        if result.is_err() {
            self.budget = 0;
        }
        Some(result)
    }
}

/// What a page says of what follows.
#[derive(Debug)]
pub(crate) struct Onward {
    more: bool,
    next: Option<String>,
    count: usize,
}

pub(crate) fn read_objects(received: &Received) -> Read<ObjectPage> {
    let envelope = Envelope::parse(&received.body)?;
    let page = ObjectPage {
        objects: envelope.objects().map(Box::from).collect(),
        added: received.added,
    };
    let onward = Onward {
        more: envelope.more,
        count: page.objects.len(),
        next: envelope.next,
    };
    Ok((page, onward))
}

pub(crate) fn read_manifest(received: &Received) -> Read<ManifestPage> {
    let manifest: Manifest = serde_json::from_str(&received.body)?;
    let onward = Onward {
        more: manifest.more,
        count: manifest.objects.len(),
        next: manifest.next,
    };
    let page = ManifestPage {
        records: manifest.objects,
        added: received.added,
    };
    Ok((page, onward))
}

pub(crate) fn read_versions(received: &Received) -> Read<VersionPage> {
    let versions: Versions = serde_json::from_str(&received.body)?;
    let onward = Onward {
        more: versions.more,
        count: versions.versions.len(),
        next: versions.next,
    };
    let page = VersionPage {
        versions: versions.versions,
        added: received.added,
    };
    Ok((page, onward))
}

/// A page and what follows it.
pub(crate) type Read<P> = Result<(P, Onward), serde_json::Error>;
