//! Who is thought to be behind an incident.

use jiff::Timestamp;
use stix::id::Id;
use stix::marking::Tlp;

/// One statement of attribution.
///
/// "Assessed" and "publicly attributed" are two facts: a centre may be nearly sure for years before a government
/// says so. Each has an author, a date and a marking of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Whether somebody assessed it or stated it in public.
    pub kind: AttributionKind,
    /// The actor, as an intrusion set or threat actor.
    pub actor: Id,
    /// The actor's name, for reading.
    pub actor_name: String,
    /// How much trust the author puts in the statement.
    pub confidence: Confidence,
    /// Who says so.
    pub author: String,
    /// When it was said.
    pub stated: Timestamp,
    /// Who may know.
    pub marking: Tlp,
}

/// The kind of an [`Attribution`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributionKind {
    /// An analyst's assessment.
    Assessed,
    /// A public statement.
    Public,
}

impl AttributionKind {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assessed => "assessed",
            Self::Public => "public",
        }
    }

    /// Reads a machine name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Assessed, Self::Public]
            .into_iter()
            .find(|kind| kind.name() == text)
    }
}

/// Confidence as STIX counts it: 0 to 100 (STIX 2.1 §3.2, Appendix A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u8);

impl Confidence {
    /// A confidence from 0 to 100; none above.
    pub fn new(value: u8) -> Option<Self> {
        (value <= 100).then_some(Self(value))
    }

    /// The number.
    pub fn value(self) -> u8 {
        self.0
    }

    /// The word of the None/Low/Med/High scale (STIX 2.1 Appendix A).
    pub fn word(self) -> &'static str {
        match self.0 {
            0 => "none",
            1..=29 => "low",
            30..=69 => "medium",
            _ => "high",
        }
    }

    /// Reads a number or a word of the None/Low/Med/High scale (as 0, 15, 50, 85).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self(0)),
            "low" => Some(Self(15)),
            "medium" | "med" => Some(Self(50)),
            "high" => Some(Self(85)),
            _ => text.parse().ok().and_then(Self::new),
        }
    }
}
