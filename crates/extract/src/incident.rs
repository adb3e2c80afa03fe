//! What the text says happened to whom.

use crate::span::Span;
use crate::when::When;

/// An incident as the text tells it, to be registered by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What happened.
    pub kind: IncidentKind,
    /// To whom.
    pub victim: Victim,
    /// When, as stated: it may be the day of the report and not of the attack.
    pub when: Option<When>,
    /// Where the time stands.
    pub when_span: Option<Span>,
    /// Who is said to have done it, only where the text says so of this incident.
    pub attribution: Option<Attribution>,
    /// Words that weaken the statement: "reportedly", "allegedly".
    pub hedges: Vec<String>,
    /// How sure the rule is that the text says this, 0 to 100.
    pub confidence: u8,
    /// The sentence that says so first.
    pub span: Span,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentKind {
    /// An attack of a kind that is not said.
    Attack,
    /// A denial of service.
    DenialOfService,
    /// Somebody got in.
    Intrusion,
    /// Ransomware.
    Ransomware,
    /// Somebody was a target; whether anything happened is not said.
    Targeting,
}

/// Whom it happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// The name; where the text gives none, what it calls the victim: "Japan's cybersecurity agency".
    pub name: String,
    /// Where the name stands first.
    pub span: Span,
    /// The country, ISO 3166-1, where the text says it.
    pub country: Option<String>,
    /// Sectors of `industry-sector-ov` that the text or the dictionary gives.
    pub sectors: Vec<String>,
}

/// Who is said to have done something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Who.
    pub actor: ActorName,
    /// How sure the text is, 0 to 100: 85 for high, 60 for moderate, 30 for low confidence (the words of ICD 203);
    /// 40 for a suspicion or a report of others; 70 where it is plainly stated.
    pub confidence: u8,
    /// The words that say how sure: "moderate confidence", "suspected".
    pub hedge: Option<String>,
    /// Where the actor stands.
    pub span: Span,
}

/// An actor of the dictionary, or one without a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActorName {
    /// The dictionary's name.
    Known(String),
    /// What the text calls them, and the country it connects them with.
    Unnamed {
        /// "Chinese hackers".
        words: String,
        /// ISO 3166-1.
        country: Option<String>,
    },
}

impl IncidentKind {
    /// A stable name for output and storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attack => "cyberattack",
            Self::DenialOfService => "denial-of-service",
            Self::Intrusion => "intrusion",
            Self::Ransomware => "ransomware",
            Self::Targeting => "targeting",
        }
    }
}

impl ActorName {
    /// What to call the actor.
    pub fn label(&self) -> String {
        match self {
            Self::Known(name) => name.clone(),
            Self::Unnamed { words, .. } => format!("{words} (unnamed)"),
        }
    }
}
