//! The tree of a pattern.
//!
//! [`Pattern`] is a valid pattern. The nodes below it can be built freely; only [`Pattern::new`] and the
//! parser turn them into a pattern, and both go through the same rules.
//!
//! INVARIANT: for every `Pattern` p, parsing its text gives p again. Parentheses of the author are nodes
//! ([`Comparison::Group`], [`Observation::Group`]) so that formatting keeps them.

use std::cmp::Ordering;
use std::num::NonZeroU64;

use base::diagnostic::{Diagnostic, Place};

use crate::constant::{Constant, Float, Timestamp};
use crate::span::{Span, Spanned};
use crate::text::Text;
use crate::{code, token};

/// A valid pattern (STIX 2.1 §9.3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    root: Observation,
}

/// An observation expression (§9.5). Chains of one operator are flat: they associate left to right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Observation {
    /// All, on different observations.
    And(Vec<Observation>),
    /// All, on different observations, none earlier than the one before.
    FollowedBy(Vec<Observation>),
    /// Parentheses.
    Group(Box<Observation>),
    /// Any.
    Or(Vec<Observation>),
    /// With qualifiers.
    Qualified(Box<Qualified>),
    /// `[…]`: one observation.
    Single(Spanned<Comparison>),
}

/// An observation expression with its qualifiers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Qualified {
    /// What is qualified: a single or a group.
    pub observation: Observation,
    /// At least one, and at most one of each type (§9.5.1).
    pub qualifiers: Vec<Spanned<Qualifier>>,
}

/// A qualifier (§9.5.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qualifier {
    /// `REPEATS n TIMES`: at least n different observations.
    Repeats(NonZeroU64),
    /// `START x STOP y`: x ≤ t < y.
    StartStop {
        /// Earliest time that matches.
        start: Timestamp,
        /// First time that no longer matches.
        stop: Timestamp,
    },
    /// `WITHIN n SECONDS`: strictly less than n seconds between the earliest and the latest.
    Within(Seconds),
}

/// A positive number of seconds, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seconds {
    /// With a decimal point.
    Float(Float),
    /// Whole seconds.
    Integer(NonZeroU64),
}

/// What stands between the brackets: comparisons joined by AND and OR (§9.6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// All, on the same object.
    And(Vec<Comparison>),
    /// Parentheses.
    Group(Box<Comparison>),
    /// Any.
    Or(Vec<Comparison>),
    /// One comparison expression.
    Test(Box<Test>),
}

/// One comparison expression: a path, an operator and a constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// What is looked at.
    pub path: Spanned<Path>,
    /// Whether `NOT` stands before the operator.
    pub negated: bool,
    /// What it is compared with; the span reaches from the operator to the end of the constant.
    pub check: Spanned<Check>,
}

/// A comparison operator with its constant (§9.6.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// `=`.
    Equal(Constant),
    /// `EXISTS`.
    Exists,
    /// `>`.
    Greater(Constant),
    /// `>=`.
    GreaterOrEqual(Constant),
    /// `IN`, a set of constants of one type.
    In(Vec<Constant>),
    /// `ISSUBSET` an address or network.
    IsSubset(Text),
    /// `ISSUPERSET` an address or network.
    IsSuperset(Text),
    /// `<`.
    Less(Constant),
    /// `<=`.
    LessOrEqual(Constant),
    /// `LIKE` a text with the wildcards `%` and `_`.
    Like(Text),
    /// `MATCHES` a PCRE.
    Matches(Text),
    /// `!=`.
    NotEqual(Constant),
}

/// An object path (§9.7): a type and one or more steps, the first of which is a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The type of the object at which the path begins.
    pub object_type: Text,
    /// The property of that object.
    pub property: Name,
    /// What follows: names of nested or referenced properties, and places in lists.
    pub steps: Vec<Step>,
}

/// A step of an object path after the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// `[*]`: any item.
    AnyItem,
    /// `[n]`: the item at that place, from 0.
    Item(u64),
    /// `.name`: a nested property, a dictionary key, or a property of the referenced object.
    Name(Name),
}

/// The name of a property or the key of a dictionary; equal by its text, however it is written.
#[derive(Debug, Clone, Eq)]
pub struct Name {
    /// The name without apostrophes and escapes.
    pub text: Text,
    /// Whether the author put it in apostrophes.
    pub quoted: bool,
}

impl Pattern {
    /// The pattern that `root` describes; parentheses are added where the tree needs them.
    ///
    /// # Errors
    /// What is wrong with the tree; the places are those of the formatted text.
    pub fn new(root: &Observation) -> Result<Self, Vec<Diagnostic>> {
        let mut tests = Vec::new();
        root.collect_tests(&mut tests);
        // Everything else that is written out is escaped; an object type cannot be.
        let bad: Vec<Diagnostic> = tests
            .into_iter()
            .map(|test| &test.path.value.object_type)
            .filter(|object_type| !token::is_object_type(object_type))
            .map(|object_type| {
                let message = format!("`{}` is not an object type", token::excerpt(object_type));
                Diagnostic::error(code::EXPECTED, Place::Whole, message)
                    .with_section("STIX 2.1 §9.7")
            })
            .take(base::limits::DIAGNOSTICS_PER_DOCUMENT)
            .collect();
        if bad.is_empty() {
            crate::parse::parse(&root.to_string())
        } else {
            Err(bad)
        }
    }

    /// The pattern that matches when `comparison` holds on one object of one observation.
    ///
    /// # Errors
    /// As [`Pattern::new`].
    pub fn single(comparison: Comparison) -> Result<Self, Vec<Diagnostic>> {
        Self::new(&Observation::Single(comparison.into()))
    }

    /// The whole as the parser has read it.
    pub(crate) fn parsed(root: Observation) -> Self {
        Self { root }
    }

    /// The outermost node.
    pub fn root(&self) -> &Observation {
        &self.root
    }

    /// Every comparison expression, in the order of the text: what the pattern speaks about.
    pub fn tests(&self) -> Vec<&Test> {
        let mut tests = Vec::new();
        self.root.collect_tests(&mut tests);
        tests
    }
}

impl Observation {
    /// The node without parentheses around it.
    pub fn ungrouped(&self) -> &Self {
        let mut node = self;
        while let Self::Group(inner) = node {
            node = inner;
        }
        node
    }

    fn collect_tests<'a>(&'a self, tests: &mut Vec<&'a Test>) {
        match self {
            Self::And(operands) | Self::FollowedBy(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.collect_tests(tests);
                }
            }
            Self::Group(inner) => inner.collect_tests(tests),
            Self::Qualified(qualified) => qualified.observation.collect_tests(tests),
            Self::Single(comparison) => comparison.value.collect_tests(tests),
        }
    }
}

impl Seconds {
    /// The number of seconds.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the parser takes integers of STIX only, which a double holds exactly"
    )]
    pub fn number(self) -> f64 {
        match self {
            Self::Float(seconds) => seconds.value(),
            Self::Integer(seconds) => seconds.get() as f64,
        }
    }
}

impl Comparison {
    /// The node without parentheses around it.
    pub fn ungrouped(&self) -> &Self {
        let mut node = self;
        while let Self::Group(inner) = node {
            node = inner;
        }
        node
    }

    /// Where the node stands, without parentheses around it.
    pub fn span(&self) -> Span {
        match self {
            Self::And(operands) | Self::Or(operands) => match (operands.first(), operands.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::default(),
            },
            Self::Group(inner) => inner.span(),
            Self::Test(test) => test.span(),
        }
    }

    fn collect_tests<'a>(&'a self, tests: &mut Vec<&'a Test>) {
        match self {
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.collect_tests(tests);
                }
            }
            Self::Group(inner) => inner.collect_tests(tests),
            Self::Test(test) => tests.push(test),
        }
    }
}

impl From<Test> for Comparison {
    fn from(test: Test) -> Self {
        Self::Test(Box::new(test))
    }
}

impl Test {
    /// The comparison `path check`, not negated and not from a text.
    pub fn new(path: Path, check: Check) -> Self {
        Self {
            path: path.into(),
            negated: false,
            check: check.into(),
        }
    }

    /// What a comparison is before it is read: it allocates nothing.
    pub(crate) fn empty() -> Self {
        Self::new(Path::new(Text::default(), Text::default()), Check::Exists)
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.path.span.to(self.check.span)
    }
}

impl Check {
    /// The constants on the right side, if any; a text after LIKE, MATCHES, ISSUBSET or ISSUPERSET is none.
    pub fn constants(&self) -> &[Constant] {
        match self {
            Self::Equal(constant)
            | Self::Greater(constant)
            | Self::GreaterOrEqual(constant)
            | Self::Less(constant)
            | Self::LessOrEqual(constant)
            | Self::NotEqual(constant) => std::slice::from_ref(constant),
            Self::In(constants) => constants,
            Self::Exists
            | Self::IsSubset(_)
            | Self::IsSuperset(_)
            | Self::Like(_)
            | Self::Matches(_) => &[],
        }
    }

    /// The operator as it is written.
    pub fn operator(&self) -> &'static str {
        match self {
            Self::Equal(_) => "=",
            Self::Exists => "EXISTS",
            Self::Greater(_) => ">",
            Self::GreaterOrEqual(_) => ">=",
            Self::In(_) => "IN",
            Self::IsSubset(_) => "ISSUBSET",
            Self::IsSuperset(_) => "ISSUPERSET",
            Self::Less(_) => "<",
            Self::LessOrEqual(_) => "<=",
            Self::Like(_) => "LIKE",
            Self::Matches(_) => "MATCHES",
            Self::NotEqual(_) => "!=",
        }
    }
}

impl Path {
    /// The path `object_type:property`.
    pub fn new(object_type: impl Into<Text>, property: impl Into<Text>) -> Self {
        Self {
            object_type: object_type.into(),
            property: Name::new(property),
            steps: Vec::new(),
        }
    }

    /// The path with `.name` after it.
    #[must_use]
    pub fn then(mut self, name: impl Into<Text>) -> Self {
        self.steps.push(Step::Name(Name::new(name)));
        self
    }

    /// The path in the one form that does not depend on how its author wrote it: apostrophes only where they
    /// are needed. Equal paths have equal keys.
    ///
    /// ```
    /// let path = pattern::tree::Path::new("file", "hashes").then("SHA-256");
    /// assert_eq!(path.key(), "file:hashes.'SHA-256'");
    /// ```
    pub fn key(&self) -> String {
        let mut plain = self.clone();
        plain.property.quoted = false;
        for step in &mut plain.steps {
            if let Step::Name(name) = step {
                name.quoted = false;
            }
        }
        plain.to_string()
    }
}

impl Name {
    /// A name that is written with apostrophes only where they are needed.
    pub fn new(text: impl Into<Text>) -> Self {
        Self {
            text: text.into(),
            quoted: false,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl std::hash::Hash for Name {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
