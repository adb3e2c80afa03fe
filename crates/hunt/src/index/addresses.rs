//! Addresses and networks.

use std::net::IpAddr;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use ipnet::IpNet;

use super::{EntryNumber, Lists, Posting};

/// Networks by length and address, behind a bitmap of the IPv4 /24 networks that hold any.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    v4: Family<u32>,
    v6: Family<u128>,
    /// One bit for each /24; empty until the first IPv4 entry.
    occupied: Vec<u64>,
}

/// The networks of one address family.
#[derive(Debug)]
struct Family<A> {
    exact: HashMap<A, u32, FixedState>,
    networks: HashMap<(A, u8), u32, FixedState>,
    /// Lengths of the networks, longest first.
    lengths: Vec<u8>,
}

impl<A> Default for Family<A> {
    fn default() -> Self {
        Self {
            exact: HashMap::default(),
            networks: HashMap::default(),
            lengths: Vec::new(),
        }
    }
}

impl Addresses {
    pub(crate) fn insert(&mut self, net: IpNet, entry: EntryNumber, lists: &mut Lists) {
        match net {
            IpNet::V4(net) => {
                let first = net.network().to_bits();
                self.occupy(first, net.broadcast().to_bits());
                self.v4.insert(first, net.prefix_len(), 32, entry, lists);
            }
            IpNet::V6(net) => {
                let first = net.network().to_bits();
                self.v6.insert(first, net.prefix_len(), 128, entry, lists);
            }
        }
    }

    /// Calls `found` with what each network that holds `address` leads to, the longest prefix first.
    #[inline]
    pub(crate) fn find(&self, address: IpAddr, found: impl FnMut(Posting)) {
        match address {
            IpAddr::V4(address) => {
                let address = address.to_bits();
                let slot = address >> 8;
                let word = self.occupied.get((slot >> 6) as usize).copied();
                if word.unwrap_or_default() >> (slot & 63) & 1 == 1 {
                    self.v4.find(
                        address,
                        |length| address & u32::MAX.unbounded_shl(u32::from(32 - length)),
                        found,
                    );
                }
            }
            IpAddr::V6(address) => {
                let address = address.to_bits();
                self.v6.find(
                    address,
                    |length| address & u128::MAX.unbounded_shl(u32::from(128 - length)),
                    found,
                );
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.occupied.capacity() * 8
            + self.v4.exact.allocation_size()
            + self.v4.networks.allocation_size()
            + self.v6.exact.allocation_size()
            + self.v6.networks.allocation_size()
    }

    fn occupy(&mut self, first: u32, last: u32) {
        self.occupied.resize(SLOTS / 64, 0);
        let (first, last) = (first >> 8, last >> 8);
        for word in first >> 6..=last >> 6 {
            let from = if word == first >> 6 { first & 63 } else { 0 };
            let to = if word == last >> 6 { last & 63 } else { 63 };
            let bits = (u64::MAX << from) & (u64::MAX >> (63 - to));
            if let Some(held) = self.occupied.get_mut(word as usize) {
                *held |= bits;
            }
        }
    }
}

impl<A: Copy + Eq + std::hash::Hash> Family<A> {
    fn insert(&mut self, first: A, length: u8, longest: u8, entry: EntryNumber, lists: &mut Lists) {
        if length == longest {
            self.exact
                .entry(first)
                .and_modify(|held| *held = lists.extend(Posting::from_bits(*held), entry).bits())
                .or_insert(Posting::one(entry).bits());
            return;
        }
        self.networks
            .entry((first, length))
            .and_modify(|held| *held = lists.extend(Posting::from_bits(*held), entry).bits())
            .or_insert(Posting::one(entry).bits());
        if let Err(at) = self.lengths.binary_search_by(|held| length.cmp(held)) {
            self.lengths.insert(at, length);
        }
    }

    #[inline]
    fn find(&self, address: A, network: impl Fn(u8) -> A, mut found: impl FnMut(Posting)) {
        if let Some(posting) = self.exact.get(&address) {
            found(Posting::from_bits(*posting));
        }
        for &length in &self.lengths {
            if let Some(posting) = self.networks.get(&(network(length), length)) {
                found(Posting::from_bits(*posting));
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.networks.is_empty()
    }
}

/// How many /24 networks there are.
const SLOTS: usize = 1 << 24;
