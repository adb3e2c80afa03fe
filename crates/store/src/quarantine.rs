//! What came in and was not taken among the objects.

use ::release::held::Consent;
use ::release::party::{OrganisationId, PersonId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use crate::conditions::{consent_code, read_consent};
use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// Why something waits or was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuarantineKind {
    /// It claims to be an object that is held from another source.
    Foreign,
    /// It is not valid STIX.
    Invalid,
    /// It looks harmless or wrong, or its source is not trusted to be taken unseen.
    Suspect,
}

impl QuarantineKind {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Invalid => "invalid",
            Self::Suspect => "suspect",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Foreign, Self::Invalid, Self::Suspect]
            .into_iter()
            .find(|kind| kind.name() == text)
    }
}

/// An object on its way into quarantine.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The request that it came with.
    pub submission: Uuid,
    /// Its identifier as far as it could be read.
    pub id: String,
    /// Its version as far as it could be read.
    pub version: String,
    /// Its text as received.
    pub text: String,
    /// The organisation that gave it.
    pub source: OrganisationId,
    /// The person or service who sent it.
    pub entered_by: Option<PersonId>,
    /// To what its sender consents.
    pub consent: Consent,
    /// When.
    pub at: Timestamp,
    /// Why it is here.
    pub kind: QuarantineKind,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// A digest of the text, so that what is sent again is known again.
    pub digest: [u8; 32],
    /// Whether its sender knows that it waits.
    pub told: bool,
}

/// An object in quarantine.
#[derive(Debug, Clone)]
pub struct QuarantineRow {
    /// Its place, which names it.
    pub seq: i64,
    /// What it is.
    pub object: Quarantined,
    /// The decision, if one was taken.
    pub decision: Option<QuarantineDecision>,
}

/// What was decided about an object in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineDecision {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody where the node decided.
    pub by: Option<PersonId>,
    /// Whether it was taken in.
    pub accepted: bool,
    /// What was said with it.
    pub note: String,
}

/// Which objects in quarantine.
#[derive(Debug, Clone, Default)]
pub struct QuarantineFilter {
    /// Only those that nobody has decided on (`Some(None)`), or that were taken in or not.
    pub decided: Option<Option<bool>>,
    /// Only of this kind.
    pub kind: Option<QuarantineKind>,
    /// Only of this source.
    pub source: Option<OrganisationId>,
    /// Only those that came before this one.
    pub before: Option<i64>,
}

/// A pending object of a submission, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaiting {
    /// Its place among the pending ones.
    pub place: usize,
    /// As what it waits.
    pub seq: i64,
    /// The decision, if one was taken.
    pub decision: Option<QuarantineDecision>,
}

impl Reader<'_> {
    /// What is in quarantine, the latest first, as a list needs it: a text longer than `text_bytes` is not read and
    /// stands there as an empty one, and of long identifiers and reasons there is the beginning.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantine(
        &self,
        filter: &QuarantineFilter,
        limit: u32,
        text_bytes: u32,
    ) -> Result<Vec<QuarantineRow>> {
        // 0: nobody decided, 1: taken in, 2: not taken in; null for all.
        let state = filter.decided.map(|decided| match decided {
            None => 0,
            Some(true) => 1,
            Some(false) => 2,
        });
        let sql = format!(
            "SELECT seq, submission, substr(id, 1, {LISTED_CHARS}), substr(version, 1, {LISTED_CHARS}),
                    iif(octet_length(text) <= ?6, text, ''), source, entered_by, at, kind,
                    substr(reason, 1, {LISTED_CHARS}), digest, told, decided, decided_by, accepted, note,
                    consent
             FROM quarantine WHERE seq < ?1
               AND (?2 IS NULL OR (CASE WHEN decided IS NULL THEN 0 WHEN accepted THEN 1 ELSE 2 END) = ?2)
               AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR source = ?4)
             ORDER BY seq DESC LIMIT ?5"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values = (
            filter.before.unwrap_or(i64::MAX),
            state,
            filter.kind.map(QuarantineKind::name),
            filter.source.map(|source| source.to_string()),
            limit,
            text_bytes,
        );
        let rows = statement.query_map(values, |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// What became of the pending objects of a submission, by their place.
    ///
    /// # Errors
    /// If the database fails.
    pub fn awaiting(&self, submission: Uuid) -> Result<Vec<Awaiting>> {
        let sql = "SELECT awaiting.place, seq, decided, decided_by, accepted, note
                   FROM awaiting JOIN quarantine ON seq = awaiting.quarantine
                   WHERE awaiting.submission = ?1 ORDER BY awaiting.place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([submission.to_string()], |row| {
            let place: i64 = row.get(0)?;
            let seq: i64 = row.get(1)?;
            Ok((place, seq, decision(row, 2)))
        })?;
        rows.map(|row| {
            let (place, seq, decision) = row?;
            Ok(Awaiting {
                place: usize::try_from(place).unwrap_or(usize::MAX),
                seq,
                decision: decision?,
            })
        })
        .collect()
    }

    /// The submissions that wait for some objects in quarantine, with their submitters.
    ///
    /// # Errors
    /// If the database fails.
    pub fn submissions_awaiting(&self, seq: i64) -> Result<Vec<(Uuid, OrganisationId)>> {
        let sql = "SELECT DISTINCT submission.id, submission.submitter
                   FROM awaiting JOIN submission ON submission.id = awaiting.submission
                   WHERE awaiting.quarantine = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([seq], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (id, submitter) = row?;
            Ok((uuid(&id)?, OrganisationId(uuid(&submitter)?)))
        })
        .collect()
    }

    /// What a source has in quarantine with the same text, told or not, the latest.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantined_text(
        &self,
        source: OrganisationId,
        digest: &[u8; 32],
        told: bool,
    ) -> Result<Option<(i64, Option<QuarantineDecision>)>> {
        let sql = "SELECT seq, decided, decided_by, accepted, note FROM quarantine
                   WHERE source = ?1 AND digest = ?2 AND told = ?3 ORDER BY seq DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((source.to_string(), digest.as_slice(), told))?;
        match rows.next()? {
            Some(row) => Ok(Some((row.get(0)?, decision(row, 1)?))),
            None => Ok(None),
        }
    }

    /// Whether a source was told of anything as taken in that is not held as its own.
    ///
    /// # Errors
    /// If the database fails.
    pub fn has_claims(&self, source: OrganisationId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM claim WHERE source = ?1)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([source.to_string()], |row| row.get(0))?)
    }

    /// The digest of the content of this version of which a source was told that it is taken in.
    ///
    /// # Errors
    /// If the database fails.
    pub fn claim(
        &self,
        source: OrganisationId,
        id: &str,
        version: &str,
    ) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT digest FROM claim WHERE source = ?1 AND id = ?2 AND version = ?3";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((source.to_string(), id, version), |row| row.get(0))
            .optional()?)
    }

    /// What was decided on before a moment, the earliest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantine_decided(&self, before: Timestamp, limit: u32) -> Result<Vec<i64>> {
        let sql = "SELECT seq FROM quarantine WHERE decided < ?1 ORDER BY decided, seq LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((micros(before), limit), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One object in quarantine.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantined(&self, seq: i64) -> Result<Option<QuarantineRow>> {
        let sql = format!("{SELECT} WHERE seq = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query_map([seq], |row| Ok(read(row)))?;
        rows.next().transpose()?.transpose()
    }

    /// How many objects of a source wait so that it knows.
    ///
    /// # Errors
    /// If the database fails.
    pub fn waiting_count(&self, source: OrganisationId) -> Result<u64> {
        self.count_of(
            "SELECT count(*) FROM quarantine WHERE source = ?1 AND decided IS NULL AND told = 1",
            source,
        )
    }

    /// How many objects of a source are kept that are not valid, and that nobody has looked at.
    ///
    /// # Errors
    /// If the database fails.
    pub fn invalid_count(&self, source: OrganisationId) -> Result<u64> {
        self.count_of(
            "SELECT count(*) FROM quarantine WHERE source = ?1 AND decided IS NULL AND kind = 'invalid'",
            source,
        )
    }

    fn count_of(&self, sql: &str, source: OrganisationId) -> Result<u64> {
        let count: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row([source.to_string()], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl Writer<'_> {
    /// Puts an object into quarantine; its place there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_quarantine(&self, object: &Quarantined) -> Result<i64> {
        let sql = "INSERT INTO quarantine (submission, id, version, text, source, entered_by, at, kind, reason, digest, told, consent)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        self.connection.prepare_cached(sql)?.execute((
            object.submission.to_string(),
            &object.id,
            &object.version,
            &object.text,
            object.source.to_string(),
            object.entered_by.map(|person| person.to_string()),
            micros(object.at),
            object.kind.name(),
            object.reasons.join("\n"),
            object.digest.as_slice(),
            object.told,
            consent_code(object.consent),
        ))?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Records that the sender of an object that waits consents to no more than this.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_quarantine_consent(&self, seq: i64, consent: Consent) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE quarantine SET consent = ?2 WHERE seq = ?1")?
            .execute((seq, consent_code(consent)))?;
        Ok(())
    }

    /// Records as what the pending objects of a submission wait, in the order of its status.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_awaiting(&self, submission: Uuid, waiting: &[i64]) -> Result<()> {
        let submission = submission.to_string();
        self.connection
            .prepare_cached("DELETE FROM awaiting WHERE submission = ?1")?
            .execute([&submission])?;
        let sql = "INSERT INTO awaiting (submission, place, quarantine) VALUES (?1, ?2, ?3)";
        let mut insert = self.connection.prepare_cached(sql)?;
        for (place, seq) in (0_i64..).zip(waiting) {
            insert.execute((&submission, place, seq))?;
        }
        Ok(())
    }

    /// Remembers the content of a version of which a source is told that it is taken in; the first one counts.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_claim(
        &self,
        source: OrganisationId,
        id: &str,
        version: &str,
        digest: &[u8; 32],
    ) -> Result<()> {
        let sql =
            "INSERT OR IGNORE INTO claim (source, id, version, digest) VALUES (?1, ?2, ?3, ?4)";
        let values = (source.to_string(), id, version, digest.as_slice());
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Forgets an object in quarantine that was decided on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn purge_quarantine(&self, seq: i64) -> Result<()> {
        let sql = "DELETE FROM quarantine WHERE seq = ?1 AND decided IS NOT NULL";
        self.connection.prepare_cached(sql)?.execute([seq])?;
        Ok(())
    }

    /// Records the decision about an object in quarantine; false if there is none, or it was decided before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decide_quarantine(&self, seq: i64, decision: &QuarantineDecision) -> Result<bool> {
        let sql = "UPDATE quarantine SET decided = ?2, decided_by = ?3, accepted = ?4, note = ?5
                   WHERE seq = ?1 AND decided IS NULL";
        let changed = self.connection.prepare_cached(sql)?.execute((
            seq,
            micros(decision.at),
            decision.by.map(|person| person.to_string()),
            decision.accepted,
            &decision.note,
        ))?;
        Ok(changed > 0)
    }
}

fn read(row: &Row<'_>) -> Result<QuarantineRow> {
    let kind: String = row.get(8)?;
    let reason: String = row.get(9)?;
    let digest: Option<Vec<u8>> = row.get(10)?;
    let digest = digest.and_then(|digest| digest.try_into().ok());
    Ok(QuarantineRow {
        seq: row.get(0)?,
        object: Quarantined {
            submission: uuid(&row.get::<_, String>(1)?)?,
            id: row.get(2)?,
            version: row.get(3)?,
            text: row.get(4)?,
            source: OrganisationId(uuid(&row.get::<_, String>(5)?)?),
            entered_by: person(row.get(6)?)?,
            consent: read_consent(row.get(16)?),
            at: timestamp(row.get(7)?)?,
            kind: QuarantineKind::parse(&kind).ok_or(StoreError::Corrupt { what: "quarantine" })?,
            reasons: reason.lines().map(str::to_owned).collect(),
            digest: digest.unwrap_or_default(),
            told: row.get(11)?,
        },
        decision: decision(row, 12)?,
    })
}

/// The decision in the columns `decided`, `decided_by`, `accepted`, `note`, which begin at `first`.
fn decision(row: &Row<'_>, first: usize) -> Result<Option<QuarantineDecision>> {
    let Some(at) = row.get::<_, Option<i64>>(first)? else {
        return Ok(None);
    };
    Ok(Some(QuarantineDecision {
        at: timestamp(at)?,
        by: person(row.get(first + 1)?)?,
        accepted: row.get::<_, Option<bool>>(first + 2)?.unwrap_or_default(),
        note: row.get(first + 3)?,
    }))
}

fn person(text: Option<String>) -> Result<Option<PersonId>> {
    text.map(|text| uuid(&text).map(PersonId)).transpose()
}

/// Most characters of an identifier, a version, and the reasons of one object in a list: an identifier has under 300,
/// and a screen shows no more reasons.
const LISTED_CHARS: u32 = 4_000;

const SELECT: &str =
    "SELECT seq, submission, id, version, text, source, entered_by, at, kind, reason, digest, told,
                             decided, decided_by, accepted, note, consent
                      FROM quarantine";
