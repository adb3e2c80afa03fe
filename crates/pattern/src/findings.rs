//! Findings about one pattern, of which there is a limited number.

use base::diagnostic::{Diagnostic, Place, Severity};
use base::limits::DIAGNOSTICS_PER_DOCUMENT;

/// Findings, at most [`DIAGNOSTICS_PER_DOCUMENT`].
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Diagnostic>,
    error: bool,
}

impl Findings {
    /// Adds a finding, or drops it when there are enough.
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        self.error |= finding.severity == Severity::Error;
        if self.list.len() < DIAGNOSTICS_PER_DOCUMENT {
            self.list.push(finding);
        } else if finding.severity == Severity::Error
            && let Some(last) = self.list.last_mut()
        {
            // INVARIANT: whoever is told that a pattern is not valid is told of an error.
            *last = finding;
        }
    }

    /// Whether one of the findings, kept or dropped, is an error.
    pub(crate) fn error(&self) -> bool {
        self.error
    }

    /// The findings in the order of the text.
    #[inline]
    pub(crate) fn into_list(mut self) -> Vec<Diagnostic> {
        if self.list.len() > 1 {
            self.sort();
        }
        self.list
    }

    fn sort(&mut self) {
        self.list.sort_by_key(|finding| match finding.place {
            Place::Bytes { start, .. } => start,
            Place::Whole | Place::Pointer(_) => 0,
        });
    }
}
