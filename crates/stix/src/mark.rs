//! Marking objects and their parts: asking, adding, removing, setting, clearing (STIX 2.1 §7.2).
//!
//! A [`Mark`] is a marking definition or a language; a [`Scope`] says what is asked about or marked: the object as a
//! whole (`object_marking_refs`) or parts of it (`granular_markings`). [`crate::marking`] reads the markings that a
//! gate enforces; here they are worked with. An edit is an edit: where the object is versioned it gives a new version
//! (§7.2.2, [`crate::version`]).
//!
//! INVARIANT: granular markings that an edit wrote have one entry for each mark, in the order in which the marks first
//! came, with every selector once and in order; every selector that was named in an edit selects something.

mod granular;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp as Instant;
use serde_json::{Map, Value};
use thiserror::Error;

use self::granular::Granular;
use crate::id::Id;
use crate::marking::{MAX_SELECTORS, ReadMarkingsError, Tlp};
use crate::selector::{ParseSelectorError, Selector};
use crate::validate::format::is_language;
use crate::version::{self, VersionError};

/// What something is marked with. The text stands as it stands in the object; an edit checks its form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A marking definition, by its identifier.
    Definition(String),
    /// A language of the text, by its RFC 5646 tag. It marks parts only; the language of an object is its `lang` (§3.2).
    Language(String),
}

impl Mark {
    /// Reads a mark: what holds `--` is an identifier, and anything else a language, for no language tag holds it.
    ///
    /// ```
    /// use stix::mark::Mark;
    /// assert_eq!(Mark::read("ja"), Mark::Language("ja".to_owned()));
    /// ```
    pub fn read(text: &str) -> Self {
        if text.contains("--") {
            Self::Definition(text.to_owned())
        } else {
            Self::Language(text.to_owned())
        }
    }

    /// The identifier or language tag.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Definition(text) | Self::Language(text) => text,
        }
    }

    fn is_well_formed(&self) -> bool {
        match self {
            Self::Definition(text) => {
                Id::parse(text).is_ok_and(|id| id.kind() == "marking-definition")
            }
            Self::Language(text) => is_language(text),
        }
    }
}

impl From<Tlp> for Mark {
    fn from(level: Tlp) -> Self {
        Self::Definition(level.id_text().to_owned())
    }
}

impl From<&Id> for Mark {
    fn from(id: &Id) -> Self {
        Self::Definition(id.as_str().to_owned())
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is asked about or marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The object as a whole: `object_marking_refs` (§7.2.2).
    Object,
    /// The parts that these selectors select, one at least: `granular_markings` (§7.2.3).
    Parts(Vec<Selector>),
}

impl Scope {
    /// The parts that these texts select.
    ///
    /// # Errors
    /// [`MarkError::NoSelector`] and [`MarkError::Selector`].
    pub fn parts<T: AsRef<str>>(selectors: impl IntoIterator<Item = T>) -> Result<Self, MarkError> {
        let mut parts = Vec::new();
        for text in selectors {
            if parts.len() >= MAX_SELECTORS {
                return Err(MarkError::TooMany);
            }
            let text = text.as_ref();
            let parsed = Selector::parse(text).map_err(|source| MarkError::Selector {
                selector: text.to_owned(),
                source,
            })?;
            parts.push(parsed);
        }
        if parts.is_empty() {
            return Err(MarkError::NoSelector);
        }
        Ok(Self::Parts(parts))
    }
}

/// Which markings of other places count for a part, when one asks; none of them for [`Scope::Object`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of the part itself only.
    Exact,
    /// Also those of the object and of what the part is in: what holds for the part.
    Inherited,
    /// Also those of what is in the part.
    Descendants,
    /// All of these: what holds for the part or anything in it.
    Both,
}

impl Reach {
    fn is_inherited(self) -> bool {
        matches!(self, Self::Inherited | Self::Both)
    }

    fn has_descendants(self) -> bool {
        matches!(self, Self::Descendants | Self::Both)
    }
}

/// Which marks an edit takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// Marking definitions and languages.
    All,
    /// Marking definitions only; languages stay.
    Definitions,
    /// Languages only; marking definitions stay.
    Languages,
}

impl Kinds {
    fn has(self, mark: &Mark) -> bool {
        match self {
            Self::All => true,
            Self::Definitions => matches!(mark, Mark::Definition(_)),
            Self::Languages => matches!(mark, Mark::Language(_)),
        }
    }
}

/// Why markings cannot be asked for or edited.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MarkError {
    /// An entry that has more than the standard gives it: an edit, which takes entries together, would lose that.
    #[error(
        "entry {0} of `granular_markings` has more than `selectors` and its mark, which an edit would lose"
    )]
    Foreign(usize),
    /// A language for the object as a whole.
    #[error("`{0}` is a language: that of the whole object is its property `lang`")]
    LanguageOfObject(String),
    /// A mark that is neither the identifier of a marking definition nor a language tag.
    #[error("`{0}` is neither the identifier of a marking definition nor a language tag")]
    Mark(String),
    /// An edit without a mark.
    #[error("no mark is named; to take all away, clear the markings")]
    NoMark,
    /// No selector where parts are asked about or marked.
    #[error("no selector is named")]
    NoSelector,
    /// What is to be taken away is not there.
    #[error("`{place}` is not marked with {mark}")]
    NotMarked {
        /// The selector, or the name of the property that marks the object.
        place: String,
        /// The mark in backticks, or `anything`.
        mark: String,
    },
    /// A selector that selects nothing in this object.
    #[error("the selector `{0}` selects nothing in this object")]
    SelectsNothing(String),
    /// A selector that is malformed.
    #[error("`{selector}` is not a selector")]
    Selector {
        /// The text.
        selector: String,
        /// What is wrong.
        source: ParseSelectorError,
    },
    /// More marks or selectors than [`MAX_SELECTORS`].
    #[error("more than {MAX_SELECTORS} marks or selectors")]
    TooMany,
    /// The markings that are there cannot be read.
    #[error("the markings of the object cannot be read")]
    Unreadable(#[source] ReadMarkingsError),
    /// The edit is not possible as a version of the object.
    #[error("the object cannot be changed so")]
    Version(#[source] VersionError),
}

impl MarkError {
    /// The section of the standard that decides.
    pub fn section(&self) -> &'static str {
        match self {
            Self::LanguageOfObject(_) => "STIX 2.1 §3.2",
            Self::Mark(_) | Self::NoMark | Self::NotMarked { .. } | Self::Unreadable(_) => {
                "STIX 2.1 §7.2"
            }
            Self::Foreign(_)
            | Self::NoSelector
            | Self::SelectsNothing(_)
            | Self::Selector { .. }
            | Self::TooMany => "STIX 2.1 §7.2.3.1",
            Self::Version(error) => error.section(),
        }
    }
}

/// The markings of the object, or of any of some parts of it.
///
/// Selectors are recursive (§7.2.3.1), so a part is marked by what marks that which it is in: see [`Reach`]. All that
/// counts is told; which of two markings holds the standard leaves to their definitions (§7.2), and of two languages
/// the one that is marked more closely.
///
/// ```
/// use serde_json::json;
/// use stix::mark::{Mark, Reach, Scope, markings_of};
///
/// let object = json!({
///     "labels": ["heartbleed"],
///     "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
///     "granular_markings": [{ "lang": "en", "selectors": ["labels"] }],
/// });
/// let scope = Scope::parts(["labels.[0]"]).unwrap();
/// let of = |reach| markings_of(object.as_object().unwrap(), &scope, reach).unwrap();
/// assert!(of(Reach::Exact).is_empty());
/// assert_eq!(of(Reach::Inherited).len(), 2);
/// assert!(of(Reach::Both).contains(&Mark::read("en")));
/// ```
///
/// # Errors
/// [`MarkError`] where a selector selects nothing, or the markings that are there cannot be read.
pub fn markings_of(
    properties: &Map<String, Value>,
    scope: &Scope,
    reach: Reach,
) -> Result<BTreeSet<Mark>, MarkError> {
    let object = object_marks(properties)?;
    let Some(parts) = parts_of(properties, scope)? else {
        return Ok(object.into_iter().collect());
    };
    let mut found = BTreeSet::new();
    for (mark, selectors) in Granular::read(properties)?.entries() {
        let counts = selectors.iter().any(|marked| {
            parts.iter().any(|part| {
                marked == part
                    || (reach.is_inherited() && marked.covers(part))
                    || (reach.has_descendants() && part.covers(marked))
            })
        });
        if counts {
            found.insert(mark.clone());
        }
    }
    if reach.is_inherited() {
        found.extend(object);
    }
    Ok(found)
}

/// Whether the object, or any of the parts, is marked with anything.
///
/// # Errors
/// As [`markings_of`].
pub fn is_marked(
    properties: &Map<String, Value>,
    scope: &Scope,
    reach: Reach,
) -> Result<bool, MarkError> {
    Ok(!markings_of(properties, scope, reach)?.is_empty())
}

/// Whether each of `marks` is among the markings of the object, or of the parts together.
///
/// # Errors
/// As [`markings_of`].
pub fn is_marked_with(
    properties: &Map<String, Value>,
    marks: &[Mark],
    scope: &Scope,
    reach: Reach,
) -> Result<bool, MarkError> {
    let found = markings_of(properties, scope, reach)?;
    Ok(marks.iter().all(|mark| found.contains(mark)))
}

/// The object with each of `marks` on the object or on each of the parts, besides what is there.
///
/// Makes a version also where all of it is there already.
///
/// ```
/// use serde_json::json;
/// use stix::mark::{self, Scope};
/// use stix::marking::Tlp;
///
/// let malware = json!({
///     "type": "malware", "spec_version": "2.1", "is_family": false, "name": "Cryptolocker",
///     "id": "malware--9c4638ec-f1de-4ddb-abf4-1b760417654e",
///     "created": "2016-04-06T20:03:00.000Z", "modified": "2016-04-06T20:03:00.000Z",
/// });
/// let scope = Scope::parts(["name"]).unwrap();
/// let now = "2024-05-01T08:00:00Z".parse().unwrap();
/// let marked = mark::add(malware.as_object().unwrap(), &[Tlp::Amber.into()], &scope, now).unwrap();
/// assert_eq!(marked["granular_markings"][0]["selectors"], json!(["name"]));
/// assert_eq!(marked["modified"], "2024-05-01T08:00:00.000Z");
/// ```
///
/// # Errors
/// [`MarkError`] where a mark is malformed, a selector selects nothing, or no version can be made.
pub fn add(
    properties: &Map<String, Value>,
    marks: &[Mark],
    scope: &Scope,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    put(properties, marks, scope, None, now)
}

/// The object with `marks` on the object or on each of the parts, in place of those of `replaced` that are there.
///
/// What is on other parts stays, also on what the parts are in and on what is in them. Makes a version also where
/// nothing changes. To take everything away there is [`clear`].
///
/// # Errors
/// As [`add`].
pub fn set(
    properties: &Map<String, Value>,
    marks: &[Mark],
    scope: &Scope,
    replaced: Kinds,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    put(properties, marks, scope, Some(replaced), now)
}

fn put(
    properties: &Map<String, Value>,
    marks: &[Mark],
    scope: &Scope,
    replaced: Option<Kinds>,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    check(marks, scope)?;
    let goes = |mark: &Mark| replaced.is_some_and(|kinds| kinds.has(mark));
    let Some(parts) = parts_of(properties, scope)? else {
        let mut object = object_marks(properties)?;
        object.retain(|mark| !goes(mark));
        for mark in marks {
            if !object.contains(mark) {
                object.push(mark.clone());
            }
        }
        return edit(properties, OBJECT, object_value(&object), now);
    };
    let mut granular = Granular::read_to_edit(properties)?;
    granular.take_off(&parts, goes);
    for mark in marks {
        granular.put_on(&parts, mark);
    }
    edit(properties, GRANULAR, granular.write()?, now)
}

/// The object without `marks` on the object or on the parts.
///
/// Every mark must be there, on each of the parts, exactly as named: a mark that is on more than the part, or on
/// less, is another one. An object that has no markings of the scope at all is given back as it is.
///
/// # Errors
/// As [`add`]; [`MarkError::NotMarked`] where a mark is not there.
pub fn remove(
    properties: &Map<String, Value>,
    marks: &[Mark],
    scope: &Scope,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    if !properties.contains_key(property(scope)) {
        return Ok(properties.clone());
    }
    check(marks, scope)?;
    let not_marked = |place: String, mark: &Mark| MarkError::NotMarked {
        place,
        mark: format!("`{mark}`"),
    };
    let Some(parts) = parts_of(properties, scope)? else {
        let mut object = object_marks(properties)?;
        if let Some(missing) = marks.iter().find(|mark| !object.contains(mark)) {
            return Err(not_marked(OBJECT.to_owned(), missing));
        }
        object.retain(|mark| !marks.contains(mark));
        return edit(properties, OBJECT, object_value(&object), now);
    };
    let mut granular = Granular::read_to_edit(properties)?;
    for mark in marks {
        for part in &parts {
            if !granular.has(part, |other| other == mark) {
                return Err(not_marked(part.to_string(), mark));
            }
        }
    }
    granular.take_off(&parts, |mark| marks.contains(mark));
    edit(properties, GRANULAR, granular.write()?, now)
}

/// The object without any mark of `kinds` on the object or on the parts.
///
/// What is on other parts stays, also on what the parts are in and on what is in them. An object that has no markings
/// of the scope at all is given back as it is.
///
/// # Errors
/// [`MarkError`] where a selector selects nothing or no version can be made; [`MarkError::NotMarked`] where none of
/// the parts has such a mark.
pub fn clear(
    properties: &Map<String, Value>,
    scope: &Scope,
    kinds: Kinds,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    if !properties.contains_key(property(scope)) {
        return Ok(properties.clone());
    }
    let not_marked = |place: String| MarkError::NotMarked {
        place,
        mark: "anything of that kind".to_owned(),
    };
    let Some(parts) = parts_of(properties, scope)? else {
        let mut object = object_marks(properties)?;
        if !object.iter().any(|mark| kinds.has(mark)) {
            return Err(not_marked(OBJECT.to_owned()));
        }
        object.retain(|mark| !kinds.has(mark));
        return edit(properties, OBJECT, object_value(&object), now);
    };
    let mut granular = Granular::read_to_edit(properties)?;
    if let Some(first) = parts.first()
        && !parts
            .iter()
            .any(|part| granular.has(part, |mark| kinds.has(mark)))
    {
        return Err(not_marked(first.to_string()));
    }
    granular.take_off(&parts, |mark| kinds.has(mark));
    edit(properties, GRANULAR, granular.write()?, now)
}

fn property(scope: &Scope) -> &'static str {
    match scope {
        Scope::Object => OBJECT,
        Scope::Parts(_) => GRANULAR,
    }
}

/// The parts of a scope, each once; none where it is the object.
fn parts_of(
    properties: &Map<String, Value>,
    scope: &Scope,
) -> Result<Option<BTreeSet<Selector>>, MarkError> {
    let Scope::Parts(selectors) = scope else {
        return Ok(None);
    };
    if selectors.is_empty() {
        return Err(MarkError::NoSelector);
    }
    if selectors.len() > MAX_SELECTORS {
        return Err(MarkError::TooMany);
    }
    // §7.2.3.1: selectors refer to what is actually present.
    let nothing = selectors
        .iter()
        .find(|selector| selector.resolve_in(properties).is_none());
    match nothing {
        Some(selector) => Err(MarkError::SelectsNothing(selector.to_string())),
        None => Ok(Some(selectors.iter().cloned().collect())),
    }
}

/// Checks the marks of an edit.
fn check(marks: &[Mark], scope: &Scope) -> Result<(), MarkError> {
    if marks.is_empty() {
        return Err(MarkError::NoMark);
    }
    if marks.len() > MAX_SELECTORS {
        return Err(MarkError::TooMany);
    }
    for mark in marks {
        if !mark.is_well_formed() {
            return Err(MarkError::Mark(mark.to_string()));
        }
        if matches!((mark, scope), (Mark::Language(_), Scope::Object)) {
            return Err(MarkError::LanguageOfObject(mark.to_string()));
        }
    }
    Ok(())
}

/// The markings of the object as a whole, each once.
///
/// A lone identifier is read as a list of one: §3.2 has a list, but who asks must not miss a marking.
fn object_marks(properties: &Map<String, Value>) -> Result<Vec<Mark>, MarkError> {
    let unreadable = || MarkError::Unreadable(ReadMarkingsError::ObjectMarkings);
    let items = match properties.get(OBJECT) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.as_slice(),
        Some(alone) => std::slice::from_ref(alone),
    };
    let mut seen = BTreeSet::new();
    let mut marks = Vec::new();
    for item in items {
        let mark = Mark::Definition(item.as_str().ok_or_else(unreadable)?.to_owned());
        if seen.insert(mark.clone()) {
            marks.push(mark);
        }
    }
    Ok(marks)
}

/// The list of the object's markings, or `null` for none: there are no empty lists (§2.12).
fn object_value(marks: &[Mark]) -> Value {
    if marks.is_empty() {
        Value::Null
    } else {
        marks.iter().map(Mark::as_str).collect()
    }
}

fn edit(
    properties: &Map<String, Value>,
    name: &str,
    value: Value,
    now: Instant,
) -> Result<Map<String, Value>, MarkError> {
    let changes = Map::from_iter([(name.to_owned(), value)]);
    version::edited(properties, &changes, now).map_err(MarkError::Version)
}

const OBJECT: &str = "object_marking_refs";
const GRANULAR: &str = "granular_markings";
