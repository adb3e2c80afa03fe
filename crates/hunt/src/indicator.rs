//! Everything that is looked for: indicators as index entries, with their validity.

pub mod exclusions;
pub mod places;
pub mod property;
pub mod unserved;

use jiff::Timestamp;
use stix::id::Id;
use stix::object::Object;
use uuid::Uuid;

use crate::index::strings::Tag;
use crate::index::{EntryNumber, Index, Key};
use crate::seen::Seen;
use crate::source::Holds;
use exclusions::Exclusions;
use places::Places;
use property::Term;
use unserved::{Reason, Report};

/// How indicators are read.
#[derive(Debug)]
pub struct Options {
    /// What `domain-name:value = 'example.com'` says of names below it.
    pub subdomains: Subdomains,
    /// Indicators whose confidence (STIX 2.1 §3.2) is lower are left out; those that state none are not.
    pub least_confidence: Option<u8>,
    /// What is never a hit.
    pub exclusions: Exclusions,
}

/// What a domain says of the names below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subdomains {
    /// Nothing, as STIX patterning defines `=`; `LIKE '%.example.com'` is for names below.
    AsWritten,
    /// They are meant too.
    Included,
}

/// What an indicator is valid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment, in nanoseconds since 1970; the least number where there is none.
    from: i64,
    /// First moment after it; the greatest number where there is none.
    until: i64,
}

/// What is kept of an indicator to make a hit of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indicator {
    uuid: Uuid,
    validity: Validity,
    confidence: Option<u8>,
}

/// Number of an indicator in its set.
pub type IndicatorNumber = u32;

/// Indicators to match against; it does not change once built.
#[derive(Debug)]
pub struct IndicatorSet {
    indicators: Vec<Indicator>,
    entries: Vec<Entry>,
    index: Index,
    exclusions: Exclusions,
    report: Report,
}

/// Puts a set together.
///
/// An identifier is to be added once, in its newest version: an older one would be looked for beside it.
#[derive(Debug)]
pub struct Builder {
    subdomains: Subdomains,
    least_confidence: Option<u8>,
    set: IndicatorSet,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    indicator: IndicatorNumber,
    places: Places,
}

impl Builder {
    /// An empty set.
    pub fn new(options: Options) -> Self {
        Self {
            subdomains: options.subdomains,
            least_confidence: options.least_confidence,
            set: IndicatorSet {
                indicators: Vec::new(),
                entries: Vec::new(),
                index: Index::default(),
                exclusions: options.exclusions,
                report: Report::default(),
            },
        }
    }

    /// Adds an indicator object under its own identifier.
    ///
    /// What the index cannot serve is in the [`Report`], never silently left out.
    pub fn add(&mut self, object: &Object) {
        self.set.report.given += 1;
        let served = self.add_terms(object);
        if served > 0 {
            self.set.report.served += 1;
        }
    }

    /// Adds one key under an identifier of the caller's: for lists that are not STIX.
    ///
    /// The identifier must be an indicator's; otherwise the report says so.
    pub fn add_key(&mut self, id: &Id, validity: Validity, confidence: Option<u8>, key: &Key) {
        self.set.report.given += 1;
        if let Some(reason) = self.refusal(id, confidence) {
            self.set.report.refuse(id, reason);
            return;
        }
        let indicator = Indicator {
            uuid: id.uuid(),
            validity,
            confidence,
        };
        let term = Term {
            key: key.clone(),
            places: Places::ANY,
        };
        if let Some(number) = self.number(id, indicator)
            && self.insert(id, number, term)
        {
            self.set.report.served += 1;
        }
    }

    /// The finished set.
    pub fn build(self) -> IndicatorSet {
        let mut set = self.set;
        set.index.shrink();
        set.indicators.shrink_to_fit();
        set.entries.shrink_to_fit();
        set
    }

    fn refusal(&self, id: &Id, confidence: Option<u8>) -> Option<Reason> {
        if id.kind() != "indicator" {
            return Some(Reason::Kind);
        }
        let too_low = |least| confidence.is_some_and(|confidence| confidence < least);
        self.least_confidence
            .is_some_and(too_low)
            .then_some(Reason::Confidence)
    }

    /// How many index entries were made of `object`.
    fn add_terms(&mut self, object: &Object) -> usize {
        let id = object.id();
        let confidence = object
            .properties()
            .get("confidence")
            .and_then(serde_json::Value::as_u64)
            .and_then(|confidence| u8::try_from(confidence).ok());
        if let Some(reason) = self.refusal(id, confidence) {
            self.set.report.refuse(id, reason);
            return 0;
        }
        // STIX 2.1 §3.6: revocation covers every version and is permanent.
        if object.is_revoked() {
            self.set.report.refuse(id, Reason::Revoked);
            return 0;
        }
        // STIX 2.1 §10.8: other pattern types (snort, sigma, yara) are other languages.
        if object.string("pattern_type") != Some("stix") {
            self.set.report.refuse(id, Reason::Language);
            return 0;
        }
        let Some(validity) = Validity::of(object) else {
            self.set.report.refuse(id, Reason::Malformed);
            return 0;
        };
        let Some(pattern) = object
            .string("pattern")
            .and_then(|text| pattern::parse::parse(text).ok())
        else {
            self.set.report.refuse(id, Reason::Malformed);
            return 0;
        };
        let parts = pattern::alternative::decompose(&pattern);
        for part in &parts.needs_engine {
            self.set.report.refuse(id, Reason::Engine(part.reason));
        }
        let mut terms = Vec::new();
        for alternative in &parts.alternatives {
            match property::term(alternative) {
                Ok(term) => terms.push(term),
                Err(reason) => self.set.report.refuse(id, reason),
            }
        }
        if terms.is_empty() {
            return 0;
        }
        let indicator = Indicator {
            uuid: id.uuid(),
            validity,
            confidence,
        };
        let Some(number) = self.number(id, indicator) else {
            return 0;
        };
        terms
            .into_iter()
            .filter(|term| self.insert(id, number, term.clone()))
            .count()
    }

    fn number(&mut self, id: &Id, indicator: Indicator) -> Option<IndicatorNumber> {
        let Ok(number) = IndicatorNumber::try_from(self.set.indicators.len()) else {
            self.set.report.refuse(id, Reason::Full);
            return None;
        };
        self.set.indicators.push(indicator);
        Some(number)
    }

    fn insert(&mut self, id: &Id, indicator: IndicatorNumber, term: Term) -> bool {
        if self.set.exclusions.cover(&term.key) {
            self.set.report.refuse(id, Reason::Excluded);
            return false;
        }
        let below = match &term.key {
            Key::Domain(name) if self.subdomains == Subdomains::Included => {
                Some(Key::Subdomains(name.clone()))
            }
            _ => None,
        };
        let Ok(entry) = EntryNumber::try_from(self.set.entries.len()) else {
            self.set.report.refuse(id, Reason::Full);
            return false;
        };
        for key in [Some(term.key), below].into_iter().flatten() {
            if let Err(error) = self.set.index.insert(&key, entry) {
                self.set.report.refuse(id, Reason::from(error));
                return false;
            }
        }
        self.set.entries.push(Entry {
            indicator,
            places: term.places,
        });
        self.set.report.entries += 1;
        true
    }
}

impl IndicatorSet {
    /// Calls `found` with each indicator that `seen` matches, the most specific value first.
    #[inline]
    pub fn find(&self, seen: &Seen<'_>, mut found: impl FnMut(IndicatorNumber, &Indicator)) {
        // Whether it is excluded is asked once, and only of what would be a hit.
        let mut excluded = None;
        self.index.find(&seen.value, |entry| {
            let Some(entry) = self.entries.get(entry as usize) else {
                return;
            };
            if !entry.places.hold(seen.place) {
                return;
            }
            if *excluded.get_or_insert_with(|| self.exclusions.hold(&seen.value)) {
                return;
            }
            if let Some(indicator) = self.indicators.get(entry.indicator as usize) {
                found(entry.indicator, indicator);
            }
        });
    }

    /// Whether any indicator could match what a field holds.
    pub fn wants(&self, holds: Holds) -> bool {
        let names = || self.index.holds(Tag::Domain) || self.index.holds(Tag::Subdomains);
        let addresses = || self.index.holds_addresses();
        match holds {
            Holds::Address => addresses(),
            Holds::CertificateSha1 => self.index.holds(Tag::CertificateSha1),
            Holds::CertificateSha256 => self.index.holds(Tag::CertificateSha256),
            Holds::Domain => names(),
            Holds::Email => self.index.holds(Tag::Email),
            Holds::FileMd5 => self.index.holds(Tag::FileMd5),
            Holds::FileName => self.index.holds(Tag::FileName),
            Holds::FileSha1 => self.index.holds(Tag::FileSha1),
            Holds::FileSha256 => self.index.holds(Tag::FileSha256),
            Holds::Host | Holds::NameOrAddress => names() || addresses(),
            Holds::Port | Holds::RequestTarget | Holds::Url => self.index.holds(Tag::Url),
            Holds::UserAgent => self.index.holds(Tag::UserAgent),
        }
    }

    /// What was taken in and what was not.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// How many indicators there are that have an entry.
    pub fn len(&self) -> usize {
        self.indicators.len()
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes on the heap that grow with the number of indicators.
    pub fn heap_bytes(&self) -> usize {
        self.index.heap_bytes()
            + self.indicators.capacity() * size_of::<Indicator>()
            + self.entries.capacity() * size_of::<Entry>()
    }
}

impl Indicator {
    /// The identifier, as it was given.
    pub fn id(&self) -> Option<Id> {
        // INVARIANT: the builder takes identifiers of indicators only, so this is the one that came in.
        Id::new("indicator", self.uuid).ok()
    }

    /// When it is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Its confidence, 0 to 100, where stated.
    pub fn confidence(&self) -> Option<u8> {
        self.confidence
    }
}

impl Validity {
    /// At all times.
    pub const ALWAYS: Self = Self {
        from: i64::MIN,
        until: i64::MAX,
    };

    /// From `from` up to, not including, `until`.
    pub fn new(from: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        Self {
            from: from.map_or(i64::MIN, nanoseconds),
            until: until.map_or(i64::MAX, nanoseconds),
        }
    }

    /// Whether `at` lies within. STIX 2.1 §4.7: `valid_until` is when it should no longer be considered valid.
    pub fn holds(self, at: Timestamp) -> bool {
        let at = nanoseconds(at);
        self.from <= at && (at < self.until || self.until == i64::MAX)
    }

    /// None where a time is given that cannot be read.
    fn of(object: &Object) -> Option<Self> {
        let time = |name: &str| match object.properties().get(name) {
            None => Some(None),
            Some(_) => Some(Some(object.timestamp(name)?.instant())),
        };
        Some(Self::new(time("valid_from")?, time("valid_until")?))
    }
}

/// Nanoseconds since 1970; times before 1677 or after 2262 are the least and the greatest number.
fn nanoseconds(at: Timestamp) -> i64 {
    let exact = at.as_nanosecond();
    i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests;
