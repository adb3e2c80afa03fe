//! Names, URLs, hashes and other texts.

use hashbrown::HashTable;

use super::{EntryNumber, InsertError, Lists, Posting};

/// Longest key: a record says its length in two bytes.
pub const KEY_BYTES: usize = u16::MAX as usize;

/// What a text is; equal texts of different kinds are different keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// See [`super::Key::Domain`].
    Domain = 0,
    /// See [`super::Key::Subdomains`].
    Subdomains,
    /// See [`super::Key::Url`].
    Url,
    /// See [`super::Key::Email`].
    Email,
    /// See [`super::Key::FileMd5`].
    FileMd5,
    /// See [`super::Key::FileSha1`].
    FileSha1,
    /// See [`super::Key::FileSha256`].
    FileSha256,
    /// See [`super::Key::FileName`].
    FileName,
    /// See [`super::Key::UserAgent`].
    UserAgent,
    /// See [`super::Key::CertificateSha1`].
    CertificateSha1,
    /// See [`super::Key::CertificateSha256`].
    CertificateSha256,
    /// The host of a URL that is held; it leads nowhere.
    UrlHost,
}

/// Texts by kind.
#[derive(Debug)]
pub(crate) struct Strings {
    shards: Vec<Shard>,
    /// One bit for each [`Tag`] of which there is a key.
    tags: u16,
}

/// A part of the texts.
///
/// A record is: tag, one byte; length, two bytes; posting, four bytes; the key. The table holds the records' places.
#[derive(Debug, Default)]
struct Shard {
    table: HashTable<u32>,
    records: Vec<u8>,
}

impl Default for Strings {
    fn default() -> Self {
        Self {
            shards: std::iter::repeat_with(Shard::default)
                .take(SHARDS)
                .collect(),
            tags: 0,
        }
    }
}

impl Strings {
    pub(crate) fn insert(
        &mut self,
        tag: Tag,
        key: &str,
        entry: EntryNumber,
        lists: &mut Lists,
    ) -> Result<(), InsertError> {
        let key = key.as_bytes();
        let length = u16::try_from(key.len()).map_err(|_| InsertError::Long)?;
        let hash = finish(suffix_hash(key), tag);
        let Some(shard) = self.shards.get_mut(shard_of(hash)) else {
            return Err(InsertError::Full);
        };
        if let Some(place) = shard.find(hash, tag, key) {
            shard.extend_posting(place, entry, lists);
            return Ok(());
        }
        let place = u32::try_from(shard.records.len()).map_err(|_| InsertError::Full)?;
        shard.records.push(tag as u8);
        shard.records.extend_from_slice(&length.to_le_bytes());
        shard
            .records
            .extend_from_slice(&Posting::one(entry).bits().to_le_bytes());
        shard.records.extend_from_slice(key);
        let records = &shard.records;
        shard
            .table
            .insert_unique(hash, place, |place| rehash(records, *place));
        self.tags |= 1 << tag as u16;
        Ok(())
    }

    /// Holds `key` without an entry, to ask later whether it is held.
    pub(crate) fn mark(&mut self, tag: Tag, key: &str) -> Result<(), InsertError> {
        self.insert(tag, key, 0, &mut Lists::default())
    }

    /// Whether there is any key of this kind.
    #[inline]
    pub(crate) fn holds(&self, tag: Tag) -> bool {
        self.tags >> tag as u16 & 1 == 1
    }

    /// What `key` leads to; ASCII letters in any case.
    #[inline]
    pub(crate) fn find(&self, tag: Tag, key: &[u8]) -> Option<Posting> {
        if !self.holds(tag) {
            return None;
        }
        self.find_hashed(suffix_hash(key), tag, key)
    }

    /// Calls `found` with what the name leads to and what each domain above it leads to for the names below it, the
    /// longest first.
    ///
    /// INVARIANT: a domain above a name starts right after a dot of the name, never within a label.
    #[inline]
    pub(crate) fn find_domain(&self, name: &[u8], mut found: impl FnMut(Posting)) {
        if !self.holds(Tag::Subdomains) {
            if let Some(posting) = self.find(Tag::Domain, name) {
                found(posting);
            }
            return;
        }
        let mut above = [(0_u16, 0_u64); LABELS];
        let mut levels = 0;
        let mut hash = SEED;
        for (at, byte) in name.iter().enumerate().rev() {
            if *byte == b'.'
                && let Some(level) = above.get_mut(levels)
                && let Ok(start) = u16::try_from(at + 1)
            {
                *level = (start, hash);
                levels += 1;
            }
            hash = step(hash, *byte);
        }
        if self.holds(Tag::Domain)
            && let Some(posting) = self.find_hashed(hash, Tag::Domain, name)
        {
            found(posting);
        }
        for (start, hash) in above.iter().take(levels).rev() {
            let Some(domain) = name.get(usize::from(*start)..) else {
                continue;
            };
            if let Some(posting) = self.find_hashed(*hash, Tag::Subdomains, domain) {
                found(posting);
            }
        }
    }

    /// Gives back what growing has left over.
    pub(crate) fn shrink(&mut self) {
        for shard in &mut self.shards {
            shard.records.shrink_to_fit();
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| {
                size_of::<Shard>() + shard.table.allocation_size() + shard.records.capacity()
            })
            .sum()
    }

    #[inline]
    fn find_hashed(&self, unfinished: u64, tag: Tag, key: &[u8]) -> Option<Posting> {
        let hash = finish(unfinished, tag);
        let shard = self.shards.get(shard_of(hash))?;
        let place = shard.find(hash, tag, key)?;
        Record::at(&shard.records, place).map(|record| record.posting)
    }
}

impl Shard {
    #[inline]
    fn find(&self, hash: u64, tag: Tag, key: &[u8]) -> Option<u32> {
        self.table
            .find(hash, |place| {
                Record::at(&self.records, *place).is_some_and(|record| {
                    record.tag == tag as u8
                        && if is_exact(tag) {
                            record.key == key
                        } else {
                            record.key.eq_ignore_ascii_case(key)
                        }
                })
            })
            .copied()
    }

    fn extend_posting(&mut self, place: u32, entry: EntryNumber, lists: &mut Lists) {
        let from = place as usize + 3;
        if let Some(held) = self
            .records
            .get_mut(from..)
            .and_then(<[u8]>::first_chunk_mut::<4>)
        {
            let posting = Posting::from_bits(u32::from_le_bytes(*held));
            *held = lists.extend(posting, entry).bits().to_le_bytes();
        }
    }
}

struct Record<'a> {
    tag: u8,
    posting: Posting,
    key: &'a [u8],
}

impl<'a> Record<'a> {
    #[inline]
    fn at(records: &'a [u8], place: u32) -> Option<Self> {
        let (head, rest) = records.get(place as usize..)?.split_first_chunk::<7>()?;
        let [tag, l0, l1, p0, p1, p2, p3] = *head;
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        Some(Self {
            tag,
            posting: Posting::from_bits(u32::from_le_bytes([p0, p1, p2, p3])),
            key: rest.get(..length)?,
        })
    }
}

fn rehash(records: &[u8], place: u32) -> u64 {
    Record::at(records, place).map_or(0, |record| finish_with(suffix_hash(record.key), record.tag))
}

/// Kinds whose case matters.
#[inline]
fn is_exact(tag: Tag) -> bool {
    matches!(tag, Tag::FileName | Tag::Url | Tag::UserAgent)
}

/// A hash from the last byte to the first, so that one pass over a name gives the hashes of all domains above it.
/// Letters of either case hash alike.
#[inline]
fn suffix_hash(key: &[u8]) -> u64 {
    key.iter().rev().fold(SEED, |hash, byte| step(hash, *byte))
}

#[inline]
fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte | 0x20)).wrapping_mul(MULTIPLIER)
}

#[inline]
fn finish(hash: u64, tag: Tag) -> u64 {
    finish_with(hash, tag as u8)
}

/// The multiplication carries upwards only; folding brings the high bits down.
#[inline]
fn finish_with(hash: u64, tag: u8) -> u64 {
    let wide = u128::from(hash ^ u64::from(tag)) * u128::from(FOLD);
    low(wide) ^ low(wide >> 64)
}

#[inline]
fn low(wide: u128) -> u64 {
    let bytes = wide.to_le_bytes();
    bytes
        .first_chunk::<8>()
        .map_or(0, |low| u64::from_le_bytes(*low))
}

/// The table uses the low bits for the bucket and the top seven for its tags, so the shard comes from between.
#[inline]
fn shard_of(hash: u64) -> usize {
    usize::from(u16::from_le_bytes({
        let [.., a, _] = hash.to_le_bytes();
        [a, 0]
    })) % SHARDS
}

/// Growing a table moves a 64th of the keys at a time.
const SHARDS: usize = 64;

/// Most labels of a name in 253 bytes.
const LABELS: usize = 128;

const SEED: u64 = 0x243f_6a88_85a3_08d3;
/// Odd, with bits all over: 2^64 divided by the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
const FOLD: u64 = 0xd1b5_4a32_d192_ed03;
