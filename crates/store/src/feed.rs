//! What each audience was given, in the order of that audience alone.
//!
//! A position is the `date_added` of TAXII in microseconds. Positions of one audience are unique and strictly
//! increasing and are assigned in the same transaction that makes the entry visible, so a reader that has seen one
//! never misses a later commit with a smaller one. They are made of the time of the release and of what this audience
//! was given before, and of nothing else: they do not show how much lies between.

use std::sync::Arc;

use ::release::party::ReleaseId;
use ::release::pass::Pass;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, ToSql};
use stix::id::Id;

use crate::convert::{id, micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::Result;

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// When it was added, unique within the feed.
    pub position: Timestamp,
    /// The identifier under which the audience knows the object.
    pub id: Id,
    /// The version key as the audience knows it.
    pub version: String,
    /// The object that it is, or is an edition of.
    pub source: Id,
    /// The version key of that.
    pub source_version: String,
    /// When it was withdrawn; none for what the audience may have.
    pub withdrawn: Option<Timestamp>,
}

/// What is kept with an entry so that it is read without deciding on it anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The text, where it is not that of the object held.
    pub text: Option<Arc<str>>,
    /// The gate's pass for the text.
    pub pass: Option<Pass>,
    /// The version as the object spells it.
    pub spelled: Option<String>,
}

/// An entry with its text.
#[derive(Debug)]
pub struct FeedText {
    /// The entry.
    pub entry: FeedEntry,
    /// What was kept with it; the text is that of the object held where nothing else was kept.
    pub kept: Kept,
}

/// A notice that objects were withdrawn, to one audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// The identifier of the note that tells of it.
    pub id: Id,
    /// The release that was withdrawn, or through which the objects had been given.
    pub release: ReleaseId,
    /// When.
    pub at: Timestamp,
    /// The objects, as the audience knows them.
    pub objects: Vec<Id>,
}

/// How far a feed was brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedState {
    /// The last change that was looked at.
    pub change: i64,
    /// How much of the change after that was looked at, where it stands for many releases: the change of the last one.
    pub step: i64,
    /// The last position given, in microseconds.
    pub position: i64,
}

/// What is asked of a feed.
#[derive(Debug, Clone, Default)]
pub struct FeedQuery {
    /// Only entries after this position.
    pub after: Option<Timestamp>,
    /// Only these identifiers; all if empty.
    pub ids: Vec<String>,
    /// Only these types; all if empty.
    pub kinds: Vec<String>,
    /// Which versions of each object.
    pub versions: Vec<VersionFilter>,
}

/// Which versions of an object are asked for (TAXII 2.1 §3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionFilter {
    /// Every version.
    All,
    /// The oldest version.
    First,
    /// The newest version.
    Last,
    /// The version with this key.
    Exact(String),
}

impl Reader<'_> {
    /// How far the feed of an audience was brought.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_state(&self, audience: &str) -> Result<FeedState> {
        let state = self
            .connection
            .prepare_cached("SELECT change, step, position FROM feed_state WHERE audience = ?1")?
            .query_row([audience], |row| {
                Ok(FeedState {
                    change: row.get(0)?,
                    step: row.get(1)?,
                    position: row.get(2)?,
                })
            })
            .optional()?;
        Ok(state.unwrap_or_default())
    }

    /// The entries asked for, in order, at most `limit`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed(&self, audience: &str, query: &FeedQuery, limit: u32) -> Result<Vec<FeedEntry>> {
        let (index, condition, values) = conditions(&NAMES, audience, query);
        let sql = format!(
            "SELECT position, id, version, source, source_version, withdrawn FROM feed {index} WHERE {condition} ORDER BY position LIMIT {limit}"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
        let rows = statement.query_map(parameters.as_slice(), |row| Ok(entry(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The entries asked for with their texts, in order, at most `limit`, and no more once their texts have
    /// `max_bytes`; and whether those are all.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_texts(
        &self,
        audience: &str,
        query: &FeedQuery,
        limit: u32,
        max_bytes: usize,
    ) -> Result<(Vec<FeedText>, bool)> {
        let (index, condition, values) = conditions(&NAMES, audience, query);
        let sql = format!(
            "SELECT feed.position, feed.id, feed.version, feed.source, feed.source_version, feed.withdrawn,
             coalesce(feed.text, object.text), feed.pass, feed.spelled
             FROM feed {index} LEFT JOIN object ON object.seq = feed.seq
             WHERE {condition} ORDER BY feed.position LIMIT {limit}"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
        let mut rows = statement.query(parameters.as_slice())?;
        let (mut found, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let pass: Option<&[u8]> = row
                .get_ref(7)?
                .as_blob_or_null()
                .map_err(rusqlite::Error::from)?;
            let text = row
                .get_ref(6)?
                .as_str_or_null()
                .map_err(rusqlite::Error::from)?
                .map(Arc::<str>::from);
            bytes = bytes.saturating_add(text.as_ref().map_or(0, |text| text.len()));
            found.push(FeedText {
                entry: entry(row)?,
                kept: Kept {
                    text,
                    pass: pass.and_then(Pass::from_bytes),
                    spelled: row.get(8)?,
                },
            });
            if bytes >= max_bytes {
                return Ok((found, false));
            }
        }
        let all = found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        Ok((found, all))
    }

    /// Whether an edition was revoked for an audience, before a moment where one is given.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_spent(
        &self,
        audience: &str,
        edition: &Id,
        before: Option<Timestamp>,
    ) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM feed INDEXED BY feed_object
                   WHERE audience = ?1 AND id = ?2 AND withdrawn < ?3)";
        let before = before.map_or(i64::MAX, micros);
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((audience, edition.as_str(), before), |row| row.get(0))?)
    }

    /// The entries that come from one object.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_of_source(&self, audience: &str, source: &Id) -> Result<Vec<FeedEntry>> {
        let sql = "SELECT position, id, version, source, source_version, withdrawn FROM feed INDEXED BY feed_source WHERE audience = ?1 AND source = ?2 ORDER BY position";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((audience, source.as_str()), |row| Ok(entry(row)))?;
        rows.map(|row| row?).collect()
    }

    /// A notice of withdrawal to an audience.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notice(&self, audience: &str, note: &Id) -> Result<Option<NoticeRow>> {
        let sql = "SELECT release, at, objects FROM notice WHERE audience = ?1 AND id = ?2";
        let found: Option<(String, i64, String)> = self
            .connection
            .prepare_cached(sql)?
            .query_row((audience, note.as_str()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        found
            .map(|(release, at, objects)| {
                Ok(NoticeRow {
                    id: note.clone(),
                    release: ReleaseId(uuid(&release)?),
                    at: timestamp(at)?,
                    objects: objects.split(' ').map(id).collect::<Result<_>>()?,
                })
            })
            .transpose()
    }

    /// The digest of what an audience was last given under an identifier.
    ///
    /// # Errors
    /// If the database fails.
    pub fn feed_digest(&self, audience: &str, object: &Id) -> Result<Option<Vec<u8>>> {
        // Left alone, SQLite walks through the whole feed in the order of positions to find the few of one id.
        let sql = "SELECT digest FROM feed INDEXED BY feed_object WHERE audience = ?1 AND id = ?2 ORDER BY position DESC LIMIT 1";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row((audience, object.as_str()), |row| row.get(0))
            .optional()?)
    }
}

impl Writer<'_> {
    /// Appends an entry; false if the audience has this version already.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append_feed(
        &self,
        audience: &str,
        entry: &FeedEntry,
        digest: &[u8],
        kept: &Kept,
    ) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO feed (audience, position, id, version, kind, source, source_version, withdrawn, digest, seq, text, pass, spelled)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                   (SELECT seq FROM object WHERE object.id = ?6 AND object.version = ?7), ?10, ?11, ?12)";
        let added = self.connection.prepare_cached(sql)?.execute((
            audience,
            entry.position.as_microsecond(),
            entry.id.as_str(),
            &entry.version,
            entry.id.kind(),
            entry.source.as_str(),
            &entry.source_version,
            entry.withdrawn.map(micros),
            digest,
            kept.text.as_deref(),
            kept.pass.as_ref().map(Pass::as_bytes),
            kept.spelled.as_deref(),
        ))?;
        Ok(added > 0)
    }

    /// Takes an entry out: its release was withdrawn, or something else goes out in its place.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remove_from_feed(&self, audience: &str, position: Timestamp) -> Result<()> {
        self.connection
            .prepare_cached("DELETE FROM feed WHERE audience = ?1 AND position = ?2")?
            .execute((audience, position.as_microsecond()))?;
        Ok(())
    }

    /// Makes the gate decide anew on everything that an audience was given, whenever it is read.
    ///
    /// # Errors
    /// If the database fails.
    pub fn void_passes(&self, audience: &str) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE feed SET pass = NULL WHERE audience = ?1 AND pass IS NOT NULL")?
            .execute([audience])?;
        Ok(())
    }

    /// Records how far a feed was brought.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_feed_state(&self, audience: &str, state: FeedState) -> Result<()> {
        let sql =
            "INSERT INTO feed_state (audience, change, step, position) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (audience) DO UPDATE SET change = ?2, step = ?3, position = ?4";
        self.connection.prepare_cached(sql)?.execute((
            audience,
            state.change,
            state.step,
            state.position,
        ))?;
        Ok(())
    }

    /// Records a notice of withdrawal; its entry in the feed is appended besides.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_notice(&self, audience: &str, notice: &NoticeRow) -> Result<()> {
        let objects: Vec<&str> = notice.objects.iter().map(Id::as_str).collect();
        let sql = "INSERT OR REPLACE INTO notice (audience, id, release, at, objects) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.connection.prepare_cached(sql)?.execute((
            audience,
            notice.id.as_str(),
            notice.release.to_string(),
            micros(notice.at),
            objects.join(" "),
        ))?;
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> Result<FeedEntry> {
    let text = |at| -> Result<&str> {
        let found = row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?;
        Ok(found)
    };
    let known_as = id(text(1)?)?;
    // Most objects are given under their own identifier.
    let source = match text(3)? {
        same if same == known_as.as_str() => known_as.clone(),
        other => id(other)?,
    };
    Ok(FeedEntry {
        position: timestamp(row.get(0)?)?,
        id: known_as,
        version: row.get(2)?,
        source,
        source_version: row.get(4)?,
        withdrawn: row.get::<_, Option<i64>>(5)?.map(timestamp).transpose()?,
    })
}

/// A table of entries and its indices; in a query it is called `feed`.
pub(crate) struct Names {
    pub(crate) table: &'static str,
    pub(crate) by_kind: &'static str,
    pub(crate) by_object: &'static str,
}

const NAMES: Names = Names {
    table: "feed",
    by_kind: "INDEXED BY feed_kind",
    by_object: "INDEXED BY feed_object",
};

/// Which index serves a query, and its condition with the parameters; values never stand in the statement itself.
///
/// Left alone, SQLite walks through the whole feed in the order of positions to find the few entries of one object, or
/// a rare type.
pub(crate) fn conditions(
    names: &Names,
    audience: &str,
    query: &FeedQuery,
) -> (&'static str, String, Vec<Box<dyn ToSql>>) {
    let index = match (query.ids.len(), query.kinds.len()) {
        // Of several types the entries would have to be sorted, all of them for each page.
        (0, 1) => names.by_kind,
        (0, _) => "",
        _ => names.by_object,
    };
    let mut condition = String::from("feed.audience = ?");
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(audience.to_owned())];
    if let Some(after) = query.after {
        condition.push_str(" AND feed.position > ?");
        values.push(Box::new(after.as_microsecond()));
    }
    for (column, wanted) in [("feed.id", &query.ids), ("feed.kind", &query.kinds)] {
        if !wanted.is_empty() {
            let marks = vec!["?"; wanted.len()].join(", ");
            condition.extend([" AND ", column, " IN (", &marks, ")"]);
            values.extend(
                wanted
                    .iter()
                    .map(|value| Box::new(value.clone()) as Box<dyn ToSql>),
            );
        }
    }
    if !query.versions.is_empty() && !query.versions.contains(&VersionFilter::All) {
        let mut any = Vec::new();
        for version in &query.versions {
            let other = format!(
                "SELECT 1 FROM {} AS other WHERE other.audience = feed.audience AND other.id = feed.id AND other.version",
                names.table
            );
            match version {
                VersionFilter::All => {}
                VersionFilter::First => any.push(format!("NOT EXISTS ({other} < feed.version)")),
                VersionFilter::Last => any.push(format!("NOT EXISTS ({other} > feed.version)")),
                VersionFilter::Exact(key) => {
                    any.push("feed.version = ?".to_owned());
                    values.push(Box::new(key.clone()));
                }
            }
        }
        condition.extend([" AND (", &any.join(" OR "), ")"]);
    }
    (index, condition, values)
}
