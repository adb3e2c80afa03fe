//! What stands in the logs: one canonical JSON text (RFC 8785) for each leaf.
//!
//! A leaf reads back as the value that wrote it, and only from the bytes that were written: [`Leaf::parse`] refuses
//! every other spelling, so that two parties cannot differ about what was hashed.
//!
//! The log of an audience has [`Leaf::Given`], [`Leaf::Withdrawn`], [`Leaf::Delivered`] and [`Leaf::Decided`], and
//! nothing in them that this audience does not know. The log of the house has [`Leaf::Began`], [`Leaf::Act`] and
//! [`Leaf::Head`].

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::checkpoint::Origin;
use crate::error::FormatError;
use crate::hash::Hash;
use crate::key::VerifyingKey;

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// House: something was decided or done.
    Act {
        /// What, for example `release` or `withdraw`.
        act: String,
        /// To what, as an identifier.
        subject: String,
        /// When.
        at: Timestamp,
        /// By whom.
        by: Uuid,
        /// The SHA-256 of what the house wrote down about it.
        sha256: Hash,
    },
    /// House: the log begins.
    Began {
        /// When.
        at: Timestamp,
        /// The key that signs from now on.
        key: VerifyingKey,
        /// The SHA-256 of what was there before the log, see `app`.
        older: Hash,
    },
    /// Audience: a decision of the house gave the entries that follow.
    Decided {
        /// The decision's number for this audience alone: two audiences cannot compare theirs.
        release: Uuid,
        /// When.
        at: Timestamp,
    },
    /// Audience: entries were handed over for the first time.
    Delivered {
        /// To which person or service.
        to: Uuid,
        /// When.
        at: Timestamp,
        /// The leaves that gave the entries, as ranges `(first, last)`, in order.
        leaves: Vec<(u64, u64)>,
    },
    /// Audience: an object was given.
    Given {
        /// The identifier under which the audience knows it.
        id: String,
        /// The version key as the audience knows it.
        version: String,
        /// The SHA-256 of exactly the text that it gets.
        sha256: Hash,
        /// The SHA-256 that tells news from a repetition, see `app`.
        content: Hash,
        /// Its `date_added` (TAXII 2.1 §3.5).
        added: Timestamp,
    },
    /// House: the log of an audience reached this head.
    Head {
        /// Which log.
        log: Origin,
        /// How many leaves it has.
        size: u64,
        /// Its root.
        root: Hash,
    },
    /// Audience: an object is not given any more.
    Withdrawn {
        /// The identifier under which the audience knows it.
        id: String,
        /// The version key as the audience knows it.
        version: String,
        /// When that was decided.
        at: Timestamp,
    },
}

impl Leaf {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut value = match self {
            Self::Act {
                act,
                subject,
                at,
                by,
                sha256,
            } => json!({
                "act": act, "at": at.to_string(), "by": by.to_string(), "leaf": "act",
                "sha256": sha256.to_string(), "subject": subject,
            }),
            Self::Began { at, key, older } => json!({
                "at": at.to_string(), "key": key.to_string(), "leaf": "began", "older": older.to_string(),
            }),
            Self::Decided { release, at } => json!({
                "at": at.to_string(), "leaf": "decided", "release": release.to_string(),
            }),
            Self::Delivered { to, at, leaves } => json!({
                "at": at.to_string(), "leaf": "delivered", "leaves": leaves, "to": to.to_string(),
            }),
            Self::Given {
                id,
                version,
                sha256,
                content,
                added,
            } => json!({
                "added": added.to_string(), "content": content.to_string(), "id": id, "leaf": "given",
                "sha256": sha256.to_string(), "version": version,
            }),
            Self::Head { log, size, root } => json!({
                "leaf": "head", "log": log.as_str(), "root": root.to_string(), "size": size,
            }),
            Self::Withdrawn { id, version, at } => json!({
                "at": at.to_string(), "id": id, "leaf": "withdrawn", "version": version,
            }),
        };
        if let Some(members) = value.as_object_mut() {
            members.insert("v".to_owned(), json!(VERSION));
        }
        // RFC 8785 §3.2: no white space, members in order (the map is sorted, and the names are ASCII), strings
        // escaped as serde_json does, and whole numbers below 2^53 only.
        value.to_string().into_bytes()
    }

    /// Reads the canonical bytes, and nothing else.
    ///
    /// # Errors
    /// If they are not exactly what [`Self::to_bytes`] would write.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(FormatError::Leaf);
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|_| FormatError::Leaf)?;
        let members = value.as_object().ok_or(FormatError::Leaf)?;
        let leaf = read(members).ok_or(FormatError::Leaf)?;
        if leaf.to_bytes() == bytes {
            Ok(leaf)
        } else {
            Err(FormatError::Leaf)
        }
    }
}

fn read(members: &Map<String, Value>) -> Option<Leaf> {
    let text = |name: &str| members.get(name)?.as_str();
    let owned = |name: &str| text(name).map(str::to_owned);
    let hash = |name: &str| Hash::parse(text(name)?).ok();
    let moment = |name: &str| text(name)?.parse::<Timestamp>().ok();
    let uuid = |name: &str| Uuid::try_parse(text(name)?).ok();
    Some(match text("leaf")? {
        "act" => Leaf::Act {
            act: owned("act")?,
            subject: owned("subject")?,
            at: moment("at")?,
            by: uuid("by")?,
            sha256: hash("sha256")?,
        },
        "began" => Leaf::Began {
            at: moment("at")?,
            key: VerifyingKey::parse(text("key")?).ok()?,
            older: hash("older")?,
        },
        "decided" => Leaf::Decided {
            release: uuid("release")?,
            at: moment("at")?,
        },
        "delivered" => Leaf::Delivered {
            to: uuid("to")?,
            at: moment("at")?,
            leaves: ranges(members.get("leaves")?)?,
        },
        "given" => Leaf::Given {
            id: owned("id")?,
            version: owned("version")?,
            sha256: hash("sha256")?,
            content: hash("content")?,
            added: moment("added")?,
        },
        "head" => Leaf::Head {
            log: Origin::new(text("log")?).ok()?,
            size: whole(members.get("size")?)?,
            root: hash("root")?,
        },
        "withdrawn" => Leaf::Withdrawn {
            id: owned("id")?,
            version: owned("version")?,
            at: moment("at")?,
        },
        _ => return None,
    })
}

/// Ranges in order that do not touch: there is one way to write a set of leaves.
fn ranges(value: &Value) -> Option<Vec<(u64, u64)>> {
    let mut found: Vec<(u64, u64)> = Vec::new();
    for range in value.as_array()? {
        let [first, last] = range.as_array()?.as_slice() else {
            return None;
        };
        let (first, last) = (whole(first)?, whole(last)?);
        let after = found.last().is_none_or(|before| before.1 + 1 < first);
        if !after || first > last {
            return None;
        }
        found.push((first, last));
    }
    Some(found)
}

/// Numbers as ranges; they are sorted first.
pub fn ranges_of(mut leaves: Vec<u64>) -> Vec<(u64, u64)> {
    leaves.sort_unstable();
    let mut found: Vec<(u64, u64)> = Vec::new();
    for leaf in leaves {
        match found.last_mut() {
            Some(last) if leaf <= last.1.saturating_add(1) => last.1 = leaf.max(last.1),
            _ => found.push((leaf, leaf)),
        }
    }
    found
}

/// A whole number that every reader of JSON has exactly (RFC 7493 §2.2).
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().filter(|number| *number < 1 << 53)
}

/// The version of the form; a reader refuses others.
const VERSION: u64 = 1;
/// Longest leaf: a delivery of 10,000 entries that do not touch has 160 kB.
pub const MAX_LEAF_BYTES: usize = 1024 * 1024;
