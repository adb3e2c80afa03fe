//! The decision for a batch of objects.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use stix::id::Id;
use stix::marking::iep::Attribution;
use stix::marking::{Definition, Tlp};
use stix::object::Object;
use stix::selector::Selector;

use crate::anonymity;
use crate::cuts::{Cuts, resolves};
use crate::decision::{Decision, Edition, Released};
use crate::demand::{Definitions, Demand, Demands};
use crate::edition::{Fate, remainder};
use crate::giver::Giver;
use crate::graph::{Graph, Node};
use crate::held::{Consent, Held};
use crate::party::Audience;
use crate::required::{IDENTITY, is_definition};
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

    /// Whether an edition was revoked for the audience: it is not given again under that identifier, because nothing
    /// comes after a revocation (STIX 2.1 §3.2).
    ///
    /// # Errors
    /// The holder's.
    fn is_spent(&self, edition: &Id) -> Result<bool, Self::Error> {
        let _ = edition;
        Ok(false)
    }
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
    /// The version, or of an object without versions the time at which its holder received this content, see
    /// [`Held::moment`]; none for the newest that the audience may see.
    pub version: Option<stix::timestamp::Timestamp>,
}

/// A decision, and which of the versions held it is about: that which the audience gets.
pub type DecidedOn = (Decision, Option<Arc<Held>>);

/// The gate: takes decisions for one audience at one moment.
#[derive(Debug)]
pub struct Gate<'a, H> {
    pub(crate) policy: &'a Policy,
    pub(crate) holdings: &'a H,
    pub(crate) audience: &'a Audience,
    pub(crate) now: Timestamp,
}

/// On which terms an audience gets an object.
pub(crate) struct Passage {
    /// What is kept from it.
    cuts: Cuts,
    giver: Giver,
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
        let found = self.decide_held(asked)?.into_iter();
        Ok(found.map(|(decision, _)| decision).collect())
    }

    /// As [`Gate::decide`], each with what was decided on: of the versions held the one that the audience gets.
    ///
    /// # Errors
    /// As of [`Gate::decide`].
    pub fn decide_held(&self, asked: &[Asked]) -> Result<Vec<DecidedOn>, H::Error> {
        let mut reading = Definitions::default();
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
        graph.settle(&self.policy.edition_key.0, |edition| {
            self.holdings.is_spent(edition)
        })?;
        Ok(answers
            .iter()
            .map(|candidates| match graph.first_visible(candidates) {
                Some(node) => (self.decision(&graph, node), Some(Arc::clone(&node.held))),
                None => (Decision::Nothing, None),
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
        reading: &mut Definitions,
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
        reading: &mut Definitions,
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
            if version.is_some() && held.moment() != version {
                continue;
            }
            let Some(passage) = self.passage(reading, &held)? else {
                continue;
            };
            let shape = Shape::of(held.object(), &passage.cuts);
            if shape.broken {
                continue;
            }
            let sturdy = at < last && is_sturdy(held.object(), &passage, &shape);
            found.push(Node::new(held, passage.cuts, shape, passage.giver));
            if sturdy {
                break;
            }
        }
        Ok(Some(found))
    }

    /// On which terms the audience gets an object, before references are looked at; none if it gets nothing of it.
    pub(crate) fn passage(
        &self,
        reading: &mut Definitions,
        held: &Held,
    ) -> Result<Option<Passage>, H::Error> {
        let own = self.audience.is_own();
        if !own && self.is_held_back(held) {
            return Ok(None);
        }
        let demands = self.demands(reading, held);
        let provenance = held.provenance();
        let entered =
            provenance.entered_by.is_some() && provenance.entered_by == self.audience.person();
        let house = if entered { Tlp::Red } else { Tlp::AmberStrict };
        let mut cuts = if own {
            self.cuts_under(&demands, held, house, &[])
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
            if let Some(by_release) = self.cuts_under(&demands, held, clearance, &hand) {
                cuts = Some(cuts.map_or_else(|| by_release.clone(), |cuts| cuts.meet(&by_release)));
            }
        }
        let Some(cuts) = cuts else {
            return Ok(None);
        };
        if own {
            let giver = Giver::Free;
            return Ok(Some(Passage { cuts, giver }));
        }
        Ok(self.unnamed(held, demands.all(), cuts))
    }

    /// The terms with what the giver says about being named.
    fn unnamed(&self, held: &Held, demand: Demand, mut cuts: Cuts) -> Option<Passage> {
        let (object, provenance) = (held.object(), held.provenance());
        let definition = is_definition(object.kind());
        // A policy that names nobody is not to be signed either.
        let policy = definition
            && self.own() != Some(provenance.source)
            && matches!(Definition::read(object), Definition::Iep(policy) if policy.attribution == Attribution::MustNot);
        let unnamed = demand.unnamed || policy || provenance.consent == Consent::Anonymous;
        if !unnamed {
            let giver = if demand.named {
                Giver::Named
            } else {
                Giver::Free
            };
            return (giver == Giver::Free || cuts.is_empty()).then_some(Passage { cuts, giver });
        }
        if demand.named || demand.traceable {
            return None;
        }
        let hidden: BTreeSet<Id> = [Some(provenance.source.identity()), object.created_by()]
            .into_iter()
            .flatten()
            .filter(|id| *id != self.policy.own_identity)
            .collect();
        let names = anonymity::cuts(object, &hidden)?;
        if definition && !names.is_empty() {
            return None;
        }
        for part in names.iter() {
            cuts.insert(part.to_vec());
        }
        let giver = Giver::Unnamed(hidden);
        Some(Passage { cuts, giver })
    }

    /// The parts that stay hidden under one clearance; none if the whole object does.
    pub(crate) fn cuts_under(
        &self,
        demands: &Demands,
        held: &Held,
        clearance: Tlp,
        hand: &[&Selector],
    ) -> Option<Cuts> {
        let object = held.object();
        if !demands.object.admits(clearance, self.policy.unmarked) {
            return None;
        }
        let mut cuts = Cuts::default();
        for part in hand {
            if resolves(object.properties(), part.steps()) {
                cuts.insert(part.steps().to_vec());
            }
        }
        // A part without a level of its own has the object's, which was looked at.
        for (granular, demand) in object.markings().granular.iter().zip(&demands.granular) {
            if !demand.admits(clearance, Tlp::Clear) {
                for selector in &granular.selectors {
                    cuts.insert(selector.steps().to_vec());
                }
            }
        }
        let whole = IDENTITY.iter().any(|name| cuts.touches(name));
        (!whole).then_some(cuts)
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
        let id = node.edition_id().filter(|id| !is_definition(id.kind()))?;
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
fn is_sturdy(object: &Object, passage: &Passage, shape: &Shape) -> bool {
    let whole = passage.cuts.is_empty() && shape.references.is_empty();
    let left = || remainder(object, &passage.cuts, None, &|_| Fate::Cut).is_some();
    object.kind() != "language-content" && (whole || (passage.giver != Giver::Named && left()))
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
