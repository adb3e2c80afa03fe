//! What is said of somebody's document.
//!
//! Reading a document yields diagnostics, many at once; a failing operation yields an error. A
//! [`Diagnostic`] never repeats a secret and never names a Rust type.

use std::fmt;

/// One finding about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, for example `STIX-ID-01`: never reused, documented where it is produced.
    pub code: &'static str,
    /// How serious the finding is.
    pub severity: Severity,
    /// Where in the document.
    pub place: Place,
    /// What was found: lower case, no full stop, the document's words in backticks.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
    /// The rule that is broken, for example `STIX 2.1 §2.9`.
    pub section: Option<&'static str>,
}

/// How serious a finding is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Against a SHOULD of the standard, or likely a slip.
    Warning,
    /// Against a MUST: the document is not valid.
    Error,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// The document as a whole.
    #[default]
    Whole,
    /// A JSON pointer, RFC 6901: `/objects/3/created`.
    Pointer(String),
    /// Bytes `start..end` of the text.
    Bytes {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
}

impl Diagnostic {
    /// An error with neither help nor section yet.
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            message: message.into(),
            help: None,
            section: None,
        }
    }

    /// A warning with neither help nor section yet.
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, message)
        }
    }

    /// A note with neither help nor section yet.
    pub fn note(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, place, message)
        }
    }

    /// The same finding with advice.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// The same finding with the section of the rule.
    #[must_use]
    pub fn with_section(self, section: &'static str) -> Self {
        Self {
            section: Some(section),
            ..self
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        match &self.place {
            Place::Whole => {}
            Place::Pointer(pointer) => write!(f, " at {pointer}")?,
            Place::Bytes { start, end } => write!(f, " at bytes {start}..{end}")?,
        }
        write!(f, ": {}", self.message)?;
        if let Some(section) = self.section {
            write!(f, " ({section})")?;
        }
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl Place {
    /// The place `key` below this one; below bytes or the whole it is a pointer from the root.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        match self {
            Self::Pointer(pointer) => Self::Pointer(format!("{pointer}/{escaped}")),
            Self::Whole | Self::Bytes { .. } => Self::Pointer(format!("/{escaped}")),
        }
    }
}
