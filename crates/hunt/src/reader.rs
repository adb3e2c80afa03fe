//! Zeek's logs as JSON: lines to events to values seen.
//!
//! Fields that no source names are ignored, broken lines are an answer and never an end. Of a name that stands
//! twice in a line one value counts, not both. A line is looked at until everything is known that is wanted of it,
//! so damage behind that place goes unnoticed, except that a line must end in its brace.

pub mod lines;
mod names;
mod time;

use std::ops::ControlFlow;

use jiff::Timestamp;
use memchr::memmem;

use crate::normal;
use crate::scan::{self, Quoted, Raw};
use crate::seen::{Log, Seen, Value};
use crate::source::{self, Field, Holds, Source};
use names::{Names, PATH, SLOTS, Slot, TIME};

/// Reads lines of Zeek's logs.
#[derive(Debug, Clone)]
pub struct Reader {
    names: Names,
    plans: Vec<Plan>,
    assumed: Option<Log>,
}

/// A line as far as it was needed.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    line: &'a [u8],
    values: [Span; SLOTS],
    plan: &'a Plan,
}

/// Where a value lies in the line, in eight bytes: a whole event stays within a few cache lines.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    /// Length and, in the two lowest bits, what it is.
    length_and_kind: u32,
}

/// Why a line was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unread {
    /// It is a log that is not read, or one that cannot be told.
    OtherLog,
    /// It is not a JSON object.
    Malformed,
    /// It is longer than [`lines::LINE_BYTES`].
    Long,
}

/// Room that is used again from event to event.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    text: String,
    host: String,
    url: String,
}

/// What of a log is wanted.
#[derive(Debug, Clone)]
struct Plan {
    log: Log,
    path: &'static str,
    /// The fields that are wanted, with the slot of each.
    fields: Vec<(Slot, Field)>,
    /// The slots without which reading goes on.
    needed: u32,
    /// The slots that together tell this log.
    telltales: u32,
}

impl Reader {
    /// A reader of all fields that the sources name.
    ///
    /// `assumed` is the log of lines without `_path`; where it is none they are told by their fields.
    pub fn new(assumed: Option<Log>) -> Self {
        Self::wanting(assumed, |_| true)
    }

    /// A reader of those fields for whose content `wanted` says so.
    pub fn wanting(assumed: Option<Log>, wanted: impl Fn(Holds) -> bool) -> Self {
        let names = Names::of(&source::ALL);
        let plans = source::ALL
            .iter()
            .map(|source| Plan::new(source, &names, &wanted))
            .collect();
        Self {
            names,
            plans,
            assumed,
        }
    }

    /// Reads one line, without its line feed.
    ///
    /// # Errors
    /// [`Unread`] says why the line was not read.
    #[inline]
    pub fn read<'a>(&'a self, line: &'a [u8]) -> Result<Event<'a>, Unread> {
        if line.len() > lines::LINE_BYTES {
            return Err(Unread::Long);
        }
        if line.trim_ascii_end().last() != Some(&b'}') {
            return Err(Unread::Malformed);
        }
        let mut values = [Span::NONE; SLOTS];
        let mut have = 0_u32;
        let mut plan = self.assumed.and_then(|log| self.plan(log));
        let mut other = false;
        let scanned = scan::members(line, |name, value, start| {
            let Some(slot) = self.names.slot(name) else {
                return ControlFlow::Continue(());
            };
            if slot == PATH {
                let Some(named) = self.plan_of_path(value) else {
                    other = true;
                    return ControlFlow::Break(());
                };
                plan = Some(named);
            } else if let Some(held) = values.get_mut(usize::from(slot)) {
                *held = Span::of(value, start);
            }
            have |= 1 << slot;
            match plan {
                Some(plan) if plan.needed & !have == 0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        if scanned.is_err() {
            return Err(Unread::Malformed);
        }
        if other {
            return Err(Unread::OtherLog);
        }
        let plan = plan
            .or_else(|| {
                let told = |plan: &&Plan| plan.telltales & !have == 0;
                self.plans.iter().find(told)
            })
            .ok_or(Unread::OtherLog)?;
        Ok(Event { line, values, plan })
    }

    fn plan(&self, log: Log) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.log == log)
    }

    #[inline]
    fn plan_of_path(&self, value: Raw<'_>) -> Option<&Plan> {
        let Raw::String(path) = value else {
            return None;
        };
        let mut scratch = String::new();
        let path = path.text(&mut scratch).ok()?;
        self.plans.iter().find(|plan| plan.path == path)
    }
}

impl Plan {
    fn new(source: &Source, names: &Names, wanted: &impl Fn(Holds) -> bool) -> Self {
        let slot = |name: &str| {
            names.slot(Quoted {
                bytes: name.as_bytes(),
                escaped: false,
            })
        };
        let url_wanted = wanted(Holds::RequestTarget);
        let fields: Vec<(Slot, Field)> = source
            .fields
            .iter()
            .filter(|field| match field.holds {
                // Both are parts of the URL.
                Holds::Host => wanted(Holds::Host) || url_wanted,
                Holds::Port => url_wanted,
                holds => wanted(holds),
            })
            .filter_map(|field| Some((slot(field.name)?, *field)))
            .collect();
        let needed = fields
            .iter()
            .fold(1 << TIME, |mask, (slot, _)| mask | 1 << slot);
        let telltales = source
            .telltales
            .iter()
            .filter_map(|name| slot(name))
            .fold(0, |mask, slot| mask | 1 << slot);
        Self {
            log: source.log,
            path: source.path,
            fields,
            needed,
            telltales,
        }
    }
}

impl<'a> Event<'a> {
    /// The log.
    pub fn log(&self) -> Log {
        self.plan.log
    }

    /// When it happened, where the line says so.
    pub fn at(&self) -> Option<Timestamp> {
        time::read(self.value(TIME)?)
    }

    /// Calls `visit` with each value seen.
    ///
    /// # Errors
    /// [`Unread::Malformed`] where a field that is wanted holds what is not text; what stands before it was visited.
    #[inline]
    pub fn each_seen(
        &self,
        scratch: &mut Scratch,
        mut visit: impl FnMut(&Seen<'_>),
    ) -> Result<(), Unread> {
        for (slot, field) in &self.plan.fields {
            let Some(value) = self.value(*slot) else {
                continue;
            };
            if field.holds == Holds::RequestTarget {
                self.visit_url(value, field, scratch, &mut visit)?;
                continue;
            }
            match value {
                Raw::String(text) => {
                    visit_text(text, field, &mut scratch.text, &mut visit)?;
                }
                Raw::Nested(list) if list.first() == Some(&b'[') => {
                    let mut damaged = Ok(());
                    let walked = scan::strings(list, |item| {
                        let read = visit_text(item, field, &mut scratch.text, &mut visit);
                        if read.is_err() {
                            damaged = read;
                        }
                    });
                    walked.map_err(|_| Unread::Malformed)?;
                    damaged?;
                }
                Raw::Nested(_) | Raw::Scalar(_) => {}
            }
        }
        Ok(())
    }

    /// The value of a field that is wanted, as it stands in the line.
    pub fn field(&self, name: &str) -> Option<Raw<'a>> {
        let (slot, _) = self
            .plan
            .fields
            .iter()
            .find(|(_, field)| field.name == name)?;
        self.value(*slot)
    }

    #[inline]
    fn value(&self, slot: Slot) -> Option<Raw<'a>> {
        self.values.get(usize::from(slot))?.raw(self.line)
    }

    /// Puts the URL together of host, port and target, as `HTTP::build_url_http` does.
    fn visit_url(
        &self,
        target: Raw<'a>,
        field: &Field,
        scratch: &mut Scratch,
        visit: &mut impl FnMut(&Seen<'_>),
    ) -> Result<(), Unread> {
        let Raw::String(target) = target else {
            return Ok(());
        };
        let target = target
            .text(&mut scratch.text)
            .map_err(|_| Unread::Malformed)?;
        let url = if target.starts_with('/') {
            let Some(Raw::String(host)) = self.field("host") else {
                return Ok(());
            };
            let host = host
                .text(&mut scratch.host)
                .map_err(|_| Unread::Malformed)?;
            let url = &mut scratch.url;
            url.clear();
            url.push_str("http://");
            let bare_v6 = !host.starts_with('[') && host.matches(':').nth(1).is_some();
            if bare_v6 {
                url.push('[');
            }
            url.push_str(host);
            if bare_v6 {
                url.push(']');
            }
            let has_port = !bare_v6
                && host
                    .rsplit_once(':')
                    .is_some_and(|(_, port)| !port.contains(']'));
            if !has_port
                && let Some(Raw::Scalar(port)) = self.field("id.resp_p")
                && port != b"80"
                && let Ok(port) = std::str::from_utf8(port)
            {
                url.push(':');
                url.push_str(port);
            }
            url.push_str(target);
            url.as_str()
        } else if memmem::find(target.as_bytes(), b"://").is_some() {
            target
        } else {
            return Ok(());
        };
        visit(&Seen {
            value: Value::Url(url),
            text: url,
            place: field.place,
        });
        Ok(())
    }
}

impl Span {
    const NONE: Self = Self {
        start: u32::MAX,
        length_and_kind: 0,
    };

    /// The place of `value`, whose bytes start at `start`; lines are short enough for that, else it is none.
    #[inline]
    fn of(value: Raw<'_>, start: usize) -> Self {
        let (bytes, kind) = match value {
            Raw::Nested(bytes) => (bytes, 0),
            Raw::Scalar(bytes) => (bytes, 1),
            Raw::String(text) => (text.bytes, 2 + u32::from(text.escaped)),
        };
        match (u32::try_from(start), u32::try_from(bytes.len())) {
            (Ok(start), Ok(length)) => Self {
                start,
                length_and_kind: length << 2 | kind,
            },
            _ => Self::NONE,
        }
    }

    #[inline]
    fn raw(self, line: &[u8]) -> Option<Raw<'_>> {
        let length = (self.length_and_kind >> 2) as usize;
        let bytes = line.get(self.start as usize..)?.get(..length)?;
        Some(match self.length_and_kind & 3 {
            0 => Raw::Nested(bytes),
            1 => Raw::Scalar(bytes),
            kind => Raw::String(Quoted {
                bytes,
                escaped: kind == 3,
            }),
        })
    }
}

#[inline]
fn visit_text(
    text: Quoted<'_>,
    field: &Field,
    scratch: &mut String,
    visit: &mut impl FnMut(&Seen<'_>),
) -> Result<(), Unread> {
    let text = text.text(scratch).map_err(|_| Unread::Malformed)?;
    if let Some(value) = value_of(text, field.holds) {
        visit(&Seen {
            value,
            text,
            place: field.place,
        });
    }
    Ok(())
}

#[inline]
fn value_of(text: &str, holds: Holds) -> Option<Value<'_>> {
    let name_or_address = |text| match normal::address(text) {
        Some(address) => Value::Address(address),
        None => Value::Domain(text),
    };
    Some(match holds {
        Holds::Address => Value::Address(normal::address(text)?),
        Holds::CertificateSha1 => Value::CertificateSha1(text),
        Holds::CertificateSha256 => Value::CertificateSha256(text),
        Holds::Domain => Value::Domain(text),
        Holds::Email => Value::Email(normal::bare_email(text)?),
        Holds::FileMd5 => Value::FileMd5(text),
        Holds::FileName => Value::FileName(text),
        Holds::FileSha1 => Value::FileSha1(text),
        Holds::FileSha256 => Value::FileSha256(text),
        Holds::Host => match normal::address(text) {
            Some(address) => Value::Address(address),
            None => name_or_address(normal::host_of_authority(text)?),
        },
        Holds::NameOrAddress => name_or_address(text),
        Holds::Port | Holds::RequestTarget => return None,
        Holds::Url => Value::Url(text),
        Holds::UserAgent => Value::UserAgent(text),
    })
}

#[cfg(test)]
mod tests;
