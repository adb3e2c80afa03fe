//! An IP address or network, as `ipv4-addr` and `ipv6-addr` hold it (STIX 2.1 §6.8, §6.9).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network in CIDR notation; an address is a network of one.
///
/// INVARIANT: the bits of the address behind the prefix are zero, so that equal sets of addresses are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads an address or `address/prefix`; bits behind the prefix may be set and are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits)
                if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                digits.parse().ok().filter(|prefix| *prefix <= most)?
            }
            Some(_) => return None,
            None => most,
        };
        Some(Self::new(address, prefix))
    }

    fn new(address: IpAddr, prefix: u8) -> Self {
        let address = match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX
                    .checked_shl(u32::from(32_u8.saturating_sub(prefix)))
                    .unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX
                    .checked_shl(u32::from(128_u8.saturating_sub(prefix)))
                    .unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
        };
        Self { address, prefix }
    }

    /// The first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many leading bits are fixed.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether it is one address.
    pub fn is_single(&self) -> bool {
        self.prefix == if self.address.is_ipv4() { 32 } else { 128 }
    }

    /// The network of that prefix around this one; none where this one is wider.
    pub(crate) fn widened(&self, prefix: u8) -> Option<Self> {
        (prefix <= self.prefix).then(|| Self::new(self.address, prefix))
    }

    /// Whether every address of this network is in `other`; true when they are equal, false between IPv4 and
    /// IPv6.
    pub fn is_subset(&self, other: &Self) -> bool {
        let apart = match (self.address, other.address) {
            (IpAddr::V4(left), IpAddr::V4(right)) => {
                (left.to_bits() ^ right.to_bits()).leading_zeros()
            }
            (IpAddr::V6(left), IpAddr::V6(right)) => {
                (left.to_bits() ^ right.to_bits()).leading_zeros()
            }
            _ => return false,
        };
        self.prefix >= other.prefix && apart >= u32::from(other.prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            self.address.fmt(f)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}
