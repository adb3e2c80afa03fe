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

/// A version that a release names, as an audience was given it, by whichever release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenRow {
    /// The name of the feed.
    pub audience: String,
    /// The object, as the release names it.
    pub object: String,
    /// The leaf of the audience's log that gave it; none for what is older than the log.
    pub leaf: Option<u64>,
    /// Where it stands in the feed, if it does.
    pub position: Option<Timestamp>,
}

impl Reader<'_> {
    /// What audiences were given of the versions that a release names; by audience.
    ///
    /// # Errors
    /// If the database fails.
    pub fn taken(&self, release: ReleaseId) -> Result<Vec<TakenRow>> {
        // Each feed and each log is asked for each version; what was withdrawn stands in the log only.
        let sql = "SELECT feed.audience, item.id, given.leaf, feed.position
                   FROM feed_state AS state CROSS JOIN release_item AS item
                   JOIN feed ON feed.audience = state.audience AND feed.source = item.id
                        AND feed.source_version = item.version AND feed.withdrawn IS NULL
                   LEFT JOIN ledger_log AS log ON log.name = state.audience
                   LEFT JOIN ledger_given AS given ON given.log = log.id AND given.id = feed.id
                        AND given.version = feed.version
                   WHERE item.release = ?1
                   UNION
                   SELECT log.name, item.id, given.leaf, NULL
                   FROM feed_state AS state JOIN ledger_log AS log ON log.name = state.audience
                   CROSS JOIN release_item AS item
                   JOIN ledger_given AS given ON given.log = log.id AND given.version = item.version
                        AND given.id IN (SELECT item.id UNION ALL SELECT edition.id FROM edition WHERE edition.source = item.id)
                   WHERE item.release = ?1 AND given.withdrawn IS NOT NULL
                   ORDER BY 1, 2, 3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([release.to_string()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(TakenRow {
                audience: row.get(0)?,
                object: row.get(1)?,
                leaf: row
                    .get::<_, Option<i64>>(2)?
                    .and_then(|leaf| u64::try_from(leaf).ok()),
                position: row.get::<_, Option<i64>>(3)?.map(timestamp).transpose()?,
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
