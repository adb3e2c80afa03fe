//! Who is in which community. Membership is itself sensitive.

use release::party::{CommunityId, OrganisationId};

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;
use crate::party::Community;

/// A community as one of its members knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its name.
    pub community: String,
    /// The names of all members, where the community lets its members see each other; otherwise not even how many.
    pub members: Option<Vec<String>>,
}

impl Node {
    /// The communities that the caller's organisation is in.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn memberships(&self, caller: &Caller) -> Result<Vec<Membership>, AppError> {
        caller.require(Action::ReadMembership)?;
        self.store.read(|reader| {
            let mut found = Vec::new();
            for community in reader.communities()? {
                if !community.members.contains(&caller.organisation) {
                    continue;
                }
                let mut members = Vec::new();
                for member in community
                    .members
                    .iter()
                    .filter(|_| community.members_visible)
                {
                    members.extend(reader.organisation(*member)?.map(|known| known.name));
                }
                members.sort();
                found.push(Membership {
                    community: community.name,
                    members: community.members_visible.then_some(members),
                });
            }
            Ok(found)
        })
    }

    /// Takes an organisation out of a community: it sees no more what it saw as a member.
    ///
    /// # Errors
    /// If the caller may not, or it is not in it.
    pub fn remove_member(
        &self,
        caller: &Caller,
        community: CommunityId,
        organisation: OrganisationId,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        let now = self.clock.now();
        self.store.write(|writer| {
            if !writer.remove_member(community, organisation)? {
                return Err(AppError::NotFound);
            }
            writer.put_change(crate::catch_up::MEMBERSHIP, &organisation.to_string(), now)?;
            let subject = format!("{community} {organisation}");
            self.record(writer, caller, "remove-member", &subject)
        })
    }

    /// Says whether the members of a community see each other.
    ///
    /// # Errors
    /// If the caller may not, or there is no such community.
    pub fn set_members_visible(
        &self,
        caller: &Caller,
        community: CommunityId,
        visible: bool,
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        self.store.write(|writer| {
            if !writer.communities()?.iter().any(|one| one.id == community) {
                return Err(AppError::NotFound);
            }
            writer.set_members_visible(community, visible)?;
            let subject = format!("{community} {visible}");
            self.record(writer, caller, "set-members-visible", &subject)
        })
    }

    /// Adds the communities that most houses have, as far as they are not there; returns those added.
    ///
    /// The public is none of them: everybody is a recipient of its own.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn add_proposed_communities(&self, caller: &Caller) -> Result<Vec<Community>, AppError> {
        let known = self.communities(caller)?;
        let mut added = Vec::new();
        for name in PROPOSED_COMMUNITIES {
            if !known.iter().any(|community| community.name == name) {
                added.push(self.add_community(caller, name)?);
            }
        }
        Ok(added)
    }
}

/// Telecom carriers, all operators of critical infrastructure, partner agencies.
pub const PROPOSED_COMMUNITIES: [&str; 3] = ["telecom", "operators", "partners"];
