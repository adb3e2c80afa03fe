//! What the markings of an object demand of whoever passes it on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use stix::id::Id;
use stix::marking::caveat::Caveat;
use stix::marking::iep::Attribution;
use stix::marking::{Definition, Tlp};

use crate::gate::{Gate, Holdings};
use crate::held::Held;
use crate::party::{Audience, OrganisationId};

/// The marking definitions that were read while a batch is decided, each with where it comes from.
pub(crate) type Definitions = BTreeMap<Id, Vec<(OrganisationId, Definition)>>;

/// What a marking demands, or several together: of each the most restrictive counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a demand of its own, and they add up one by one"
)]
pub(crate) struct Demand {
    /// The level of TLP; none where no marking has one.
    pub(crate) level: Option<Tlp>,
    /// Whether this audience is shut out, by a caveat or because a marking is not understood.
    pub(crate) closed: bool,
    /// Whether the giver must be named.
    pub(crate) named: bool,
    /// Whether the giver must not be named.
    pub(crate) unnamed: bool,
    /// Whether the marking itself leads to the giver, who defined it.
    pub(crate) traceable: bool,
}

impl Demand {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            level: self.level.max(other.level),
            closed: self.closed || other.closed,
            named: self.named || other.named,
            unnamed: self.unnamed || other.unnamed,
            traceable: self.traceable || other.traceable,
        }
    }

    /// Whether an audience of this clearance may have what is marked so and not with a level otherwise.
    pub(crate) fn admits(self, clearance: Tlp, unmarked: Tlp) -> bool {
        !self.closed && self.level.unwrap_or(unmarked) <= clearance
    }
}

/// What the markings of an object and of its parts demand.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    /// Of the whole.
    pub(crate) object: Demand,
    /// Of each entry of its granular markings, in their order.
    pub(crate) granular: Vec<Demand>,
}

impl Demands {
    /// All together: what binds whoever passes on any of it.
    pub(crate) fn all(&self) -> Demand {
        self.granular.iter().copied().fold(self.object, Demand::and)
    }
}

impl<H: Holdings> Gate<'_, H> {
    pub(crate) fn demands(&self, definitions: &mut Definitions, held: &Held) -> Demands {
        let source = held.provenance().source;
        let markings = held.object().markings();
        let mut demand = |marking: &Id| self.demand(definitions, marking, source);
        Demands {
            object: markings
                .object
                .iter()
                .map(&mut demand)
                .fold(Demand::default(), Demand::and),
            granular: markings
                .granular
                .iter()
                .map(|granular| demand(&granular.marking))
                .collect(),
        }
    }

    /// What a marking on an object from `source` demands.
    fn demand(
        &self,
        definitions: &mut Definitions,
        marking: &Id,
        source: OrganisationId,
    ) -> Demand {
        if let Some(level) = Tlp::from_id(marking) {
            return Demand {
                level: Some(level),
                ..Demand::default()
            };
        }
        // A holder that cannot answer leaves the marking not understood, which fails closed.
        let held = definitions.entry(marking.clone()).or_insert_with(|| {
            let versions = self.holdings.versions(marking).unwrap_or_default();
            let read =
                |held: &Arc<Held>| (held.provenance().source, Definition::read(held.object()));
            versions.iter().map(read).collect()
        });
        // Nobody may explain away the marking on another's object: the definition counts if it came from where the
        // object came from, or from the house.
        let own = self.own();
        let mut trusted = held
            .iter()
            .filter(|(from, _)| *from == source || Some(*from) == own)
            .peekable();
        if trusted.peek().is_none() {
            return self.not_understood();
        }
        // Where there are several, one that is not understood leaves the marking not understood.
        trusted
            .map(|(from, definition)| self.reading(definition, Some(*from) != own))
            .fold(Demand::default(), Demand::and)
    }

    fn reading(&self, definition: &Definition, foreign: bool) -> Demand {
        match definition {
            Definition::Tlp(level) => Demand {
                level: Some(*level),
                ..Demand::default()
            },
            Definition::Statement(_) => Demand {
                traceable: foreign,
                ..Demand::default()
            },
            Definition::Caveat(caveat) => Demand {
                closed: !self.admitted(caveat),
                traceable: foreign,
                ..Demand::default()
            },
            Definition::Iep(policy) => {
                let demand = Demand {
                    level: Some(policy.tlp),
                    named: policy.attribution == Attribution::Must,
                    unnamed: policy.attribution == Attribution::MustNot,
                    // All that such a policy is on goes without a name, so it leads to none.
                    traceable: foreign && policy.attribution != Attribution::MustNot,
                    ..Demand::default()
                };
                // A policy that is not in force permits nothing.
                if policy.is_in_force(self.now) {
                    demand
                } else {
                    demand.and(self.not_understood())
                }
            }
            Definition::Unknown => self.not_understood(),
        }
    }

    /// What is not understood keeps the object in the house.
    fn not_understood(&self) -> Demand {
        if self.audience.is_own() {
            Demand {
                level: Some(Tlp::AmberStrict),
                ..Demand::default()
            }
        } else {
            Demand {
                closed: true,
                ..Demand::default()
            }
        }
    }

    /// Whether a caveat lets this audience have something: the house has it already, and everybody is whoever it
    /// keeps out, too.
    pub(crate) fn admitted(&self, caveat: &Caveat) -> bool {
        match self.audience {
            Audience::Own { .. } => true,
            Audience::Member(member) => {
                caveat.admits(&member.organisation.identity(), member.country)
            }
            Audience::Public => false,
        }
    }

    pub(crate) fn own(&self) -> Option<OrganisationId> {
        OrganisationId::of_identity(&self.policy.own_identity)
    }

    /// Whether somebody is shut out at this moment by what the giver said beside the markings.
    pub(crate) fn is_held_back(&self, held: &Held) -> bool {
        let provenance = held.provenance();
        let embargo = |until: Timestamp| self.now < until;
        provenance.consent == crate::held::Consent::Refused
            || provenance.embargo_until.is_some_and(embargo)
            || !provenance
                .caveats
                .iter()
                .all(|caveat| self.admitted(caveat))
    }
}
