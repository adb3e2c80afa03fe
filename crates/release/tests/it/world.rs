//! Holdings for tests: who is who, what is held, what was released.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use jiff::Timestamp;
use release::decision::Decision;
use release::gate::{Asked, EditionKey, Gate, Holdings, Policy};
use release::held::{Held, Provenance};
use release::party::{Audience, CommunityId, Member, OrganisationId, PersonId, ReleaseId};
use release::terms::{Recipient, Release};
use serde_json::{Value, json};
use stix::id::Id;
use stix::marking::Tlp;
use stix::object::Object;
use uuid::Uuid;

/// The centre, whose node it is.
pub(crate) const OWN: OrganisationId = OrganisationId(Uuid::from_u128(0x1));
/// An organisation that the releases name.
pub(crate) const CARRIER: OrganisationId = OrganisationId(Uuid::from_u128(0x2));
/// An organisation that no release names.
pub(crate) const OTHER: OrganisationId = OrganisationId(Uuid::from_u128(0x3));
/// A community to which releases go.
pub(crate) const TELECOM: CommunityId = CommunityId(Uuid::from_u128(0x10));

pub(crate) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x100 + number))
}

/// The moment at which tests decide.
pub(crate) fn now() -> Timestamp {
    at("2026-06-01T12:00:00Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy {
        own_identity: OWN.identity(),
        edition_key: EditionKey([7; 32]),
        unmarked: Tlp::Amber,
    }
}

pub(crate) fn own() -> Audience {
    Audience::Own { person: person(1) }
}

pub(crate) fn member(organisation: OrganisationId) -> Member {
    Member {
        organisation,
        communities: BTreeSet::new(),
        client_of: BTreeSet::new(),
        person: None,
        country: None,
    }
}

pub(crate) fn carrier() -> Audience {
    Audience::Member(member(CARRIER))
}

pub(crate) fn other() -> Audience {
    Audience::Member(member(OTHER))
}

/// A release of everything that it is attached to, in force, up to `ceiling`.
pub(crate) fn release(recipients: impl IntoIterator<Item = Recipient>, ceiling: Tlp) -> Release {
    Release {
        id: ReleaseId(Uuid::from_u128(0x1000)),
        recipients: recipients.into_iter().collect(),
        named: BTreeSet::new(),
        ceiling,
        cuts: Vec::new(),
        from: at("2026-01-01T00:00:00Z"),
        until: None,
        withdrawn: None,
    }
}

pub(crate) fn to_carrier() -> Release {
    release([Recipient::Organisation(CARRIER)], Tlp::AmberStrict)
}

/// What is released by a release.
#[derive(Clone)]
enum Scope {
    All,
    Ids(BTreeSet<Id>),
}

#[derive(Clone, Default)]
pub(crate) struct World {
    held: BTreeMap<Id, Vec<Arc<Held>>>,
    releases: Vec<(Scope, Arc<Release>)>,
    spent: BTreeSet<Id>,
}

pub(crate) fn provenance() -> Provenance {
    Provenance::given_by(OWN)
}

pub(crate) fn object(value: &Value) -> Object {
    Object::parse(&value.to_string())
        .unwrap_or_else(|found| panic!("{value} is no object: {found:?}"))
}

pub(crate) fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

/// `kind--00000000-0000-4000-8000-…number`.
pub(crate) fn id_of(kind: &str, number: u128) -> String {
    format!(
        "{kind}--{}",
        Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number)
    )
}

impl World {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Holds an object from the house.
    pub(crate) fn hold(&mut self, value: &Value) -> Id {
        self.hold_from(value, provenance())
    }

    pub(crate) fn hold_from(&mut self, value: &Value, provenance: Provenance) -> Id {
        let object = object(value);
        let id = object.id().clone();
        let versions = self.held.entry(id.clone()).or_default();
        versions.push(Arc::new(Held::seal(object, provenance)));
        versions.sort_by(|a, b| b.version().cmp(&a.version()));
        id
    }

    pub(crate) fn hold_all<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        for value in values {
            self.hold(value);
        }
    }

    pub(crate) fn release_all(&mut self, release: Release) {
        self.releases.push((Scope::All, Arc::new(release)));
    }

    pub(crate) fn release_ids(&mut self, ids: impl IntoIterator<Item = Id>, release: Release) {
        let scope = Scope::Ids(ids.into_iter().collect());
        self.releases.push((scope, Arc::new(release)));
    }

    /// An edition was revoked for whoever asks.
    pub(crate) fn spend(&mut self, edition: Id) {
        self.spent.insert(edition);
    }

    pub(crate) fn decide(&self, audience: &Audience, asked: &[Asked]) -> Vec<Decision> {
        let policy = policy();
        let Ok(decisions) = Gate::new(&policy, self, audience, now()).decide(asked);
        decisions
    }

    /// The decision for the newest visible version.
    pub(crate) fn see(&self, audience: &Audience, id: &Id) -> Decision {
        let asked = [Asked {
            id: id.clone(),
            version: None,
        }];
        self.decide(audience, &asked).pop().unwrap()
    }

    /// What the audience reads, if anything.
    pub(crate) fn text(&self, audience: &Audience, id: &Id) -> Option<String> {
        self.see(audience, id)
            .released()
            .map(|released| released.text().to_owned())
    }

    pub(crate) fn ids(&self) -> Vec<Id> {
        self.held.keys().cloned().collect()
    }
}

impl Holdings for World {
    type Error = Infallible;

    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, Infallible> {
        Ok(self.held.get(id).cloned().unwrap_or_default())
    }

    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, Infallible> {
        let names = |scope: &Scope| match scope {
            Scope::All => true,
            Scope::Ids(ids) => ids.contains(held.id()),
        };
        Ok(self
            .releases
            .iter()
            .filter(|(scope, _)| names(scope))
            .map(|(_, release)| Arc::clone(release))
            .collect())
    }

    fn is_spent(&self, edition: &Id) -> Result<bool, Infallible> {
        Ok(self.spent.contains(edition))
    }
}

/// `W`, `E` or `–`.
pub(crate) fn letter(decision: &Decision) -> char {
    match decision {
        Decision::Whole(_) => 'W',
        Decision::Edition(_) => 'E',
        Decision::Nothing => '–',
    }
}

/// An SDO with a name and these further properties.
pub(crate) fn sdo(kind: &str, number: u128, more: Value) -> Value {
    let mut value = json!({
        "type": kind, "spec_version": "2.1", "id": id_of(kind, number),
        "created": "2026-02-01T00:00:00.000Z", "modified": "2026-02-01T00:00:00.000Z",
        "object_marking_refs": [Tlp::Green.id_text()],
    });
    merge(&mut value, more);
    value
}

/// A named SDO that goes to all in the community and beyond.
pub(crate) fn open(kind: &str, number: u128) -> Value {
    sdo(kind, number, json!({"name": format!("open {number}")}))
}

/// A named SDO that stays in the house.
pub(crate) fn closed(kind: &str, number: u128) -> Value {
    sdo(
        kind,
        number,
        json!({"name": format!("SECRET {number}"), "object_marking_refs": [Tlp::Red.id_text()]}),
    )
}

pub(crate) fn sco(kind: &str, number: u128, level: Tlp, more: Value) -> Value {
    let mut value = json!({
        "type": kind, "spec_version": "2.1", "id": id_of(kind, number),
        "object_marking_refs": [level.id_text()],
    });
    merge(&mut value, more);
    value
}

pub(crate) fn merge(value: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    for (name, item) in more {
        if item.is_null() {
            value.as_object_mut().unwrap().remove(&name);
        } else {
            value[name] = item;
        }
    }
}
