//! What can go wrong in a use case.

use base::diagnostic::Diagnostic;
use store::error::StoreError;
use thiserror::Error;

use crate::denied::Denied;
use crate::proposal::NEEDS_SECOND;

/// A use case that failed. `Display` is fit for the user; the chain is for the log.
#[derive(Debug, Error)]
pub enum AppError {
    /// What was looked at is not what is there now; one diagnostic for each change.
    #[error("something changed in between: {}", first(.0))]
    Changed(Vec<Diagnostic>),
    /// Something of the kind is there already, or the state does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// The caller's role does not allow it, and others do.
    #[error("{0}")]
    Denied(Box<Denied>),
    /// The caller may not, or the source is blocked.
    #[error("your role does not allow this")]
    Forbidden,
    /// What was given cannot be used; one diagnostic for each problem.
    #[error("what was given cannot be used: {}", first(.0))]
    Invalid(Vec<Diagnostic>),
    /// There is no such thing for this caller.
    #[error("there is no such thing, or you may not see it")]
    NotFound,
    /// The node has not been set up.
    #[error("this node is not set up yet: run `noroshi serve` once")]
    NotSetUp,
    /// The store failed.
    #[error("the node's database failed")]
    Store(#[source] StoreError),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists { what } => Self::Conflict(format!("{what} is there already")),
            StoreError::Excessive { what } => Self::Conflict(format!("there are too many {what}")),
            other => Self::Store(other),
        }
    }
}

impl AppError {
    /// A stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed(_) => "changed",
            Self::Conflict(_) => "conflict",
            Self::Denied(_) | Self::Forbidden => "forbidden",
            Self::Invalid(_) => "invalid",
            Self::NotFound => "not-found",
            Self::NotSetUp => "not-set-up",
            Self::Store(_) => "store-failed",
        }
    }

    /// Whether the node could do what was asked, and its rules or its state refuse it.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Changed(_) | Self::Conflict(_) | Self::Denied(_) | Self::Forbidden => true,
            Self::Invalid(diagnostics) => diagnostics.iter().any(|one| one.code == NEEDS_SECOND),
            Self::NotFound | Self::NotSetUp | Self::Store(_) => false,
        }
    }

    /// The diagnostics, where there are any.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Changed(diagnostics) | Self::Invalid(diagnostics) => diagnostics,
            _ => &[],
        }
    }

    pub(crate) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Diagnostic::error(
            code,
            base::diagnostic::Place::Whole,
            message,
        )])
    }

    pub(crate) fn invalid_with(
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let place = base::diagnostic::Place::Whole;
        Self::Invalid(vec![
            Diagnostic::error(code, place, message).with_help(help),
        ])
    }
}

fn first(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .first()
        .map(|one| one.message.clone())
        .unwrap_or_default()
}
