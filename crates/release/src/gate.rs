//! The decision for a batch of objects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use stix::id::Id;
use stix::marking::{Definition, Tlp};
use stix::object::Object;
use stix::reference::references;
use stix::selector::{Selector, Step};

use crate::decision::{Decision, Edition, Released};
use crate::edition::{Fate, Mask, edition_id, remainder};
use crate::held::{Consent, Held};
use crate::party::Audience;
use crate::required::{IDENTITY, required};
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
    policy: &'a Policy,
    holdings: &'a H,
    audience: &'a Audience,
    now: Timestamp,
}

/// One object on the way to a decision.
#[derive(Debug)]
struct Node {
    held: Arc<Held>,
    /// Parts that markings and releases cut, before references are looked at.
    cuts: BTreeSet<Selector>,
    /// The objects referred to from parts that are not cut; markings are not among them.
    targets: Vec<(Selector, Key)>,
    visible: bool,
    mask: Mask,
    edition: bool,
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

/// A version of an object: the second part is 0 for the newest visible one and counts the exact ones asked for.
type Key = (Id, usize);

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
    /// Those of the holdings. A batch that reaches more than [`REACH`] objects is answered with nothing for the
    /// objects beyond, which fails closed.
    pub fn decide(&self, asked: &[Asked]) -> Result<Vec<Decision>, H::Error> {
        let mut nodes: BTreeMap<Key, Node> = BTreeMap::new();
        let mut keys = Vec::with_capacity(asked.len());
        let mut queue = VecDeque::new();
        for (at, ask) in asked.iter().enumerate() {
            let key = (
                ask.id.clone(),
                if ask.version.is_some() { at + 1 } else { 0 },
            );
            if !nodes.contains_key(&key)
                && let Some(node) = self.node(&ask.id, ask.version.as_ref())?
            {
                queue.extend(node.targets.iter().map(|(_, key)| key.clone()));
                nodes.insert(key.clone(), node);
            }
            keys.push(key);
        }
        let mut unknown: BTreeSet<Key> = BTreeSet::new();
        while let Some(key) = queue.pop_front() {
            if nodes.len() >= REACH || nodes.contains_key(&key) || unknown.contains(&key) {
                continue;
            }
            match self.node(&key.0, None)? {
                Some(node) => {
                    queue.extend(node.targets.iter().map(|(_, key)| key.clone()));
                    nodes.insert(key, node);
                }
                None => {
                    unknown.insert(key);
                }
            }
        }
        self.settle_visibility(&mut nodes);
        self.settle_editions(&mut nodes);
        Ok(keys.iter().map(|key| self.decision(&nodes, key)).collect())
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

    /// What is known of an object before references are looked at; none if the audience may not know of it.
    fn node(
        &self,
        id: &Id,
        version: Option<&stix::timestamp::Timestamp>,
    ) -> Result<Option<Node>, H::Error> {
        for held in self.holdings.versions(id)? {
            if version.is_some() && held.version() != version {
                continue;
            }
            let Some(cuts) = self.cuts(&held)? else {
                continue;
            };
            let targets = references(held.object().properties())
                .into_iter()
                .filter(|reference| !reference.is_marking())
                .filter(|reference| !cuts.iter().any(|cut| cut.covers(&reference.place)))
                .map(|reference| (reference.place, (reference.target, 0)))
                .collect();
            return Ok(Some(Node {
                held,
                cuts,
                targets,
                visible: true,
                mask: Mask::default(),
                edition: false,
            }));
        }
        Ok(None)
    }

    /// The parts of an object that markings and releases keep from the audience; none if they keep all of it.
    fn cuts(&self, held: &Held) -> Result<Option<BTreeSet<Selector>>, H::Error> {
        let provenance = held.provenance();
        let own = self.audience.is_own();
        let held_back = provenance.consent == Consent::Refused
            || provenance
                .embargo_until
                .is_some_and(|until| self.now < until);
        if held_back && !own {
            return Ok(None);
        }
        let releases = self.holdings.releases(held)?;
        let entered =
            provenance.entered_by.is_some() && provenance.entered_by == self.audience.person();
        let house = own.then_some(if entered { Tlp::Red } else { Tlp::AmberStrict });
        let by_house = house.map(|clearance| self.cuts_under(held.object(), clearance, &[]));
        let by_release = releases.iter().filter_map(|release| {
            let clearance = release.clearance(self.audience, self.now)?;
            let hand: Vec<Selector> = release
                .cuts
                .iter()
                .filter(|cut| cut.object.as_ref().is_none_or(|object| object == held.id()))
                .map(|cut| cut.part.clone())
                .collect();
            Some(self.cuts_under(held.object(), clearance, &hand))
        });
        // Whoever is reached in several ways sees what any of them lets through.
        Ok(by_house
            .into_iter()
            .chain(by_release)
            .flatten()
            .reduce(|a, b| meet(&a, &b)))
    }

    /// The parts that stay hidden under one clearance; none if the whole object does.
    fn cuts_under(
        &self,
        object: &Object,
        clearance: Tlp,
        hand: &[Selector],
    ) -> Option<BTreeSet<Selector>> {
        let markings = object.markings();
        let mut object_level = None;
        for marking in &markings.object {
            match self.limit(marking) {
                Limit::Nobody => {}
                Limit::Level(level) => object_level = object_level.max(Some(level)),
                Limit::Unknown => return None,
            }
        }
        if object_level.unwrap_or(self.policy.unmarked) > clearance {
            return None;
        }
        let mut cuts: BTreeSet<Selector> = hand.iter().cloned().collect();
        for granular in &markings.granular {
            let allowed = match self.limit(&granular.marking) {
                Limit::Nobody => true,
                Limit::Level(level) => level <= clearance,
                Limit::Unknown => false,
            };
            if !allowed {
                cuts.extend(granular.selectors.iter().cloned());
            }
        }
        let root = Value::Object(object.properties().clone());
        cuts.retain(|cut| cut.resolve(&root).is_some());
        let names = |cut: &Selector| match cut.steps().first() {
            Some(Step::Property(name)) => IDENTITY.contains(&name.as_str()),
            _ => true,
        };
        if cuts.iter().any(names) {
            None
        } else {
            Some(cuts)
        }
    }

    /// What a marking restricts.
    fn limit(&self, marking: &Id) -> Limit {
        if let Some(level) = Tlp::from_id(marking) {
            return Limit::Level(level);
        }
        // A holder that cannot answer leaves the marking not understood, which fails closed.
        let definition = self
            .holdings
            .versions(marking)
            .ok()
            .and_then(|versions| versions.into_iter().next());
        match definition.map(|held| Definition::read(held.object())) {
            Some(Definition::Statement(_)) => Limit::Nobody,
            Some(Definition::Tlp(level)) => Limit::Level(level),
            Some(Definition::Unknown) | None if self.audience.is_own() => {
                Limit::Level(Tlp::AmberStrict)
            }
            Some(Definition::Unknown) | None => Limit::Unknown,
        }
    }

    /// Withholds what lacks a required reference, until nothing changes.
    fn settle_visibility(&self, nodes: &mut BTreeMap<Key, Node>) {
        loop {
            let hidden: Vec<Key> = nodes
                .iter()
                .filter(|(_, node)| node.visible && self.remains(nodes, node).is_none())
                .map(|(key, _)| key.clone())
                .collect();
            if hidden.is_empty() {
                break;
            }
            for key in hidden {
                if let Some(node) = nodes.get_mut(&key) {
                    node.visible = false;
                }
            }
        }
    }

    /// Marks what is cut as an edition, and then what refers to an edition.
    fn settle_editions(&self, nodes: &mut BTreeMap<Key, Node>) {
        let masks: Vec<(Key, Mask)> = nodes
            .iter()
            .filter(|(_, node)| node.visible)
            .filter_map(|(key, node)| Some((key.clone(), self.remains(nodes, node)?.mask)))
            .collect();
        let mut referrers: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for (key, node) in nodes.iter().filter(|(_, node)| node.visible) {
            for (_, target) in &node.targets {
                referrers
                    .entry(target.clone())
                    .or_default()
                    .push(key.clone());
            }
        }
        let mut spreading = VecDeque::new();
        for (key, mask) in masks {
            if let Some(node) = nodes.get_mut(&key) {
                node.edition = !mask.is_whole();
                node.mask = mask;
                if node.edition {
                    spreading.push_back(key);
                }
            }
        }
        while let Some(key) = spreading.pop_front() {
            for referrer in referrers.get(&key).into_iter().flatten() {
                if let Some(node) = nodes.get_mut(referrer)
                    && !node.edition
                {
                    node.edition = true;
                    spreading.push_back(referrer.clone());
                }
            }
        }
    }

    /// What is left of a node with the references that are visible now; none if that is no object any more.
    fn remains(
        &self,
        nodes: &BTreeMap<Key, Node>,
        node: &Node,
    ) -> Option<crate::edition::Remainder> {
        let object = node.held.object();
        let is_cut = |target: &Id| !self.may_refer(nodes, target);
        let untouched =
            node.cuts.is_empty() && !node.targets.iter().any(|(_, (target, _))| is_cut(target));
        if untouched {
            let properties = serde_json::Map::new();
            return Some(crate::edition::Remainder {
                properties,
                mask: Mask::default(),
            });
        }
        if object.kind() == "marking-definition" {
            return None;
        }
        let cuts = with_translations(nodes, node);
        remainder(object, &cuts, &|target| {
            if is_cut(target) {
                Fate::Cut
            } else {
                Fate::Keep
            }
        })
    }

    /// Whether the audience may see a reference to an object.
    fn may_refer(&self, nodes: &BTreeMap<Key, Node>, target: &Id) -> bool {
        if *target == self.policy.own_identity || target.kind() == "marking-definition" {
            return true;
        }
        match nodes.get(&(target.clone(), 0)) {
            Some(node) => node.visible,
            // In the house a reference to something that is not held says nothing that is withheld. The target may
            // still be held and RED; then it was looked for, found and kept from this person.
            None => self.audience.is_own() && self.is_absent(target),
        }
    }

    fn is_absent(&self, target: &Id) -> bool {
        self.holdings
            .versions(target)
            .is_ok_and(|versions| versions.is_empty())
    }

    fn decision(&self, nodes: &BTreeMap<Key, Node>, key: &Key) -> Decision {
        let Some(node) = nodes.get(key).filter(|node| node.visible) else {
            return Decision::Nothing;
        };
        let object = node.held.object();
        if !node.edition {
            return Decision::Whole(Released::new(object.clone()));
        }
        self.edition(nodes, key, node).unwrap_or(Decision::Nothing)
    }

    fn edition(&self, nodes: &BTreeMap<Key, Node>, key: &Key, node: &Node) -> Option<Decision> {
        let object = node.held.object();
        let cuts = with_translations(nodes, node);
        let left = remainder(object, &cuts, &|target| {
            if !self.may_refer(nodes, target) {
                return Fate::Cut;
            }
            match nodes.get(&(target.clone(), 0)) {
                Some(below) if below.edition => self
                    .id_of(nodes, &(target.clone(), 0))
                    .map_or(Fate::Cut, Fate::To),
                _ => Fate::Keep,
            }
        })?;
        let mut properties = left.properties;
        properties.insert(
            "id".to_owned(),
            Value::String(self.id_of(nodes, key)?.to_string()),
        );
        let observable = object.created().is_none() && object.modified().is_none();
        if observable {
            properties.remove("created_by_ref");
        } else {
            properties.insert(
                "created_by_ref".to_owned(),
                Value::String(self.policy.own_identity.to_string()),
            );
        }
        if required(object.kind())
            .iter()
            .any(|name| !properties.contains_key(*name))
        {
            return None;
        }
        let released = Released::new(Object::from_properties(properties).ok()?);
        let mut cut: Vec<Selector> = cuts.into_iter().collect();
        cut.extend(
            node.targets
                .iter()
                .filter(|(_, (target, _))| !self.may_refer(nodes, target))
                .map(|(place, _)| place.clone()),
        );
        Some(Decision::Edition(Edition {
            released,
            source: object.id().clone(),
            cut,
        }))
    }

    /// The identifier of the edition of a node.
    fn id_of(&self, nodes: &BTreeMap<Key, Node>, key: &Key) -> Option<Id> {
        let mut reached: BTreeMap<&Id, &Mask> = BTreeMap::new();
        let mut queue = VecDeque::from([key]);
        while let Some(key) = queue.pop_front() {
            let Some(node) = nodes.get(key).filter(|node| node.visible && node.edition) else {
                continue;
            };
            if reached.insert(node.held.id(), &node.mask).is_none() {
                queue.extend(node.targets.iter().map(|(_, key)| key));
            }
        }
        edition_id(
            &self.policy.edition_key.0,
            &key.0,
            reached.into_iter().collect(),
        )
    }
}

/// The cuts of a node; for language content also the translations of what is cut in the object translated.
fn with_translations(nodes: &BTreeMap<Key, Node>, node: &Node) -> BTreeSet<Selector> {
    let mut cuts = node.cuts.clone();
    let object = node.held.object();
    if object.kind() != "language-content" {
        return cuts;
    }
    let Some(translated) = object
        .reference("object_ref")
        .and_then(|id| nodes.get(&(id, 0)))
    else {
        return cuts;
    };
    let languages = object
        .properties()
        .get("contents")
        .and_then(Value::as_object);
    for (language, _) in languages.into_iter().flatten() {
        for cut in &translated.cuts {
            // A list is translated as a whole, so a cut item takes its list's translation along.
            if let Some(property @ Step::Property(_)) = cut.steps().first() {
                cuts.insert(Selector::from_steps(vec![
                    Step::Property("contents".to_owned()),
                    Step::Property(language.clone()),
                    property.clone(),
                ]));
            }
        }
    }
    cuts
}

/// What is hidden under both of two sets of cuts.
fn meet(a: &BTreeSet<Selector>, b: &BTreeSet<Selector>) -> BTreeSet<Selector> {
    let within =
        |part: &&Selector, cuts: &BTreeSet<Selector>| cuts.iter().any(|cut| cut.covers(part));
    a.iter()
        .filter(|part| within(part, b))
        .chain(b.iter().filter(|part| within(part, a)))
        .cloned()
        .collect()
}

/// Most objects that one batch may draw in through references: a report on the whole of ATT&CK reaches 25,000.
pub const REACH: usize = 200_000;
