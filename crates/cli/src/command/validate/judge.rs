//! What is to be said of a document. The one place of this program that asks `stix` and `pattern` to validate.

use std::borrow::Cow;
use std::ops::Range;

use base::diagnostic::{Diagnostic, Place, Severity};
use serde::Deserialize;
use serde_json::value::RawValue;
use stix::bundle::{Member, Passing};
use stix::json::tree::{Tree, Value};
use stix::object::Object;
use stix::validate::check::PATTERNS;
use stix::validate::{Options, Validator, validate_text};

use super::finding::{Finding, Subject};
use crate::place::{self, Spot};
use crate::window::{Located, Position, Window};

/// Everything that is found wrong with one object's text.
pub(crate) fn findings(text: &str, options: Options) -> (Option<Object>, Vec<Diagnostic>) {
    (Object::parse(text).ok(), validate_text(text, &options))
}

/// Everything that is found wrong with a pattern, at its bytes: what makes it none, and at most as a warning what
/// names something that no object has (STIX 2.1 §9.6.1).
pub(crate) fn pattern(text: &str) -> Vec<Diagnostic> {
    let reading = pattern::parse::read(text);
    let mut found = reading.diagnostics;
    if let Some(pattern) = &reading.pattern {
        let types = stix::validate::pattern_advice(pattern).into_iter();
        found.extend(types.map(|one| Diagnostic {
            severity: one.severity.min(Severity::Warning),
            ..one
        }));
    }
    found
}

/// The indicator that a member is, and its pattern; none where it is none with a STIX pattern.
pub(crate) fn pattern_of(member: &Member) -> Option<(Subject, String)> {
    let head = Head::read(&member.text);
    let pattern = head.stix_pattern()?.to_owned();
    Some((head.subject(member.index), pattern))
}

/// The bytes of the document that stand for the bytes `inner` of a member's pattern.
pub(crate) fn pattern_place(member: &Member, inner: &Range<usize>) -> Range<u64> {
    let spot = place::locate(&member.text, &["/pattern"])
        .into_iter()
        .next();
    let bytes = spot.map(|spot| place::within_string(&member.text, &spot.value, inner));
    let bytes = bytes.unwrap_or_default();
    let at = |byte: usize| member.offset + u64::try_from(byte).unwrap_or_default();
    at(bytes.start)..at(bytes.end)
}

/// Judges the members of one document, then what they say of each other.
#[derive(Debug)]
pub(super) struct Judge {
    validator: Validator,
    options: Options,
    /// Where members begin, for what can only be said at the end.
    begins: Vec<Begin>,
    /// From where on the validator has counted how many more than there were members.
    ahead: Vec<Ahead>,
}

impl Judge {
    /// A judge of one document.
    pub(super) fn new(options: Options) -> Self {
        Self {
            validator: Validator::new(options),
            options,
            begins: Vec::new(),
            ahead: Vec::new(),
        }
    }

    /// Findings about a member, each with its place in the document, in the order of the text; and findings about
    /// members before it. The tree is the one into which the member was read. What is not `told` has no place.
    pub(super) fn member(
        &mut self,
        member: &Passing<'_>,
        tree: &mut Tree,
        told: bool,
        keep: impl Fn(&Diagnostic) -> bool,
        window: &mut Window,
    ) -> (Subject, Vec<Finding>, Vec<Finding>) {
        let index = self.validator.count();
        self.validator.add_passing(member, tree);
        self.begin(index, member.offset, window);
        self.count(index, member.index);
        let head = Head::of(&member.text, tree);
        let mut found = Vec::new();
        let mut before = Vec::new();
        for diagnostic in self.validator.take() {
            if !keep(&diagnostic) {
                continue;
            }
            match own(diagnostic, index, member.offset) {
                Ok(diagnostic) => found.push(Judged {
                    diagnostic,
                    within: None,
                }),
                Err(other) => before.push(self.elsewhere(other, false, window)),
            }
        }
        if found.iter().any(Judged::is_about_pattern)
            && let Some(pattern) = head.stix_pattern()
        {
            // The same once more, with the bytes that are meant.
            found.retain(|one| !one.is_about_pattern());
            let patterns = pattern_findings(pattern, self.options).into_iter();
            found.extend(patterns.filter(|one| keep(&one.diagnostic)));
        }
        let subject = head.subject(member.index);
        let found = if told {
            placed(member, found, window)
        } else {
            found.into_iter().map(Judged::unplaced).collect()
        };
        (subject, found, before)
    }

    /// Takes note of a member that could not be read.
    pub(super) fn unreadable(
        &mut self,
        diagnostic: Diagnostic,
        window: &mut Window,
    ) -> Vec<Finding> {
        let index = self.validator.count();
        if let Place::Bytes { start, .. } = diagnostic.place {
            self.begin(index, u64::try_from(start).unwrap_or(u64::MAX), window);
        }
        self.validator.add_unreadable(diagnostic);
        let found = self.validator.take().into_iter();
        found
            .map(|one| self.elsewhere(one, false, window))
            .collect()
    }

    /// What is left to say: of the document itself, and of what its members say of each other.
    pub(super) fn finish(
        mut self,
        about_document: &[Diagnostic],
        is_container: bool,
        keep: impl Fn(&Diagnostic) -> bool,
        window: &mut Window,
    ) -> Vec<Finding> {
        let mut validator = std::mem::replace(&mut self.validator, Validator::new(self.options));
        validator.add_findings(about_document);
        let found = validator.finish().into_iter().filter(keep);
        found
            .map(|one| self.elsewhere(one, is_container, window))
            .collect()
    }

    /// Findings of which the text is gone, or which are about no member.
    fn elsewhere(
        &self,
        diagnostic: Diagnostic,
        is_container: bool,
        window: &mut Window,
    ) -> Finding {
        let mut about = None;
        let (located, pointer) = match &diagnostic.place {
            Place::Bytes { start, end } => {
                let offset = |byte: usize| u64::try_from(byte).unwrap_or(u64::MAX);
                (window.locate(offset(*start)..offset(*end)), None)
            }
            Place::Pointer(pointer) => match member_of(pointer) {
                Some((index, below)) => {
                    about = self.members_before(index);
                    let begin = self.begins.get(index);
                    let pointer = about.map_or_else(|| pointer.clone(), |_| below);
                    (begin.map(|begin| begin.located()), Some(pointer))
                }
                // Of several documents in a row nobody knows which one is meant; of one, the head was kept.
                None if is_container => (in_head(window.head(), pointer), Some(pointer.clone())),
                None => (None, Some(pointer.clone())),
            },
            Place::Whole => (None, None),
        };
        Finding {
            diagnostic,
            pointer,
            member: about,
            located,
        }
    }

    /// Takes note that the validator counts as `index` what the reader counts as `member`: the validator counts what
    /// is unreadable between members, too.
    fn count(&mut self, index: usize, member: u64) {
        let ahead = u64::try_from(index)
            .unwrap_or(u64::MAX)
            .saturating_sub(member);
        let last = self.ahead.last().map_or(0, |last| last.count);
        if ahead != last && self.ahead.len() < MAX_AHEAD {
            self.ahead.push(Ahead {
                from: index,
                count: ahead,
            });
        }
    }

    /// Members before the one that the validator counts as `index`, as far as that is known.
    fn members_before(&self, index: usize) -> Option<u64> {
        if self.ahead.len() >= MAX_AHEAD {
            return None;
        }
        let later = self.ahead.partition_point(|ahead| ahead.from <= index);
        let ahead = later.checked_sub(1).and_then(|last| self.ahead.get(last));
        let count = ahead.map_or(0, |ahead| ahead.count);
        u64::try_from(index).ok()?.checked_sub(count)
    }

    fn begin(&mut self, index: usize, offset: u64, window: &mut Window) {
        if self.begins.len() == index
            && index < MAX_BEGINS
            && let Some(position) = window.position(offset)
        {
            self.begins.push(Begin::at(position));
        }
    }
}

/// See [`Judge::members_before`].
#[derive(Debug, Clone, Copy)]
struct Ahead {
    from: usize,
    count: u64,
}

/// Where a member begins, in as few bytes as there may be many of it.
#[derive(Debug, Clone, Copy)]
struct Begin {
    offset: u64,
    line: u32,
    column: u32,
}

impl Begin {
    fn at(position: Position) -> Self {
        Self {
            offset: position.offset,
            line: u32::try_from(position.line).unwrap_or(u32::MAX),
            column: u32::try_from(position.column).unwrap_or(u32::MAX),
        }
    }

    fn located(self) -> Located {
        Located::without_line(self.offset, self.line.into(), self.column.into())
    }
}

/// The finding with its place within the member `index`, which begins at `offset`; the same finding as it is where
/// it is about something else.
fn own(diagnostic: Diagnostic, index: usize, offset: u64) -> Result<Diagnostic, Diagnostic> {
    let place = match &diagnostic.place {
        Place::Pointer(pointer) => match pointer.strip_prefix(&format!("/objects/{index}")) {
            Some("") => Place::Whole,
            Some(below) if below.starts_with('/') => Place::Pointer(below.to_owned()),
            _ => return Err(diagnostic),
        },
        Place::Bytes { start, end } => {
            let base = usize::try_from(offset).unwrap_or(usize::MAX);
            Place::Bytes {
                start: start.saturating_sub(base),
                end: end.saturating_sub(base),
            }
        }
        Place::Whole => return Err(diagnostic),
    };
    Ok(Diagnostic {
        place,
        ..diagnostic
    })
}

/// The member that a pointer into a document leads to, and the pointer within it.
fn member_of(pointer: &str) -> Option<(usize, String)> {
    let rest = pointer.strip_prefix("/objects/")?;
    let (index, below) = match rest.split_once('/') {
        Some((index, below)) => (index, format!("/{below}")),
        None => (rest, String::new()),
    };
    Some((index.parse().ok()?, below))
}

/// Findings about a member, in the order of the text.
fn placed(member: &Passing<'_>, found: Vec<Judged>, window: &mut Window) -> Vec<Finding> {
    if found.is_empty() {
        return Vec::new();
    }
    let pointers: Vec<&str> = found.iter().map(|one| pointer(&one.diagnostic)).collect();
    let spots = place::locate(&member.text, &pointers);
    let mut placed: Vec<(Range<usize>, Judged)> = found
        .into_iter()
        .zip(spots)
        .map(|(one, spot)| (one.bytes(&member.text, &spot), one))
        .collect();
    placed.sort_by_key(|(bytes, _)| bytes.start);
    let at = |byte: usize| member.offset + u64::try_from(byte).unwrap_or_default();
    placed
        .into_iter()
        .map(|(bytes, one)| {
            let pointer = match &one.diagnostic.place {
                Place::Pointer(pointer) => Some(pointer.clone()),
                Place::Whole => Some(String::new()),
                Place::Bytes { .. } => None,
            };
            Finding {
                located: window.locate(at(bytes.start)..at(bytes.end)),
                diagnostic: one.diagnostic,
                pointer,
                member: None,
            }
        })
        .collect()
}

fn in_head(head: &[u8], pointer: &str) -> Option<Located> {
    let text = String::from_utf8_lossy(head);
    let spot = place::locate(&text, &[pointer]).into_iter().next()?;
    let bytes = spot.name.unwrap_or(spot.value);
    let offset = |byte: usize| u64::try_from(byte).ok();
    Window::over(head).locate(offset(bytes.start)?..offset(bytes.end)?)
}

/// What is wrong with an indicator's pattern.
fn pattern_findings(text: &str, options: Options) -> Vec<Judged> {
    let found = pattern(text).into_iter();
    found
        .filter(|diagnostic| {
            diagnostic.severity == Severity::Error
                || (diagnostic.severity >= options.least && options.checks.has(PATTERNS))
        })
        .map(|diagnostic| Judged {
            within: match diagnostic.place {
                Place::Bytes { start, end } => Some(start..end),
                Place::Pointer(_) | Place::Whole => None,
            },
            diagnostic: Diagnostic {
                place: Place::Pointer("/pattern".to_owned()),
                ..diagnostic
            },
        })
        .collect()
}

struct Judged {
    diagnostic: Diagnostic,
    /// The bytes of the string at the place that are meant.
    within: Option<Range<usize>>,
}

impl Judged {
    fn unplaced(self) -> Finding {
        Finding {
            diagnostic: self.diagnostic,
            pointer: None,
            member: None,
            located: None,
        }
    }

    fn is_about_pattern(&self) -> bool {
        self.diagnostic.code.starts_with("PATTERN-") && pointer(&self.diagnostic) == "/pattern"
    }

    fn bytes(&self, text: &str, spot: &Spot) -> Range<usize> {
        match &self.diagnostic.place {
            // The whole object is shown by its opening brace.
            Place::Whole => spot.value.start..spot.value.start + 1,
            Place::Bytes { start, end } if start == end => place::token(text, *start),
            Place::Bytes { start, end } => *start..*end,
            Place::Pointer(_) => match (&self.within, &spot.name) {
                (Some(within), _) => place::within_string(text, &spot.value, within),
                (None, Some(name)) if ABOUT_NAMES.contains(&self.diagnostic.code) => name.clone(),
                (None, _) => spot.value.clone(),
            },
        }
    }
}

fn pointer(diagnostic: &Diagnostic) -> &str {
    match &diagnostic.place {
        Place::Pointer(pointer) => pointer,
        Place::Bytes { .. } | Place::Whole => "",
    }
}

/// As much of an object as it takes to say who it is and to find its pattern.
#[derive(Debug, Default)]
struct Head<'t> {
    id: Option<Cow<'t, str>>,
    kind: Option<Cow<'t, str>>,
    name: Option<Cow<'t, str>>,
    pattern: Option<Cow<'t, str>>,
    pattern_type: Option<Cow<'t, str>>,
}

/// [`Head`] in a text of which there is no tree, because it is too long or something in it is wrong.
#[derive(Debug, Default, Deserialize)]
struct RawHead<'t> {
    #[serde(borrow)]
    id: Option<&'t RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'t RawValue>,
    #[serde(borrow)]
    name: Option<&'t RawValue>,
    #[serde(borrow)]
    pattern: Option<&'t RawValue>,
    #[serde(borrow)]
    pattern_type: Option<&'t RawValue>,
}

impl<'t> Head<'t> {
    /// Takes it out of the tree of a text, or out of the text where the tree is empty.
    fn of(text: &'t str, tree: &'t Tree) -> Self {
        let Some(members) = tree.root(text).members() else {
            return Self::read(text);
        };
        let string = |name: &str| members.get(name).and_then(Value::as_str).map(Cow::Borrowed);
        Self {
            id: string("id"),
            kind: string("type"),
            name: string("name"),
            pattern: string("pattern"),
            pattern_type: string("pattern_type"),
        }
    }

    /// Reads it; of a text that is no JSON it is empty.
    fn read(text: &'t str) -> Self {
        let raw: RawHead<'t> = serde_json::from_str(text).unwrap_or_default();
        let string = |value: Option<&RawValue>| value.and_then(text_of).map(Cow::Owned);
        Self {
            id: string(raw.id),
            kind: string(raw.kind),
            name: string(raw.name),
            pattern: string(raw.pattern),
            pattern_type: string(raw.pattern_type),
        }
    }

    /// Its pattern, where it is an indicator with a STIX pattern.
    fn stix_pattern(&self) -> Option<&str> {
        let is = |value: &Option<Cow<'_, str>>, text: &str| value.as_deref() == Some(text);
        if !is(&self.kind, "indicator") || !is(&self.pattern_type, "stix") {
            return None;
        }
        self.pattern.as_deref()
    }

    fn subject(&self, index: u64) -> Subject {
        let owned = |value: &Option<Cow<'_, str>>| value.as_deref().map(str::to_owned);
        Subject {
            index,
            id: owned(&self.id),
            kind: owned(&self.kind),
            name: owned(&self.name),
        }
    }
}

fn text_of(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Most members whose beginning is kept: sixteen megabytes in all. What is said at the end of later ones has a
/// pointer and no line.
const MAX_BEGINS: usize = 1_000_000;

/// Most unreadable places between members that are kept: beyond them nobody asks which member was the how manieth, and
/// a finding about one that has gone by has a pointer into the document.
const MAX_AHEAD: usize = 100_000;

/// Codes that are about the name of a property and not about its value.
const ABOUT_NAMES: &[&str] = &[
    "STIX-EXT-01",
    "STIX-EXT-04",
    "STIX-HASH-01",
    "STIX-HASH-03",
    "STIX-PROP-03",
    "STIX-PROP-04",
    "STIX-PROP-05",
    "STIX-PROP-06",
    "STIX-PROP-11",
    "STIX-PROP-12",
    "STIX-PROP-13",
];
