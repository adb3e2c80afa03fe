//! Standing rules and what they have released.

use ::release::party::{PersonId, ReleaseId, RuleId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::convert::{micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};
use crate::object::ObjectKey;

/// A standing rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Its identifier.
    pub id: RuleId,
    /// What it says, as `app` wrote it.
    pub body: String,
    /// Whether it releases.
    pub state: RuleState,
    /// Why it stands still, where the node stopped it.
    pub note: String,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// Who confirmed it: it reads what that person may see.
    pub confirmed_by: PersonId,
    /// When it was confirmed.
    pub confirmed: Timestamp,
}

/// Whether a rule releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleState {
    /// It releases what arrives.
    Active,
    /// It releases nothing any more.
    Ended,
    /// It releases nothing for now.
    Paused,
}

impl RuleState {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Paused => "paused",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Ended, Self::Paused]
            .into_iter()
            .find(|state| state.name() == text)
    }
}

impl Reader<'_> {
    /// A rule.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rule(&self, rule: RuleId) -> Result<Option<RuleRow>> {
        self.connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([rule.to_string()], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// The rules, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rules(&self, limit: u32) -> Result<Vec<RuleRow>> {
        self.rules_where("ORDER BY confirmed DESC, id LIMIT ?1", limit)
    }

    /// The rules that release, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn active_rules(&self, limit: u32) -> Result<Vec<RuleRow>> {
        self.rules_where(
            "WHERE state = 'active' ORDER BY confirmed, id LIMIT ?1",
            limit,
        )
    }

    /// Whether a rule has released a version.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rule_has_released(&self, rule: RuleId, key: &ObjectKey) -> Result<bool> {
        let sql = "SELECT 1 FROM rule_item WHERE rule = ?1 AND id = ?2 AND version = ?3";
        Ok(self.connection.prepare_cached(sql)?.exists((
            rule.to_string(),
            key.id.as_str(),
            &key.version,
        ))?)
    }

    /// The releases that a rule made, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn releases_by_rule(&self, rule: RuleId, limit: u32) -> Result<Vec<ReleaseId>> {
        let sql = "SELECT release.id FROM release_origin JOIN release ON release.id = release_origin.release
                   WHERE release_origin.rule = ?1 ORDER BY release.confirmed DESC, release.id LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((rule.to_string(), limit), |row| row.get::<_, String>(0))?;
        rows.map(|row| uuid(&row?).map(ReleaseId)).collect()
    }

    /// How many versions a rule has released.
    ///
    /// # Errors
    /// If the database fails.
    pub fn rule_item_count(&self, rule: RuleId) -> Result<u64> {
        let count: i64 = self
            .connection
            .prepare_cached("SELECT count(*) FROM rule_item WHERE rule = ?1")?
            .query_row([rule.to_string()], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn rules_where(&self, clause: &str, limit: u32) -> Result<Vec<RuleRow>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{SELECT} {clause}"))?;
        let rows = statement.query_map([limit], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }
}

impl Writer<'_> {
    /// Records a confirmed rule.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_rule(&self, row: &RuleRow) -> Result<()> {
        let sql = "INSERT INTO rule (id, body, state, note, requested_by, confirmed_by, confirmed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.connection.prepare_cached(sql)?.execute((
            row.id.to_string(),
            &row.body,
            row.state.name(),
            &row.note,
            row.requested_by.to_string(),
            row.confirmed_by.to_string(),
            micros(row.confirmed),
        ))?;
        Ok(())
    }

    /// Changes whether a rule releases, and says why; false where it has ended or is in that state already.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_rule_state(&self, rule: RuleId, state: RuleState, note: &str) -> Result<bool> {
        let sql = "UPDATE rule SET state = ?2, note = ?3 WHERE id = ?1 AND state <> 'ended' AND state <> ?2";
        let changed =
            self.connection
                .prepare_cached(sql)?
                .execute((rule.to_string(), state.name(), note))?;
        Ok(changed > 0)
    }

    /// Records which versions a rule released by a release.
    ///
    /// # Errors
    /// If the database fails, or one was released by the rule before.
    pub fn put_rule_items(
        &self,
        rule: RuleId,
        release: ReleaseId,
        items: &[ObjectKey],
    ) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO rule_item (rule, id, version, release) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for item in items {
            insert.execute((
                rule.to_string(),
                item.id.as_str(),
                &item.version,
                release.to_string(),
            ))?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<RuleRow> {
    Ok(RuleRow {
        id: RuleId(uuid(&row.get::<_, String>(0)?)?),
        body: row.get(1)?,
        state: RuleState::parse(&row.get::<_, String>(2)?)
            .ok_or(StoreError::Corrupt { what: "rule" })?,
        note: row.get(3)?,
        requested_by: PersonId(uuid(&row.get::<_, String>(4)?)?),
        confirmed_by: PersonId(uuid(&row.get::<_, String>(5)?)?),
        confirmed: timestamp(row.get(6)?)?,
    })
}

const SELECT: &str =
    "SELECT id, body, state, note, requested_by, confirmed_by, confirmed FROM rule";
