//! What was released to whom, and on which terms.

use std::collections::BTreeSet;

use jiff::Timestamp;
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;

use crate::party::{Audience, CommunityId, OrganisationId, PersonId, ReleaseId};

/// A release in force or past: the terms, without the list of objects, which the holdings know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its identifier.
    pub id: ReleaseId,
    /// Those who may have what it names.
    pub recipients: BTreeSet<Recipient>,
    /// The organisations that were named when it was confirmed: those in `recipients`, and for a community whose
    /// members were named by way of it, the members at that time. Who joins later is not among them.
    pub named: BTreeSet<OrganisationId>,
    /// The most restrictive level of anything that goes out by it.
    pub ceiling: Tlp,
    /// Parts that the releaser cut by hand.
    pub cuts: Vec<Cut>,
    /// Not before (embargo).
    pub from: Timestamp,
    /// Not from then on.
    pub until: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn: Option<Timestamp>,
}

/// Somebody who may have what a release names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// The members of a community.
    Community(CommunityId),
    /// An organisation.
    Organisation(OrganisationId),
    /// A person.
    Person(PersonId),
    /// Everybody.
    Public,
}

/// A part of one object that a release leaves out, or the part of every object where none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The object; none for all of the release.
    pub object: Option<Id>,
    /// The part.
    pub part: Selector,
}

impl Release {
    /// The most restrictive level that this release lets the audience see at `now`; none if it does not reach it.
    ///
    /// TLP 2.0 (FIRST): RED for the eyes of individual recipients, AMBER+STRICT the organisation, AMBER the
    /// organisation and its clients, GREEN the community, CLEAR the world.
    pub fn clearance(&self, audience: &Audience, now: Timestamp) -> Option<Tlp> {
        let in_force = self.withdrawn.is_none_or(|at| now < at)
            && self.from <= now
            && self.until.is_none_or(|until| now < until);
        if !in_force {
            return None;
        }
        let person = audience
            .person()
            .is_some_and(|person| self.recipients.contains(&Recipient::Person(person)));
        let reach = if person {
            Some(Tlp::Red)
        } else {
            match audience {
                Audience::Member(member) => {
                    let named = |organisation: &OrganisationId| {
                        self.named.contains(organisation)
                            || self
                                .recipients
                                .contains(&Recipient::Organisation(*organisation))
                    };
                    if named(&member.organisation) {
                        Some(Tlp::AmberStrict)
                    } else if member.client_of.iter().any(named) {
                        Some(Tlp::Amber)
                    } else if member.communities.iter().any(|community| {
                        self.recipients.contains(&Recipient::Community(*community))
                    }) {
                        Some(Tlp::Green)
                    } else {
                        None
                    }
                }
                Audience::Own { .. } | Audience::Public => None,
            }
        };
        let public = self
            .recipients
            .contains(&Recipient::Public)
            .then_some(Tlp::Clear);
        reach.max(public).map(|level| level.min(self.ceiling))
    }
}
