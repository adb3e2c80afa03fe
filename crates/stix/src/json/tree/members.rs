//! The members of an object in a tree.

use std::ops::Range;

use super::{Kind, Members, MembersIter, Value, View, name_bit, name_key, top_slot};
use crate::id::recognised;

impl<'d> Members<'d> {
    /// Names and values in the order of the text.
    #[inline]
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
    #[inline]
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        // Most names that are asked for are not there: their bit tells.
        let key = name_key(name.as_bytes());
        if self.0.node().names & name_bit(key) == 0 {
            return None;
        }
        if self.0.at == 0
            && let Some(place) = self.0.tree.top.get(top_slot(key))
            && let Some(node) = self.0.tree.nodes.get(usize::from(*place))
            && node.names == key
            && self.0.string_of(*node) == name
        {
            return Some(self.0.at(u32::from(*place) + 1));
        }
        self.find(key, name)
    }

    fn find(self, key: u64, name: &str) -> Option<Value<'d>> {
        let first = usize::try_from(self.0.at).ok()? + 1;
        let end = usize::try_from(self.0.after()).ok()?;
        let nodes = self.0.tree.nodes.get(first..end)?;
        let mut at = 0;
        // Each turn passes over one member.
        loop {
            let node = nodes.get(at)?;
            if node.names == key && self.0.string_of(*node) == name {
                return Some(self.0.at(u32::try_from(first + at + 1).ok()?));
            }
            at = match node.skip {
                0 => {
                    let value = self.0.at(u32::try_from(first + at + 1).ok()?);
                    usize::try_from(value.after()).ok()?.checked_sub(first)?
                }
                skip => at + usize::from(skip),
            };
        }
    }

    /// Whether there is a value of that name.
    #[inline]
    pub fn contains_key(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Every string in it that is a value and an identifier, however deep, in the order of the text.
    pub(crate) fn identifiers(self) -> impl Iterator<Item = (Value<'d>, &'d str)> + use<'d> {
        let first = self.0.at + 1;
        let range = usize::try_from(first).unwrap_or(usize::MAX)
            ..usize::try_from(self.0.after()).unwrap_or_default();
        let nodes = self.0.tree.nodes.get(range).unwrap_or_default();
        (first..).zip(nodes).filter_map(move |(at, node)| {
            if node.type_bytes == 0 && (node.kind != Kind::Decoded || node.names != 0) {
                return None;
            }
            let text = self.0.string_of(*node);
            (node.type_bytes > 0 || recognised(text).is_some()).then(|| (self.0.at(at), text))
        })
    }

    /// Names and values in the order of the text, each with the [`name_key`] of its name.
    #[inline]
    pub(crate) fn keyed(self) -> impl Iterator<Item = (u64, &'d str, Value<'d>)> + use<'d> {
        self.iter().map(move |(name, value)| {
            let key = self.0.at(value.at - 1).node().names;
            (key, name, value)
        })
    }

    /// The JSON pointer (RFC 6901) from here to a value in it.
    pub(crate) fn pointer_to(self, value: Value<'_>) -> String {
        let mut pointer = String::new();
        let mut here = self.0;
        // Each turn goes a level deeper; the reader has looked that there are few.
        while here.at != value.at {
            let below = match here.view() {
                View::Object(members) => members
                    .iter()
                    .map(|(name, below)| (name.replace('~', "~0").replace('/', "~1"), below))
                    .find(|(_, below)| below.holds(value)),
                View::Array(items) => items
                    .iter()
                    .enumerate()
                    .map(|(index, below)| (index.to_string(), below))
                    .find(|(_, below)| below.holds(value)),
                _ => None,
            };
            let Some((step, below)) = below else {
                break;
            };
            pointer.push('/');
            pointer.push_str(&step);
            here = below;
        }
        pointer
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
