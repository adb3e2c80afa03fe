//! What is written into the logs, each in the transaction of what it tells of.

use ::ledger::error::FormatError;
use ::ledger::hash::Hash;
use ::ledger::key::{KEY_BYTES, SigningKey};
use ::ledger::leaf::{Leaf, ranges_of};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use release::decision::Decision;
use release::party::{PersonId, ReleaseId};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stix::id::Id;
use store::database::{Reader, Writer};
use store::error::StoreError;
use store::feed::FeedEntry;
use store::ledger::HOUSE;
use uuid::Uuid;

use crate::error::AppError;
use crate::feed::TextEntry;
use crate::ledger::verify::ROWS_AT_ONCE;
use crate::ledger::{LEDGER_KEY, head, leaf_at};
use crate::node::{Node, policy};

/// A release was confirmed; its row.
pub(crate) const ACT_RELEASE: &str = "release";
/// A release was confirmed; what it names.
pub(crate) const ACT_ITEMS: &str = "release-items";
/// A release was confirmed; where it comes from.
pub(crate) const ACT_ORIGIN: &str = "release-origin";
/// A release was confirmed; the versions that it names, in what never changes of them.
pub(crate) const ACT_OBJECTS: &str = "release-objects";
/// The conditions of the versions that a release names, when it was confirmed and whenever they change.
pub(crate) const ACT_CONDITIONS: &str = "release-conditions";
/// A release was withdrawn.
pub(crate) const ACT_WITHDRAW: &str = "withdraw";
/// A release was withdrawn; by whom and why.
pub(crate) const ACT_WITHDRAWAL: &str = "withdrawal";
/// A person was added or changed.
pub(crate) const ACT_PERSON: &str = "person";
/// From here on the log tells of all of this; of the audit trail before it, by one digest.
pub(crate) const ACT_EXTENT: &str = "extent";

/// What is written down of a release when it is confirmed: what was from the first,
const CONFIRMED: [&str; 2] = [ACT_RELEASE, ACT_ITEMS];
/// and the rest.
const CONFIRMED_BESIDE: [&str; 3] = [ACT_ORIGIN, ACT_OBJECTS, ACT_CONDITIONS];

/// The name of the leaf from which the log of the house tells of everything that it does.
const EXTENT: &str = "ledger_extent";

/// An entry of a feed with the text that is about to be handed over.
pub(crate) struct Handed<'a> {
    /// The identifier under which the audience knows the object.
    pub(crate) id: &'a Id,
    /// The version key as the audience knows it.
    pub(crate) version: &'a str,
    /// The text.
    pub(crate) text: &'a str,
}

impl<'a> Handed<'a> {
    /// An entry of a page of texts.
    pub(crate) fn of_text(one: &'a TextEntry) -> Self {
        Self {
            id: &one.entry.id,
            version: &one.entry.version,
            text: &one.text,
        }
    }

    /// An entry as the gate decided on it.
    pub(crate) fn of((entry, decision): &'a (FeedEntry, Decision)) -> Option<Self> {
        Some(Self {
            id: &entry.id,
            version: &entry.version,
            text: decision.released()?.text(),
        })
    }
}

impl Node {
    /// A new seed for the key of the logs.
    pub(crate) fn new_ledger_key(&self) -> [u8; KEY_BYTES] {
        let mut seed = [0; KEY_BYTES];
        self.ids.fill(&mut seed);
        seed
    }

    /// Begins the logs of a node that is older than they are, or that recorded less than is recorded now.
    pub(crate) fn begin_ledger(&self) -> Result<(), AppError> {
        let begun = |reader: &Reader<'_>| {
            let complete = reader.meta(LEDGER_KEY)?.is_some() && reader.meta(EXTENT)?.is_some();
            Ok::<_, AppError>(reader.own_organisation()?.is_none() || complete)
        };
        if self.store.read(begun)? {
            return Ok(());
        }
        let seed = self.new_ledger_key();
        self.store.write(|writer| {
            // Another process may have come first.
            if begun(writer)? {
                return Ok(());
            }
            if writer.meta(LEDGER_KEY)?.is_some() {
                return extend(writer, self.clock.now());
            }
            begin(writer, &seed, self.clock.now())
        })
    }

    /// Records that entries of the log of an audience are handed to somebody, those that were not before; returns before
    /// they are.
    ///
    /// Where the gate gives another text than was recorded when the entry was made, what is handed over is recorded
    /// anew: the log has what was given, to the byte.
    pub(crate) fn hand_over(
        &self,
        log: &str,
        to: Uuid,
        entries: &[Handed<'_>],
    ) -> Result<(), AppError> {
        let some = self.store.read(|reader| {
            if head(reader, log)?.pending == 0 {
                return Ok(false);
            }
            for entry in entries {
                if pending(reader, log, entry)?.is_some() {
                    return Ok(true);
                }
            }
            Ok::<_, AppError>(false)
        })?;
        if !some {
            return Ok(());
        }
        let now = self.clock.now();
        self.store.write(|writer| {
            let mut handed = Vec::new();
            for entry in entries {
                let Some(mut place) = pending(writer, log, entry)? else {
                    continue;
                };
                let text = Hash::of(entry.text.as_bytes());
                if let Some(Leaf::Given {
                    id,
                    version,
                    sha256,
                    content,
                    added,
                }) = leaf_at(writer, log, place)?
                    && sha256 != text
                {
                    let leaf = Leaf::Given {
                        id,
                        version,
                        sha256: text,
                        content,
                        added,
                    };
                    place = writer.append_given(log, entry.id.as_str(), entry.version, &leaf)?;
                }
                handed.push((entry, place));
            }
            if handed.is_empty() {
                return Ok(());
            }
            let leaf = Leaf::Delivered {
                to,
                at: now,
                leaves: ranges_of(handed.iter().map(|(_, place)| *place).collect()),
            };
            let by = writer.append_leaf(log, &leaf)?;
            for (entry, _) in handed {
                writer.set_delivered(log, entry.id.as_str(), entry.version, by)?;
            }
            Ok(())
        })
    }
}

/// Begins the logs: the key, what is older than they are, and the releases that were confirmed before.
pub(crate) fn begin(
    writer: &Writer<'_>,
    seed: &[u8; KEY_BYTES],
    now: Timestamp,
) -> Result<(), AppError> {
    writer.set_meta(LEDGER_KEY, seed)?;
    let key = SigningKey::from_seed(seed).map_err(format)?;
    let leaf = Leaf::Began {
        at: now,
        key: key.verifying_key(),
        older: older(writer)?,
    };
    writer.append_leaf(HOUSE, &leaf)?;
    for row in writer.release_rows()? {
        let by = Uuid::try_parse(&row.confirmed_by).map_err(|_| corrupt("release"))?;
        put_acts(writer, &row.id, &CONFIRMED, by, moment(row.confirmed)?)?;
        if let Some(at) = row.withdrawn {
            put_acts(writer, &row.id, &[ACT_WITHDRAW], by, moment(at)?)?;
        }
    }
    extend(writer, now)
}

/// Records what is there already of what the log of the house tells from now on beside what it told from the first.
fn extend(writer: &Writer<'_>, now: Timestamp) -> Result<(), AppError> {
    let (last, sha256) = audit_until(writer, i64::MAX)?;
    let leaf = Leaf::Act {
        act: ACT_EXTENT.to_owned(),
        subject: last.to_string(),
        at: now,
        by: Uuid::nil(),
        sha256,
    };
    let place = writer.append_leaf(HOUSE, &leaf)?;
    writer.set_meta(EXTENT, &place.to_be_bytes())?;
    for row in writer.release_rows()? {
        put_acts(writer, &row.id, &CONFIRMED_BESIDE, Uuid::nil(), now)?;
        if row.withdrawn.is_some() {
            put_acts(writer, &row.id, &[ACT_WITHDRAWAL], Uuid::nil(), now)?;
        }
    }
    for person in writer.person_ids()? {
        put_acts(writer, &person, &[ACT_PERSON], Uuid::nil(), now)?;
    }
    Ok(())
}

/// Records a person who was added or changed.
pub(crate) fn person_changed(
    writer: &Writer<'_>,
    by: PersonId,
    person: PersonId,
    at: Timestamp,
) -> Result<(), AppError> {
    put_acts(writer, &person.to_string(), &[ACT_PERSON], by.0, at)
}

/// Records that other conditions hold of an object, for each release that names it.
pub(crate) fn conditions_changed(
    writer: &Writer<'_>,
    object: &Id,
    at: Timestamp,
) -> Result<(), AppError> {
    for record in writer.releases_naming(object)? {
        let release = record.terms.id.to_string();
        put_acts(writer, &release, &[ACT_CONDITIONS], Uuid::nil(), at)?;
    }
    Ok(())
}

/// Records a release that was confirmed; its rows are in the database.
pub(crate) fn released(
    writer: &Writer<'_>,
    by: Uuid,
    release: ReleaseId,
    at: Timestamp,
) -> Result<(), AppError> {
    put_acts(writer, &release.to_string(), &CONFIRMED, by, at)?;
    put_acts(writer, &release.to_string(), &CONFIRMED_BESIDE, by, at)
}

/// Records that a release names a revocation too, which somebody entered or the node fetched.
pub(crate) fn extended(
    writer: &Writer<'_>,
    by: Option<PersonId>,
    release: ReleaseId,
    at: Timestamp,
) -> Result<(), AppError> {
    let by = by.map_or(Uuid::nil(), |person| person.0);
    let acts = [ACT_ITEMS, ACT_OBJECTS, ACT_CONDITIONS];
    put_acts(writer, &release.to_string(), &acts, by, at)
}

/// Records that a release was withdrawn; the rows that tell of it are in the database.
pub(crate) fn release_withdrawn(
    writer: &Writer<'_>,
    by: Uuid,
    release: ReleaseId,
    at: Timestamp,
) -> Result<(), AppError> {
    let acts = [ACT_WITHDRAW, ACT_WITHDRAWAL];
    put_acts(writer, &release.to_string(), &acts, by, at)
}

/// Records that an audience is given an object, in the log of the audience: the SHA-256 of its text, and the digest
/// that the feed keeps of its content.
pub(crate) fn given(
    writer: &Writer<'_>,
    log: &str,
    entry: &FeedEntry,
    text: Hash,
    content: &[u8],
) -> Result<(), AppError> {
    let leaf = Leaf::Given {
        id: entry.id.to_string(),
        version: entry.version.clone(),
        sha256: text,
        content: Hash::from_slice(content).map_err(format)?,
        added: entry.position,
    };
    writer.append_given(log, entry.id.as_str(), &entry.version, &leaf)?;
    Ok(())
}

/// Records that an audience is not given an object any more.
pub(crate) fn withdrawn(
    writer: &Writer<'_>,
    log: &str,
    entry: &FeedEntry,
    at: Timestamp,
) -> Result<(), AppError> {
    let leaf = Leaf::Withdrawn {
        id: entry.id.to_string(),
        version: entry.version.clone(),
        at,
    };
    let place = writer.append_leaf(log, &leaf)?;
    writer.set_withdrawn(log, entry.id.as_str(), &entry.version, place)?;
    Ok(())
}

/// Records that the entries given last came by a release, or by its end. What the terms are is not said: an audience knows none of
/// them but the time, and a hash of the rest could be guessed at.
pub(crate) fn decided(
    writer: &Writer<'_>,
    log: &str,
    release: ReleaseId,
    at: Timestamp,
) -> Result<(), AppError> {
    let Some(release) = decision_id(writer, log, release)? else {
        return Ok(());
    };
    writer.append_leaf(log, &Leaf::Decided { release, at })?;
    Ok(())
}

/// The number of a release in the log of an audience: the one that the house has would let two audiences find out that
/// they are told of one decision.
pub(crate) fn decision_id(
    reader: &Reader<'_>,
    log: &str,
    release: ReleaseId,
) -> Result<Option<Uuid>, AppError> {
    let policy = policy(reader)?;
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&policy.edition_key.0) else {
        return Ok(None);
    };
    for part in ["ledger release", log, &release.to_string()] {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    Ok(Some(uuid::Builder::from_custom_bytes(bytes).into_uuid()))
}

/// The digest of what is older than the logs.
pub(crate) fn older(reader: &Reader<'_>) -> Result<Hash, AppError> {
    let rows = reader.older_than_logs()?.into_iter();
    let list: Vec<Value> = rows
        .map(|(audience, position)| json!([audience, position.as_microsecond()]))
        .collect();
    Ok(Hash::of(Value::Array(list).to_string().as_bytes()))
}

/// The digest of the audit trail up to an entry, and the number of the last entry that is in it.
pub(crate) fn audit_until(reader: &Reader<'_>, end: i64) -> Result<(i64, Hash), AppError> {
    let (mut last, mut digest) = (0, Sha256::new());
    loop {
        let rows = reader.audit_rows(last, ROWS_AT_ONCE)?;
        if rows.is_empty() {
            break;
        }
        for (seq, row) in rows {
            if seq > end {
                return Ok((last, Hash::of(&digest.finalize())));
            }
            digest.update(row.to_string());
            digest.update([0]);
            last = seq;
        }
    }
    Ok((last, Hash::of(&digest.finalize())))
}

/// The digest of what an act wrote down; nothing if what it is about is not there.
pub(crate) fn act_digest(
    reader: &Reader<'_>,
    act: &str,
    subject: &str,
) -> Result<Option<Hash>, AppError> {
    let value = match act {
        ACT_ITEMS => Some(json!(reader.release_item_rows(subject)?)),
        ACT_ORIGIN => Some(json!(reader.origin_row(subject)?)),
        ACT_OBJECTS => Some(json!(reader.named_rows(subject)?)),
        ACT_CONDITIONS => Some(json!(reader.condition_rows(subject)?)),
        ACT_WITHDRAWAL => Some(json!(reader.withdrawal_row(subject)?)),
        ACT_PERSON => reader.person_row(subject)?.map(Value::Object),
        _ => reader.release_row(subject)?.map(Value::Object),
    };
    Ok(value.map(|value| Hash::of(value.to_string().as_bytes())))
}

fn put_acts(
    writer: &Writer<'_>,
    subject: &str,
    acts: &[&str],
    by: Uuid,
    at: Timestamp,
) -> Result<(), AppError> {
    for act in acts {
        let leaf = Leaf::Act {
            act: (*act).to_owned(),
            subject: subject.to_owned(),
            at,
            by,
            sha256: act_digest(writer, act, subject)?.ok_or_else(|| corrupt("release"))?,
        };
        writer.append_leaf(HOUSE, &leaf)?;
    }
    Ok(())
}

/// The leaf of an entry that was given and not handed over yet.
fn pending(reader: &Reader<'_>, log: &str, entry: &Handed<'_>) -> Result<Option<u64>, AppError> {
    let row = reader.given(log, entry.id.as_str(), entry.version)?;
    Ok(row
        .filter(|row| row.delivered.is_none() && row.withdrawn.is_none())
        .map(|row| row.leaf))
}

fn moment(micros: i64) -> Result<Timestamp, AppError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt("time"))
}

fn corrupt(what: &'static str) -> AppError {
    AppError::Store(StoreError::Corrupt { what })
}

fn format(error: FormatError) -> AppError {
    AppError::Store(error.into())
}
