//! Findings being collected, and the places they are at.

use std::fmt::{self, Display, Formatter, Write as _};

use base::diagnostic::{Diagnostic, Place, Severity};
use base::limits::DIAGNOSTICS_PER_DOCUMENT;

use super::check::{self, Check, Checks};
use super::code::{self, Code};
use super::{Custom, Options};
use crate::model::Class;

/// A place in an object, written out only when something is found there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// The place as a JSON pointer.
    pub(super) fn pointer(self) -> String {
        let mut pointer = String::with_capacity(POINTER_BYTES);
        self.write(&mut pointer);
        pointer
    }

    fn write(self, pointer: &mut String) {
        match self {
            Path::Root => {}
            Path::Name(above, name) => {
                above.write(pointer);
                pointer.push('/');
                if name.contains(['~', '/']) {
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                } else {
                    pointer.push_str(name);
                }
            }
            Path::Item(above, index) => {
                above.write(pointer);
                pointer.push('/');
                // Writing to a string does not fail.
                let _ = write!(pointer, "{index}");
            }
        }
    }

    fn place(self) -> Place {
        let pointer = self.pointer();
        if pointer.is_empty() {
            Place::Whole
        } else {
            Place::Pointer(pointer)
        }
    }
}

/// Findings up to the limit, in the order found.
#[derive(Debug)]
pub(super) struct Findings {
    found: Vec<Diagnostic>,
    options: Options,
    more: usize,
    /// Whether an error is among those found.
    has_error: bool,
    /// Whether the object that is looked at is an observable.
    in_observable: bool,
}

impl Findings {
    pub(super) fn new(options: Options) -> Self {
        Self {
            found: Vec::new(),
            options,
            more: 0,
            has_error: false,
            in_observable: false,
        }
    }

    /// Adds a finding at `path`.
    pub(super) fn add(&mut self, code: &'static Code, path: Path<'_>, message: impl Display) {
        self.add_of(code, code.section, path, message, None);
    }

    /// Adds a finding with advice.
    pub(super) fn add_with_help(
        &mut self,
        code: &'static Code,
        path: Path<'_>,
        message: impl Display,
        help: impl Display,
    ) {
        self.add_of(code, code.section, path, message, Some(&help));
    }

    /// Adds a finding of a rule that stands in another section than the code's usual one.
    pub(super) fn add_of(
        &mut self,
        code: &'static Code,
        section: &'static str,
        path: Path<'_>,
        message: impl Display,
        help: Option<&dyn Display>,
    ) {
        if !self.wants(code) {
            return;
        }
        self.keep(code.severity, || Diagnostic {
            code: code.id,
            severity: code.severity,
            place: path.place(),
            message: written(&message),
            help: help.map(written),
            section: (!section.is_empty()).then_some(section),
        });
    }

    /// Keeps a finding, or counts it where there are enough.
    fn keep(&mut self, severity: Severity, finding: impl FnOnce() -> Diagnostic) {
        let first_error = severity == Severity::Error && !self.has_error;
        self.has_error |= first_error;
        // The last place is for saying that there is more.
        if self.found.len() + 1 < DIAGNOSTICS_PER_DOCUMENT {
            self.found.push(finding());
            return;
        }
        self.more += 1;
        // INVARIANT: what is not valid has an error among what is said of it, however much is said before.
        if first_error && let Some(last) = self.found.last_mut() {
            *last = finding();
        }
    }

    /// Adds a finding of a check, where that is asked for.
    pub(super) fn advise(
        &mut self,
        check: Check,
        code: &'static Code,
        section: &'static str,
        path: Path<'_>,
        message: impl Display,
    ) {
        if !self.is_off(check) {
            self.add_of(code, section, path, message, None);
        }
    }

    /// Adds a finding about something that is not of the standard and comes without extension: that there is none
    /// (§7.3, §11), or, where that is not asked for, that its name has no prefix of its source.
    pub(super) fn custom(
        &mut self,
        code: &'static Code,
        section: &'static str,
        path: Path<'_>,
        name: &str,
        message: impl Display,
    ) {
        let refusal = match code.id {
            id if id == code::TYPE_CUSTOM.id => {
                Some((self.options.custom_types, &code::TYPE_REFUSED))
            }
            id if id == code::CUSTOM.id => {
                Some((self.options.custom_properties, &code::PROPERTY_REFUSED))
            }
            _ => None,
        };
        // Where it is refused, advice on how to do it well would lead astray.
        if let Some((Custom::Refused, refusal)) = refusal {
            self.add(refusal, path, message);
            return;
        }
        if !self.is_off(check::EXTENSIONS_USE) {
            let help = "define it with an `extension-definition`, or carry it in an extension";
            self.add_of(code, section, path, message, Some(&help));
            return;
        }
        let rest = name
            .strip_prefix("x_")
            .or_else(|| name.strip_prefix("x-"))
            .filter(|rest| !rest.is_empty());
        // `x_`, a source, `_`, a name; an extension by name ends in `-ext` besides.
        let sourced = rest.is_some_and(|rest| {
            let rest = rest.strip_suffix("-ext").unwrap_or(rest);
            let parts = rest.split_once('_').or_else(|| rest.split_once('-'));
            parts.is_some_and(|(source, name)| !source.is_empty() && !name.is_empty())
        });
        if !self.is_off(check::CUSTOM_PREFIX) && !sourced {
            self.add(
                &code::PREFIX,
                path,
                format_args!(
                    "the custom name `{}` does not begin with `x_` or `x-` and its source",
                    shortened(name)
                ),
            );
        } else if !self.is_off(check::CUSTOM_PREFIX_LAX) && rest.is_none() {
            self.add(
                &code::PREFIX,
                path,
                format_args!(
                    "the custom name `{}` does not begin with `x_` or `x-`",
                    shortened(name)
                ),
            );
        }
    }

    /// Whether findings of this code are of use.
    pub(super) fn wants(&self, code: &Code) -> bool {
        self.wants_of(code.id, code.severity)
    }

    fn wants_of(&self, code: &str, severity: Severity) -> bool {
        severity >= self.options.least
            && (severity == Severity::Error
                || self.options.checks == Checks::ALL
                || of_code(code).is_none_or(|check| self.options.checks.has(check)))
    }

    /// Whether a check and a code are asked for.
    pub(super) fn asks(&self, check: Check, code: &Code) -> bool {
        !self.is_off(check) && self.wants(code)
    }

    /// Whether a check is not asked for.
    pub(super) fn is_off(&self, check: Check) -> bool {
        !self.options.checks.has(check)
    }

    /// Notes the class of the object that is looked at from now on.
    pub(super) fn enter(&mut self, class: Class) {
        self.in_observable = class == Class::Observable;
    }

    /// Whether the object that is looked at is an observable.
    pub(super) fn in_observable(&self) -> bool {
        self.in_observable
    }

    /// What the caller asked for.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The findings so far, which are not given again.
    pub(super) fn take(&mut self) -> Vec<Diagnostic> {
        self.has_error = false;
        std::mem::take(&mut self.found)
    }

    /// Adds a finding made elsewhere.
    pub(super) fn add_made(&mut self, finding: Diagnostic) {
        if !self.wants_of(finding.code, finding.severity) {
            return;
        }
        self.keep(finding.severity, || finding);
    }

    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        if self.more > 0 {
            self.found.push(Diagnostic {
                code: code::MORE.id,
                severity: code::MORE.severity,
                place: Place::Whole,
                message: format!("{} more findings are not listed", self.more),
                help: None,
                section: None,
            });
        }
        self.found
    }
}

/// A message in one piece of memory.
fn written(message: &dyn Display) -> String {
    let mut text = String::with_capacity(MESSAGE_BYTES);
    // Writing to a string does not fail.
    let _ = write!(text, "{message}");
    text
}

/// As much as most messages are long, so that they need not be moved while they are written.
const MESSAGE_BYTES: usize = 96;

/// As much as most pointers are long.
const POINTER_BYTES: usize = 64;

/// The check to which all findings of a code belong that is no error.
fn of_code(code: &str) -> Option<Check> {
    Some(match code {
        "STIX-BUNDLE-06" | "STIX-ID-06" => check::UUID,
        "STIX-ID-07" => check::DETERMINISTIC_IDS,
        "STIX-PROP-06" => check::COMMON_PROPERTIES,
        "STIX-HASH-03" => check::HASH_ALGORITHM,
        "STIX-REF-05" => check::REFERENCES,
        "STIX-REF-07" => check::REFERENCE_NAMES,
        "STIX-REL-01" => check::RELATIONSHIP_TYPES,
        "STIX-MARK-06" => check::MARKING_IDENTIFIERS,
        "STIX-EXT-05" => check::UNKNOWN_EXTENSIONS,
        "STIX-EXT-07" => check::EXTENSION_PROPERTIES,
        "STIX-DUP-02" => check::REPEATED,
        _ => return None,
    })
}

/// The first characters of a text from outside, for a message.
pub(super) fn shortened(text: &str) -> Shortened<'_> {
    Shortened(text)
}

/// See [`shortened`]; nothing is copied until it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shortened<'t>(&'t str);

impl Display for Shortened<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(80) {
            None => f.write_str(self.0),
            Some((end, _)) => write!(f, "{}…", self.0.get(..end).unwrap_or_default()),
        }
    }
}
