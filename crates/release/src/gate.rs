//! The decision for a batch of objects.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use stix::id::Id;
use stix::marking::{Definition, Tlp};
use stix::object::Object;
use stix::selector::Selector;

use crate::cuts::{Cuts, resolves};
use crate::decision::{Decision, Edition, Released};
use crate::edition::{Fate, remainder};
use crate::graph::{Graph, Node};
use crate::held::{Consent, Held};
use crate::party::{Audience, OrganisationId};
use crate::required::IDENTITY;
use crate::shape::Shape;
use crate::terms::Release;

/// What the gate asks of those who hold objects.
pub trait Holdings {
    /// What can go wrong when asking.
    type Error;

    /// The versions held of an object, newest first.
    ///
    /// # Errors
    /// The holder's.
    fn versions(&self, id: &Id) -> Result<Vec<Arc<Held>>, Self::Error>;

    /// The releases that name a version of an object, in any order; those of the past may be among them.
    ///
    /// # Errors
    /// The holder's.
    fn releases(&self, held: &Held) -> Result<Vec<Arc<Release>>, Self::Error>;
}

/// What does not change from audience to audience.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The STIX identity of the organisation whose node this is: it creates the editions.
    pub own_identity: Id,
    /// The key of the editions' identifiers: secret, and never changed while the node lives.
    pub edition_key: EditionKey,
    /// How an object without any TLP marking is handled.
    pub unmarked: Tlp,
}

/// A secret key; it never shows in logs.
#[derive(Clone)]
pub struct EditionKey(pub [u8; 32]);

impl std::fmt::Debug for EditionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EditionKey(…)")
    }
}

/// An object to decide about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The object.
    pub id: Id,
    /// The version; none for the newest that the audience may see.
    pub version: Option<stix::timestamp::Timestamp>,
}

/// The gate: takes decisions for one audience at one moment.
#[derive(Debug)]
pub struct Gate<'a, H> {
    pub(crate) policy: &'a Policy,
    pub(crate) holdings: &'a H,
    pub(crate) audience: &'a Audience,
    pub(crate) now: Timestamp,
}

/// What is remembered while a batch is decided.
#[derive(Debug, Default)]
struct Reading {
    /// What is held under a marking's identifier: where it comes from, and whether it is a mere statement.
    markings: BTreeMap<Id, Vec<(OrganisationId, bool)>>,
}

/// What a marking restricts.
enum Limit {
    /// Nobody: a statement, which travels along.
    Nobody,
    /// A level of TLP.
    Level(Tlp),
    /// Not understood: nobody outside the house.
    Unknown,
}

impl<'a, H: Holdings> Gate<'a, H> {
    /// A gate for an audience.
    pub fn new(
        policy: &'a Policy,
        holdings: &'a H,
        audience: &'a Audience,
        now: Timestamp,
    ) -> Self {
        Self {
            policy,
            holdings,
            audience,
            now,
        }
    }

    /// The decision for each object asked, in the same order.
    ///
    /// # Errors
    /// Those of the holdings. In a batch that reaches more than [`REACH`] objects the references to those beyond are
    /// taken as references to what is withheld, which fails closed.
    pub fn decide(&self, asked: &[Asked]) -> Result<Vec<Decision>, H::Error> {
        let mut reading = Reading::default();
        let mut graph = Graph::default();
        let mut answers: Vec<Vec<usize>> = Vec::with_capacity(asked.len());
        let mut queue: VecDeque<Id> = VecDeque::new();
        for ask in asked {
            let candidates = if ask.version.is_some() {
                let found = self.read(&mut reading, &ask.id, ask.version.as_ref())?;
                let candidates = graph.add(found.unwrap_or_default());
                follow(&graph, &candidates, &mut queue);
                candidates
            } else {
                self.reach(&mut reading, &mut graph, &ask.id, &mut queue)?;
                graph.candidates(&ask.id).to_vec()
            };
            answers.push(candidates);
        }
        while let Some(id) = queue.pop_front() {
            self.reach(&mut reading, &mut graph, &id, &mut queue)?;
        }
        graph.settle(&self.policy.edition_key.0);
        Ok(answers
            .iter()
            .map(|candidates| {
                graph
                    .first_visible(candidates)
                    .map_or(Decision::Nothing, |node| self.decision(&graph, node))
            })
            .collect())
    }

    /// The decision for the newest version of one object that the audience may see.
    ///
    /// # Errors
    /// Those of the holdings.
    pub fn decide_one(&self, id: &Id) -> Result<Decision, H::Error> {
        let asked = Asked {
            id: id.clone(),
            version: None,
        };
        Ok(self
            .decide(std::slice::from_ref(&asked))?
            .pop()
            .unwrap_or(Decision::Nothing))
    }

    /// Takes an object into the graph, if it is not there, and queues what it refers to.
    fn reach(
        &self,
        reading: &mut Reading,
        graph: &mut Graph,
        id: &Id,
        queue: &mut VecDeque<Id>,
    ) -> Result<(), H::Error> {
        if graph.has(id) || graph.len() >= REACH {
            return Ok(());
        }
        let found = self.read(reading, id, None)?;
        // Everybody knows whose node this is, and a marking is known by its identifier. In the house a reference to
        // something that is not held says nothing that is withheld; the target may still be held and RED, then it
        // was found and kept from this person.
        let free = *id == self.policy.own_identity
            || id.kind() == "marking-definition"
            || (found.is_none() && self.audience.is_own());
        let candidates = graph.add(found.unwrap_or_default());
        follow(graph, &candidates, queue);
        if free {
            graph.free(id.clone(), candidates);
        } else {
            graph.name(id.clone(), candidates);
        }
        Ok(())
    }

    /// The versions of an object that may be the newest that the audience sees, newest first, before references are
    /// looked at; none if nothing at all is held.
    ///
    /// A version that may be lost for want of a reference does not hide the older ones: if it did, the audience would
    /// learn that it is there.
    fn read(
        &self,
        reading: &mut Reading,
        id: &Id,
        version: Option<&stix::timestamp::Timestamp>,
    ) -> Result<Option<Vec<Node>>, H::Error> {
        let versions = self.holdings.versions(id)?;
        if versions.is_empty() {
            return Ok(None);
        }
        let mut found = Vec::new();
        let last = versions.len().saturating_sub(1);
        for (at, held) in versions.into_iter().enumerate() {
            if version.is_some() && held.version() != version {
                continue;
            }
            let Some(cuts) = self.cuts(reading, &held)? else {
                continue;
            };
            let shape = Shape::of(held.object(), &cuts);
            if shape.broken {
                continue;
            }
            let sturdy = at < last && is_sturdy(held.object(), &cuts, &shape);
            found.push(Node::new(held, cuts, shape));
            if sturdy {
                break;
            }
        }
        Ok(Some(found))
    }

    /// The parts of an object that markings and releases keep from the audience; none if they keep all of it.
    fn cuts(&self, reading: &mut Reading, held: &Held) -> Result<Option<Cuts>, H::Error> {
        let provenance = held.provenance();
        let own = self.audience.is_own();
        let held_back = provenance.consent == Consent::Refused
            || provenance
                .embargo_until
                .is_some_and(|until| self.now < until);
        if held_back && !own {
            return Ok(None);
        }
        let entered =
            provenance.entered_by.is_some() && provenance.entered_by == self.audience.person();
        let house = if entered { Tlp::Red } else { Tlp::AmberStrict };
        let mut cuts = if own {
            self.cuts_under(reading, held, house, &[])
        } else {
            None
        };
        for release in self.holdings.releases(held)? {
            let Some(clearance) = release.clearance(self.audience, self.now) else {
                continue;
            };
            let hand: Vec<&Selector> = release
                .cuts
                .iter()
                .filter(|cut| cut.object.as_ref().is_none_or(|object| object == held.id()))
                .map(|cut| &cut.part)
                .collect();
            // Whoever is reached in several ways sees what any of them lets through.
            if let Some(by_release) = self.cuts_under(reading, held, clearance, &hand) {
                cuts = Some(cuts.map_or_else(|| by_release.clone(), |cuts| cuts.meet(&by_release)));
            }
        }
        Ok(cuts)
    }

    /// The parts that stay hidden under one clearance; none if the whole object does.
    fn cuts_under(
        &self,
        reading: &mut Reading,
        held: &Held,
        clearance: Tlp,
        hand: &[&Selector],
    ) -> Option<Cuts> {
        let object = held.object();
        let source = held.provenance().source;
        let markings = object.markings();
        let mut object_level = None;
        for marking in &markings.object {
            match self.limit(reading, marking, source) {
                Limit::Nobody => {}
                Limit::Level(level) => object_level = object_level.max(Some(level)),
                Limit::Unknown => return None,
            }
        }
        if object_level.unwrap_or(self.policy.unmarked) > clearance {
            return None;
        }
        let mut cuts = Cuts::default();
        for part in hand {
            if resolves(object.properties(), part.steps()) {
                cuts.insert(part.steps().to_vec());
            }
        }
        for granular in &markings.granular {
            let allowed = match self.limit(reading, &granular.marking, source) {
                Limit::Nobody => true,
                Limit::Level(level) => level <= clearance,
                Limit::Unknown => false,
            };
            if !allowed {
                for selector in &granular.selectors {
                    cuts.insert(selector.steps().to_vec());
                }
            }
        }
        let whole = IDENTITY.iter().any(|name| cuts.touches(name));
        (!whole).then_some(cuts)
    }

    /// What a marking on an object from `source` restricts.
    fn limit(&self, reading: &mut Reading, marking: &Id, source: OrganisationId) -> Limit {
        if let Some(level) = Tlp::from_id(marking) {
            return Limit::Level(level);
        }
        // A holder that cannot answer leaves the marking not understood, which fails closed.
        let held = reading.markings.entry(marking.clone()).or_insert_with(|| {
            let versions = self.holdings.versions(marking).unwrap_or_default();
            let read = |held: &Arc<Held>| {
                let definition = Definition::read(held.object());
                (
                    held.provenance().source,
                    matches!(definition, Definition::Statement(_)),
                )
            };
            versions.iter().map(read).collect()
        });
        // Nobody may explain away the marking on another's object: the definition counts if it came from where the
        // object came from, or from the house.
        let own = OrganisationId::of_identity(&self.policy.own_identity);
        let mut trusted = held
            .iter()
            .filter(|(from, _)| *from == source || Some(*from) == own)
            .peekable();
        if trusted.peek().is_some() && trusted.all(|(_, statement)| *statement) {
            Limit::Nobody
        } else if self.audience.is_own() {
            Limit::Level(Tlp::AmberStrict)
        } else {
            Limit::Unknown
        }
    }

    fn decision(&self, graph: &Graph, node: &Node) -> Decision {
        let object = node.held.object();
        if !node.is_edition() {
            return Decision::Whole(Released::new(object.clone()));
        }
        self.edition(graph, node)
            .map_or(Decision::Nothing, Decision::Edition)
    }

    fn edition(&self, graph: &Graph, node: &Node) -> Option<Edition> {
        let object = node.held.object();
        // Objects name a marking by its identifier, so there is no other one for it.
        let id = node
            .edition_id()
            .filter(|id| id.kind() != "marking-definition")?;
        let fate = |target: &Id| graph.fate(target);
        let mut properties = remainder(object, &node.cuts, Some(id), &fate)?.properties;
        properties.insert("id".to_owned(), Value::String(id.to_string()));
        let observable = object.created().is_none() && object.modified().is_none();
        if observable {
            properties.remove("created_by_ref");
        } else {
            properties.insert(
                "created_by_ref".to_owned(),
                Value::String(self.policy.own_identity.to_string()),
            );
        }
        let released = Released::new(Object::from_properties(properties).ok()?);
        let mut cut: Vec<Selector> = node.cuts.selectors().collect();
        cut.extend(
            node.shape
                .references
                .iter()
                .filter(|(_, target)| matches!(fate(target), Fate::Cut))
                .map(|(place, _)| Selector::from_steps(place.clone())),
        );
        Some(Edition {
            released,
            source: object.id().clone(),
            cut,
        })
    }
}

/// Whether something is left of an object whatever references go: the less goes, the more is left.
///
/// Of language content translations go by what is seen of another object.
fn is_sturdy(object: &Object, cuts: &Cuts, shape: &Shape) -> bool {
    let whole = cuts.is_empty() && shape.references.is_empty();
    object.kind() != "language-content"
        && (whole || remainder(object, cuts, None, &|_| Fate::Cut).is_some())
}

/// Queues what these nodes refer to.
fn follow(graph: &Graph, candidates: &[usize], queue: &mut VecDeque<Id>) {
    for at in candidates {
        let targets = graph.targets(*at);
        queue.extend(targets.filter(|id| !graph.has(id)).cloned());
    }
}

/// Most objects that one batch may draw in through references: a report on the whole of ATT&CK reaches 25,000.
pub const REACH: usize = 200_000;
