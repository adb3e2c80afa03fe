//! Where a release comes from, and who ended it.

use ::release::party::{PersonId, ReleaseId, RequestId, RuleId};
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use uuid::Uuid;

use crate::convert::{timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;

/// Where a release comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who asked for it, where somebody else confirmed it.
    pub requested_by: Option<PersonId>,
    /// The request that it comes of.
    pub request: Option<RequestId>,
    /// The standing rule that made it.
    pub rule: Option<RuleId>,
    /// The release that it corrects.
    pub corrects: Option<ReleaseId>,
    /// The name of the saved query that gave its objects.
    pub query: Option<String>,
}

/// Who withdrew a release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// By whom.
    pub by: PersonId,
    /// Why.
    pub reason: String,
}

/// What an audience has in its feed of a release's versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRow {
    /// The name of the feed.
    pub audience: String,
    /// How many objects; also those that were withdrawn since.
    pub objects: u64,
    /// The first position.
    pub first: Timestamp,
    /// The last position.
    pub last: Timestamp,
}

impl Reader<'_> {
    /// What audiences have in their feeds of the versions that a release names.
    ///
    /// # Errors
    /// If the database fails.
    pub fn taken(&self, release: ReleaseId) -> Result<Vec<TakenRow>> {
        // Feeds are found by audience and source: each feed is asked for each version.
        let sql = "SELECT feed.audience, count(DISTINCT feed.source), min(feed.position), max(feed.position)
                   FROM feed_state CROSS JOIN release_item
                   JOIN feed ON feed.audience = feed_state.audience AND feed.source = release_item.id
                        AND feed.source_version = release_item.version
                   WHERE release_item.release = ?1 GROUP BY feed.audience ORDER BY feed.audience";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([release.to_string()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(TakenRow {
                audience: row.get(0)?,
                objects: u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
                first: timestamp(row.get(2)?)?,
                last: timestamp(row.get(3)?)?,
            });
        }
        Ok(found)
    }

    /// Where a release comes from.
    ///
    /// # Errors
    /// If the database fails.
    pub fn origin(&self, release: ReleaseId) -> Result<Origin> {
        let sql = "SELECT requested_by, request, rule, corrects, query FROM release_origin WHERE release = ?1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([release.to_string()], |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, Option<String>>(3)?,
                    row.get::<_, Option<String>>(4)?,
                ))
            })
            .optional()?;
        let Some((requested_by, request, rule, corrects, query)) = found else {
            return Ok(Origin::default());
        };
        let read = |text: Option<String>| -> Result<Option<Uuid>> {
            text.as_deref().map(uuid).transpose()
        };
        Ok(Origin {
            requested_by: read(requested_by)?.map(PersonId),
            request: read(request)?.map(RequestId),
            rule: read(rule)?.map(RuleId),
            corrects: read(corrects)?.map(ReleaseId),
            query,
        })
    }

    /// The releases that correct a release, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn corrections_of(&self, release: ReleaseId) -> Result<Vec<ReleaseId>> {
        let sql = "SELECT release.id FROM release_origin JOIN release ON release.id = release_origin.release
                   WHERE release_origin.corrects = ?1 ORDER BY release.confirmed, release.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([release.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|row| uuid(&row?).map(ReleaseId)).collect()
    }

    /// Who withdrew a release, and why; none where it is not known or it was not withdrawn.
    ///
    /// # Errors
    /// If the database fails.
    pub fn withdrawal(&self, release: ReleaseId) -> Result<Option<Withdrawal>> {
        let found: Option<(String, String)> = self
            .connection
            .prepare_cached("SELECT by, reason FROM release_withdrawal WHERE release = ?1")?
            .query_row([release.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found
            .map(|(by, reason)| {
                Ok(Withdrawal {
                    by: PersonId(uuid(&by)?),
                    reason,
                })
            })
            .transpose()
    }
}

impl Writer<'_> {
    /// Records where a release comes from.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_origin(&self, release: ReleaseId, origin: &Origin) -> Result<()> {
        let sql =
            "INSERT INTO release_origin (release, requested_by, request, rule, corrects, query)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.connection.prepare_cached(sql)?.execute((
            release.to_string(),
            origin.requested_by.map(|one| one.to_string()),
            origin.request.map(|one| one.to_string()),
            origin.rule.map(|one| one.to_string()),
            origin.corrects.map(|one| one.to_string()),
            &origin.query,
        ))?;
        Ok(())
    }

    /// Records who withdrew a release, and why.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_withdrawal(&self, release: ReleaseId, withdrawal: &Withdrawal) -> Result<()> {
        let sql =
            "INSERT OR IGNORE INTO release_withdrawal (release, by, reason) VALUES (?1, ?2, ?3)";
        self.connection.prepare_cached(sql)?.execute((
            release.to_string(),
            withdrawal.by.to_string(),
            &withdrawal.reason,
        ))?;
        Ok(())
    }
}
