//! Who gave an object, whose it is, and what a revocation of it may change.

use ::release::party::OrganisationId;
use rusqlite::OptionalExtension;
use stix::id::Id;
use stix::object::Object;

use crate::convert::uuid;
use crate::database::Reader;
use crate::error::{Result, StoreError};
use crate::object::ObjectKey;

impl Reader<'_> {
    /// Which organisation gave the newest version of an object.
    ///
    /// # Errors
    /// If the database fails.
    pub fn source_of(&self, object: &Id) -> Result<Option<OrganisationId>> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT source FROM object WHERE id = ?1 AND latest = 1")?
            .query_row([object.as_str()], |row| row.get(0))
            .optional()?;
        text.map(|text| uuid(&text).map(OrganisationId)).transpose()
    }

    /// Which organisation gave the first version held of an object: the object is that one's, whoever gave others.
    ///
    /// # Errors
    /// If the database fails.
    pub fn owner_of(&self, object: &Id) -> Result<Option<OrganisationId>> {
        let sql =
            "SELECT source FROM object WHERE seq = (SELECT min(seq) FROM object WHERE id = ?1)";
        let text: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row([object.as_str()], |row| row.get(0))
            .optional()?;
        text.map(|text| uuid(&text).map(OrganisationId)).transpose()
    }

    /// Whether an object of a source says of a version held nothing more than that it is revoked: it has no property
    /// that the version has not, with that value, and its markings are the same. The source is the version's or the
    /// owner, see [`Reader::owner_of`].
    ///
    /// # Errors
    /// If the database fails.
    pub fn only_revokes(
        &self,
        object: &Object,
        source: OrganisationId,
        held: &ObjectKey,
    ) -> Result<bool> {
        let found: Option<(String, String)> = self
            .connection
            .prepare_cached("SELECT text, source FROM object WHERE id = ?1 AND version = ?2")?
            .query_row((held.id.as_str(), &held.version), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((text, giver)) = found else {
            return Ok(false);
        };
        if giver != source.to_string() && self.owner_of(&held.id)? != Some(source) {
            return Ok(false);
        }
        let before = Object::parse(&text).map_err(|_| StoreError::Corrupt { what: "object" })?;
        let (before, after) = (before.properties(), object.properties());
        let is_known = after
            .iter()
            .filter(|(name, _)| !REVOCATION.contains(&name.as_str()))
            .all(|(name, value)| before.get(name) == Some(value));
        // What is left out says less, but for a marking, without which more may be read.
        let is_marked = MARKINGS
            .iter()
            .all(|name| before.get(*name) == after.get(*name));
        Ok(object.is_revoked() && is_known && is_marked)
    }
}

/// What a revocation changes (STIX 2.1 §3.6).
const REVOCATION: [&str; 2] = ["modified", "revoked"];
const MARKINGS: [&str; 2] = ["granular_markings", "object_marking_refs"];
