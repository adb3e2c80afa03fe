//! What has passed the gate, as views for the edges.

use incident::sector::Sector;
use release::decision::{Decision, Released};
use release::gate::{Asked, Gate};
use release::party::OrganisationId;
use stix::id::Id;
use stix::marking::Tlp;
use stix::view::Sighting;
use store::database::Reader;
use store::object::ObjectKey;

use crate::error::AppError;
use crate::object::{ObjectSummary, SightingView};

type ReaderGate<'a, 'c> = Gate<'a, Reader<'c>>;

pub(crate) fn summary(released: &Released) -> ObjectSummary {
    let object = released.object();
    ObjectSummary {
        id: object.id().clone(),
        kind: object.kind().to_owned(),
        title: object.title().to_owned(),
        version: object.version().map(ToString::to_string),
        marking: marking(released),
        revoked: object.is_revoked(),
    }
}

/// The most restrictive TLP level on the object as a whole.
fn marking(released: &Released) -> String {
    let markings = &released.object().markings().object;
    let level = markings.iter().filter_map(Tlp::from_id).max();
    level.map_or_else(|| "unmarked".to_owned(), |level| level.label().to_owned())
}

/// Of these objects those that the gate lets through, in the same order.
pub(crate) fn released(gate: &ReaderGate<'_, '_>, ids: &[Id]) -> Result<Vec<Released>, AppError> {
    let asked: Vec<Asked> = ids
        .iter()
        .map(|id| Asked {
            id: id.clone(),
            version: None,
        })
        .collect();
    Ok(gate
        .decide(&asked)?
        .into_iter()
        .filter_map(Decision::into_released)
        .collect())
}

pub(crate) fn summaries(
    gate: &ReaderGate<'_, '_>,
    ids: &[Id],
) -> Result<Vec<ObjectSummary>, AppError> {
    Ok(released(gate, ids)?.iter().map(summary).collect())
}

pub(crate) fn one(gate: &ReaderGate<'_, '_>, id: &Id) -> Result<Option<Released>, AppError> {
    Ok(gate.decide_one(id)?.into_released())
}

/// Of these objects those that the gate lets through, in the same order, each with the version that it lets through.
pub(crate) fn keyed(
    gate: &ReaderGate<'_, '_>,
    ids: &[Id],
) -> Result<Vec<(Released, ObjectKey)>, AppError> {
    let asked: Vec<Asked> = ids
        .iter()
        .map(|id| Asked {
            id: id.clone(),
            version: None,
        })
        .collect();
    let decided = gate.decide_held(&asked)?.into_iter();
    Ok(decided
        .filter_map(|(decision, held)| Some((decision.into_released()?, ObjectKey::of(&*held?)?)))
        .collect())
}

/// As [`keyed`], of one object.
pub(crate) fn one_keyed(
    gate: &ReaderGate<'_, '_>,
    id: &Id,
) -> Result<Option<(Released, ObjectKey)>, AppError> {
    Ok(keyed(gate, std::slice::from_ref(id))?.pop())
}

/// The sightings of an object, also those that came back on an edition of it.
pub(crate) fn sightings_of(
    reader: &Reader<'_>,
    gate: &ReaderGate<'_, '_>,
    of: &Id,
) -> Result<Vec<SightingView>, AppError> {
    let ids = reader.referrers(of, Some("sighting"), MAX_SIGHTINGS)?;
    let mut found = Vec::new();
    for sighting in released(gate, &ids)? {
        if let Some(view) = sighting_view(reader, gate, &sighting)?
            && view.of.id == *of
        {
            found.push(view);
        }
    }
    Ok(found)
}

pub(crate) fn sighting_view(
    reader: &Reader<'_>,
    gate: &ReaderGate<'_, '_>,
    released: &Released,
) -> Result<Option<SightingView>, AppError> {
    let Some(sighting) = Sighting::of(released.object()) else {
        return Ok(None);
    };
    let Some(target) = sighting.sighting_of() else {
        return Ok(None);
    };
    let source = reader.edition_source(&target)?;
    let on_edition = source.is_some().then(|| target.clone());
    let Some(of) = one(gate, &source.unwrap_or(target))? else {
        return Ok(None);
    };
    let mut by = Vec::new();
    let mut sectors = Vec::new();
    for identity in sighting.where_sighted() {
        let (name, sector) = who(reader, gate, &identity)?;
        by.push(name);
        sectors.extend(sector);
    }
    sectors.sort_unstable();
    sectors.dedup();
    let giver = reader
        .source_of(released.id())?
        .map(OrganisationId::identity);
    let source = match giver {
        Some(giver) => who(reader, gate, &giver)?.0,
        None => String::new(),
    };
    Ok(Some(SightingView {
        id: released.id().clone(),
        of: summary(&of),
        by,
        sectors,
        count: sighting.count().unwrap_or(1),
        first_seen: sighting.first_seen().map(|at| at.to_string()),
        last_seen: sighting.last_seen().map(|at| at.to_string()),
        source,
        on_edition,
    }))
}

/// The name and sector of an identity: of an organisation that the node knows, or of the object.
fn who(
    reader: &Reader<'_>,
    gate: &ReaderGate<'_, '_>,
    identity: &Id,
) -> Result<(String, Option<Sector>), AppError> {
    if let Some(id) = OrganisationId::of_identity(identity)
        && let Some(known) = reader.organisation(id)?
    {
        return Ok((known.name, known.sector));
    }
    let object = one(gate, identity)?;
    Ok(match object {
        Some(released) => {
            let sector = released.object().strings("sectors").find_map(Sector::parse);
            (released.object().title().to_owned(), sector)
        }
        None => (identity.to_string(), None),
    })
}

/// Sightings shown of one object.
const MAX_SIGHTINGS: u32 = 1_000;
