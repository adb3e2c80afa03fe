//! Findings being collected, and the places they are at.

use base::diagnostic::{Diagnostic, Place};
use base::limits::DIAGNOSTICS_PER_DOCUMENT;

use super::Options;
use super::code::{self, Code};

/// A place in an object, written out only when something is found there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn write(self, pointer: &mut String) {
        match self {
            Path::Root => {}
            Path::Name(above, name) => {
                above.write(pointer);
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Path::Item(above, index) => {
                above.write(pointer);
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
        }
    }

    fn place(self) -> Place {
        let mut pointer = String::new();
        self.write(&mut pointer);
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
}

impl Findings {
    pub(super) fn new(options: Options) -> Self {
        Self {
            found: Vec::new(),
            options,
            more: 0,
        }
    }

    /// Adds a finding at `path`.
    pub(super) fn add(&mut self, code: &'static Code, path: Path<'_>, message: impl Into<String>) {
        self.add_of(code, code.section, path, message, None);
    }

    /// Adds a finding with advice.
    pub(super) fn add_with_help(
        &mut self,
        code: &'static Code,
        path: Path<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add_of(code, code.section, path, message, Some(help.into()));
    }

    /// Adds a finding of a rule that stands in another section than the code's usual one.
    pub(super) fn add_of(
        &mut self,
        code: &'static Code,
        section: &'static str,
        path: Path<'_>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        if code.severity < self.options.least {
            return;
        }
        if self.is_full() {
            self.more += 1;
            return;
        }
        self.found.push(Diagnostic {
            code: code.id,
            severity: code.severity,
            place: path.place(),
            message: message.into(),
            help,
            section: (!section.is_empty()).then_some(section),
        });
    }

    /// Adds a finding made elsewhere.
    pub(super) fn add_made(&mut self, finding: Diagnostic) {
        if finding.severity < self.options.least {
            return;
        }
        if self.is_full() {
            self.more += 1;
        } else {
            self.found.push(finding);
        }
    }

    /// Whether nothing more is kept: the last place is for saying so.
    fn is_full(&self) -> bool {
        self.found.len() + 1 >= DIAGNOSTICS_PER_DOCUMENT
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

/// The first characters of a text from outside, for a message.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
