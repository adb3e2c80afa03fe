//! The index: from a value seen to the entries that it matches.
//!
//! Exact values and names are in hash tables of four bytes for each key beside the key itself, split into shards so
//! that growing one moves little; addresses are behind a bitmap of the /24 networks that hold any entry, which
//! answers nearly every miss from two megabytes.

pub mod addresses;
pub mod strings;

use std::net::IpAddr;

use ipnet::IpNet;

use crate::seen::Value;
use addresses::Addresses;
use strings::{Strings, Tag};

/// What an entry is found by, in its normal spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Every address of a network; of one address where the network has but one.
    Network(IpNet),
    /// A domain name, in the spelling of [`crate::normal::domain`].
    Domain(String),
    /// Every name below a domain, not the domain itself.
    Subdomains(String),
    /// A URL, in the spelling of [`crate::normal::url`].
    Url(String),
    /// A mail address, in the spelling of [`crate::normal::email`].
    Email(String),
    /// An MD5 hash of a file, in lower case.
    FileMd5(String),
    /// A SHA-1 hash of a file, in lower case.
    FileSha1(String),
    /// A SHA-256 hash of a file, in lower case.
    FileSha256(String),
    /// A file name, exactly.
    FileName(String),
    /// A user agent, exactly.
    UserAgent(String),
    /// A SHA-1 fingerprint of a certificate, in lower case.
    CertificateSha1(String),
    /// A SHA-256 fingerprint of a certificate, in lower case.
    CertificateSha256(String),
}

/// Number of an entry in the list that the caller keeps.
pub type EntryNumber = u32;

/// From values seen to entries.
#[derive(Debug, Default)]
pub struct Index {
    addresses: Addresses,
    strings: Strings,
    /// Entries that share their key with another: the first of them leads here.
    lists: Lists,
}

/// The index has no room for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// The key is longer than a record's length can say.
    #[error("the value is longer than {} bytes", strings::KEY_BYTES)]
    Long,
    /// A shard or the numbering is full.
    #[error("the index is full")]
    Full,
}

impl Index {
    /// Adds an entry under `key`.
    ///
    /// # Errors
    /// [`InsertError`] where there is no room.
    pub fn insert(&mut self, key: &Key, entry: EntryNumber) -> Result<(), InsertError> {
        if entry >= Posting::LIST {
            return Err(InsertError::Full);
        }
        let (tag, text) = match key {
            Key::Network(net) => {
                self.addresses.insert(*net, entry, &mut self.lists);
                return Ok(());
            }
            Key::Domain(text) => (Tag::Domain, text),
            Key::Subdomains(text) => (Tag::Subdomains, text),
            Key::Url(text) => {
                if let Some(host) = crate::normal::host_of_url(text) {
                    self.strings.mark(Tag::UrlHost, host)?;
                }
                (Tag::Url, text)
            }
            Key::Email(text) => (Tag::Email, text),
            Key::FileMd5(text) => (Tag::FileMd5, text),
            Key::FileSha1(text) => (Tag::FileSha1, text),
            Key::FileSha256(text) => (Tag::FileSha256, text),
            Key::FileName(text) => (Tag::FileName, text),
            Key::UserAgent(text) => (Tag::UserAgent, text),
            Key::CertificateSha1(text) => (Tag::CertificateSha1, text),
            Key::CertificateSha256(text) => (Tag::CertificateSha256, text),
        };
        self.strings.insert(tag, text, entry, &mut self.lists)
    }

    /// Calls `found` with every entry that `value` matches, the most specific first.
    #[inline]
    pub fn find(&self, value: &Value<'_>, mut found: impl FnMut(EntryNumber)) {
        match *value {
            Value::Address(address) => self.addresses.find(address, |posting| {
                self.lists.each(posting, &mut found);
            }),
            Value::Domain(name) => self.find_domain(name, &mut found),
            Value::Url(url) => {
                if self.may_hold_url(url)
                    && let Some(url) = crate::normal::url(url)
                {
                    self.find_text(Tag::Url, &url, &mut found);
                }
            }
            Value::Email(address) => {
                if self.strings.holds(Tag::Email)
                    && let Some(address) = crate::normal::email(address)
                {
                    self.find_text(Tag::Email, &address, &mut found);
                }
            }
            Value::FileMd5(text) => self.find_text(Tag::FileMd5, text, &mut found),
            Value::FileSha1(text) => self.find_text(Tag::FileSha1, text, &mut found),
            Value::FileSha256(text) => self.find_text(Tag::FileSha256, text, &mut found),
            Value::FileName(text) => self.find_text(Tag::FileName, text, &mut found),
            Value::UserAgent(text) => self.find_text(Tag::UserAgent, text, &mut found),
            Value::CertificateSha1(text) => self.find_text(Tag::CertificateSha1, text, &mut found),
            Value::CertificateSha256(text) => {
                self.find_text(Tag::CertificateSha256, text, &mut found);
            }
        }
    }

    /// Whether any entry could match a value of the kind that `key` is of.
    pub fn holds(&self, tag: Tag) -> bool {
        self.strings.holds(tag)
    }

    /// Whether any entry is an address or a network.
    pub fn holds_addresses(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// Gives back what growing has left over.
    pub fn shrink(&mut self) {
        self.strings.shrink();
    }

    /// Bytes on the heap, as far as they are the index's own.
    pub fn heap_bytes(&self) -> usize {
        self.addresses.heap_bytes() + self.strings.heap_bytes() + self.lists.heap_bytes()
    }

    /// Whether the URL, not yet normal, has a host that a URL held has: most have not, and need not be normalised.
    fn may_hold_url(&self, url: &str) -> bool {
        if !self.strings.holds(Tag::Url) {
            return false;
        }
        match crate::normal::host_of_url(url) {
            // Such a host may be spelt otherwise when it is normalised.
            Some(host) if !host.is_ascii() || host.contains(':') || host.ends_with('.') => true,
            Some(host) => self.strings.find(Tag::UrlHost, host.as_bytes()).is_some(),
            None => false,
        }
    }

    #[inline]
    fn find_text(&self, tag: Tag, text: &str, found: &mut impl FnMut(EntryNumber)) {
        if let Some(posting) = self.strings.find(tag, text.as_bytes()) {
            self.lists.each(posting, found);
        }
    }

    #[inline]
    fn find_domain(&self, name: &str, found: &mut impl FnMut(EntryNumber)) {
        if !self.strings.holds(Tag::Domain) && !self.strings.holds(Tag::Subdomains) {
            return;
        }
        if !name.is_ascii() {
            if let Some(name) = crate::normal::domain(name) {
                self.find_domain(&name, found);
            }
            return;
        }
        let name = name.strip_suffix('.').unwrap_or(name);
        self.strings.find_domain(name.as_bytes(), |posting| {
            self.lists.each(posting, found);
        });
    }
}

/// What a key leads to: one entry, or a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting(u32);

/// Lists of entries under one key.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: Vec<Vec<EntryNumber>>,
}

impl Posting {
    /// Numbers from here on are lists.
    const LIST: u32 = 1 << 31;

    pub(crate) fn one(entry: EntryNumber) -> Self {
        Self(entry)
    }

    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }
}

impl Lists {
    /// The posting that leads to what `posting` leads to and to `entry`.
    pub(crate) fn extend(&mut self, posting: Posting, entry: EntryNumber) -> Posting {
        if let Some(list) = posting
            .0
            .checked_sub(Posting::LIST)
            .and_then(|at| self.lists.get_mut(at as usize))
        {
            if list.last() != Some(&entry) {
                list.push(entry);
            }
            return posting;
        }
        if posting.0 == entry {
            return posting;
        }
        // There are fewer lists than entries, and entries are fewer than `LIST`.
        let at = u32::try_from(self.lists.len()).unwrap_or(u32::MAX >> 1);
        self.lists.push(vec![posting.0, entry]);
        Posting(Posting::LIST | at)
    }

    #[inline]
    pub(crate) fn each(&self, posting: Posting, found: &mut impl FnMut(EntryNumber)) {
        match posting.0.checked_sub(Posting::LIST) {
            None => found(posting.0),
            Some(at) => {
                for entry in self.lists.get(at as usize).into_iter().flatten() {
                    found(*entry);
                }
            }
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.lists
            .iter()
            .map(|list| size_of::<Vec<EntryNumber>>() + list.capacity() * 4)
            .sum()
    }
}

impl Key {
    /// The key of exactly this address.
    pub fn address(address: IpAddr) -> Self {
        Self::Network(IpNet::from(address.to_canonical()))
    }
}
