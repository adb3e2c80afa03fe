//! What is to be said of a member of a document. The one place of this program that asks `stix` and `pattern` to
//! validate.

use std::ops::Range;

use base::diagnostic::{Diagnostic, Place};
use serde::Deserialize;
use stix::bundle::Member;
use stix::object::Object;
use stix::validate::{Options, validate, validate_text};

use super::finding::{Finding, Subject};
use crate::place::{self, Spot};
use crate::window::{Located, Window};

/// Everything that is found wrong with one object's text: what it takes to be held, the rules of the standard, and
/// the grammar of an indicator's pattern.
pub(crate) fn findings(text: &str, options: Options) -> (Option<Object>, Vec<Diagnostic>) {
    let (object, raw) = judge(text, options);
    let found = raw.into_iter().map(|one| match one.within {
        Some(Range { start, end }) => Diagnostic {
            message: format!("{} (characters {start}..{end})", one.diagnostic.message),
            ..one.diagnostic
        },
        None => one.diagnostic,
    });
    (object, found.collect())
}

/// What is to be said of a member, each with its place in the document, in the order of the text.
pub(super) fn member(
    member: &Member,
    options: Options,
    keep: impl Fn(&Diagnostic) -> bool,
    window: &mut Window,
) -> (Subject, Vec<Finding>) {
    let (object, mut found) = judge(&member.text, options);
    let subject = subject(member, object.as_ref());
    found.retain(|one| keep(&one.diagnostic));
    if found.is_empty() {
        return (subject, Vec::new());
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
    let findings = placed
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
            }
        })
        .collect();
    (subject, findings)
}

/// What was found of the document itself, outside its members.
pub(super) fn outside(diagnostic: Diagnostic, is_container: bool, window: &mut Window) -> Finding {
    let (located, pointer) = match &diagnostic.place {
        Place::Bytes { start, end } => {
            let offset = |byte: usize| u64::try_from(byte).unwrap_or(u64::MAX);
            (window.locate(offset(*start)..offset(*end)), None)
        }
        // Of several documents in a row nobody knows which one is meant; of one, the head was kept.
        Place::Pointer(pointer) if is_container => {
            (in_head(window.head(), pointer), Some(pointer.clone()))
        }
        Place::Pointer(pointer) => (None, Some(pointer.clone())),
        Place::Whole => (None, None),
    };
    Finding {
        diagnostic,
        pointer,
        located,
    }
}

fn in_head(head: &[u8], pointer: &str) -> Option<Located> {
    let text = String::from_utf8_lossy(head);
    let spot = place::locate(&text, &[pointer]).into_iter().next()?;
    let bytes = spot.name.unwrap_or(spot.value);
    let offset = |byte: usize| u64::try_from(byte).ok();
    Window::over(head).locate(offset(bytes.start)?..offset(bytes.end)?)
}

struct Judged {
    diagnostic: Diagnostic,
    /// The bytes of the string at the place that are meant.
    within: Option<Range<usize>>,
}

impl Judged {
    fn bytes(&self, text: &str, spot: &Spot) -> Range<usize> {
        match &self.diagnostic.place {
            // The whole object is shown by its opening brace.
            Place::Whole => spot.value.start..spot.value.start + 1,
            Place::Bytes { start, end } => *start..*end,
            Place::Pointer(_) => match (&self.within, &spot.name) {
                (Some(within), _) => place::within_string(text, &spot.value, within),
                (None, Some(name)) if ABOUT_NAMES.contains(&self.diagnostic.code) => name.clone(),
                (None, _) => spot.value.clone(),
            },
        }
    }
}

fn judge(text: &str, options: Options) -> (Option<Object>, Vec<Judged>) {
    let plain = |diagnostic| Judged {
        diagnostic,
        within: None,
    };
    let Ok(object) = Object::parse(text) else {
        let found = validate_text(text, &options).into_iter();
        return (None, found.map(without_lines).map(plain).collect());
    };
    let mut found: Vec<Judged> = validate(&object, &options).into_iter().map(plain).collect();
    if object.kind() == "indicator"
        && object.string("pattern_type") == Some("stix")
        && let Some(pattern) = object.string("pattern")
    {
        let read = pattern::parse::read(pattern).diagnostics.into_iter();
        found.extend(
            read.filter(|diagnostic| diagnostic.severity >= options.least)
                .map(|diagnostic| Judged {
                    within: match diagnostic.place {
                        Place::Bytes { start, end } => Some(start..end),
                        Place::Pointer(_) | Place::Whole => None,
                    },
                    diagnostic: Diagnostic {
                        place: Place::Pointer("/pattern".to_owned()),
                        ..diagnostic
                    },
                }),
        );
    }
    (Some(object), found)
}

/// The place of a text that is no JSON is said where it stands, and not as lines of the member besides.
fn without_lines(diagnostic: Diagnostic) -> Diagnostic {
    match (&diagnostic.place, diagnostic.message.rfind(" at line ")) {
        (Place::Bytes { .. }, Some(at)) => Diagnostic {
            message: diagnostic.message.get(..at).unwrap_or_default().to_owned(),
            ..diagnostic
        },
        _ => diagnostic,
    }
}

fn pointer(diagnostic: &Diagnostic) -> &str {
    match &diagnostic.place {
        Place::Pointer(pointer) => pointer,
        Place::Bytes { .. } | Place::Whole => "",
    }
}

/// What people know the member by; one that cannot be held may still say who it is.
fn subject(member: &Member, object: Option<&Object>) -> Subject {
    if let Some(object) = object {
        return Subject {
            index: member.index,
            id: Some(object.id().to_string()),
            kind: Some(object.kind().to_owned()),
            name: object.string("name").map(str::to_owned),
        };
    }
    let head: Head = serde_json::from_str(&member.text).unwrap_or_default();
    let text = |value: Option<serde_json::Value>| Some(value?.as_str()?.to_owned());
    Subject {
        index: member.index,
        id: text(head.id),
        kind: text(head.kind),
        name: text(head.name),
    }
}

#[derive(Debug, Default, Deserialize)]
struct Head {
    id: Option<serde_json::Value>,
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
    name: Option<serde_json::Value>,
}

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
