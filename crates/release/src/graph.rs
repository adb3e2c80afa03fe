//! The objects of a batch and those that they reach, and what becomes of one when another is withheld.

mod identity;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use stix::id::Id;

use crate::cuts::Cuts;
use crate::edition::{Fate, Mask, remainder};
use crate::giver::Giver;
use crate::held::Held;
use crate::required::is_definition;
use crate::shape::Shape;
use crate::translation::translations;

/// All that a batch reaches.
///
/// INVARIANT: every step looks at each reference a fixed number of times, so the whole is near-linear in them. The
/// exception is text that no producer writes (identifiers where a name is due), which costs a pass for each object
/// that is lost by it.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    groups: Vec<Group>,
    names: BTreeMap<Id, usize>,
}

/// One version of an object on the way to a decision.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) held: Arc<Held>,
    /// Parts that markings and releases cut, before references are looked at; translations of cut parts among them.
    pub(crate) cuts: Cuts,
    pub(crate) shape: Shape,
    giver: Giver,
    visible: bool,
    /// What is left of it must be read again.
    stale: bool,
    mask: Mask,
    /// The groups that are still referred to.
    kept: Vec<usize>,
    edition: bool,
    edition_id: Option<Id>,
    /// The group to which the node belongs, if it is one that references lead to.
    group: Option<usize>,
}

/// The versions of an object to which a reference may lead.
#[derive(Debug, Default)]
struct Group {
    /// Newest first.
    candidates: Vec<usize>,
    /// Whether a reference to it stays as it is, whatever is held.
    free: bool,
    /// How many of the candidates are visible.
    live: usize,
}

/// A batch on its way through the fixpoint: who hangs on whom.
struct Hangings {
    /// For each group the nodes that refer to it.
    referrers: Vec<Vec<usize>>,
    /// For each group the node and the place in its `hanging` that lose a reference with it.
    hangers: Vec<Vec<(usize, usize)>>,
    /// For each node how many references each of its hanging properties has left.
    left: Vec<Vec<usize>>,
    any_left: Vec<Option<usize>>,
    content_left: Vec<Option<usize>>,
}

impl Node {
    pub(crate) fn new(held: Arc<Held>, cuts: Cuts, shape: Shape, giver: Giver) -> Self {
        Self {
            held,
            cuts,
            shape,
            giver,
            visible: true,
            stale: true,
            mask: Mask::default(),
            kept: Vec::new(),
            edition: false,
            edition_id: None,
            group: None,
        }
    }

    pub(crate) fn is_edition(&self) -> bool {
        self.edition
    }

    /// Whether it is not what it was received as. Whose giver is not to be named goes under another identifier, since
    /// the giver may have shown it under its own; of a marking definition there is only one.
    fn is_changed(&self) -> bool {
        let unnamed = self.giver.hidden().is_some();
        !self.mask.is_whole() || (unnamed && !is_definition(self.held.object().kind()))
    }

    /// Cuts more.
    fn cut(&mut self, more: &Cuts) {
        for path in more.iter() {
            self.cuts.insert(path.to_vec());
        }
        self.shape = Shape::of(self.held.object(), &self.cuts);
        self.stale = true;
    }

    pub(crate) fn edition_id(&self) -> Option<&Id> {
        self.edition_id.as_ref()
    }
}

impl Graph {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn has(&self, id: &Id) -> bool {
        self.names.contains_key(id)
    }

    /// Adds versions of an object, newest first, and returns where they are.
    pub(crate) fn add(&mut self, nodes: Vec<Node>) -> Vec<usize> {
        let from = self.nodes.len();
        self.nodes.extend(nodes);
        (from..self.nodes.len()).collect()
    }

    /// Says what a reference to `id` leads to.
    pub(crate) fn name(&mut self, id: Id, candidates: Vec<usize>) {
        let group = self.groups.len();
        for at in &candidates {
            if let Some(node) = self.nodes.get_mut(*at) {
                node.group = Some(group);
            }
        }
        self.groups.push(Group {
            live: candidates.len(),
            candidates,
            free: false,
        });
        self.names.insert(id, group);
    }

    /// Says that a reference to `id` stays as it is.
    pub(crate) fn free(&mut self, id: Id, candidates: Vec<usize>) {
        self.name(id, candidates);
        if let Some(group) = self.groups.last_mut() {
            group.free = true;
        }
    }

    pub(crate) fn candidates(&self, id: &Id) -> &[usize] {
        self.names
            .get(id)
            .and_then(|group| self.groups.get(*group))
            .map_or(&[], |group| &group.candidates)
    }

    /// The objects to which a node refers.
    pub(crate) fn targets(&self, at: usize) -> impl Iterator<Item = &Id> {
        self.nodes
            .get(at)
            .into_iter()
            .flat_map(|node| node.shape.references.iter().map(|(_, id)| id))
    }

    /// The first of these that the audience may see.
    pub(crate) fn first_visible(&self, candidates: &[usize]) -> Option<&Node> {
        candidates
            .iter()
            .filter_map(|at| self.nodes.get(*at))
            .find(|node| node.visible)
    }

    /// What becomes of a reference.
    pub(crate) fn fate(&self, target: &Id) -> Fate {
        let Some(group) = self
            .names
            .get(target)
            .and_then(|group| self.groups.get(*group))
        else {
            return Fate::Cut;
        };
        if group.free {
            return Fate::Keep;
        }
        match self.first_visible(&group.candidates) {
            None => Fate::Cut,
            Some(node) if node.edition => node.edition_id.clone().map_or(Fate::Cut, Fate::To),
            Some(_) => Fate::Keep,
        }
    }

    /// Decides what is visible, what is an edition, and under which identifier: one that is not spent.
    pub(crate) fn settle<E>(
        &mut self,
        key: &[u8; 32],
        is_spent: impl Fn(&Id) -> Result<bool, E>,
    ) -> Result<(), E> {
        self.settle_visibility();
        // Which translations may stay depends on what is seen of the objects that they translate, and which names on
        // what else an object names.
        let more = self.cut_more();
        if more {
            self.settle_visibility();
        }
        self.settle_editions();
        // What must name its giver and has become an edition goes; what hangs on it is an edition already, so one
        // round finds all, and another finds none.
        while self.withhold_unattributed() {
            self.settle_visibility();
            self.settle_editions();
        }
        self.settle_ids(key, is_spent)
    }

    /// Withholds what lacks a required reference, until nothing changes.
    fn settle_visibility(&mut self) {
        let mut hangings = self.hangings();
        let broken: Vec<usize> = self
            .visible()
            .filter(|(_, node)| node.shape.broken)
            .map(|(at, _)| at)
            .collect();
        let mut dead: VecDeque<usize> = self
            .groups
            .iter()
            .enumerate()
            .filter(|(_, group)| group.live == 0 && !group.free)
            .map(|(at, _)| at)
            .collect();
        for at in broken {
            self.withhold(at, &mut dead);
        }
        loop {
            while let Some(group) = dead.pop_front() {
                self.bereave(group, &mut hangings, &mut dead);
            }
            let lost = self.read_remainders();
            if lost.is_empty() {
                return;
            }
            for at in lost {
                self.withhold(at, &mut dead);
            }
        }
    }

    fn visible(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.visible)
    }

    fn hangings(&self) -> Hangings {
        let mut hangings = Hangings {
            referrers: vec![Vec::new(); self.groups.len()],
            hangers: vec![Vec::new(); self.groups.len()],
            left: Vec::with_capacity(self.nodes.len()),
            any_left: Vec::with_capacity(self.nodes.len()),
            content_left: Vec::with_capacity(self.nodes.len()),
        };
        for (at, node) in self.nodes.iter().enumerate() {
            // A reference to what was not looked for, because too much was, counts as gone from the start.
            let groups: Vec<Option<usize>> = node
                .shape
                .references
                .iter()
                .map(|(_, id)| self.names.get(id).copied())
                .collect();
            for group in groups.iter().flatten() {
                if let Some(referrers) = hangings.referrers.get_mut(*group) {
                    referrers.push(at);
                }
            }
            let mut left = Vec::with_capacity(node.shape.hanging.len());
            for (place, hanging) in node.shape.hanging.iter().enumerate() {
                let on = hanging
                    .on
                    .iter()
                    .filter_map(|reference| *groups.get(*reference)?);
                let mut count = 0;
                for group in on {
                    count += 1;
                    if let Some(hangers) = hangings.hangers.get_mut(group) {
                        hangers.push((at, place));
                    }
                }
                left.push(count);
            }
            hangings.left.push(left);
            hangings.any_left.push(node.shape.any_left);
            hangings.content_left.push(node.shape.content_left);
        }
        hangings
    }

    /// Withholds a node; its group joins the dead when it was the last.
    fn withhold(&mut self, at: usize, dead: &mut VecDeque<usize>) {
        let Some(node) = self.nodes.get_mut(at).filter(|node| node.visible) else {
            return;
        };
        node.visible = false;
        let Some(at) = node.group else {
            return;
        };
        if let Some(group) = self.groups.get_mut(at) {
            group.live = group.live.saturating_sub(1);
            if group.live == 0 && !group.free {
                dead.push_back(at);
            }
        }
    }

    /// Takes the references to a group from those who make them.
    fn bereave(&mut self, group: usize, hangings: &mut Hangings, dead: &mut VecDeque<usize>) {
        for at in hangings.referrers.get(group).into_iter().flatten() {
            if let Some(node) = self.nodes.get_mut(*at) {
                node.stale = true;
            }
        }
        let hangers = hangings
            .hangers
            .get_mut(group)
            .map(std::mem::take)
            .unwrap_or_default();
        for (at, place) in hangers {
            let Some(left) = hangings
                .left
                .get_mut(at)
                .and_then(|left| left.get_mut(place))
            else {
                continue;
            };
            *left = left.saturating_sub(1);
            if *left > 0 {
                continue;
            }
            let Some(hanging) = self
                .nodes
                .get(at)
                .and_then(|node| node.shape.hanging.get(place))
            else {
                continue;
            };
            let run_out = |counts: &mut Vec<Option<usize>>, counts_here: bool| {
                let left = counts.get_mut(at).and_then(Option::as_mut);
                match left {
                    Some(left) if counts_here => {
                        *left = left.saturating_sub(1);
                        *left == 0
                    }
                    _ => false,
                }
            };
            let no_any = run_out(&mut hangings.any_left, hanging.any);
            let hollow = run_out(&mut hangings.content_left, hanging.content);
            if hanging.required || no_any || hollow {
                self.withhold(at, dead);
            }
        }
    }

    /// Reads what is left of each visible node that changed; returns those of which nothing is.
    fn read_remainders(&mut self) -> Vec<usize> {
        let mut lost = Vec::new();
        let mut read = Vec::new();
        for (at, node) in self.visible().filter(|(_, node)| node.stale) {
            let cut = |target: &Id| matches!(self.fate(target), Fate::Cut);
            let whole = node.cuts.is_empty()
                && !node.shape.references.iter().any(|(_, target)| cut(target));
            let left = if whole {
                let targets = node.shape.references.iter().map(|(_, id)| id.clone());
                Some((Mask::default(), targets.collect()))
            } else if is_definition(node.held.object().kind()) {
                None
            } else {
                remainder(node.held.object(), &node.cuts, None, &|target| {
                    if cut(target) { Fate::Cut } else { Fate::Keep }
                })
                .map(|left| (left.mask, left.targets))
            };
            match left {
                Some((mask, targets)) => read.push((at, mask, self.groups_of(&targets))),
                None => lost.push(at),
            }
        }
        for (at, mask, kept) in read {
            if let Some(node) = self.nodes.get_mut(at) {
                node.mask = mask;
                node.kept = kept;
                node.stale = false;
            }
        }
        lost
    }

    fn groups_of(&self, targets: &[Id]) -> Vec<usize> {
        let groups: BTreeSet<usize> = targets
            .iter()
            .filter_map(|id| self.names.get(id).copied())
            .collect();
        groups.into_iter().collect()
    }

    /// Cuts what may not stay beside what is seen of other objects; whether there was any.
    fn cut_more(&mut self) -> bool {
        let mut found: Vec<(usize, Cuts)> = Vec::new();
        for (at, node) in self.visible() {
            let mut cuts = self.names_of_givers(node);
            if let Some(more) = self.translations_of(node) {
                for path in more.iter() {
                    cuts.insert(path.to_vec());
                }
            }
            if !cuts.is_empty() {
                found.push((at, cuts));
            }
        }
        let any = !found.is_empty();
        for (at, more) in found {
            if let Some(node) = self.nodes.get_mut(at) {
                node.cut(&more);
            }
        }
        any
    }

    /// The translations of what is not seen of the object translated.
    fn translations_of(&self, node: &Node) -> Option<Cuts> {
        let object = node.held.object();
        if object.kind() != "language-content" {
            return None;
        }
        let contents = object.properties().get("contents")?;
        let id = object
            .string("object_ref")
            .and_then(crate::edition::referred)?;
        let translated = self.first_visible(self.candidates(&id))?;
        let object = translated.held.object();
        let seen = |name: &str| {
            object.properties().contains_key(name)
                && !translated.cuts.touches(name)
                && !translated.mask.touches(name)
                // The translation of a translation says again what that one says.
                && object.kind() != "language-content"
        };
        Some(translations(contents, &seen))
    }

    /// The references to givers who are not to be named, from an object that refers to what they gave.
    fn names_of_givers(&self, node: &Node) -> Cuts {
        let mut hidden: BTreeSet<&Id> = BTreeSet::new();
        for (_, target) in &node.shape.references {
            let given = self.first_visible(self.candidates(target));
            hidden.extend(
                given
                    .and_then(|given| given.giver.hidden())
                    .into_iter()
                    .flatten(),
            );
        }
        let mut cuts = Cuts::default();
        if !hidden.is_empty() {
            for (place, target) in &node.shape.references {
                if hidden.contains(target) {
                    cuts.insert(place.clone());
                }
            }
        }
        cuts
    }

    /// Withholds editions of what must name its giver; whether there were any.
    fn withhold_unattributed(&mut self) -> bool {
        let lost: Vec<usize> = self
            .visible()
            .filter(|(_, node)| node.edition && node.giver == Giver::Named)
            .map(|(at, _)| at)
            .collect();
        for at in &lost {
            // Whatever hangs on them is found when visibility is settled again.
            self.withhold(*at, &mut VecDeque::new());
        }
        if lost.is_empty() {
            return false;
        }
        // Which are editions is found again, too: a reference may lead to an older version now.
        for node in &mut self.nodes {
            node.edition = false;
        }
        true
    }

    /// The visible node to which a reference to a group leads, where references to it are rewritten.
    fn led_to(&self, group: usize) -> Option<usize> {
        let group = self.groups.get(group).filter(|group| !group.free)?;
        group
            .candidates
            .iter()
            .copied()
            .find(|at| self.nodes.get(*at).is_some_and(|node| node.visible))
    }

    /// Marks what is cut as an edition, and then what refers to an edition.
    fn settle_editions(&mut self) {
        let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut spreading = VecDeque::new();
        for (at, node) in self.visible() {
            if node.is_changed() {
                spreading.push_back(at);
            }
            for target in node.kept.iter().filter_map(|group| self.led_to(*group)) {
                if let Some(referrers) = referrers.get_mut(target) {
                    referrers.push(at);
                }
            }
        }
        while let Some(at) = spreading.pop_front() {
            let Some(node) = self.nodes.get_mut(at).filter(|node| !node.edition) else {
                continue;
            };
            node.edition = true;
            spreading.extend(referrers.get(at).into_iter().flatten());
        }
    }
}
