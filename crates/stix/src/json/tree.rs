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

use std::ops::Range;

use super::fault::Fault;
use super::read::Parser;

/// What stands at a place, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Of an object: a bit for each name, see [`name_bit`].
    pub(super) names: [u8; 3],
    /// The first byte in the text; of a string the one after its quotation mark.
    pub(super) start: u32,
    /// One past the last byte; of a string its closing quotation mark.
    pub(super) end: u32,
    /// The node after this one and everything in it; of a string with escapes its place in [`Tree::decoded`].
    pub(super) next: u32,
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

/// The bit that stands for a name among the names of an object: a byte of three, and a bit of it.
#[inline]
pub(super) fn name_bit(name: &str) -> (usize, u8) {
    let bytes = name.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let length = bytes.len();
    let mixed = usize::from(byte(0))
        .wrapping_add(usize::from(byte(length / 2)).wrapping_mul(5))
        .wrapping_add(usize::from(byte(length.saturating_sub(2))).wrapping_mul(11))
        .wrapping_add(length.wrapping_mul(7));
    ((mixed >> 3) % 3, 1 << (mixed & 7))
}

/// The tree of one JSON value, without its text.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Strings that have escapes, without them.
    pub(super) decoded: Vec<Box<str>>,
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
        self.nodes.clear();
        self.decoded.clear();
        let outcome = Parser::new(text, self).document();
        if outcome.is_err() {
            self.nodes.clear();
        }
        outcome
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
    fn node(self) -> Node {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        self.tree.nodes.get(at).copied().unwrap_or(Node {
            kind: Kind::Null,
            names: [0; 3],
            start: 0,
            end: 0,
            next: u32::MAX,
        })
    }

    /// What the value is.
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

    fn slice(self, node: Node) -> &'d str {
        let range = usize::try_from(node.start).unwrap_or(usize::MAX)
            ..usize::try_from(node.end).unwrap_or(usize::MAX);
        self.text.get(range).unwrap_or_default()
    }

    fn string_of(self, node: Node) -> &'d str {
        if node.kind == Kind::Decoded {
            let at = usize::try_from(node.next).unwrap_or(usize::MAX);
            self.tree.decoded.get(at).map_or("", |text| text)
        } else {
            self.slice(node)
        }
    }

    /// The string, if it is one.
    pub fn as_str(self) -> Option<&'d str> {
        let node = self.node();
        matches!(node.kind, Kind::String | Kind::Decoded).then(|| self.string_of(node))
    }

    /// `true` or `false`, if it is one.
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
    pub fn items(self) -> Option<Items<'d>> {
        (self.node().kind == Kind::Array).then_some(Items(self))
    }

    /// The members, if it is an object.
    pub fn members(self) -> Option<Members<'d>> {
        (self.node().kind == Kind::Object).then_some(Members(self))
    }

    /// The members; none of anything but an object.
    pub(crate) fn as_members(self) -> Members<'d> {
        Members(self)
    }

    /// The member of that name, if it is an object that has one.
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

    /// The place after this value.
    fn after(self) -> u32 {
        let node = self.node();
        match node.kind {
            Kind::Array | Kind::Object => node.next,
            _ => self.at + 1,
        }
    }

    fn at(self, at: u32) -> Self {
        Self { at, ..self }
    }

    /// An iteration over nothing.
    pub(super) fn nothing(self) -> ItemsIter<'d> {
        ItemsIter { end: 0, next: self }
    }

    /// What stands in a list, or the names and values of an object in turn.
    fn inside(self) -> ItemsIter<'d> {
        ItemsIter {
            end: self.after(),
            next: self.at(self.at + 1),
        }
    }
}

impl<'d> Iterator for ItemsIter<'d> {
    type Item = Value<'d>;

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

    fn next(&mut self) -> Option<(&'d str, Value<'d>)> {
        let name = self.0.next()?;
        Some((name.as_str().unwrap_or_default(), self.0.next()?))
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

impl<'d> Members<'d> {
    /// Names and values in the order of the text.
    pub fn iter(self) -> MembersIter<'d> {
        MembersIter(self.value().inside())
    }

    /// The names in the order of the text.
    pub fn keys(self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.iter().map(|(name, _)| name)
    }

    /// The values in the order of the text.
    pub fn values(self) -> impl Iterator<Item = Value<'d>> + use<'d> {
        self.iter().map(|(_, value)| value)
    }

    /// The value of that name.
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        let Value { text, tree, at } = self.0;
        // Most names that are asked for are not there: their bit tells.
        let (byte, bit) = name_bit(name);
        let names = self.0.node().names;
        if names.get(byte).is_some_and(|names| names & bit == 0) {
            return None;
        }
        let first = usize::try_from(at).ok()? + 1;
        let end = usize::try_from(self.0.after()).ok()?;
        let nodes = tree.nodes.get(first..end)?;
        let mut at = 0;
        // Each turn passes over one member.
        loop {
            let node = nodes.get(at)?;
            let found = if node.kind == Kind::String {
                let range = usize::try_from(node.start).ok()?..usize::try_from(node.end).ok()?;
                range.len() == name.len() && text.as_bytes().get(range) == Some(name.as_bytes())
            } else {
                self.0.string_of(*node) == name
            };
            if found {
                return Some(self.0.at(u32::try_from(first + at + 1).ok()?));
            }
            let value = nodes.get(at + 1)?;
            at = match value.kind {
                Kind::Array | Kind::Object => {
                    usize::try_from(value.next).ok()?.checked_sub(first)?
                }
                _ => at + 2,
            };
        }
    }

    /// Whether there is a value of that name.
    pub fn contains_key(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.after() == self.0.at + 1
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.iter().count()
    }

    /// The object as a value.
    pub fn value(self) -> Value<'d> {
        self.0
    }

    /// Where the name stands, quotation marks included, for a place in a text.
    pub fn name_span(self, name: &str) -> Option<Range<usize>> {
        let value = self.get(name)?;
        Some(self.0.at(value.at - 1).span())
    }

    /// The same as a map of `serde_json`.
    pub fn to_map(self) -> serde_json::Map<String, serde_json::Value> {
        self.iter()
            .map(|(name, value)| (name.to_owned(), value.to_value()))
            .collect()
    }
}
