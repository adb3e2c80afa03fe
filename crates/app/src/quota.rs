//! How much one partner may ask for: requests, objects, bytes; and one address that proves nobody's name.
//!
//! INVARIANT: an organisation's allowance depends on what that organisation did and on nothing else, so that a
//! refusal says nothing about anybody's use but its own. Memory is bounded by the number of organisations.
//!
//! Counts are kept in memory. Those of objects and bytes are also written, in the transaction that takes the objects
//! in, and read when the node starts: what is forgotten by a crash are requests that were never answered, of which
//! nothing was taken in. Those of requests begin anew, which is worth a minute's allowance.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use release::party::OrganisationId;
use store::database::Writer;
use store::quota::QuotaRow;

use crate::access::Caller;
use crate::error::AppError;
use crate::node::Node;

/// What one organisation, or one address, may do; each also at once, if it did nothing for as long as its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Requests of an organisation in a minute.
    pub requests_per_minute: u32,
    /// Objects that an organisation sends in an hour.
    pub objects_per_hour: u32,
    /// Bytes of objects that an organisation sends in a day, in MiB.
    pub mebibytes_per_day: u32,
    /// Requests without credentials, or with wrong ones, from one address in a minute.
    pub unknown_per_minute: u32,
}

impl Allowance {
    /// Enough for a partner who fills a new node with a whole collection, and too little to fill a disk in an hour.
    pub const STANDARD: Self = Self {
        requests_per_minute: 60_000,
        objects_per_hour: 20_000_000,
        mebibytes_per_day: 65_536,
        unknown_per_minute: 300,
    };
}

/// More was asked for than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// When to ask again.
    pub retry_after_secs: u32,
}

/// What everybody used lately.
#[derive(Debug)]
pub(crate) struct Quota {
    used: Mutex<Used>,
    /// Its key is random: nobody can choose an address that shares a place with another.
    places: RandomState,
}

#[derive(Debug)]
struct Used {
    allowance: Allowance,
    organisations: HashMap<OrganisationId, OrganisationUse>,
    addresses: Vec<Bucket>,
}

#[derive(Debug, Default)]
struct OrganisationUse {
    requests: Bucket,
    objects: Bucket,
    bytes: Bucket,
}

/// A bucket that leaks: the moment, in microseconds, at which it will be empty.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket(i64);

impl Quota {
    pub(crate) fn new() -> Self {
        Self {
            used: Mutex::new(Used {
                allowance: Allowance::STANDARD,
                organisations: HashMap::new(),
                addresses: vec![Bucket::default(); PLACES],
            }),
            places: RandomState::new(),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Used) -> T) -> T {
        act(&mut self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn request(&self, organisation: OrganisationId, now: Timestamp) -> Result<(), Exceeded> {
        self.with(|used| {
            let most = used.allowance.requests_per_minute.into();
            let organisation = used.organisations.entry(organisation).or_default();
            organisation.requests.pour(1, most, MINUTE, now)
        })
    }

    fn objects(
        &self,
        organisation: OrganisationId,
        count: usize,
        bytes: usize,
        now: Timestamp,
    ) -> Result<(), Exceeded> {
        let wide = |count| u64::try_from(count).unwrap_or(u64::MAX);
        self.with(|used| {
            let most_bytes = u64::from(used.allowance.mebibytes_per_day) << 20;
            let most_objects = used.allowance.objects_per_hour.into();
            let of = used.organisations.entry(organisation).or_default();
            let mut after = of.bytes;
            after.pour(wide(bytes), most_bytes, DAY, now)?;
            of.objects.pour(wide(count), most_objects, HOUR, now)?;
            of.bytes = after;
            Ok(())
        })
    }

    /// Goes on from what had been used when it was written.
    fn restore(&self, rows: &[QuotaRow], now: Timestamp) {
        self.with(|used| {
            for row in rows {
                // A clock that was set back makes nobody wait longer than a node that stands still would.
                let since = now.as_microsecond().saturating_sub(row.at.as_microsecond());
                let left = |level: i64| level.saturating_sub(since.max(0)).max(0);
                let of = used.organisations.entry(row.organisation).or_default();
                of.objects = Bucket::with(left(row.objects_us), now);
                of.bytes = Bucket::with(left(row.bytes_us), now);
            }
        });
    }

    /// What an organisation has used, to be written.
    fn row(&self, organisation: OrganisationId, now: Timestamp) -> QuotaRow {
        self.with(|used| {
            let of = used.organisations.entry(organisation).or_default();
            QuotaRow {
                organisation,
                at: now,
                objects_us: of.objects.level(now),
                bytes_us: of.bytes.level(now),
            }
        })
    }

    fn unknown(&self, address: IpAddr, now: Timestamp) -> Result<(), Exceeded> {
        let hash = self.places.hash_one(network(address));
        self.with(|used| {
            let most = used.allowance.unknown_per_minute.into();
            let place = usize::try_from(hash % PLACES_WIDE).unwrap_or_default();
            match used.addresses.get_mut(place) {
                Some(bucket) => bucket.pour(1, most, MINUTE, now),
                None => Ok(()),
            }
        })
    }
}

impl Bucket {
    /// A bucket that is empty after so many microseconds.
    fn with(level: i64, now: Timestamp) -> Self {
        Self(now.as_microsecond().saturating_add(level))
    }

    /// How many microseconds it takes until it is empty.
    fn level(self, now: Timestamp) -> i64 {
        self.0.saturating_sub(now.as_microsecond()).max(0)
    }

    /// Pours `amount` in, of which `most` run out in `period`; what is more than fits into an empty bucket is taken
    /// once it is empty.
    fn pour(
        &mut self,
        amount: u64,
        most: u64,
        period: SignedDuration,
        now: Timestamp,
    ) -> Result<(), Exceeded> {
        let level = self.level(now);
        let period_us = i64::try_from(period.as_micros()).unwrap_or(i64::MAX);
        let wide = u128::from(amount) * u128::from(period_us.unsigned_abs());
        let cost = i64::try_from(wide / u128::from(most.max(1))).unwrap_or(i64::MAX);
        let over = level.saturating_add(cost).saturating_sub(period_us);
        if level > 0 && over > 0 {
            let wait_us = over.min(level);
            let secs = wait_us.saturating_add(999_999) / 1_000_000;
            return Err(Exceeded {
                retry_after_secs: u32::try_from(secs).unwrap_or(u32::MAX).max(1),
            });
        }
        *self = Self::with(level.saturating_add(cost), now);
        Ok(())
    }
}

impl Node {
    /// Sets what everybody may do.
    pub fn allow(&self, allowance: Allowance) {
        self.quota.with(|used| used.allowance = allowance);
    }

    /// Counts a request of the caller's organisation.
    ///
    /// # Errors
    /// Where it has made too many.
    pub fn count_request(&self, caller: &Caller) -> Result<(), Exceeded> {
        self.quota.request(caller.organisation, self.clock.now())
    }

    /// Counts objects that the caller's organisation sends.
    ///
    /// # Errors
    /// Where it has sent too many.
    pub(crate) fn count_objects(&self, caller: &Caller, objects: &[&str]) -> Result<(), Exceeded> {
        let bytes = objects.iter().map(|text| text.len()).sum();
        let now = self.clock.now();
        self.quota
            .objects(caller.organisation, objects.len(), bytes, now)
    }

    /// Writes what the caller's organisation has used, so that a restart does not give it again.
    pub(crate) fn keep_quota(&self, writer: &Writer<'_>, caller: &Caller) -> Result<(), AppError> {
        let row = self.quota.row(caller.organisation, self.clock.now());
        Ok(writer.set_quota(&row)?)
    }

    /// Goes on from what organisations had used before the node was started.
    pub(crate) fn restore_quota(&self) -> Result<(), AppError> {
        let rows = self
            .store
            .read(|reader| Ok::<_, AppError>(reader.quotas()?))?;
        self.quota.restore(&rows, self.clock.now());
        Ok(())
    }

    /// Counts a request of nobody that we know, from an address.
    ///
    /// # Errors
    /// Where too many came from there.
    pub fn count_unknown(&self, address: IpAddr) -> Result<(), Exceeded> {
        self.quota.unknown(address, self.clock.now())
    }
}

/// What one customer of a network has: an IPv6 customer has at least a /64 (RFC 6177).
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(u32::from(address)),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            [a, b, c, d]
                .into_iter()
                .fold(1, |network, part| (network << 16) ^ u64::from(part))
        }
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Places for addresses: half a megabyte. Addresses that share one share its allowance, which costs them no more
/// than a wait, and not their requests with credentials.
const PLACES: usize = 65_536;
const PLACES_WIDE: u64 = 65_536;

#[cfg(test)]
mod tests;
