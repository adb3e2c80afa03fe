//! Findings about one pattern, of which there is a limited number.

use base::diagnostic::{Diagnostic, Severity};
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

    /// The findings in the order of being found.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
