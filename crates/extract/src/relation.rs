//! What the text says of two things together.

use crate::incident::ActorName;
use crate::span::Span;

/// A statement that connects an actor with something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Who.
    pub actor: ActorName,
    /// In which way.
    pub kind: RelationKind,
    /// With what.
    pub target: Target,
    /// How sure the text is, 0 to 100.
    pub confidence: u8,
    /// The clause that says so.
    pub span: Span,
}

/// How an actor is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// The actor runs the infrastructure.
    Controls,
    /// The actor belongs to a country or works for it.
    OriginatesFrom,
    /// The actor attacks those.
    Targets,
}

/// What an actor is connected with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A country, ISO 3166-1.
    Country(String),
    /// Infrastructure by what the text calls it.
    Infrastructure(String),
    /// A sector of `industry-sector-ov`.
    Sector(String),
}

impl RelationKind {
    /// The relationship type as STIX 2.1 §4.8 has it for intrusion sets; `controls` is §4.17's for threat actors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Controls => "controls",
            Self::OriginatesFrom => "originates-from",
            Self::Targets => "targets",
        }
    }
}

impl Target {
    /// The value.
    pub fn value(&self) -> &str {
        match self {
            Self::Country(value) | Self::Infrastructure(value) | Self::Sector(value) => value,
        }
    }
}
