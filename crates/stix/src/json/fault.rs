//! Why a text is not JSON as this crate reads it.

use base::diagnostic::{Diagnostic, Place};

/// Why a text is not JSON as this crate reads it, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Fault {
    /// What is wrong.
    pub reason: Reason,
    /// The byte at which it is.
    pub offset: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A control character stands in a string as it is (RFC 8259 §7).
    #[error("a control character stands in a string without an escape")]
    ControlCharacter,
    /// A name stands twice in one object (RFC 8259 §4 leaves its meaning open).
    #[error("the name `{0}` stands twice in one object")]
    DuplicateName(String),
    /// The text ends within the value.
    #[error("the text ends here, within a value")]
    Ended,
    /// `\` and something that is no escape (RFC 8259 §7).
    #[error("there is no such escape in JSON")]
    Escape,
    /// Something else than what must come.
    #[error("{0} belongs here")]
    Expected(&'static str),
    /// A number that is not written as RFC 8259 §6 has it.
    #[error("this is not a number as JSON has them")]
    Number,
    /// A number that no double is near to.
    #[error("the number is beyond the range of doubles")]
    NumberRange,
    /// Half of a surrogate pair alone: no Unicode character (RFC 7493 §2.1).
    #[error("half of a surrogate pair stands alone")]
    Surrogate,
    /// Deeper than [`base::limits::JSON_DEPTH`].
    #[error("nested deeper than {} levels", base::limits::JSON_DEPTH)]
    TooDeep,
    /// The text is longer than the tree can count.
    #[error("the text is too long")]
    TooLong,
    /// Something follows the value.
    #[error("something stands after the value")]
    Trailing,
}

impl Fault {
    /// In a box, so that the readers' answers are small.
    #[cold]
    pub(super) fn boxed(reason: Reason, offset: usize) -> Box<Self> {
        Box::new(Self { reason, offset })
    }

    /// The code of its diagnostic.
    pub fn code(&self) -> &'static str {
        match self.reason {
            Reason::DuplicateName(_) => "STIX-JSON-08",
            Reason::Ended => "STIX-JSON-05",
            Reason::Surrogate => "STIX-JSON-09",
            Reason::NumberRange => "STIX-JSON-10",
            Reason::TooDeep => "STIX-JSON-04",
            Reason::TooLong => "STIX-JSON-03",
            _ => "STIX-JSON-01",
        }
    }

    /// The fault as a finding about the text.
    pub fn diagnostic(&self) -> Diagnostic {
        let place = Place::Bytes {
            start: self.offset,
            end: self.offset,
        };
        let found = Diagnostic::error(self.code(), place, format!("not readable as JSON: {self}"));
        match self.reason {
            Reason::ControlCharacter => found
                .with_section("RFC 8259 §7")
                .with_help("write it as an escape, `\\n` for a line feed"),
            Reason::DuplicateName(_) => found
                .with_section("RFC 8259 §4")
                .with_help("readers differ in which of the two they take: leave one"),
            Reason::Escape => found
                .with_section("RFC 8259 §7")
                .with_help("a backslash is written `\\\\`"),
            Reason::Number => found.with_section("RFC 8259 §6"),
            Reason::NumberRange => found.with_section("STIX 2.1 §2.6"),
            Reason::Surrogate => found
                .with_section("RFC 7493 §2.1")
                .with_help("write the character itself, or both halves"),
            _ => found,
        }
    }
}
