//! What keeps one source from poisoning all others: benign lists, and how much of a source may wait.

use hunt::benign::{Hit, List, Lists, known, object_hits};
use release::party::OrganisationId;
use stix::id::Id;
use stix::object::Object;
use store::database::Reader;

use crate::error::AppError;

/// What the house says of benign lists and of limits.
#[derive(Debug)]
pub struct Guards {
    /// The house's own lists. Nobody outside may find out what is on them.
    pub lists: Lists,
    /// Objects of one source that may wait for a decision; what comes on top is refused.
    pub waiting: u64,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            lists: Lists::default(),
            waiting: MAX_WAITING,
        }
    }
}

/// Why an object must not be taken unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// For what the sender knows or can look up.
    Plain(Vec<Hit>),
    /// Only for what the sender must not learn of: to the sender it is as if nothing had been found.
    Secret(Vec<Hit>),
}

impl Suspicion {
    /// The hits in words.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let (Self::Plain(hits) | Self::Secret(hits)) = self;
        hits.iter().map(ToString::to_string).collect()
    }
}

/// The lists that count for what one source sends.
#[derive(Debug)]
pub(crate) struct SourceLists {
    /// Networks and domains of the source itself, which it knows.
    source: Lists,
    /// Those of the others that the house serves.
    others: Lists,
    /// The identity of the house, where it is not the source.
    house: Option<Id>,
}

impl SourceLists {
    pub(crate) fn of(reader: &Reader<'_>, source: OrganisationId) -> Result<Self, AppError> {
        let house = reader.own_organisation()?.map(|house| house.id);
        let mut lists = Self {
            source: Lists::default(),
            others: Lists::default(),
            house: house
                .filter(|house| *house != source)
                .map(OrganisationId::identity),
        };
        for (organisation, value) in networks(reader)? {
            let list = if organisation == source {
                &mut lists.source
            } else {
                &mut lists.others
            };
            if list.add(List::Network, &value).is_err() {
                tracing::warn!(%organisation, "a network of an organisation is none");
            }
        }
        Ok(lists)
    }

    /// Whether an object of another says that the house created it.
    pub(crate) fn is_in_our_name(&self, object: &Object) -> bool {
        self.house.is_some() && object.created_by() == self.house
    }

    /// Whether an object names something benign.
    pub(crate) fn suspicion(&self, guards: &Guards, object: &Object) -> Option<Suspicion> {
        // INVARIANT: what the sender is told follows from `plain`, which knows nothing that the sender may not know.
        let plain = object_hits(&[known(), &self.source], object);
        if !plain.is_empty() {
            return Some(Suspicion::Plain(plain));
        }
        if guards.lists.is_empty() && self.others.is_empty() {
            return None;
        }
        let all = [known(), &self.source, &self.others, &guards.lists];
        let secret = object_hits(&all, object);
        (!secret.is_empty()).then_some(Suspicion::Secret(secret))
    }
}

/// The prefixes and domains of the organisations that the node knows; an autonomous system is nothing that a pattern
/// names an address by.
fn networks(reader: &Reader<'_>) -> Result<Vec<(OrganisationId, String)>, AppError> {
    let mut found = Vec::new();
    for organisation in reader.organisations()? {
        let rows = reader.networks_of(organisation.id)?.into_iter();
        let rows = rows.filter(|row| row.kind != "asn");
        found.extend(rows.map(|row| (organisation.id, row.value)));
    }
    Ok(found)
}

/// Objects of one source that may wait: more than a person judges in a week.
const MAX_WAITING: u64 = 10_000;
