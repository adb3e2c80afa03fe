//! What is matched against: observations, out of `observed-data` (STIX 2.1 §4.14) or built by whoever has telemetry.
//!
//! `object_refs` names objects of the same document, and references between objects resolve only to those that
//! are named (§9.7.4); the deprecated `objects` holds them by local keys. The glossary of §9 says that an
//! `observed-data` is `number_observed` observations, at times between `first_observed` and `last_observed` that are
//! not known: so one may take several places of REPEATS, AND and FOLLOWEDBY, and a condition on times holds when
//! there are times for which it does.

use std::collections::HashMap;
use std::num::NonZeroU32;

use base::diagnostic::{Diagnostic, Place};
use base::limits::{DIAGNOSTICS_PER_DOCUMENT, REFERENCES_PER_OBJECT};

use crate::matcher::code;
use crate::matcher::instant::Instant;
use crate::matcher::value::{Scalar, Value};

/// Something that was observed: objects that were seen together.
#[derive(Debug, Clone)]
pub struct Observation<'a, V> {
    id: &'a str,
    span: Occurrence,
    objects: Vec<Object<'a, V>>,
    /// Places in `objects`, in the order of their ids.
    by_id: Vec<usize>,
}

/// When something was observed, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    first: Instant,
    last: Instant,
    number: NonZeroU32,
}

/// One object of an observation.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a, V> {
    /// The id, or the key in the deprecated `objects`.
    pub id: &'a str,
    /// The type.
    pub object_type: &'a str,
    /// The object itself.
    pub value: V,
}

/// The observations of a document, and what is wrong with those that are not among them.
#[derive(Debug, Clone)]
pub struct Reading<'a, V> {
    /// The usable ones, in the order of the document.
    pub observations: Vec<Observation<'a, V>>,
    /// What was found wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Occurrence {
    /// Something seen once at a known time.
    pub fn at(time: Instant) -> Self {
        Self {
            first: time,
            last: time,
            number: NonZeroU32::MIN,
        }
    }

    /// Something seen `number` times between two times; none where they are in the wrong order.
    pub fn between(first: Instant, last: Instant, number: NonZeroU32) -> Option<Self> {
        (first <= last).then_some(Self {
            first,
            last,
            number,
        })
    }

    /// The earliest time at which it may have happened.
    pub fn first(&self) -> Instant {
        self.first
    }

    /// The latest time at which it may have happened.
    pub fn last(&self) -> Instant {
        self.last
    }

    /// How often it happened.
    pub fn number(&self) -> NonZeroU32 {
        self.number
    }
}

impl<'a, V: Value<'a>> Observation<'a, V> {
    /// The observation of `objects`; of several with one id, the last is what references resolve to.
    pub fn new(id: &'a str, span: Occurrence, objects: Vec<Object<'a, V>>) -> Self {
        let mut by_id: Vec<usize> = (0..objects.len()).collect();
        by_id.sort_by_key(|&place| objects.get(place).map(|object| object.id));
        Self {
            id,
            span,
            objects,
            by_id,
        }
    }

    /// The id of the `observed-data`, or what its maker calls it.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// When, and how often.
    pub fn occurrence(&self) -> Occurrence {
        self.span
    }

    /// The objects.
    pub fn objects(&self) -> &[Object<'a, V>] {
        &self.objects
    }

    /// The object that a reference names, if it is part of the observation (§9.7.4).
    pub fn resolve(&self, id: &str) -> Option<V> {
        let after = self.by_id.partition_point(|&place| {
            self.objects
                .get(place)
                .is_some_and(|object| object.id <= id)
        });
        let place = *self.by_id.get(after.checked_sub(1)?)?;
        let object = self.objects.get(place)?;
        (object.id == id).then_some(object.value)
    }
}

/// Reads the observations of a document: a bundle, an object, or a list of bundles and objects.
///
/// ```
/// let bundle = serde_json::json!({ "type": "bundle", "objects": [
///     { "type": "observed-data", "id": "observed-data--0eae5c46-70ee-4bee-8d3d-48aa8cb610a4",
///       "first_observed": "2026-01-15T09:00:00Z", "last_observed": "2026-01-15T09:00:00Z",
///       "number_observed": 1, "object_refs": ["file--d4a7a685-e929-5eec-a746-4196e447d33d"] },
///     { "type": "file", "id": "file--d4a7a685-e929-5eec-a746-4196e447d33d", "name": "foo.dll" },
/// ]});
/// let reading = pattern::matcher::observation::read(&bundle);
/// assert!(reading.diagnostics.is_empty());
/// assert_eq!(reading.observations[0].objects()[0].object_type, "file");
/// ```
pub fn read<'a, V: Value<'a>>(document: V) -> Reading<'a, V> {
    let mut objects: Vec<(String, V)> = Vec::new();
    let mut diagnostics = Vec::new();
    collect(document, "", &mut objects);
    if objects.is_empty() {
        let bundle = document.member("type").and_then(Value::text) == Some("bundle");
        let list = document.scalar().is_none() && document.member("type").is_none();
        if !bundle && !list {
            let message = "this is neither a bundle nor an object nor a list of objects";
            diagnostics.push(Diagnostic::error(code::NOT_OBJECTS, Place::Whole, message));
        }
    }
    let by_id: HashMap<&str, V> = objects
        .iter()
        .filter_map(|(_, object)| Some((object.member("id")?.text()?, *object)))
        .collect();
    let mut observations = Vec::new();
    for (pointer, object) in &objects {
        if object.member("type").and_then(Value::text) == Some("observed-data") {
            let mut reader = Reader {
                pointer,
                diagnostics: &mut diagnostics,
            };
            observations.extend(reader.observed_data(*object, &by_id));
        }
    }
    Reading {
        observations,
        diagnostics,
    }
}

/// The objects of a document with their places; lists and bundles are opened, one in another at most once.
fn collect<'a, V: Value<'a>>(document: V, pointer: &str, objects: &mut Vec<(String, V)>) {
    let mut open = |value: V, pointer: String| {
        if value.member("type").and_then(Value::text) == Some("bundle") {
            let parts = value.member("objects").map(Value::items);
            for (index, object) in parts.into_iter().flatten().enumerate() {
                objects.push((format!("{pointer}/objects/{index}"), object));
            }
        } else if value.member("type").is_some() {
            objects.push((pointer, value));
        }
    };
    open(document, pointer.to_owned());
    for (index, item) in document.items().enumerate() {
        open(item, format!("{pointer}/{index}"));
    }
}

/// An object that says its type.
fn typed<'a, V: Value<'a>>(id: &'a str, value: V) -> Option<Object<'a, V>> {
    let object_type = value.member("type")?.text()?;
    Some(Object {
        id,
        object_type,
        value,
    })
}

struct Reader<'r> {
    pointer: &'r str,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn say(&mut self, finding: impl FnOnce(Place) -> Diagnostic) {
        if self.diagnostics.len() < DIAGNOSTICS_PER_DOCUMENT {
            let place = if self.pointer.is_empty() {
                Place::Whole
            } else {
                Place::Pointer(self.pointer.to_owned())
            };
            self.diagnostics.push(finding(place));
        }
    }

    fn observed_data<'a, V: Value<'a>>(
        &mut self,
        object: V,
        by_id: &HashMap<&str, V>,
    ) -> Option<Observation<'a, V>> {
        let span = self.occurrence(object)?;
        let mut objects = Vec::new();
        let references = object.member("object_refs").map(Value::items);
        let local = object.member("objects").map(Value::members);
        let count = references.into_iter().flatten().count() + local.into_iter().flatten().count();
        if count > REFERENCES_PER_OBJECT {
            self.say(|place| {
                let message =
                    format!("an `observed-data` of more than {REFERENCES_PER_OBJECT} objects");
                Diagnostic::error(code::OBSERVATION_TOO_MANY, place, message)
            });
            return None;
        }
        let references = object.member("object_refs").map(Value::items);
        for reference in references.into_iter().flatten() {
            let id = reference.text();
            let found = id.and_then(|id| Some((id, *by_id.get(id)?)));
            let typed = found.and_then(|(id, value)| typed(id, value));
            if typed.is_none() {
                self.say(|place| {
                    let message = "an object that `object_refs` names is not in this document";
                    Diagnostic::warning(
                        code::OBSERVATION_REFERENCE,
                        place.child("object_refs"),
                        message,
                    )
                    .with_section("STIX 2.1 §9.7.4")
                });
            }
            objects.extend(typed);
        }
        let local = object.member("objects").map(Value::members);
        for (id, value) in local.into_iter().flatten() {
            objects.extend(typed(id, value));
        }
        if objects.is_empty() {
            self.say(|place| {
                let message = "an `observed-data` without any object matches nothing";
                Diagnostic::warning(code::OBSERVATION_OBJECTS, place, message)
                    .with_section("STIX 2.1 §4.14")
            });
        }
        let id = object
            .member("id")
            .and_then(Value::text)
            .unwrap_or_default();
        Some(Observation::new(id, span, objects))
    }

    fn occurrence<'a, V: Value<'a>>(&mut self, object: V) -> Option<Occurrence> {
        let mut broken = false;
        let mut time = |name: &str| {
            let value = object.member(name)?;
            let time = value.text().and_then(Instant::parse);
            broken |= time.is_none();
            time
        };
        let (first, last) = (time("first_observed"), time("last_observed"));
        // STIX 2.1 §4.14 requires both; one alone still says when.
        let (from, to) = (first.or(last), last.or(first));
        let number = match object.member("number_observed").map(Value::scalar) {
            None => Some(NonZeroU32::MIN),
            Some(Some(Scalar::Integer(number))) => {
                u32::try_from(number).ok().and_then(NonZeroU32::new)
            }
            Some(_) => None,
        };
        let (Some(from), Some(to), false) = (from, to, broken) else {
            self.say(|place| {
                let message =
                    "`first_observed` and `last_observed` do not say when this was observed";
                Diagnostic::error(code::OBSERVATION_TIME, place, message)
                    .with_section("STIX 2.1 §4.14")
            });
            return None;
        };
        let Some(number) = number else {
            self.say(|place| {
                let message = "`number_observed` is not a positive integer";
                Diagnostic::error(
                    code::OBSERVATION_NUMBER,
                    place.child("number_observed"),
                    message,
                )
                .with_section("STIX 2.1 §4.14")
            });
            return None;
        };
        let span = Occurrence::between(from, to, number);
        if span.is_none() {
            self.say(|place| {
                let message = "`last_observed` is earlier than `first_observed`";
                Diagnostic::error(
                    code::OBSERVATION_TIME,
                    place.child("last_observed"),
                    message,
                )
                .with_section("STIX 2.1 §4.14")
            });
        }
        span
    }
}
