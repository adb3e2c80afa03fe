//! A version that revokes an object goes to those who were given it, without anybody deciding: whoever acts on the
//! object has to know.
//!
//! INVARIANT: nothing goes out this way that was not given before, and nobody revokes what another gave. What says more,
//! or comes from somebody else, waits for a release like any other version.

use std::collections::BTreeMap;

use jiff::Timestamp;
use release::party::{OrganisationId, PersonId};
use stix::object::Object;
use store::database::Writer;
use store::object::ObjectKey;

use crate::error::AppError;

/// Lets the releases in force that name the object name its revocation too, each if it says no more than that the
/// version which the release names is revoked.
pub(crate) fn revocation(
    writer: &Writer<'_>,
    source: OrganisationId,
    entered_by: Option<PersonId>,
    object: &Object,
    now: Timestamp,
) -> Result<(), AppError> {
    let Some(version) = object.version() else {
        return Ok(());
    };
    let key = ObjectKey {
        id: object.id().clone(),
        version: ObjectKey::version_text(version),
    };
    let mut judged: BTreeMap<ObjectKey, bool> = BTreeMap::new();
    let (mut goes_on, mut waits) = (false, false);
    for (release, named) in writer.named_in_force(object.id(), now)? {
        let only_revokes = match judged.get(&named) {
            Some(known) => *known,
            None => writer.only_revokes(object, source, &named)?,
        };
        judged.insert(named, only_revokes);
        if !only_revokes {
            waits = true;
        } else if writer.extend_release(release, &key)? {
            crate::ledger::extended(writer, entered_by, release, now)?;
            goes_on = true;
        }
    }
    if goes_on {
        writer.put_change(crate::catch_up::OBJECT, object.id().as_str(), now)?;
    }
    if waits {
        writer.put_audit(entered_by, "revocation-waits", object.id().as_str(), now)?;
    }
    Ok(())
}
