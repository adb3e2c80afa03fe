//! Walking through a collection so that nothing is missed, whatever the server's habits.
//!
//! The standard promises ascending `date_added`, `more`, `next` and two headers (§3.4, §3.5). Servers in use leave out
//! `next`, leave out `more`, say `more: false` beside a `next`, give many objects one `date_added`, forget a `next`
//! after half a minute, ignore `limit`, or add objects with a `date_added` that lies before one that was shown already.
//! [`Walk`] goes on where anything says that there is more, and tells with each page up to which `date_added` all was
//! seen; who begins the next walk a little before that misses nothing, since doubles are harmless.
//!
//! INVARIANT: [`WalkPage::position`] never passes an entry that this walk has not given.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::client::error::ClientError;
use crate::client::pages::Added;
use crate::client::transport::{Received, Transport};
use crate::filter::Filter;
use crate::message::envelope::Objects;

/// A walk; each step is a request. Ends after the last page, after an error, or after as many pages as the
/// configuration allows.
#[derive(Debug)]
pub struct Walk<'c> {
    transport: &'c Transport,
    url: String,
    filter: Filter,
    budget: usize,
    is_done: bool,
    /// Whether pages came in ascending order up to here.
    is_ordered: bool,
    /// The `date_added` up to which all was seen.
    position: Option<Timestamp>,
    /// The greatest `date_added` seen.
    greatest: Option<Timestamp>,
    empty_in_a_row: u32,
    restarts: u32,
    /// Whether the server gave a `next` in this walk.
    gives_next: bool,
    bodies: Bodies,
    told: Vec<Quirk>,
}

/// One page of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkPage {
    /// The objects' JSON texts, byte for byte.
    pub objects: Vec<Box<str>>,
    /// When the first and the last were added, as the server's headers say.
    pub added: Added,
    /// The `date_added` up to which the walk has seen everything; none where the server does not say.
    pub position: Option<Timestamp>,
    /// Whether this was the last page.
    pub is_last: bool,
    /// What the server does differently from the standard, each told once in a walk.
    pub quirks: Vec<Quirk>,
}

/// What a server does differently from the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// `date_added` runs backwards from one page to the next, or within one (§5.4 wants ascending order).
    Backwards,
    /// A `next` that the server gave was refused; the walk went on by `added_after`.
    ForgottenNext,
    /// More objects than the `limit` asked for (§3.4).
    LimitIgnored,
    /// `next` without `more: true` (§3.7).
    NextWithoutMore,
    /// Objects without the headers that say when they were added (§5.4): the next walk begins anew.
    NoDates,
    /// `more: true` without `next` (§3.7): the walk goes on by `added_after`.
    NoNext,
}

impl Quirk {
    /// In words, for a log.
    pub fn text(self) -> &'static str {
        match self {
            Self::Backwards => "date_added runs backwards from one object to the next",
            Self::ForgottenNext => {
                "the server forgot a `next` that it gave; went on by added_after"
            }
            Self::LimitIgnored => "the server gives more objects than the limit asked for",
            Self::NextWithoutMore => "the server gives `next` without saying that there is more",
            Self::NoDates => {
                "the server does not say when objects were added; everything is read again each time"
            }
            Self::NoNext => {
                "the server says that there is more without `next`; went on by added_after"
            }
        }
    }
}

/// Bodies of pages, to notice a server that goes round in circles.
#[derive(Debug, Default)]
struct Bodies {
    first: Option<u64>,
    last: Option<u64>,
}

/// An envelope of whatever shape.
#[derive(Deserialize)]
struct Loose<'a> {
    #[serde(default)]
    more: Option<Value>,
    #[serde(default)]
    next: Option<Value>,
    #[serde(borrow, default)]
    objects: Option<Objects<'a>>,
}

impl<'c> Walk<'c> {
    pub(crate) fn new(
        transport: &'c Transport,
        url: String,
        filter: Filter,
        max_pages: usize,
    ) -> Self {
        Self {
            transport,
            url,
            position: filter.added_after,
            greatest: filter.added_after,
            filter,
            budget: max_pages,
            is_done: false,
            is_ordered: true,
            empty_in_a_row: 0,
            restarts: 0,
            gives_next: false,
            bodies: Bodies::default(),
            told: Vec::new(),
        }
    }

    /// Whether the server has no more to give for now.
    pub fn is_complete(&self) -> bool {
        self.is_done
    }

    fn step(&mut self) -> Result<WalkPage, ClientError> {
        let mut quirks = Vec::new();
        let received = loop {
            match self.transport.get(&self.url, &self.filter.to_query()) {
                Ok(received) => break received,
                Err(error) if self.is_forgotten(&error) => {
                    self.tell(Quirk::ForgottenNext, &mut quirks);
                    self.restarts += 1;
                    self.filter.next = None;
                    self.bodies = Bodies::default();
                    let start = self.before_position();
                    if start > self.filter.added_after {
                        self.filter.added_after = start;
                    } else if !self.enlarge() {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        };
        let loose = read(&received)?;
        let objects: Vec<Box<str>> = loose
            .objects
            .iter()
            .flat_map(Objects::texts)
            .map(Box::from)
            .collect();
        self.take_dates(&received, objects.len(), &mut quirks);
        let next = loose.next.as_ref().and_then(next);
        let more = loose.more.as_ref().is_some_and(is_true);
        self.go_on(&received, objects.len(), more, next, &mut quirks)?;
        if self.is_done {
            // All was seen, in whatever order it came.
            self.position = self.greatest;
        }
        Ok(WalkPage {
            objects,
            added: received.added,
            position: self.position,
            is_last: self.is_done,
            quirks,
        })
    }

    /// Whether an error means that the server does not know its `next` any more.
    fn is_forgotten(&self, error: &ClientError) -> bool {
        self.filter.next.is_some()
            && self.restarts < MAX_RESTARTS
            && matches!(
                error,
                ClientError::Refused {
                    status: 400 | 404 | 410 | 422,
                    ..
                }
            )
    }

    fn take_dates(&mut self, received: &Received, count: usize, quirks: &mut Vec<Quirk>) {
        if count == 0 {
            return;
        }
        if self.filter.limit > 0 && count > self.filter.limit {
            self.tell(Quirk::LimitIgnored, quirks);
        }
        let Added { first, last } = received.added;
        let (Some(first), Some(last)) = (first.or(last), last.or(first)) else {
            self.tell(Quirk::NoDates, quirks);
            // Nothing is known of where this page lies.
            self.is_ordered = false;
            return;
        };
        // After a restart the pages overlap on purpose.
        if last < first
            || (self.restarts == 0 && self.filter.next.is_some() && Some(first) < self.position)
        {
            self.tell(Quirk::Backwards, quirks);
            self.is_ordered = false;
        }
        self.greatest = self.greatest.max(Some(last.max(first)));
        if self.is_ordered {
            self.position = self.position.max(Some(last));
        }
    }

    fn go_on(
        &mut self,
        received: &Received,
        count: usize,
        more: bool,
        next: Option<String>,
        quirks: &mut Vec<Quirk>,
    ) -> Result<(), ClientError> {
        let is_known = self.bodies.is_known(&received.body) && count > 0;
        // §3.5: more may be announced where nothing follows; twice in a row is the end.
        self.empty_in_a_row = if count == 0 {
            self.empty_in_a_row + 1
        } else {
            0
        };
        if count == 0 && (!more || next.is_none() || self.empty_in_a_row >= 2) {
            self.is_done = true;
            return Ok(());
        }
        match next {
            Some(_) if is_known && more => Err(received.stuck()),
            Some(_) if is_known => {
                self.is_done = true;
                Ok(())
            }
            Some(next) => {
                if !more {
                    self.tell(Quirk::NextWithoutMore, quirks);
                }
                // With the same parameters as before (§3.5), whatever they are.
                self.gives_next = true;
                self.filter.next = Some(next);
                Ok(())
            }
            None => self.go_on_by_date(received, count, more, is_known, quirks),
        }
    }

    /// Where a server never gives a `next`, a page that is full may have cut off what follows, whatever it says of more.
    fn go_on_by_date(
        &mut self,
        received: &Received,
        count: usize,
        more: bool,
        is_known: bool,
        quirks: &mut Vec<Quirk>,
    ) -> Result<(), ClientError> {
        let is_full = self.filter.limit > 0 && count >= self.filter.limit;
        let may_be_cut = is_full && !self.gives_next;
        self.filter.next = None;
        if more {
            self.tell(Quirk::NoNext, quirks);
        }
        let start = self.before_position();
        if !more && !may_be_cut {
            self.is_done = true;
        } else if self.is_ordered && !is_known && start > self.filter.added_after {
            self.filter.added_after = start;
        } else if self.enlarge() {
            // The next page begins where this one did, and is longer.
        } else if more {
            return Err(received.stuck());
        } else {
            self.is_done = true;
        }
        Ok(())
    }

    /// Asks for larger pages, where one moment has more objects than a page; false where they are as large as can be.
    fn enlarge(&mut self) -> bool {
        let limit = self.filter.limit;
        self.filter.limit = limit.saturating_mul(4).min(MAX_LIMIT);
        self.filter.limit > limit
    }

    /// The last moment before the position: asking from there gives what was added at the position once more.
    fn before_position(&self) -> Option<Timestamp> {
        self.position?.checked_sub(TICK).ok()
    }

    fn tell(&mut self, quirk: Quirk, quirks: &mut Vec<Quirk>) {
        if !self.told.contains(&quirk) {
            self.told.push(quirk);
            quirks.push(quirk);
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkPage, ClientError>;

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

impl Bodies {
    /// Whether a page is the same as the first or the one before; remembers it.
    fn is_known(&mut self, body: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let hash = hasher.finish();
        let known = self.first == Some(hash) || self.last == Some(hash);
        self.first.get_or_insert(hash);
        self.last = Some(hash);
        known
    }
}

fn read(received: &Received) -> Result<Loose<'_>, ClientError> {
    // `serde` would read a list as the members in order.
    if !received.body.trim_ascii_start().starts_with('{') {
        let error = serde::de::Error::custom("an envelope stands in braces");
        return Err(received.not_taxii(&error));
    }
    serde_json::from_str(&received.body).map_err(|error| received.not_taxii(&error))
}

fn next(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The smallest step of `date_added` (§2: at least milliseconds, written with six digits).
pub const TICK: SignedDuration = SignedDuration::from_micros(1);
/// How often a walk goes on by date because a `next` was forgotten: a server that forgets each one gives a page each
/// time, and the next walk goes on from there.
const MAX_RESTARTS: u32 = 100;
/// Largest page asked for where one moment has more objects than a page: what 64 MiB hold of small objects.
const MAX_LIMIT: usize = 100_000;
