//! One JSON text as a flat tree whose strings stay where they are in the text.
//!
//! [`parse`] reads a value strictly and in one pass: no name twice in an object, no nesting beyond
//! [`base::limits::JSON_DEPTH`], no unpaired surrogate, no number that is no number. What it finds wrong comes with
//! its byte. [`Value`] is a place in the tree, cheap to copy; [`View`] tells what stands there.
//!
//! ```
//! let text = r#"{"type":"ipv4-addr","value":"198.51.100.3"}"#;
//! let tree = stix::json::tree::parse(text).unwrap();
//! let object = tree.root(text).members().unwrap();
//! assert_eq!(object.get("value").and_then(|value| value.as_str()), Some("198.51.100.3"));
//! ```
//!
//! INVARIANT: a tree is read with the text that it was made of; with another text it answers with other words, and
//! never panics.

mod members;

use std::ops::Range;

use super::fault::Fault;
use super::read::Parser;
use crate::id::recognised;

/// What stands at a place, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Of a name its [`name_key`], of an object the [`name_bit`] of each of its names; nothing of anything else.
    pub(super) names: u64,
    /// The first byte in the text; of a string the one after its quotation mark.
    pub(super) start: u32,
    /// One past the last byte; of a string its closing quotation mark.
    pub(super) end: u32,
    /// The node after this one and everything in it; of a string with escapes its place in [`Tree::decoded`].
    pub(super) next: u32,
    /// Of a name the nodes up to the next one, itself included; nothing where they are too many to say here.
    pub(super) skip: u16,
    /// Of a string that is a value, without escapes, and an identifier: the bytes of its type.
    pub(super) type_bytes: u8,
    pub(super) kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Array,
    Decoded,
    False,
    Null,
    Number,
    Object,
    String,
    True,
}

/// A number that stands for a name: names with different numbers differ, the same number needs a second look.
/// Never nothing, so that it tells a name from a string.
#[inline]
pub(crate) const fn name_key(bytes: &[u8]) -> u64 {
    let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), Some(last)) => (
                u32::from_le_bytes(*first) as u64,
                u32::from_le_bytes(*last) as u64,
            ),
            _ => match bytes {
                [one, two, three] => (*one as u64 | (*two as u64) << 8, *three as u64),
                [one, two] => (*one as u64 | (*two as u64) << 8, 0),
                [one] => (*one as u64, 0),
                _ => (0, 0),
            },
        },
    };
    let mixed = (first ^ last.rotate_left(29) ^ bytes.len() as u64).wrapping_mul(NAME_FACTOR);
    (mixed ^ mixed >> 32) | 1
}

/// The bit that stands for a name among the names of an object.
#[inline]
pub(super) fn name_bit(key: u64) -> u64 {
    1 << (key >> 58)
}

/// The place in [`Tree::top`] of a name.
#[inline]
fn top_slot(key: u64) -> usize {
    usize::from(key.to_be_bytes()[1])
}

/// As many as a byte has values: most names of an object have a place of their own.
const TOP_SLOTS: usize = 256;

/// Odd, with its bits spread: 2^64 over the golden ratio.
const NAME_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The tree of one JSON value, without its text.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Strings that have escapes, without them.
    pub(super) decoded: Vec<Box<str>>,
    /// Where names of the outermost object stand, by [`top_slot`]; the last one where several share a place, and
    /// nothing where there is none. Empty of a tree that is not asked for much.
    top: Vec<u16>,
}

/// A value and everything in it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    text: &'d str,
    tree: &'d Tree,
    at: u32,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum View<'d> {
    /// A list.
    Array(Items<'d>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A number, as written.
    Number(&'d str),
    /// An object.
    Object(Members<'d>),
    /// A string, without escapes.
    String(&'d str),
}

/// The items of a list.
#[derive(Debug, Clone, Copy)]
pub struct Items<'d>(Value<'d>);

/// The members of an object.
#[derive(Debug, Clone, Copy)]
pub struct Members<'d>(Value<'d>);

/// Over the items of a list.
#[derive(Debug, Clone)]
pub struct ItemsIter<'d> {
    end: u32,
    next: Value<'d>,
}

/// Over the names and values of an object.
#[derive(Debug, Clone)]
pub struct MembersIter<'d>(pub(super) ItemsIter<'d>);

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// The first thing that is wrong, with its byte.
pub fn parse(text: &str) -> Result<Tree, Fault> {
    let mut tree = Tree::default();
    tree.read(text)?;
    Ok(tree)
}

impl Tree {
    /// As [`parse`], into a tree whose memory is used again; after an error the tree is empty.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn read(&mut self, text: &str) -> Result<(), Fault> {
        self.clear();
        let outcome = Parser::new(text.as_bytes(), self).document();
        if outcome.is_err() {
            self.clear();
        }
        outcome.map_err(|fault| *fault)
    }

    /// Reads the one value with which `bytes` begin, whatever follows; answers how many bytes it takes. The tree is
    /// only good with a text of these bytes.
    pub(crate) fn read_first(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        self.clear();
        let outcome = Parser::new(bytes, self).first();
        if outcome.is_err() {
            self.clear();
        }
        outcome.map_err(|fault| *fault)
    }

    /// A tree that finds the members of the outermost object at once, at a cost that pays when they are looked at
    /// many times.
    pub fn indexed() -> Self {
        Self {
            top: vec![0; TOP_SLOTS],
            ..Self::default()
        }
    }

    /// Empties it; its memory is kept.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.decoded.clear();
        self.top.fill(0);
    }

    /// Notes where a name of the outermost object stands.
    #[inline]
    pub(super) fn note_top(&mut self, key: u64, name: usize) {
        if let Some(place) = self.top.get_mut(top_slot(key)) {
            *place = u16::try_from(name).unwrap_or_default();
        }
    }

    /// The outermost value; `null` of an empty tree.
    pub fn root<'d>(&'d self, text: &'d str) -> Value<'d> {
        Value {
            text,
            tree: self,
            at: 0,
        }
    }
}

impl<'d> Value<'d> {
    #[inline]
    fn node(self) -> Node {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        self.tree.nodes.get(at).copied().unwrap_or(Node {
            names: 0,
            start: 0,
            end: 0,
            next: u32::MAX,
            skip: 0,
            type_bytes: 0,
            kind: Kind::Null,
        })
    }

    /// What the value is.
    #[inline]
    pub fn view(self) -> View<'d> {
        let node = self.node();
        match node.kind {
            Kind::Array => View::Array(Items(self)),
            Kind::Decoded | Kind::String => View::String(self.string_of(node)),
            Kind::False => View::Bool(false),
            Kind::Null => View::Null,
            Kind::Number => View::Number(self.slice(node)),
            Kind::Object => View::Object(Members(self)),
            Kind::True => View::Bool(true),
        }
    }

    #[inline]
    fn slice(self, node: Node) -> &'d str {
        let range = usize::try_from(node.start).unwrap_or(usize::MAX)
            ..usize::try_from(node.end).unwrap_or(usize::MAX);
        self.text.get(range).unwrap_or_default()
    }

    #[inline]
    fn string_of(self, node: Node) -> &'d str {
        if node.kind == Kind::Decoded {
            let at = usize::try_from(node.next).unwrap_or(usize::MAX);
            self.tree.decoded.get(at).map_or("", |text| text)
        } else {
            self.slice(node)
        }
    }

    /// The string, if it is one.
    #[inline]
    pub fn as_str(self) -> Option<&'d str> {
        let node = self.node();
        matches!(node.kind, Kind::String | Kind::Decoded).then(|| self.string_of(node))
    }

    /// The string and the type that it names, if it is an identifier (STIX 2.1 §2.9).
    #[inline]
    pub(crate) fn as_identifier(self) -> Option<(&'d str, &'d str)> {
        let node = self.node();
        let text = match node.kind {
            Kind::String | Kind::Decoded => self.string_of(node),
            _ => return None,
        };
        let kind = match node.type_bytes {
            0 if node.kind == Kind::String => return None,
            0 => recognised(text)?,
            bytes => text.get(..usize::from(bytes))?,
        };
        Some((text, kind))
    }

    /// `true` or `false`, if it is one.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        match self.node().kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// The number as written, if it is one.
    pub fn as_number(self) -> Option<&'d str> {
        let node = self.node();
        (node.kind == Kind::Number).then(|| self.slice(node))
    }

    /// The number as a double, if it is a finite one.
    pub fn as_f64(self) -> Option<f64> {
        self.as_number()?
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The number, if it is written as a whole one and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.as_number()?.parse().ok()
    }

    /// The items, if it is a list.
    #[inline]
    pub fn items(self) -> Option<Items<'d>> {
        (self.node().kind == Kind::Array).then_some(Items(self))
    }

    /// The members, if it is an object.
    #[inline]
    pub fn members(self) -> Option<Members<'d>> {
        (self.node().kind == Kind::Object).then_some(Members(self))
    }

    /// The members; none of anything but an object.
    pub(crate) fn as_members(self) -> Members<'d> {
        Members(self)
    }

    /// The member of that name, if it is an object that has one.
    #[inline]
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        self.members()?.get(name)
    }

    /// The bytes of the text where the value stands, a string's quotation marks included.
    pub fn span(self) -> Range<usize> {
        let node = self.node();
        let start = usize::try_from(node.start).unwrap_or_default();
        let end = usize::try_from(node.end).unwrap_or_default();
        match node.kind {
            Kind::String | Kind::Decoded => start.saturating_sub(1)..end + 1,
            _ => start..end,
        }
    }

    /// The value as written.
    pub fn text(self) -> &'d str {
        self.text.get(self.span()).unwrap_or_default()
    }

    /// The value that a JSON pointer names (RFC 6901), if it is there.
    pub fn pointer(self, pointer: &str) -> Option<Value<'d>> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut value = self;
        for part in pointer.strip_prefix('/')?.split('/') {
            value = match value.view() {
                View::Object(members) => {
                    members.get(&part.replace("~1", "/").replace("~0", "~"))?
                }
                View::Array(items) => items.get(part.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The same as a value of `serde_json`.
    pub fn to_value(self) -> serde_json::Value {
        match self.view() {
            View::Array(items) => items.iter().map(Value::to_value).collect(),
            View::Bool(value) => value.into(),
            View::Null => serde_json::Value::Null,
            View::Number(number) => serde_json::from_str(number).unwrap_or_default(),
            View::Object(members) => serde_json::Value::Object(members.to_map()),
            View::String(text) => text.into(),
        }
    }

    /// Whether two values say the same: white space, escapes, the order of names and the spelling of numbers do not
    /// count.
    pub fn says_same(self, other: Value<'_>) -> bool {
        match (self.view(), other.view()) {
            (View::Array(one), View::Array(two)) => {
                one.len() == two.len()
                    && one
                        .iter()
                        .zip(two.iter())
                        .all(|(one, two)| one.says_same(two))
            }
            (View::Object(one), View::Object(two)) => {
                one.len() == two.len()
                    && one.iter().all(|(name, value)| {
                        two.get(name).is_some_and(|other| value.says_same(other))
                    })
            }
            (View::Bool(one), View::Bool(two)) => one == two,
            (View::Null, View::Null) => true,
            (View::Number(one), View::Number(two)) => {
                one == two
                    || self
                        .as_f64()
                        .is_some_and(|value| Some(value) == other.as_f64())
            }
            (View::String(one), View::String(two)) => one == two,
            _ => false,
        }
    }

    /// Whether another value of the same tree is this one or in it.
    pub(crate) fn holds(self, other: Value<'_>) -> bool {
        (self.at..self.after()).contains(&other.at)
    }

    /// The place after this value.
    #[inline]
    fn after(self) -> u32 {
        let node = self.node();
        match node.kind {
            Kind::Array | Kind::Object => node.next,
            _ => self.at + 1,
        }
    }

    #[inline]
    fn at(self, at: u32) -> Self {
        Self { at, ..self }
    }

    /// An iteration over nothing.
    pub(super) fn nothing(self) -> ItemsIter<'d> {
        ItemsIter { end: 0, next: self }
    }

    /// What stands in a list, or the names and values of an object in turn.
    #[inline]
    fn inside(self) -> ItemsIter<'d> {
        ItemsIter {
            end: self.after(),
            next: self.at(self.at + 1),
        }
    }
}

impl<'d> Iterator for ItemsIter<'d> {
    type Item = Value<'d>;

    #[inline]
    fn next(&mut self) -> Option<Value<'d>> {
        if self.next.at >= self.end {
            return None;
        }
        let value = self.next;
        self.next = value.at(value.after());
        Some(value)
    }
}

impl<'d> Iterator for MembersIter<'d> {
    type Item = (&'d str, Value<'d>);

    #[inline]
    fn next(&mut self) -> Option<(&'d str, Value<'d>)> {
        let name = self.0.next.at;
        if name >= self.0.end {
            return None;
        }
        let value = self.0.next.at(name + 1);
        let name = self.0.next.as_str().unwrap_or_default();
        self.0.next = value.at(value.after());
        Some((name, value))
    }
}

impl<'d> IntoIterator for Items<'d> {
    type Item = Value<'d>;
    type IntoIter = ItemsIter<'d>;

    fn into_iter(self) -> ItemsIter<'d> {
        self.iter()
    }
}

impl<'d> IntoIterator for Members<'d> {
    type Item = (&'d str, Value<'d>);
    type IntoIter = MembersIter<'d>;

    fn into_iter(self) -> MembersIter<'d> {
        self.iter()
    }
}

impl<'d> Items<'d> {
    /// The items in their order.
    #[inline]
    pub fn iter(self) -> ItemsIter<'d> {
        self.0.inside()
    }

    /// The item at that place, from 0.
    pub fn get(self, index: usize) -> Option<Value<'d>> {
        self.iter().nth(index)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.after() == self.0.at + 1
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.iter().count()
    }
}
