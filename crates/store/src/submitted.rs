//! What each organisation sent and was told is taken in, in the order of that organisation alone.
//!
//! Positions are like those of a feed: unique, increasing, and given in the transaction that makes the entry visible;
//! they are made of the time of the request and of what the same organisation sent before.
//!
//! Nearly everything that is sent is new and stays as it was sent. So that it is not recorded a second time at once, what
//! is stored one after the other is one row, a run; it is spread out into entries when its organisation asks.

use ::release::held::{Held, Provenance};
use ::release::party::{OrganisationId, PersonId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, ToSql};
use stix::object::Object;

use crate::convert::{micros, timestamp, uuid, version_key};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};
use crate::feed::{FeedQuery, Names, conditions};

/// An object as an organisation sent it.
#[derive(Debug)]
pub struct Submitted {
    /// When it was added, unique for the organisation.
    pub position: Timestamp,
    /// The version key; of an object without versions, that of the time at which it was added.
    pub version: String,
    /// What was sent, as that organisation's own; it goes out through `release::gate::Gate::returned` and no other way.
    pub held: Held,
}

const NAMES: Names = Names {
    table: "submitted",
    by_kind: "INDEXED BY submitted_kind",
    by_object: "INDEXED BY submitted_object",
};

impl Reader<'_> {
    /// What an organisation sent and asks for, in order, at most `limit`, and no more once the texts have `max_bytes`;
    /// and whether those are all.
    ///
    /// # Errors
    /// If the database fails.
    pub fn submitted(
        &self,
        organisation: OrganisationId,
        query: &FeedQuery,
        limit: u32,
        max_bytes: usize,
    ) -> Result<(Vec<Submitted>, bool)> {
        let (index, condition, values) = conditions(&NAMES, &organisation.to_string(), query);
        let sql = format!(
            "SELECT feed.position, feed.entered_by, feed.version, coalesce(feed.text, object.text)
             FROM submitted AS feed {index} LEFT JOIN object ON object.seq = feed.seq
             WHERE {condition} ORDER BY feed.position LIMIT {limit}"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
        let mut rows = statement.query(parameters.as_slice())?;
        let (mut found, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let text: Option<String> = row.get(3)?;
            let text = text.ok_or(StoreError::Corrupt { what: "submission" })?;
            bytes = bytes.saturating_add(text.len());
            let object =
                Object::parse(&text).map_err(|_| StoreError::Corrupt { what: "submission" })?;
            let provenance = Provenance {
                entered_by: Some(PersonId(uuid(&row.get::<_, String>(1)?)?)),
                ..Provenance::given_by(organisation)
            };
            found.push(Submitted {
                position: timestamp(row.get(0)?)?,
                version: row.get(2)?,
                held: Held::seal(object, provenance),
            });
            if bytes >= max_bytes {
                return Ok((found, false));
            }
        }
        let all = found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        Ok((found, all))
    }
}

impl Reader<'_> {
    /// Whether something of an organisation is recorded as a run and not yet entry by entry: until it is,
    /// [`Reader::submitted`] does not find it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn has_submitted_runs(&self, organisation: OrganisationId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM submitted_run WHERE audience = ?1)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([organisation.to_string()], |row| row.get(0))?)
    }

    /// Whether a version is one of a run.
    fn is_in_run(&self, organisation: &str, object: &Object) -> Result<bool> {
        let Some(version) = object.version().map(version_key) else {
            return Ok(false);
        };
        let sql = "SELECT EXISTS (SELECT 1 FROM object JOIN submitted_run AS run INDEXED BY submitted_run_seq
                   ON run.audience = ?3 AND run.seq = (SELECT max(seq) FROM submitted_run INDEXED BY submitted_run_seq
                   WHERE audience = ?3 AND seq <= object.seq) AND object.seq < run.seq + run.count
                   WHERE object.id = ?1 AND object.version = ?2)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((object.id().as_str(), version, organisation), |row| {
                row.get(0)
            })?)
    }

    /// The first position that an organisation has not yet, at a time.
    fn next_submitted(&self, organisation: &str, at: Timestamp) -> Result<i64> {
        let sql = "SELECT max(coalesce((SELECT max(position) FROM submitted WHERE audience = ?1), 0),
                   coalesce((SELECT position + count - 1 FROM submitted_run WHERE audience = ?1 ORDER BY position DESC LIMIT 1), 0))";
        let last: i64 = self
            .connection
            .prepare_cached(sql)?
            .query_row([organisation], |row| row.get(0))?;
        Ok(micros(at).max(last.saturating_add(1)))
    }
}

impl Writer<'_> {
    /// As [`Writer::put_submitted`], of `count` objects that were stored one after the other, beginning at `first`, each
    /// with a version that was not held before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_submitted_run(
        &self,
        organisation: OrganisationId,
        entered_by: PersonId,
        first: i64,
        count: i64,
        at: Timestamp,
    ) -> Result<()> {
        let organisation = organisation.to_string();
        let position = self.next_submitted(&organisation, at)?;
        let sql = "INSERT INTO submitted_run (audience, position, seq, count, entered_by) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.prepare_cached(sql)?.execute((
            &organisation,
            position,
            first,
            count,
            entered_by.to_string(),
        ))?;
        Ok(())
    }

    /// Records entry by entry what stands first in a run, at most `most` entries; answers how many.
    ///
    /// # Errors
    /// If the database fails.
    pub fn spread_submitted_run(&self, organisation: OrganisationId, most: i64) -> Result<i64> {
        let organisation = organisation.to_string();
        let sql = "SELECT position, seq, count FROM submitted_run WHERE audience = ?1 ORDER BY position LIMIT 1";
        let run: Option<(i64, i64, i64)> = self
            .connection
            .prepare_cached(sql)?
            .query_row([&organisation], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((position, seq, count)) = run else {
            return Ok(0);
        };
        let now = count.min(most);
        let sql = "INSERT INTO submitted (audience, position, id, kind, version, entered_by, digest, seq)
                   SELECT run.audience, run.position + object.seq - run.seq, object.id, object.kind, object.version,
                   run.entered_by, x'', object.seq
                   FROM submitted_run AS run JOIN object ON object.seq >= ?3 AND object.seq < ?3 + ?4
                   WHERE run.audience = ?1 AND run.position = ?2 AND NOT EXISTS (
                   SELECT 1 FROM submitted AS other INDEXED BY submitted_object
                   WHERE other.audience = ?1 AND other.id = object.id AND other.version = object.version)";
        self.connection
            .prepare_cached(sql)?
            .execute((&organisation, position, seq, now))?;
        if now < count {
            let sql = "UPDATE submitted_run SET position = position + ?3, seq = seq + ?3, count = count - ?3
                       WHERE audience = ?1 AND position = ?2";
            self.connection
                .prepare_cached(sql)?
                .execute((&organisation, position, now))?;
        } else {
            self.connection
                .prepare_cached("DELETE FROM submitted_run WHERE audience = ?1 AND position = ?2")?
                .execute((&organisation, position))?;
        }
        Ok(now)
    }

    /// Records that an organisation was told that an object which it sent is taken in; the same version, or the same
    /// content of an object without versions, is recorded once.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_submitted(
        &self,
        organisation: OrganisationId,
        entered_by: PersonId,
        object: &Object,
        digest: &[u8; 32],
        at: Timestamp,
    ) -> Result<()> {
        let organisation = organisation.to_string();
        let version = object.version().map(version_key);
        let newest: Option<Vec<u8>> = self
            .connection
            .prepare_cached(
                "SELECT digest FROM submitted INDEXED BY submitted_object
                 WHERE audience = ?1 AND id = ?2 AND (?3 IS NULL OR version = ?3)
                 ORDER BY version DESC LIMIT 1",
            )?
            .query_row((&organisation, object.id().as_str(), &version), |row| {
                row.get(0)
            })
            .optional()?;
        if newest.is_some_and(|newest| version.is_some() || newest == digest)
            || self.is_in_run(&organisation, object)?
        {
            return Ok(());
        }
        let position = self.next_submitted(&organisation, at)?;
        let version = match version {
            Some(version) => version,
            None => version_key(&stix::timestamp::Timestamp::from_instant(timestamp(
                position,
            )?)),
        };
        let seq: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT seq FROM object
                 WHERE id = ?1 AND (?2 IS NULL OR version = ?2) AND source = ?3 AND text = ?4",
            )?
            .query_row(
                (
                    object.id().as_str(),
                    object.version().map(version_key),
                    &organisation,
                    object.text(),
                ),
                |row| row.get(0),
            )
            .optional()?;
        let text = seq.is_none().then(|| object.text());
        self.connection
            .prepare_cached(
                "INSERT INTO submitted (audience, position, id, kind, version, entered_by, digest, seq, text)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                &organisation,
                position,
                object.id().as_str(),
                object.kind(),
                version,
                entered_by.to_string(),
                digest.as_slice(),
                seq,
                text,
            ))?;
        Ok(())
    }
}
