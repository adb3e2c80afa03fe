//! What a person of the house sees first.

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::object::SightingView;
use crate::register::IncidentSummary;
use crate::sharing::ReleaseSummary;
use crate::view::{released, sighting_view};

/// The state of the node at a glance; a part that the caller may not read is empty.
#[derive(Debug, Clone, Default)]
pub struct Dashboard {
    /// How many objects are held.
    pub objects: u64,
    /// How many of each type.
    pub kinds: Vec<(String, u64)>,
    /// The latest incidents.
    pub incidents: Vec<IncidentSummary>,
    /// The latest releases.
    pub releases: Vec<ReleaseSummary>,
    /// The latest sightings.
    pub sightings: Vec<SightingView>,
}

impl Node {
    /// The state of the node at a glance.
    ///
    /// # Errors
    /// If the caller is not of the house.
    pub fn dashboard(&self, caller: &Caller) -> Result<Dashboard, AppError> {
        if !caller.is_own() {
            return Err(AppError::Forbidden);
        }
        let mut dashboard = Dashboard::default();
        if caller.may(Action::ReadObjects) {
            dashboard.kinds = self.kinds(caller)?;
            dashboard.objects = dashboard.kinds.iter().map(|(_, count)| count).sum();
            dashboard.sightings = self.through_gate(caller, |reader, gate| {
                let newest = reader.newest_objects(Some("sighting"), None, LATEST)?;
                let ids: Vec<_> = newest.into_iter().map(|(_, id)| id).collect();
                let mut views = Vec::new();
                for sighting in released(gate, &ids)? {
                    views.extend(sighting_view(reader, gate, &sighting)?);
                }
                Ok(views)
            })?;
        }
        if caller.may(Action::ReadRegister) {
            dashboard.incidents = self.incidents(caller, LATEST, None)?;
        }
        if caller.may(Action::ReadReleases) {
            dashboard.releases = self.releases(caller, LATEST)?;
        }
        Ok(dashboard)
    }
}

/// How many of the latest of each kind are shown.
const LATEST: u32 = 8;
