//! Granular selectors: `external_references.[0].source_name`, STIX 2.1 §7.2.3.1.

use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::json::tree::{self, Members};

/// A path to a property or a list item of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector {
    steps: Vec<Step>,
}

/// One step of a [`Selector`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A property, or a key of a dictionary.
    Property(String),
    /// A zero-based item of a list.
    Item(usize),
}

/// Why a text is not a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParseSelectorError {
    /// Empty, or an empty component.
    #[error("a selector has no empty component")]
    Empty,
    /// A list index that is not a number in brackets.
    #[error("a list item is selected as `[0]`")]
    Index,
    /// More components than the deepest object has levels.
    #[error("a selector has at most {} components", base::limits::JSON_DEPTH)]
    TooLong,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`ParseSelectorError`] names the component that is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseSelectorError> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            if steps.len() >= base::limits::JSON_DEPTH {
                return Err(ParseSelectorError::TooLong);
            }
            steps.push(match part.strip_prefix('[') {
                Some(rest) => {
                    let digits = rest.strip_suffix(']').ok_or(ParseSelectorError::Index)?;
                    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                        return Err(ParseSelectorError::Index);
                    }
                    Step::Item(digits.parse().map_err(|_| ParseSelectorError::Index)?)
                }
                None if part.is_empty() => return Err(ParseSelectorError::Empty),
                None => Step::Property(part.to_owned()),
            });
        }
        Ok(Self { steps })
    }

    /// The selector of these steps.
    pub fn from_steps(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// The steps from the object's root.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The value that the selector names in `root`, if it is there.
    pub fn resolve<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.steps
            .iter()
            .try_fold(root, |value, step| step.within(value))
    }

    /// As [`Selector::resolve`], from the properties of an object.
    pub fn resolve_in<'v>(&self, properties: &'v Map<String, Value>) -> Option<&'v Value> {
        let (Step::Property(first), rest) = self.steps.split_first()? else {
            return None;
        };
        rest.iter()
            .try_fold(properties.get(first)?, |value, step| step.within(value))
    }

    /// As [`Selector::resolve`], from the members of an object as they stand in its text.
    pub fn resolve_in_tree<'d>(&self, members: Members<'d>) -> Option<tree::Value<'d>> {
        self.steps
            .iter()
            .try_fold(members.value(), |value, step| match step {
                Step::Property(name) => value.get(name),
                Step::Item(index) => value.items()?.get(*index),
            })
    }

    /// Whether what this selector names contains what `other` names, or is it: selectors are recursive (§7.2.3.1).
    pub fn covers(&self, other: &Self) -> bool {
        other.steps.starts_with(&self.steps)
    }

    /// The JSON pointer to the same place, RFC 6901.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            pointer.push('/');
            match step {
                Step::Property(name) => {
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Step::Item(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

impl Step {
    fn within<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Property(name) => value.as_object()?.get(name),
            Self::Item(index) => value.as_array()?.get(*index),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Property(name) => f.write_str(name)?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
