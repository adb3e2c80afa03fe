//! What the standard says about each type of object, as tables.
//!
//! A [`Shape`] lists properties and the rules that tie them together; [`shape`] finds the one of an object type,
//! [`extension::PREDEFINED`] has those of extensions. The tables hold facts only: [`crate::validate`] reads them.

pub mod domain;
pub mod extension;
pub mod incident;
pub mod meta;
pub mod observable;
pub mod relationship;
pub mod shared_property;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::json::tree::name_key;
use crate::vocab::Vocabulary;

/// A set of properties: an object type, a part of one, or an extension.
#[derive(Debug)]
pub struct Shape {
    /// The name of the type or extension.
    pub name: &'static str,
    /// Where it is defined.
    pub section: &'static str,
    /// Its properties, common properties not among them.
    pub properties: &'static [Property],
    /// What ties properties together.
    pub rules: &'static [Rule],
}

/// One property.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What its value is.
    pub kind: Kind,
    /// Its name as a number.
    pub(crate) key: u64,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Anything that JSON has and STIX allows.
    Any,
    /// Base64, §2.1.
    Binary,
    /// §2.2.
    Boolean,
    /// The translations of a language content, §7.1.
    Contents,
    /// A dictionary with values of one kind, §2.3.
    Dictionary(&'static Kind),
    /// The extensions of an object, §3.2.
    Extensions,
    /// A dictionary of hashes, §2.7.
    Hashes,
    /// An even number of lower-case hexadecimal digits, §2.8.
    Hex,
    /// A whole number between two bounds, both included, §2.10.
    Integer {
        /// The least value.
        least: i64,
        /// The greatest value.
        most: i64,
    },
    /// One of two.
    Either(&'static Kind, &'static Kind),
    /// A list with items of one kind, §2.12.
    List(&'static Kind),
    /// A number between two bounds, both included, §2.6.
    Number {
        /// The least value.
        least: f64,
        /// The greatest value.
        most: f64,
    },
    /// A part with properties of its own.
    Object(&'static Shape),
    /// The observables of an observed data, deprecated, §2.13.
    Observables,
    /// An identifier of an object of one of some types, §2.9.
    Reference(Targets),
    /// A string, §2.15.
    String,
    /// A string of a certain form.
    Text(Format),
    /// A term of a vocabulary, §2.4 and §2.14.
    Term(&'static Vocabulary),
    /// §2.16.
    Timestamp,
}

/// What a reference may point to.
#[derive(Debug, Clone, Copy)]
pub enum Targets {
    /// Objects of any type but bundles.
    Any,
    /// Domain objects.
    Domain,
    /// Domain objects and observables.
    DomainOrObservable,
    /// Observables.
    Observable,
    /// Observables and relationship objects.
    ObservableOrRelationship,
    /// Objects of these types.
    Types(&'static [&'static str]),
}

/// A form that a string must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A name of the IANA character set registry, §3.9.1.
    CharacterSet,
    /// An ISO 3166-1 alpha-2 code, a SHOULD of §4.10.
    Country,
    /// A CPE 2.3 formatted string, §6.14.
    Cpe,
    /// A domain name, §6.4.
    DomainName,
    /// An address without display name, §6.5.
    EmailAddress,
    /// An address or network, §6.8.
    Ipv4,
    /// An address or network, §6.9.
    Ipv6,
    /// A language tag, RFC 5646.
    Language,
    /// Lower case with hyphens, a SHOULD of §2.11.
    LowerCase,
    /// A MAC-48 address, §6.10.
    Mac,
    /// A media type, a SHOULD of §6.1 and §6.7.
    MediaType,
    /// A product in lower case with hyphens, a SHOULD of §4.12.
    Product,
    /// The name of a priority class, a SHOULD of §6.13.2.
    PriorityClass,
    /// A registry key with its hive written out, §6.17.
    RegistryKey,
    /// The name of a relationship, §5.1.
    RelationshipType,
    /// A URL, RFC 3986.
    Url,
    /// A URL where the standard has no MUST.
    UrlSuggested,
}

/// What ties properties together.
#[derive(Debug)]
pub enum Rule {
    /// One of these must be there.
    AtLeastOne(&'static [&'static str]),
    /// One property at least, besides those named.
    AtLeastOneProperty {
        /// Properties that do not count.
        but: &'static [&'static str],
    },
    /// The second timestamp is not before the first.
    NotBefore(&'static str, &'static str),
    /// The second timestamp is after the first.
    After(&'static str, &'static str),
    /// The two do not stand together.
    NotTogether(&'static str, &'static str),
    /// The first needs the second.
    Needs(&'static str, &'static str),
    /// Where the first property has this value, the second must be there.
    Where(&'static str, Is, &'static str, Presence),
    /// The second number is not less than the first.
    NotLess(&'static str, &'static str),
}

/// A condition on a value.
#[derive(Debug, Clone, Copy)]
pub enum Is {
    /// `true`.
    True,
    /// `false`.
    False,
    /// A string other than these.
    NoneOf(&'static [&'static str]),
}

/// Whether a property is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Required,
    /// It is not there.
    Forbidden,
}

/// The classes of objects, which differ in their common properties (§3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// SDO, §4.
    Domain,
    /// SRO, §5.
    Relationship,
    /// SCO, §6.
    Observable,
    /// Language content, §7.1.
    Language,
    /// Marking definition, §7.2.
    Marking,
    /// Extension definition, §7.3.
    Extension,
}

/// The class and the table of an object type of the standard or of the Incident Core Extension.
pub fn shape(kind: &str) -> Option<(Class, &'static Shape)> {
    SHAPES.get(kind).copied()
}

static SHAPES: LazyLock<HashMap<&str, (Class, &Shape), FixedState>> = LazyLock::new(|| {
    let tables: [(&'static [&'static Shape], Class); 7] = [
        (domain::SHAPES, Class::Domain),
        (observable::SHAPES, Class::Observable),
        (relationship::SHAPES, Class::Relationship),
        (incident::SHAPES, Class::Domain),
        (&[&meta::LANGUAGE_CONTENT], Class::Language),
        (&[&meta::MARKING_DEFINITION], Class::Marking),
        (&[&meta::EXTENSION_DEFINITION], Class::Extension),
    ];
    let mut shapes = HashMap::default();
    for (table, class) in tables {
        for shape in table {
            shapes.entry(shape.name).or_insert((class, *shape));
        }
    }
    shapes
});

impl Targets {
    /// Whether an object of type `kind` may be pointed to; types that nobody knows may.
    pub fn admit(self, kind: &str) -> bool {
        if let Self::Types(kinds) = self {
            return kinds.contains(&kind);
        }
        let Some((class, _)) = shape(kind) else {
            return kind != "bundle";
        };
        match self {
            Self::Any | Self::Types(_) => true,
            Self::Domain => class == Class::Domain,
            Self::DomainOrObservable => matches!(class, Class::Domain | Class::Observable),
            Self::Observable => class == Class::Observable,
            Self::ObservableOrRelationship => {
                matches!(class, Class::Observable | Class::Relationship)
            }
        }
    }

    /// The targets in words, for a message.
    pub fn describe(self) -> String {
        match self {
            Self::Any => "any object".to_owned(),
            Self::Domain => "a domain object".to_owned(),
            Self::DomainOrObservable => "a domain or cyber-observable object".to_owned(),
            Self::Observable => "a cyber-observable object".to_owned(),
            Self::ObservableOrRelationship => {
                "a cyber-observable or relationship object".to_owned()
            }
            Self::Types(kinds) => kinds
                .iter()
                .map(|kind| format!("`{kind}`"))
                .collect::<Vec<_>>()
                .join(" or "),
        }
    }
}

/// The bound of integers, §2.10.
pub const INTEGER_BOUND: i64 = (1 << 53) - 1;

const INTEGER: Kind = Kind::Integer {
    least: -INTEGER_BOUND,
    most: INTEGER_BOUND,
};
const NATURAL: Kind = Kind::Integer {
    least: 0,
    most: INTEGER_BOUND,
};
const PORT: Kind = Kind::Integer {
    least: 0,
    most: 65_535,
};
const PERCENT: Kind = Kind::Integer {
    least: 0,
    most: 100,
};
const FLOAT: Kind = Kind::Number {
    least: f64::MIN,
    most: f64::MAX,
};
const STRINGS: Kind = Kind::List(&Kind::String);
const STRING_DICTIONARY: Kind = Kind::Dictionary(&Kind::String);
const STRING_LIST_DICTIONARY: Kind = Kind::Dictionary(&STRINGS);
const INTEGER_OR_STRING: Kind = Kind::Either(&INTEGER, &Kind::String);

const fn required(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        required: true,
        kind,
        key: name_key(name.as_bytes()),
    }
}

const fn optional(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        required: false,
        kind,
        key: name_key(name.as_bytes()),
    }
}

const fn to(kinds: &'static [&'static str]) -> Kind {
    Kind::Reference(Targets::Types(kinds))
}
