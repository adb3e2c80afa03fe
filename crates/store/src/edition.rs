//! What the house made of what it holds and gave out under identifiers of its own: editions, and notices of withdrawal.

use rusqlite::OptionalExtension;
use stix::id::Id;
use stix::object::Object;

use crate::convert::{id, version_key};
use crate::database::{Reader, Writer};
use crate::error::Result;

impl Reader<'_> {
    /// What an edition is an edition of.
    ///
    /// # Errors
    /// If the database fails.
    pub fn edition_source(&self, edition: &Id) -> Result<Option<Id>> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT source FROM edition WHERE id = ?1")?
            .query_row([edition.as_str()], |row| row.get(0))
            .optional()?;
        text.as_deref().map(id).transpose()
    }

    /// Whether the house gave out an edition or a notice of withdrawal under this identifier, to whomever.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_made_here(&self, object: &Id) -> Result<bool> {
        if self.edition_source(object)?.is_some() {
            return Ok(true);
        }
        if object.kind() != NOTICE {
            return Ok(false);
        }
        // Notices are found by their audience.
        let sql = "SELECT EXISTS (SELECT 1 FROM feed_state CROSS JOIN notice
                   ON notice.audience = feed_state.audience AND notice.id = ?1)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([object.as_str()], |row| row.get(0))?)
    }

    /// Whether somebody has an edition or a notice with exactly these properties.
    ///
    /// # Errors
    /// If the database fails.
    pub fn gave(&self, object: &Object) -> Result<bool> {
        // Feeds are found by audience and identifier.
        let sql = "SELECT feed.text FROM feed_state CROSS JOIN feed INDEXED BY feed_object
                   ON feed.audience = feed_state.audience AND feed.id = ?1
                   WHERE feed.text IS NOT NULL AND (?2 IS NULL OR feed.version = ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows =
            statement.query((object.id().as_str(), object.version().map(version_key)))?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            if text == object.text()
                || Object::parse(text).is_ok_and(|given| given.properties() == object.properties())
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Writer<'_> {
    /// Remembers that an edition was given out, so that what comes back on it finds its source.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remember_edition(&self, edition: &Id, source: &Id) -> Result<()> {
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO edition (id, source) VALUES (?1, ?2)")?
            .execute((edition.as_str(), source.as_str()))?;
        Ok(())
    }
}

/// The type of what tells of a withdrawal.
const NOTICE: &str = "note";
