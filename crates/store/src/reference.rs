//! What refers to an object.

use stix::id::Id;

use crate::convert::id;
use crate::database::Reader;
use crate::error::Result;
use crate::object::ObjectKey;

impl Reader<'_> {
    /// The versions that refer to `target`, or to an edition of it, and that any release names, in the order in which
    /// they came, after the place `after`; each with its place.
    ///
    /// # Errors
    /// If the database fails.
    pub fn released_referrers(
        &self,
        target: &Id,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, ObjectKey)>> {
        let sql = "SELECT object.seq, object.id, object.version
                   FROM reference INDEXED BY reference_target JOIN object ON object.seq = reference.source_seq
                   WHERE reference.target = ?1 AND reference.source_seq > ?2
                   AND EXISTS (SELECT 1 FROM release_item WHERE release_item.id = object.id)
                   ORDER BY reference.source_seq LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((target.as_str(), after, limit), |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
        })?;
        rows.map(|row| {
            let (seq, text, version) = row?;
            Ok((
                seq,
                ObjectKey {
                    id: id(&text)?,
                    version,
                },
            ))
        })
        .collect()
    }
}
