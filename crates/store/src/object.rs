//! Objects: every version as received, with references, postings and marking set.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::release::conditions::Conditions;
use ::release::gate::Holdings;
use ::release::held::{Held, Provenance};
use ::release::party::{OrganisationId, PersonId};
use ::release::terms::Release;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;
use stix::reference::references_in;

use crate::conditions::{COLUMNS, Stored};
use crate::convert::{id, micros, moment_of, timestamp, uuid, version_key};
use crate::database::{Reader, Writer};
use crate::error::{Result, StoreError};

/// An object on its way in.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The object.
    pub object: &'a Object,
    /// The organisation that gave it.
    pub source: OrganisationId,
    /// The person who entered it, where one did.
    pub entered_by: Option<PersonId>,
    /// Under which conditions it was given, beside those of the newest version that is held of it.
    pub conditions: &'a Conditions,
    /// Values under which it is found again: addresses, names, hashes.
    pub values: &'a BTreeSet<String>,
    /// Whether an object that is held from another source stays as it is: only the creator of an object may version
    /// it (STIX 2.1 §3.6).
    pub only_own: bool,
}

/// What became of an object on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is held now.
    Stored {
        /// Its place in the order in which objects came; one after the other while one transaction takes them in.
        seq: i64,
    },
    /// The same version with the same content was held before.
    AlreadyHeld,
    /// The same version is held with other content, which STIX leaves undefined (§3.6): what was held stays.
    Conflict,
    /// The object is another source's, or an edition or a notice of the house, which nobody versions by what comes in.
    Foreign,
}

/// A version of an object, as a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    /// The object.
    pub id: Id,
    /// The version in the form of the database: text order is time order. For an object without versions, the time
    /// of receipt.
    pub version: String,
}

impl ObjectKey {
    /// A version in the form of the database.
    pub fn version_text(version: &stix::timestamp::Timestamp) -> String {
        version_key(version)
    }

    /// The key of a version that the database holds; none for what came from elsewhere.
    pub fn of(held: &Held) -> Option<Self> {
        held.moment().map(|moment| Self {
            id: held.id().clone(),
            version: version_key(moment),
        })
    }
}

impl Reader<'_> {
    /// How many objects of each type are held, without those that carry a RED marking anywhere and were entered by
    /// somebody else than `person`: a count must not tell of what that person may not see.
    ///
    /// # Errors
    /// If the database fails.
    pub fn object_count_by_kind(&self, person: PersonId) -> Result<Vec<(String, u64)>> {
        let sql = "SELECT kind, count(*) FROM object WHERE latest = 1 AND (entered_by = ?1 OR marking_set NOT IN
                   (SELECT id FROM marking_set WHERE instr(refs, ?2) > 0 OR instr(refs, ?3) > 0))
                   GROUP BY kind ORDER BY kind";
        let mut statement = self.connection.prepare_cached(sql)?;
        let values = (person.to_string(), Tlp::Red.id_text(), Tlp::RED_1_ID);
        let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| {
            let (kind, count) = row?;
            Ok((kind, u64::try_from(count).unwrap_or_default()))
        })
        .collect()
    }

    /// The newest objects, the most recently received first; `kind` narrows to one type, `before` continues a page.
    ///
    /// Returns sequence numbers for `before` with the identifiers.
    ///
    /// # Errors
    /// If the database fails.
    pub fn newest_objects(
        &self,
        kind: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, Id)>> {
        let sql = match kind {
            Some(_) => {
                "SELECT seq, id FROM object WHERE latest = 1 AND kind = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3"
            }
            None => {
                "SELECT seq, id FROM object WHERE latest = 1 AND ?1 IS NULL AND seq < ?2 ORDER BY seq DESC LIMIT ?3"
            }
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        let values = (kind, before.unwrap_or(i64::MAX), limit);
        let rows =
            statement.query_map(values, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (seq, text) = row?;
            Ok((seq, id(&text)?))
        })
        .collect()
    }

    /// The keys of the versions held of an object, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn version_keys(&self, object: &Id) -> Result<Vec<ObjectKey>> {
        let sql = "SELECT version FROM object WHERE id = ?1 ORDER BY version DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((object.as_str(), MAX_VERSIONS), |row| row.get(0))?;
        rows.map(|version| {
            Ok(ObjectKey {
                id: object.clone(),
                version: version?,
            })
        })
        .collect()
    }

    /// The objects whose newest version refers to `target`, or to an edition of it; the most recently received first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn referrers(&self, target: &Id, kind: Option<&str>, limit: u32) -> Result<Vec<Id>> {
        let sql = "SELECT DISTINCT object.seq, object.id FROM reference JOIN object ON object.seq = reference.source_seq
                   WHERE reference.target = ?1 AND object.latest = 1 AND (?2 IS NULL OR object.kind = ?2)
                   ORDER BY object.seq DESC LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((target.as_str(), kind, limit), |row| {
            row.get::<_, String>(1)
        })?;
        rows.map(|row| id(&row?)).collect()
    }

    /// The objects found under a value, the most recently received first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn objects_with_value(&self, value: &str, limit: u32) -> Result<Vec<Id>> {
        let sql = "SELECT object.id FROM posting JOIN object ON object.seq = posting.seq
                   WHERE posting.value = ?1 AND object.latest = 1 ORDER BY posting.seq DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((value, limit), |row| row.get::<_, String>(0))?;
        rows.map(|row| id(&row?)).collect()
    }

    /// Whether this version is held with this content; for an object without versions, the newest content counts.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_held(&self, object: &Object) -> Result<bool> {
        let version = object.version().map(version_key);
        let sql = "SELECT text FROM object WHERE id = ?1 AND CASE WHEN ?2 IS NULL THEN latest = 1 ELSE version = ?2 END";
        let text: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row((object.id().as_str(), version), |row| row.get(0))
            .optional()?;
        Ok(text.is_some_and(|text| {
            text == object.text()
                || Object::parse(&text).is_ok_and(|held| held.properties() == object.properties())
        }))
    }

    /// When the newest version of an object came.
    ///
    /// # Errors
    /// If the database fails.
    pub fn received(&self, object: &Id) -> Result<Option<Timestamp>> {
        let at: Option<i64> = self
            .connection
            .prepare_cached("SELECT received FROM object WHERE id = ?1 AND latest = 1")?
            .query_row([object.as_str()], |row| row.get(0))
            .optional()?;
        at.map(timestamp).transpose()
    }
}

impl Reader<'_> {
    /// Whether exactly this text of the object is held, of one source or of any.
    ///
    /// # Errors
    /// If the database fails.
    pub fn holds_text(&self, object: &Object, source: Option<OrganisationId>) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM object
                   WHERE id = ?1 AND (?2 IS NULL OR version = ?2) AND text = ?3 AND (?4 IS NULL OR source = ?4))";
        Ok(self.connection.prepare_cached(sql)?.query_row(
            (
                object.id().as_str(),
                object.version().map(version_key),
                object.text(),
                source.map(|source| source.to_string()),
            ),
            |row| row.get(0),
        )?)
    }

    /// Whether this version of the object is held of a source with other content.
    ///
    /// # Errors
    /// If the database fails.
    pub fn holds_other_content(&self, object: &Object, source: OrganisationId) -> Result<bool> {
        let Some(version) = object.version() else {
            return Ok(false);
        };
        let sql = "SELECT text FROM object WHERE id = ?1 AND version = ?2 AND source = ?3";
        let held: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row(
                (
                    object.id().as_str(),
                    version_key(version),
                    source.to_string(),
                ),
                |row| row.get(0),
            )
            .optional()?;
        Ok(held.is_some_and(|text| {
            text != object.text()
                && Object::parse(&text).is_ok_and(|held| held.properties() != object.properties())
        }))
    }
}

impl Holdings for Reader<'_> {
    type Error = StoreError;

    fn versions(&self, object: &Id) -> Result<Vec<Arc<Held>>> {
        if let Some(known) = self.held.borrow().get(object) {
            return Ok(known.clone());
        }
        let sql = format!(
            "SELECT text, source, entered_by, version, {COLUMNS} FROM object
             WHERE id = ?1 ORDER BY version DESC LIMIT ?2"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query((object.as_str(), MAX_VERSIONS))?;
        let (mut found, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            bytes = bytes.saturating_add(text.len());
            let read = Object::parse(text).map_err(|_| StoreError::Corrupt { what: "object" })?;
            let entered_by: Option<String> = row.get(2)?;
            let source = OrganisationId(uuid(&row.get::<_, String>(1)?)?);
            let provenance = Provenance {
                entered_by: entered_by
                    .map(|text| uuid(&text).map(PersonId))
                    .transpose()?,
                ..Stored::read(row, 4)?.conditions()?.provenance(source)
            };
            let mut held = Held::seal(read, provenance);
            if held.version().is_none() {
                held = held.received(moment_of(&row.get::<_, String>(3)?)?);
            }
            found.push(Arc::new(held));
        }
        let remembered = self.remembered_bytes.get().saturating_add(bytes);
        if remembered <= MAX_REMEMBERED_BYTES {
            self.remembered_bytes.set(remembered);
            self.held.borrow_mut().insert(object.clone(), found.clone());
        }
        Ok(found)
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>> {
        // An object without versions is released with the content that it had: what comes under its identifier later
        // is decided on later.
        let Some(version) = held.moment().map(version_key) else {
            return Ok(Vec::new());
        };
        let sql = "SELECT release FROM release_item WHERE id = ?1 AND version = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows =
            statement.query_map((held.id().as_str(), version), |row| row.get::<_, String>(0))?;
        rows.map(|row| self.release_shared(&row?)).collect()
    }
}

impl Writer<'_> {
    /// Takes objects in.
    ///
    /// # Errors
    /// If the database fails; then nothing of the transaction stays.
    pub fn put_objects(&self, incoming: &[Incoming<'_>], now: Timestamp) -> Result<Vec<Put>> {
        let outcomes = incoming
            .iter()
            .map(|one| self.put_object(one, now))
            .collect();
        self.forget();
        outcomes
    }

    /// Why an object of a source that may only version its own would not be stored; none if it would be.
    ///
    /// # Errors
    /// If the database fails.
    pub fn would_put(
        &self,
        object: &Object,
        source: OrganisationId,
        now: Timestamp,
    ) -> Result<Option<Put>> {
        let newest = self.newest(object.id())?;
        let version = version_of(object, now);
        self.refusal(object, &source.to_string(), true, &version, newest.as_ref())
    }

    fn newest(&self, object: &Id) -> Result<Option<Newest>> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT seq, version, text, source, consent, embargo_until, caveats FROM object WHERE id = ?1 AND latest = 1",
            )?
            .query_row([object.as_str()], |row| {
                Ok(Newest {
                    seq: row.get(0)?,
                    version: row.get(1)?,
                    text: row.get(2)?,
                    source: row.get(3)?,
                    conditions: Stored::read(row, 4)?,
                })
            })
            .optional()?)
    }

    /// Why an object is not stored; none if it is.
    fn refusal(
        &self,
        object: &Object,
        source: &str,
        only_own: bool,
        version: &str,
        newest: Option<&Newest>,
    ) -> Result<Option<Put>> {
        // INVARIANT: what comes in, whoever brings it, is never held under an identifier under which the house gave out
        // what it made itself: nobody's feed could tell one from the other.
        if self.is_made_here(object.id())? {
            let same = only_own && self.gave(object)?;
            return Ok(Some(if same { Put::AlreadyHeld } else { Put::Foreign }));
        }
        let Some(newest) = newest else {
            return Ok(None);
        };
        // Whose it is does not change by what the house takes in of it from elsewhere.
        if only_own
            && newest.source != source
            && self
                .owner_of(object.id())?
                .map(|owner| owner.to_string())
                .as_deref()
                != Some(source)
        {
            // What comes back as it is held changes nothing, whoever sends it.
            let same = self.holds_text(object, None)?;
            return Ok(Some(if same { Put::AlreadyHeld } else { Put::Foreign }));
        }
        let same_version = if object.version().is_none() || newest.version == version {
            Some((newest.text.clone(), newest.source.clone()))
        } else {
            let sql = "SELECT text, source FROM object WHERE id = ?1 AND version = ?2";
            self.connection
                .prepare_cached(sql)?
                .query_row((object.id().as_str(), version), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?
        };
        let Some((text, giver)): Option<(String, String)> = same_version else {
            return Ok(None);
        };
        let same = text == object.text()
            || Object::parse(&text).is_ok_and(|held| held.properties() == object.properties());
        if same {
            return Ok(Some(Put::AlreadyHeld));
        }
        let conflict = object.version().is_some() || newest.version == version;
        // What another gave under this version, its owner does not learn of.
        let put = if only_own && giver != source {
            Put::Foreign
        } else {
            Put::Conflict
        };
        Ok(conflict.then_some(put))
    }

    fn put_object(&self, incoming: &Incoming<'_>, now: Timestamp) -> Result<Put> {
        let object = incoming.object;
        let connection = self.connection;
        let newest = self.newest(object.id())?;
        let source = incoming.source.to_string();
        let version = version_of(object, now);
        let refusal = self.refusal(
            object,
            &source,
            incoming.only_own,
            &version,
            newest.as_ref(),
        )?;
        if let Some(put) = refusal {
            return Ok(put);
        }
        let is_latest = newest
            .as_ref()
            .is_none_or(|newest| newest.version < version);
        if let (true, Some(Newest { seq, .. })) = (is_latest, &newest) {
            connection
                .prepare_cached("UPDATE object SET latest = 0 WHERE seq = ?1")?
                .execute([seq])?;
            connection
                .prepare_cached("DELETE FROM search WHERE rowid = ?1")?
                .execute([seq])?;
        }
        let sql = "INSERT INTO object (id, version, kind, text, marking_set, source, entered_by, consent, embargo_until, caveats, received, latest)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        // INVARIANT: a new version never gets out where the one before it did not.
        let stored = match newest {
            Some(newest) => Stored::of(&newest.conditions.conditions()?.and(incoming.conditions))?,
            None => Stored::of(incoming.conditions)?,
        };
        connection.prepare_cached(sql)?.execute((
            object.id().as_str(),
            &version,
            object.kind(),
            object.text(),
            self.marking_set(object)?,
            source,
            incoming.entered_by.map(|person| person.to_string()),
            stored.consent,
            stored.embargo_until,
            stored.caveats,
            micros(now),
            is_latest,
        ))?;
        let seq = connection.last_insert_rowid();
        self.index(seq, incoming)?;
        Ok(Put::Stored { seq })
    }

    fn index(&self, seq: i64, incoming: &Incoming<'_>) -> Result<()> {
        let connection = self.connection;
        let object = incoming.object;
        let mut insert = connection.prepare_cached(
            "INSERT OR IGNORE INTO reference (source_seq, place, target) VALUES (?1, ?2, ?3)",
        )?;
        for reference in references_in(object.members()) {
            if reference.is_marking() {
                continue;
            }
            // What comes back on an edition is found under its source.
            let target = match self.edition_source(&reference.target)? {
                Some(source) => source,
                None => reference.target,
            };
            insert.execute((seq, reference.place.to_string(), target.as_str()))?;
        }
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO posting (value, seq) VALUES (?1, ?2)")?;
        for value in incoming.values {
            insert.execute((value, seq))?;
        }
        Ok(())
    }

    /// The number of the object's marking set: object and granular markings, each once.
    fn marking_set(&self, object: &Object) -> Result<i64> {
        let markings = object.markings();
        let all: BTreeSet<&str> = markings
            .object
            .iter()
            .map(Id::as_str)
            .chain(
                markings
                    .granular
                    .iter()
                    .map(|granular| granular.marking.as_str()),
            )
            .collect();
        let refs: Vec<&str> = all.into_iter().collect();
        let refs = refs.join(" ");
        let known: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM marking_set WHERE refs = ?1")?
            .query_row([&refs], |row| row.get(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(known);
        }
        self.connection
            .prepare_cached("INSERT INTO marking_set (refs) VALUES (?1)")?
            .execute([&refs])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Whether a marking is on anything that is held.
    ///
    /// # Errors
    /// If the database fails.
    pub fn marks_anything(&self, marking: &Id) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM marking_set WHERE instr(refs, ?1) > 0)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([marking.as_str()], |row| row.get(0))?)
    }
}

/// The newest version that is held of an object.
struct Newest {
    seq: i64,
    version: String,
    text: String,
    source: String,
    conditions: Stored,
}

/// The version of an object in the form of the database. Without versions, the newest content counts; the time of
/// receipt tells versions apart here.
fn version_of(object: &Object, now: Timestamp) -> String {
    match object.version() {
        Some(version) => version_key(version),
        None => version_key(&stix::timestamp::Timestamp::from_instant(now)),
    }
}

/// Most versions of one object that are looked at: a feed that is corrected hourly for a year has 8,760.
const MAX_VERSIONS: u32 = 10_000;
/// How much text of objects one snapshot remembers as read.
const MAX_REMEMBERED_BYTES: usize = 64 * 1024 * 1024;
