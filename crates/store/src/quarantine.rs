//! What came in and was not taken among the objects.

use ::release::party::{OrganisationId, PersonId};
use jiff::Timestamp;
use rusqlite::Row;
use uuid::Uuid;

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

    fn read(text: &str) -> Result<Self> {
        [Self::Foreign, Self::Invalid, Self::Suspect]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or(StoreError::Corrupt { what: "quarantine" })
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
    /// When.
    pub at: Timestamp,
    /// Why it is here.
    pub kind: QuarantineKind,
    /// Why, in words.
    pub reasons: Vec<String>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineDecision {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<PersonId>,
    /// Whether it was taken in.
    pub accepted: bool,
}

impl Reader<'_> {
    /// What is in quarantine, the latest first; `before` continues a page.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantine(
        &self,
        open: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<QuarantineRow>> {
        let sql = format!(
            "{SELECT} WHERE seq < ?1 AND (NOT ?2 OR decided IS NULL) ORDER BY seq DESC LIMIT ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values = (before.unwrap_or(i64::MAX), open, limit);
        let rows = statement.query_map(values, |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
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

    /// What of a submission went into quarantine, in the order in which it came.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantined_of(&self, submission: Uuid) -> Result<Vec<QuarantineRow>> {
        let sql = format!("{SELECT} WHERE submission = ?1 ORDER BY seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([submission.to_string()], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// How many objects an organisation has in quarantine that nobody has decided on.
    ///
    /// # Errors
    /// If the database fails.
    pub fn quarantine_count(&self, source: OrganisationId) -> Result<u64> {
        let count: i64 = self
            .connection
            .prepare_cached(
                "SELECT count(*) FROM quarantine WHERE source = ?1 AND decided IS NULL",
            )?
            .query_row([source.to_string()], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

impl Writer<'_> {
    /// Puts an object into quarantine.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_quarantine(&self, object: &Quarantined) -> Result<()> {
        let sql = "INSERT INTO quarantine (submission, id, version, text, source, entered_by, at, kind, reason)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
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
        ))?;
        Ok(())
    }

    /// Records the decision about an object in quarantine; false if there is none, or it was decided before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decide_quarantine(&self, seq: i64, decision: QuarantineDecision) -> Result<bool> {
        let sql = "UPDATE quarantine SET decided = ?2, decided_by = ?3, accepted = ?4 WHERE seq = ?1 AND decided IS NULL";
        let changed = self.connection.prepare_cached(sql)?.execute((
            seq,
            micros(decision.at),
            decision.by.map(|person| person.to_string()),
            decision.accepted,
        ))?;
        Ok(changed > 0)
    }
}

fn read(row: &Row<'_>) -> Result<QuarantineRow> {
    let entered_by: Option<String> = row.get(6)?;
    let decided_by: Option<String> = row.get(11)?;
    let decided: Option<i64> = row.get(10)?;
    let accepted: Option<bool> = row.get(12)?;
    let reason: String = row.get(9)?;
    let person = |text: Option<String>| text.map(|text| uuid(&text).map(PersonId)).transpose();
    Ok(QuarantineRow {
        seq: row.get(0)?,
        object: Quarantined {
            submission: uuid(&row.get::<_, String>(1)?)?,
            id: row.get(2)?,
            version: row.get(3)?,
            text: row.get(4)?,
            source: OrganisationId(uuid(&row.get::<_, String>(5)?)?),
            entered_by: person(entered_by)?,
            at: timestamp(row.get(7)?)?,
            kind: QuarantineKind::read(&row.get::<_, String>(8)?)?,
            reasons: reason.lines().map(str::to_owned).collect(),
        },
        decision: match decided {
            Some(at) => Some(QuarantineDecision {
                at: timestamp(at)?,
                by: person(decided_by)?,
                accepted: accepted.unwrap_or_default(),
            }),
            None => None,
        },
    })
}

const SELECT: &str = "SELECT seq, submission, id, version, text, source, entered_by, at, kind, reason, decided, decided_by, accepted FROM quarantine";
