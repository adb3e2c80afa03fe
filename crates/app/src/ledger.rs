//! The release log: what an audience was given, provably.
//!
//! Each audience has a log of its own, under the name of its feed, and the house has one of every decision and of
//! the heads of all others. See the crate `ledger` for what they prove.
//!
//! INVARIANT: what stands in the log of an audience is a function of what that audience was given and of what it
//! asked for; what others are given changes nothing in it, not its size either.

pub mod verify;

mod giver;
mod house;
mod record;
mod replay;
mod tree;

use ::ledger::checkpoint::{Checkpoint, Origin};
use ::ledger::hash::Hash;
use ::ledger::key::{SigningKey, VerifyingKey};
use ::ledger::leaf::Leaf;
use ::ledger::proof;
use release::gate::Asked;
use release::party::Audience;
use stix::id::Id;
use store::database::Reader;
use store::error::StoreError;
use store::ledger::{HOUSE, LogHead};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::feed::{asked, feed_key, organisation_key};
use crate::node::{Node, own};

pub(crate) use giver::Giver;
pub(crate) use record::{
    Handed, begin, conditions_changed, decided, extended, given, person_changed, release_withdrawn,
    released, withdrawn,
};

/// Which log is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// That of the house: administrators and auditors read it.
    House,
    /// That of the caller's organisation: of what was sent to it without anybody's asking, as a peer.
    Organisation,
    /// The caller's own: of what the caller was given.
    Own,
}

/// What a proof is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A leaf by its number.
    Leaf(u64),
    /// The leaf that gave an object.
    Object {
        /// The identifier as the audience knows it.
        id: String,
        /// The version key as the audience knows it; the newest if not given.
        version: Option<String>,
    },
}

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// What is signed.
    pub head: Checkpoint,
    /// The signed note.
    pub note: String,
    /// The key that signed it.
    pub key: VerifyingKey,
}

/// Leaves of a log with the size that it has at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaves {
    /// The number of the first.
    pub first: u64,
    /// Their canonical texts.
    pub leaves: Vec<String>,
    /// How many leaves the log has.
    pub size: u64,
}

/// A leaf with the proof that it is in the tree of `size` leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The canonical text of the leaf.
    pub leaf: String,
    /// Its number.
    pub index: u64,
    /// The size of the tree.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// The proof.
    pub path: Vec<Hash>,
}

/// The proof that a tree is the beginning of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The size of the smaller tree.
    pub old: u64,
    /// The size of the larger one.
    pub new: u64,
    /// The proof.
    pub path: Vec<Hash>,
}

impl Node {
    /// The key that signs the heads of all logs. It is public: whoever checks heads keeps it.
    ///
    /// # Errors
    /// If the node is not set up.
    pub fn ledger_key(&self) -> Result<VerifyingKey, AppError> {
        self.store
            .read(|reader| Ok(signing_key(reader)?.verifying_key()))
    }

    /// The signed head of a log.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn ledger_head(&self, caller: &Caller, log: Log) -> Result<SignedHead, AppError> {
        let name = name_of(caller, log)?;
        self.store.read(|reader| signed_head(reader, &name))
    }

    /// Leaves of a log from a number on, at most `limit` and [`MAX_LEAVES`].
    ///
    /// # Errors
    /// If the caller may not.
    pub fn ledger_leaves(
        &self,
        caller: &Caller,
        log: Log,
        first: u64,
        limit: u32,
    ) -> Result<Leaves, AppError> {
        let name = name_of(caller, log)?;
        self.store.read(|reader| {
            let size = head(reader, &name)?.size;
            let mut leaves = Vec::new();
            if first < size {
                for (_, bytes) in reader.log_leaves(&name, first, limit.min(MAX_LEAVES))? {
                    leaves.push(text(bytes)?);
                }
            }
            Ok(Leaves {
                first,
                leaves,
                size,
            })
        })
    }

    /// The proof that a leaf is in a log as it was when it had `size` leaves, or as it is now.
    ///
    /// # Errors
    /// If the caller may not, or there is no such leaf in it.
    pub fn ledger_inclusion(
        &self,
        caller: &Caller,
        log: Log,
        place: &Place,
        size: Option<u64>,
    ) -> Result<Inclusion, AppError> {
        let name = name_of(caller, log)?;
        self.store.read(|reader| {
            let now = head(reader, &name)?.size;
            let size = size.unwrap_or(now);
            if size > now {
                return Err(beyond(size));
            }
            let index = match place {
                Place::Leaf(index) => *index,
                Place::Object { id, version } => {
                    let row = match version {
                        Some(version) => reader.given(&name, id, version)?,
                        None => reader.given_last(&name, id)?,
                    };
                    row.ok_or(AppError::NotFound)?.leaf
                }
            };
            if index >= size {
                return Err(AppError::NotFound);
            }
            let nodes = reader.log_nodes(&name)?;
            let path = proof::inclusion(&nodes, index, size)?.ok_or(AppError::NotFound)?;
            let mut leaves = reader.log_leaves(&name, index, 1)?.into_iter();
            let (_, bytes) = leaves.next().ok_or(AppError::NotFound)?;
            Ok(Inclusion {
                leaf: text(bytes)?,
                index,
                size,
                root: proof::root_at(&nodes, size)?,
                path,
            })
        })
    }

    /// The proof that a log of `old` leaves was the beginning of what it was with `new` leaves, or of what it is now.
    ///
    /// # Errors
    /// If the caller may not, or it has not so many leaves.
    pub fn ledger_consistency(
        &self,
        caller: &Caller,
        log: Log,
        old: u64,
        new: Option<u64>,
    ) -> Result<Consistency, AppError> {
        let name = name_of(caller, log)?;
        self.store.read(|reader| {
            let now = head(reader, &name)?.size;
            let new = new.unwrap_or(now);
            if new > now || old > new {
                return Err(beyond(new.max(old)));
            }
            let path = if old == 0 || old == new {
                Vec::new()
            } else {
                let nodes = reader.log_nodes(&name)?;
                proof::consistency(&nodes, old, new)?.unwrap_or_default()
            };
            Ok(Consistency { old, new, path })
        })
    }

    /// The SHA-256 of the texts of versions that the node holds, as far as the caller may see them; nothing for others.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn held_hashes(
        &self,
        caller: &Caller,
        versions: &[(Id, String)],
    ) -> Result<Vec<Option<Hash>>, AppError> {
        caller.require(Action::ReadObjects)?;
        self.through_gate(caller, |_, gate| {
            let wanted: Vec<_> = versions
                .iter()
                .map(|(id, version)| {
                    // The times at which somebody else had an object without versions are not ours: the newest counts.
                    let has_versions = stix::canonical::contributing_properties(id.kind())
                        .is_none()
                        && id.kind() != "process";
                    Asked {
                        version: asked(id, version).version.filter(|_| has_versions),
                        id: id.clone(),
                    }
                })
                .collect();
            Ok(gate
                .decide(&wanted)?
                .into_iter()
                .map(|decision| Some(Hash::of(decision.released()?.text().as_bytes())))
                .collect())
        })
    }
}

/// The log that a caller means, if the caller may read it.
fn name_of(caller: &Caller, log: Log) -> Result<String, AppError> {
    match log {
        Log::House => {
            caller.require(Action::ReadAudit)?;
            Ok(HOUSE.to_owned())
        }
        Log::Organisation => {
            caller.require(Action::ReadFeed)?;
            match caller.audience() {
                Audience::Member(member) if member.organisation == caller.organisation => {
                    Ok(organisation_key(member.organisation))
                }
                _ => Err(AppError::Forbidden),
            }
        }
        Log::Own => {
            caller.require(Action::ReadFeed)?;
            Ok(feed_key(caller.audience()))
        }
    }
}

/// The head of a log; that of the empty tree where nothing was written yet.
fn head(reader: &Reader<'_>, log: &str) -> Result<LogHead, AppError> {
    Ok(reader.log_head(log)?.unwrap_or_else(|| LogHead {
        size: 0,
        root: Hash::empty_root(),
        pending: 0,
    }))
}

fn signed_head(reader: &Reader<'_>, log: &str) -> Result<SignedHead, AppError> {
    let LogHead { size, root, .. } = head(reader, log)?;
    let head = Checkpoint {
        origin: origin(reader, log)?,
        size,
        root,
    };
    let key = signing_key(reader)?;
    Ok(SignedHead {
        note: head.sign(&key),
        key: key.verifying_key(),
        head,
    })
}

/// The name of a log in the world: which node, which audience. The audience knows both.
fn origin(reader: &Reader<'_>, log: &str) -> Result<Origin, AppError> {
    let node = own(reader)?.id;
    let name = format!("noroshi/{node}/{}", log.replace(':', "/"));
    Origin::new(name).map_err(|error| AppError::Store(error.into()))
}

fn signing_key(reader: &Reader<'_>) -> Result<SigningKey, AppError> {
    let seed = reader.meta(LEDGER_KEY)?.ok_or(AppError::NotSetUp)?;
    SigningKey::from_seed(&seed).map_err(|error| AppError::Store(error.into()))
}

fn text(bytes: Vec<u8>) -> Result<String, AppError> {
    String::from_utf8(bytes).map_err(|_| AppError::Store(StoreError::Corrupt { what: "log" }))
}

fn leaf_at(reader: &Reader<'_>, log: &str, place: u64) -> Result<Option<Leaf>, AppError> {
    let leaves = reader.log_leaves(log, place, 1)?;
    let first = leaves.into_iter().next();
    Ok(first.and_then(|(_, bytes)| Leaf::parse(&bytes).ok()))
}

fn beyond(size: u64) -> AppError {
    AppError::invalid(
        "APP-LEDGER-01",
        format!("the log has fewer than {size} leaves"),
    )
}

/// The seed of the key that signs heads.
const LEDGER_KEY: &str = "ledger_key";
/// Leaves of one answer: of 400 bytes each, under half a megabyte.
pub const MAX_LEAVES: u32 = 1_000;
