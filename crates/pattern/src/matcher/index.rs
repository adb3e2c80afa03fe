//! Which comparisons an object may satisfy, out of very many.
//!
//! A `[…]` is filed under tests of which it needs at least one: under a text, a network, the beginning or the end of
//! a text, or four bytes of a text. What needs none of these is filed under the type of its objects. Of the operands
//! of an AND one is enough; that under which the fewest others are filed is taken.
//!
//! INVARIANT: an object that satisfies a `[…]` wakes it.

use std::collections::BTreeMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

use crate::constant::Constant;
use crate::matcher::comparison::{Check, Comparison, Operator, Test, normalised};
use crate::matcher::effort::{BYTES, Effort, PATH_STEPS};
use crate::matcher::observation::{Object, Observation};
use crate::matcher::path::Path;
use crate::matcher::value::Value;
use crate::network::Network;

type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// Something filed in the index: the `[…]` number `single` of the pattern in `slot`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wake {
    pub(super) slot: usize,
    pub(super) single: usize,
    /// Whether the test under which it is filed is all that it needs.
    pub(super) exact: bool,
}

/// Where a `[…]` has been filed, so that it can be taken out again.
#[derive(Debug, Clone)]
pub(super) enum Filed {
    Always(String),
    Under(Path, Key),
}

/// A test that the index answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Ends(String),
    Equal(String),
    Gram([u8; GRAM]),
    Starts(String),
    Subset(Network),
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Index {
    types: HashMap<String, TypeIndex>,
}

#[derive(Debug, Default)]
struct TypeIndex {
    /// Few: the properties of one type that patterns speak about.
    paths: Vec<PathIndex>,
    always: Vec<Wake>,
}

#[derive(Debug)]
struct PathIndex {
    path: Path,
    texts: HashMap<String, Vec<Wake>>,
    networks: ByLength<Network>,
    starts: ByLength<String>,
    ends: ByLength<String>,
    grams: HashMap<[u8; GRAM], Vec<Wake>>,
}

/// Postings by the length of the key; a value is looked up once for each length that there is.
type ByLength<K> = BTreeMap<usize, HashMap<K, Vec<Wake>>>;

impl Index {
    /// Files the comparison `single` of `slot`; answers where.
    pub(super) fn insert(
        &mut self,
        comparison: &Comparison,
        slot: usize,
        single: usize,
    ) -> Vec<Filed> {
        let need = self.need(comparison);
        let exact = need.as_ref().is_some_and(|need| need.exact);
        let wake = Wake {
            slot,
            single,
            exact,
        };
        let mut filed = Vec::new();
        if let Some(need) = need {
            for (path, key) in need.keys {
                self.path_index(&path).post(&key, wake);
                filed.push(Filed::Under(path, key));
            }
            return filed;
        }
        let mut types = Vec::new();
        comparison.types(&mut types);
        types.sort_unstable();
        types.dedup();
        for object_type in types {
            let wakes = &mut self.types.entry(object_type.to_owned()).or_default().always;
            wakes.push(wake);
            filed.push(Filed::Always(object_type.to_owned()));
        }
        filed
    }

    /// Takes out what was filed for `single` of `slot`.
    pub(super) fn remove(&mut self, filed: &[Filed], slot: usize, single: usize) {
        let gone = |wake: &Wake| wake.slot == slot && wake.single == single;
        for place in filed {
            match place {
                Filed::Always(object_type) => {
                    if let Some(index) = self.types.get_mut(object_type) {
                        index.always.retain(|wake| !gone(wake));
                    }
                }
                Filed::Under(path, key) => self.path_index(path).withdraw(key, &gone),
            }
        }
    }

    /// Hands what `object` may satisfy to `wake`; some of it more than once.
    pub(super) fn look_up<'a, V: Value<'a>>(
        &self,
        object: &Object<'a, V>,
        observation: &Observation<'a, V>,
        outer: &Effort,
        wake: &mut dyn FnMut(Wake),
    ) {
        let Some(index) = self.types.get(object.object_type) else {
            return;
        };
        for path in &index.paths {
            // Each path has its own, so that none can use up what the others need.
            let effort = Effort::new(PATH_STEPS);
            path.path
                .any(object.value, observation, &effort, &mut |value| {
                    if let Some(text) = value.text() {
                        effort.charge(text.len() / BYTES);
                        path.look_up(text, wake);
                    }
                    false
                });
            if !effort.is_complete() {
                outer.give_up();
            }
        }
        index.always.iter().copied().for_each(wake);
    }

    fn path_index(&mut self, path: &Path) -> &mut PathIndex {
        let index = self.types.entry(path.object_type.clone()).or_default();
        let place = index
            .paths
            .iter()
            .position(|other| other.path == *path)
            .unwrap_or(index.paths.len());
        if place == index.paths.len() {
            index.paths.push(PathIndex::new(path.clone()));
        }
        #[expect(
            clippy::indexing_slicing,
            reason = "the place was found or has just been filled"
        )]
        &mut index.paths[place]
    }

    fn postings(&self, path: &Path, key: &Key) -> usize {
        self.types
            .get(&path.object_type)
            .and_then(|index| index.paths.iter().find(|other| other.path == *path))
            .map_or(0, |index| index.postings(key))
    }

    /// Keys of which an object that satisfies `comparison` has at least one; none where there are no such keys.
    fn need(&self, comparison: &Comparison) -> Option<Need> {
        match comparison {
            Comparison::All(operands) => operands
                .iter()
                .filter_map(|operand| self.need(operand))
                .min_by_key(|need| (need.rank, need.postings))
                .map(|need| Need {
                    exact: need.exact && operands.len() == 1,
                    ..need
                }),
            Comparison::Any(operands) => {
                let mut all = Need {
                    exact: true,
                    ..Need::default()
                };
                for operand in operands {
                    let need = self.need(operand)?;
                    all.exact &= need.exact;
                    all.rank = all.rank.max(need.rank);
                    all.postings += need.postings;
                    all.keys.extend(need.keys);
                }
                Some(all)
            }
            Comparison::Test(test) => self.need_of_test(test),
        }
    }

    fn need_of_test(&self, asked: &Test) -> Option<Need> {
        if asked.negated || asked.path.encoding().is_some() {
            return None;
        }
        let about_type = u8::from(asked.path.ends_in("type")) * RANK_OF_TYPES;
        let need = |rank: u8, exact: bool, keys: Vec<Key>| {
            let postings = keys.iter().map(|key| self.postings(&asked.path, key)).sum();
            Some(Need {
                rank: rank + about_type,
                postings,
                exact,
                keys: keys
                    .into_iter()
                    .map(|key| (asked.path.clone(), key))
                    .collect(),
            })
        };
        match &asked.check {
            Check::Compare(Operator::Equal, Constant::String(text)) => {
                need(0, true, vec![Key::Equal(text.as_str().to_owned())])
            }
            Check::In(constants) => {
                let texts: Option<Vec<Key>> = constants
                    .iter()
                    .map(|constant| constant.as_string().map(|text| Key::Equal(text.to_owned())))
                    .collect();
                need(0, true, texts?)
            }
            Check::Subset(network) => need(1, true, vec![Key::Subset(*network)]),
            Check::Like(_, text) => match like_key(text) {
                Some(key) => need(2, true, vec![key]),
                None => need(
                    3,
                    false,
                    vec![self.gram(&asked.path, text.split(['%', '_']))?],
                ),
            },
            Check::Matches(expression) => {
                let literal = std::iter::once(expression.literal());
                need(3, false, vec![self.gram(&asked.path, literal)?])
            }
            // Nothing wakes what nothing satisfies.
            Check::Never => need(0, false, Vec::new()),
            Check::Compare(..) | Check::Exists | Check::Superset(_) => None,
        }
    }

    /// The four bytes of the literals under which the fewest others are filed.
    fn gram<'t>(&self, path: &Path, literals: impl Iterator<Item = &'t str>) -> Option<Key> {
        literals
            .flat_map(|literal| literal.as_bytes().windows(GRAM).take(GRAMS))
            .filter_map(|gram| gram.try_into().ok().map(Key::Gram))
            .min_by_key(|key| self.postings(path, key))
    }
}

/// What a comparison needs.
#[derive(Debug, Default)]
struct Need {
    /// How selective the keys are by their kind, less is better.
    rank: u8,
    postings: usize,
    exact: bool,
    keys: Vec<(Path, Key)>,
}

impl PathIndex {
    fn new(path: Path) -> Self {
        Self {
            path,
            texts: HashMap::default(),
            networks: BTreeMap::new(),
            starts: BTreeMap::new(),
            ends: BTreeMap::new(),
            grams: HashMap::default(),
        }
    }

    fn post(&mut self, key: &Key, wake: Wake) {
        match key {
            Key::Ends(text) => post(self.ends.entry(text.len()).or_default(), text, wake),
            Key::Equal(text) => post(&mut self.texts, text, wake),
            Key::Gram(gram) => post(&mut self.grams, gram, wake),
            Key::Starts(text) => post(self.starts.entry(text.len()).or_default(), text, wake),
            Key::Subset(network) => {
                let length = usize::from(network.prefix());
                post(self.networks.entry(length).or_default(), network, wake);
            }
        }
    }

    fn withdraw(&mut self, key: &Key, gone: &impl Fn(&Wake) -> bool) {
        match key {
            Key::Ends(text) => withdraw_by_length(&mut self.ends, text.len(), text, gone),
            Key::Equal(text) => withdraw(&mut self.texts, text, gone),
            Key::Gram(gram) => withdraw(&mut self.grams, gram, gone),
            Key::Starts(text) => withdraw_by_length(&mut self.starts, text.len(), text, gone),
            Key::Subset(network) => {
                let length = usize::from(network.prefix());
                withdraw_by_length(&mut self.networks, length, network, gone);
            }
        }
    }

    fn postings(&self, key: &Key) -> usize {
        match key {
            Key::Ends(text) => self.ends.get(&text.len()).and_then(|map| map.get(text)),
            Key::Equal(text) => self.texts.get(text),
            Key::Gram(gram) => self.grams.get(gram),
            Key::Starts(text) => self.starts.get(&text.len()).and_then(|map| map.get(text)),
            Key::Subset(network) => {
                let length = usize::from(network.prefix());
                self.networks.get(&length).and_then(|map| map.get(network))
            }
        }
        .map_or(0, Vec::len)
    }

    fn look_up(&self, text: &str, wake: &mut dyn FnMut(Wake)) {
        let mut all =
            |wakes: Option<&Vec<Wake>>| wakes.into_iter().flatten().copied().for_each(&mut *wake);
        all(self.texts.get(text));
        if !self.networks.is_empty()
            && let Some(network) = Network::parse(text)
        {
            for (length, networks) in &self.networks {
                let wider = u8::try_from(*length)
                    .ok()
                    .and_then(|length| network.widened(length));
                all(wider.and_then(|wider| networks.get(&wider)));
            }
        }
        if self.starts.is_empty() && self.ends.is_empty() && self.grams.is_empty() {
            return;
        }
        // LIKE and MATCHES compare in NFC (§9.6.1).
        let text = &*normalised(text);
        for (length, starts) in &self.starts {
            all(text.get(..*length).and_then(|start| starts.get(start)));
        }
        for (length, ends) in &self.ends {
            let end = text
                .len()
                .checked_sub(*length)
                .and_then(|from| text.get(from..));
            all(end.and_then(|end| ends.get(end)));
        }
        if !self.grams.is_empty() {
            // A text may have the same four bytes at each of its places: they wake once.
            let mut present: Vec<&[u8; GRAM]> = text
                .as_bytes()
                .windows(GRAM)
                .filter_map(|window| window.try_into().ok())
                .filter(|gram| self.grams.contains_key(*gram))
                .collect();
            present.sort_unstable();
            present.dedup();
            for gram in present {
                all(self.grams.get(gram));
            }
        }
    }
}

fn post<K: Clone + Eq + Hash>(map: &mut HashMap<K, Vec<Wake>>, key: &K, wake: Wake) {
    match map.get_mut(key) {
        Some(wakes) => wakes.push(wake),
        None => {
            map.insert(key.clone(), vec![wake]);
        }
    }
}

fn withdraw<K: Eq + Hash>(map: &mut HashMap<K, Vec<Wake>>, key: &K, gone: &impl Fn(&Wake) -> bool) {
    if let Some(wakes) = map.get_mut(key) {
        wakes.retain(|wake| !gone(wake));
        if wakes.is_empty() {
            map.remove(key);
        }
    }
}

fn withdraw_by_length<K: Eq + Hash>(
    lengths: &mut ByLength<K>,
    length: usize,
    key: &K,
    gone: &impl Fn(&Wake) -> bool,
) {
    if let Some(map) = lengths.get_mut(&length) {
        withdraw(map, key, gone);
        if map.is_empty() {
            lengths.remove(&length);
        }
    }
}

/// A LIKE that is a whole text, or the beginning or end of one.
fn like_key(text: &str) -> Option<Key> {
    let wild = |text: &str| text.contains(['%', '_']);
    // Without wildcards it is equality of normalised texts, which is not that of texts as they are.
    let start = text
        .strip_suffix('%')
        .filter(|start| !wild(start) && !start.is_empty());
    let end = text
        .strip_prefix('%')
        .filter(|end| !wild(end) && !end.is_empty());
    start
        .map(|start| Key::Starts(start.to_owned()))
        .or_else(|| end.map(|end| Key::Ends(end.to_owned())))
}

/// Bytes of a gram: three are found in too many texts, five are not in many literals.
const GRAM: usize = 4;

/// Most grams of one literal that are compared.
const GRAMS: usize = 1_000;

/// How much worse a test of `type` is: nearly every referenced object is of two or three types.
const RANK_OF_TYPES: u8 = 10;
