//! A finding with its place in the document, and whom it is about.

use std::borrow::Cow;

use base::diagnostic::{Diagnostic, Severity};

use crate::window::Located;

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was found.
    pub(crate) diagnostic: Diagnostic,
    /// JSON pointer within the object, or within the document where it is about no object.
    pub(crate) pointer: Option<String>,
    /// Members before the one it is about, where that one has gone by and its group is none of it.
    pub(crate) member: Option<u64>,
    /// Where in the text, as far as it could be told.
    pub(crate) located: Option<Located>,
}

impl Finding {
    /// Where it is, for reports that name a member that has gone by in no other way: then the JSON pointer is that
    /// within the document.
    pub(crate) fn full_pointer(&self) -> Cow<'_, str> {
        let pointer = self.pointer.as_deref().unwrap_or_default();
        match self.member {
            Some(index) => Cow::Owned(format!("/objects/{index}{pointer}")),
            None => Cow::Borrowed(pointer),
        }
    }
}

/// A member of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Members before it.
    pub(crate) index: u64,
    /// Its identifier.
    pub(crate) id: Option<String>,
    /// Its type.
    pub(crate) kind: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
}

/// What was found of one member, or of the document.
#[derive(Debug)]
pub(crate) struct Group<'f> {
    /// What people call the document.
    pub(crate) file: &'f str,
    /// The member; none for the document itself.
    pub(crate) subject: Option<&'f Subject>,
    /// The findings that are to be shown.
    pub(crate) findings: &'f [Finding],
}

/// How binding the rule is, in the words of RFC 2119 as the standard uses them.
pub(crate) fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "must",
        Severity::Note => "suggestion",
        Severity::Warning => "should",
    }
}

/// What came of all documents.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// Documents that were read, to the end or not.
    pub(crate) files: u64,
    /// Documents that could not be read, with the reason.
    pub(crate) unread: Vec<(String, String)>,
    /// What of folders was not looked into.
    pub(crate) skipped: Vec<String>,
    /// Members.
    pub(crate) objects: u64,
    /// Findings against a MUST.
    pub(crate) errors: u64,
    /// Findings against a SHOULD.
    pub(crate) warnings: u64,
    /// Suggestions.
    pub(crate) notes: u64,
    /// Findings that were counted and not shown.
    pub(crate) not_shown: u64,
    /// Members by type.
    pub(crate) kinds: std::collections::BTreeMap<String, u64>,
    /// How long it took.
    pub(crate) time: std::time::Duration,
    /// Whether everything is valid.
    pub(crate) valid: bool,
}

impl Summary {
    /// Counts a finding.
    pub(crate) fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Note => self.notes += 1,
            Severity::Warning => self.warnings += 1,
        }
    }
}
