//! Releases and what they name.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::release::party::{OrganisationId, PersonId, ReleaseId};
use ::release::terms::{Cut, Recipient, Release};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;

use crate::convert::{id, micros, timestamp, uuid};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};
use crate::object::ObjectKey;

/// A release with the record of its confirmation.
#[derive(Debug, Clone)]
pub struct ReleaseRecord {
    /// The terms.
    pub terms: Arc<Release>,
    /// Why.
    pub reason: String,
    /// By whom it was confirmed.
    pub confirmed_by: PersonId,
    /// When.
    pub confirmed: Timestamp,
}

impl Reader<'_> {
    /// A release.
    ///
    /// # Errors
    /// If the database fails.
    pub fn release(&self, release: ReleaseId) -> Result<Option<ReleaseRecord>> {
        self.connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([release.to_string()], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// The releases, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn releases_newest_first(&self, limit: u32) -> Result<Vec<ReleaseRecord>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("{SELECT} ORDER BY confirmed DESC, id LIMIT ?1"))?;
        let rows = statement.query_map([limit], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The first release that was confirmed after one change and before another, with its own change.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_release(&self, after: i64, before: i64) -> Result<Option<(i64, ReleaseRecord)>> {
        let sql = "SELECT seq, subject FROM change INDEXED BY change_release
                   WHERE kind = 'release' AND seq > ?1 AND seq < ?2 ORDER BY seq LIMIT 1";
        let found: Option<(i64, String)> = self
            .connection
            .prepare_cached(sql)?
            .query_row((after, before), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((seq, text)) = found else {
            return Ok(None);
        };
        let record = self.release(ReleaseId(uuid(&text)?))?;
        Ok(Some((
            seq,
            record.ok_or(StoreError::Corrupt { what: "change" })?,
        )))
    }

    /// The versions of an object that any release names.
    ///
    /// # Errors
    /// If the database fails.
    pub fn released_versions(&self, object: &Id) -> Result<Vec<ObjectKey>> {
        let sql = "SELECT DISTINCT version FROM release_item WHERE id = ?1 ORDER BY version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([object.as_str()], |row| row.get(0))?;
        rows.map(|version| {
            Ok(ObjectKey {
                id: object.clone(),
                version: version?,
            })
        })
        .collect()
    }

    /// The releases that name an object, in any version.
    ///
    /// # Errors
    /// If the database fails.
    pub fn releases_naming(&self, object: &Id) -> Result<Vec<ReleaseRecord>> {
        let sql = format!(
            "{SELECT} WHERE id IN (SELECT release FROM release_item WHERE id = ?1) ORDER BY confirmed DESC, id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([object.as_str()], |row| Ok(read(row)))?;
        rows.map(|row| row?).collect()
    }

    /// The releases in force that name an object, each with the newest version of it that it names.
    ///
    /// # Errors
    /// If the database fails.
    pub fn named_in_force(
        &self,
        object: &Id,
        now: Timestamp,
    ) -> Result<Vec<(ReleaseId, ObjectKey)>> {
        let sql = "SELECT release_item.release, max(release_item.version) FROM release_item
                   JOIN release ON release.id = release_item.release
                   WHERE release_item.id = ?1 AND release.withdrawn IS NULL
                   AND (release.valid_until IS NULL OR release.valid_until > ?2)
                   GROUP BY release_item.release ORDER BY release_item.release";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((object.as_str(), micros(now)), |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            let (release, version) = row?;
            let key = ObjectKey {
                id: object.clone(),
                version,
            };
            Ok((ReleaseId(uuid(&release)?), key))
        })
        .collect()
    }

    /// What a release names.
    ///
    /// # Errors
    /// If the database fails.
    pub fn release_items(&self, release: ReleaseId) -> Result<Vec<ObjectKey>> {
        let sql = "SELECT id, version FROM release_item WHERE release = ?1 ORDER BY id, version";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([release.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        rows.map(|row| {
            let (text, version) = row?;
            Ok(ObjectKey {
                id: id(&text)?,
                version,
            })
        })
        .collect()
    }

    pub(crate) fn release_shared(&self, release: &str) -> Result<Arc<Release>> {
        if let Some(known) = self.releases.borrow().get(release) {
            return Ok(known.clone());
        }
        let record = self
            .connection
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([release], |row| Ok(read(row)))
            .optional()?
            .ok_or(StoreError::Corrupt { what: "release" })??;
        self.releases
            .borrow_mut()
            .insert(release.to_owned(), record.terms.clone());
        Ok(record.terms)
    }
}

impl Writer<'_> {
    /// Records a confirmed release and what it names.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_release(&self, record: &ReleaseRecord, items: &[ObjectKey]) -> Result<()> {
        let terms = &record.terms;
        let recipients: Vec<String> = terms
            .recipients
            .iter()
            .map(|one| recipient_text(*one))
            .collect();
        let named: Vec<String> = terms.named.iter().map(ToString::to_string).collect();
        let cuts: Vec<serde_json::Value> = terms
            .cuts
            .iter()
            .map(|cut| serde_json::json!({ "object": cut.object.as_ref().map(Id::as_str), "part": cut.part.to_string() }))
            .collect();
        let sql = "INSERT INTO release (id, recipients, named, ceiling, cuts, valid_from, valid_until, withdrawn, reason, confirmed_by, confirmed)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.connection.prepare_cached(sql)?.execute((
            terms.id.to_string(),
            recipients.join(" "),
            named.join(" "),
            terms.ceiling.label(),
            serde_json::Value::Array(cuts).to_string(),
            micros(terms.from),
            terms.until.map(micros),
            terms.withdrawn.map(micros),
            &record.reason,
            record.confirmed_by.to_string(),
            micros(record.confirmed),
        ))?;
        let mut insert = self.connection.prepare_cached(
            "INSERT OR IGNORE INTO release_item (release, id, version) VALUES (?1, ?2, ?3)",
        )?;
        for item in items {
            insert.execute((terms.id.to_string(), item.id.as_str(), &item.version))?;
        }
        self.forget();
        Ok(())
    }

    /// Lets a release name one version more; returns whether it did not before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn extend_release(&self, release: ReleaseId, item: &ObjectKey) -> Result<bool> {
        let sql = "INSERT OR IGNORE INTO release_item (release, id, version) VALUES (?1, ?2, ?3)";
        let values = (release.to_string(), item.id.as_str(), &item.version);
        Ok(self.connection.prepare_cached(sql)?.execute(values)? > 0)
    }

    /// Withdraws a release; false if there is none or it was withdrawn before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn withdraw_release(&self, release: ReleaseId, at: Timestamp) -> Result<bool> {
        let sql = "UPDATE release SET withdrawn = ?2 WHERE id = ?1 AND withdrawn IS NULL";
        let changed = self
            .connection
            .prepare_cached(sql)?
            .execute((release.to_string(), micros(at)))?;
        self.forget();
        Ok(changed > 0)
    }
}

/// A recipient as text: `community:UUID`, `organisation:UUID`, `person:UUID`, `public`.
pub fn recipient_text(recipient: Recipient) -> String {
    match recipient {
        Recipient::Community(community) => format!("community:{community}"),
        Recipient::Organisation(organisation) => format!("organisation:{organisation}"),
        Recipient::Person(person) => format!("person:{person}"),
        Recipient::Public => "public".to_owned(),
    }
}

/// Reads what [`recipient_text`] wrote.
pub fn read_recipient(text: &str) -> Option<Recipient> {
    if text == "public" {
        return Some(Recipient::Public);
    }
    let (kind, value) = text.split_once(':')?;
    Some(match kind {
        "community" => Recipient::Community(value.parse().ok()?),
        "organisation" => Recipient::Organisation(value.parse().ok()?),
        "person" => Recipient::Person(value.parse().ok()?),
        _ => return None,
    })
}

fn read(row: &Row<'_>) -> Result<ReleaseRecord> {
    const CORRUPT: StoreError = StoreError::Corrupt { what: "release" };
    let recipients: String = row.get(1)?;
    let named: String = row.get(2)?;
    let ceiling: String = row.get(3)?;
    let cuts: String = row.get(4)?;
    let recipients: Option<BTreeSet<Recipient>> =
        recipients.split_whitespace().map(read_recipient).collect();
    let named: Result<BTreeSet<OrganisationId>> = named
        .split_whitespace()
        .map(|text| uuid(text).map(OrganisationId))
        .collect();
    let cuts: Vec<serde_json::Value> = serde_json::from_str(&cuts).map_err(|_| CORRUPT)?;
    let cuts: Option<Vec<Cut>> = cuts
        .iter()
        .map(|cut| {
            let object = match cut.get("object")?.as_str() {
                Some(text) => Some(Id::parse(text).ok()?),
                None => None,
            };
            Some(Cut {
                object,
                part: Selector::parse(cut.get("part")?.as_str()?).ok()?,
            })
        })
        .collect();
    let terms = Release {
        id: ReleaseId(uuid(&row.get::<_, String>(0)?)?),
        recipients: recipients.ok_or(CORRUPT)?,
        named: named?,
        ceiling: Tlp::from_label(&ceiling).ok_or(CORRUPT)?,
        cuts: cuts.ok_or(CORRUPT)?,
        from: timestamp(row.get(5)?)?,
        until: row.get::<_, Option<i64>>(6)?.map(timestamp).transpose()?,
        withdrawn: row.get::<_, Option<i64>>(7)?.map(timestamp).transpose()?,
    };
    Ok(ReleaseRecord {
        terms: Arc::new(terms),
        reason: row.get(8)?,
        confirmed_by: PersonId(uuid(&row.get::<_, String>(9)?)?),
        confirmed: timestamp(row.get(10)?)?,
    })
}

const SELECT: &str = "SELECT id, recipients, named, ceiling, cuts, valid_from, valid_until, withdrawn, reason, confirmed_by, confirmed FROM release";
