//! What objects look like, as far as patterns need to know.
//!
//! This crate knows the language, not the objects: whoever has their tables implements [`Model`] over them, as
//! the crate `stix` does for the standard's, and [`crate::path_type::check`] compares a pattern with it.

use std::fmt::Debug;

/// The types of objects that can be observed.
pub trait Model {
    /// The names of the types, for advice.
    fn object_types(&self) -> Vec<&str>;

    /// The properties of objects of a type; `None` when the model does not know the type.
    fn object(&self, object_type: &str) -> Option<Box<dyn Properties<'_> + '_>>;

    /// Whether objects of this type exist but are never observed, so that no pattern finds one.
    fn is_never_observed(&self, _object_type: &str) -> bool {
        false
    }
}

/// The properties of an object, of a part of one, or the extensions of an object by their names.
pub trait Properties<'a>: Debug {
    /// The names, for advice.
    fn names(&self) -> Vec<&'a str>;

    /// What the property holds; `None` when there is no such property.
    fn value(&self, name: &str) -> Option<Value<'a>>;
}

/// What a property, an item or an entry holds.
#[derive(Debug)]
pub enum Value<'a> {
    /// Nobody knows.
    Any,
    /// Bytes in base64 (STIX 2.1 §2.1).
    Binary,
    /// §2.2.
    Boolean,
    /// A dictionary whose entries all hold this (§2.3).
    Dictionary(Box<Value<'a>>),
    /// One of these.
    Either(Vec<Value<'a>>),
    /// The extensions of an object (§3.2): each property is one.
    Extensions(Box<dyn Properties<'a> + 'a>),
    /// A number between two bounds, both included (§2.5).
    Float {
        /// The least.
        least: f64,
        /// The greatest.
        most: f64,
    },
    /// Digests by the names of their algorithms (§2.7); these are the usual ones.
    Hashes(Vec<&'a str>),
    /// Bytes in hexadecimal digits (§2.8).
    Hex,
    /// A whole number between two bounds, both included (§2.10).
    Integer {
        /// The least.
        least: i64,
        /// The greatest.
        most: i64,
    },
    /// A list whose items all hold this (§2.12).
    List(Box<Value<'a>>),
    /// A part with properties of its own.
    Part(Box<dyn Properties<'a> + 'a>),
    /// An identifier of an object of one of these types (§2.9); of any type when there is none.
    Reference(Vec<&'a str>),
    /// §2.15.
    String(Form),
    /// A term of a vocabulary (§2.4, §2.14).
    Term(Terms<'a>),
    /// §2.16.
    Timestamp,
}

/// The form of a string that a pattern can be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Any,
    /// An address or network (§6.8).
    Ipv4,
    /// An address or network (§6.9).
    Ipv6,
    /// An address in lower case with colons (§6.10).
    Mac,
}

/// A vocabulary.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether other terms may be used too.
    pub open: bool,
    /// The terms.
    pub terms: &'a [&'a str],
}

impl Value<'_> {
    /// What it is, in words, to follow "is".
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Any => "of unknown type",
            Self::Binary => "binary",
            Self::Boolean => "a boolean",
            Self::Dictionary(_) => "a dictionary",
            Self::Either(_) => "of more than one type",
            Self::Extensions(_) => "the extensions of the object",
            Self::Float { .. } => "a float",
            Self::Hashes(_) => "a dictionary of hashes",
            Self::Hex => "hex",
            Self::Integer { .. } => "an integer",
            Self::List(_) => "a list",
            Self::Part(_) => "a part with properties of its own",
            Self::Reference(_) => "a reference to another object",
            Self::String(_) => "a string",
            Self::Term(_) => "a term of a vocabulary",
            Self::Timestamp => "a timestamp",
        }
    }
}
