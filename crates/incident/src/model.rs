//! A register entry.

use jiff::Timestamp;
use stix::id::Id;
use stix::marking::Tlp;

use crate::attribution::Attribution;
use crate::classification::Classification;
use crate::sector::Sector;

/// An incident as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The identifier of its STIX object.
    pub id: Id,
    /// The number by which people call it: `2026-0001`.
    pub number: String,
    /// A name that gives nothing away: it goes to everybody who may know of the incident at all.
    pub title: String,
    /// What happened; marked as the victim's.
    pub description: String,
    /// To whom, where it is known.
    pub victim: Option<Victim>,
    /// When it happened.
    pub occurred: Option<Moment>,
    /// When the node learnt of it.
    pub learnt: Timestamp,
    /// When it was entered.
    pub recorded: Timestamp,
    /// What kind of incident it is.
    pub classification: Classification,
    /// How sure it is that it is one (`incident-determination-enum`).
    pub determination: Determination,
    /// How far its handling has come (`incident-investigation-ov`).
    pub status: InvestigationStatus,
    /// Who is thought to be behind it.
    pub attributions: Vec<Attribution>,
    /// Whether the victim consents to its being passed on.
    pub consent: bool,
    /// Who may know of the incident at all.
    pub marking: Tlp,
    /// Who may know the victim, and the description.
    pub victim_marking: Tlp,
}

/// The victim of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Victim {
    /// The identifier of its STIX identity.
    pub identity: Id,
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<Sector>,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// A moment that is known to some precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The first moment that it may mean.
    pub at: Timestamp,
    /// How precise it is.
    pub fidelity: Fidelity,
}

/// Precision of a [`Moment`]: `timestamp-fidelity-enum` of the incident extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fidelity {
    /// Known to the year.
    Year,
    /// Known to the month.
    Month,
    /// Known to the day.
    Day,
    /// Known to the hour.
    Hour,
    /// Known to the minute.
    Minute,
    /// Known to the second.
    Second,
}

impl Fidelity {
    /// The standard's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }

    /// Reads the standard's word.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Year,
            Self::Month,
            Self::Day,
            Self::Hour,
            Self::Minute,
            Self::Second,
        ]
        .into_iter()
        .find(|fidelity| fidelity.name() == text)
    }
}

impl Moment {
    /// Reads `2026`, `2026-01`, `2026-01-12`, or a timestamp in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let (padded, fidelity) = match text.len() {
            4 => (format!("{text}-01-01T00:00:00Z"), Fidelity::Year),
            7 => (format!("{text}-01T00:00:00Z"), Fidelity::Month),
            10 => (format!("{text}T00:00:00Z"), Fidelity::Day),
            _ => (text.to_owned(), Fidelity::Second),
        };
        padded.parse().ok().map(|at| Self { at, fidelity })
    }

    /// The moment as far as it is known: `2026-01`.
    pub fn text(self) -> String {
        let full = self.at.to_string();
        let length = match self.fidelity {
            Fidelity::Year => 4,
            Fidelity::Month => 7,
            Fidelity::Day => 10,
            Fidelity::Hour | Fidelity::Minute | Fidelity::Second => full.len(),
        };
        full.get(..length).unwrap_or(&full).to_owned()
    }
}

/// `incident-determination-enum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Determination {
    /// It was stopped.
    Blocked,
    /// It happened.
    Confirmed,
    /// It was tried and failed.
    FailedAttempt,
    /// It was none.
    FalsePositive,
    /// It is thought to have happened.
    Suspected,
}

impl Determination {
    /// The standard's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Confirmed => "confirmed",
            Self::FailedAttempt => "failed-attempt",
            Self::FalsePositive => "false-positive",
            Self::Suspected => "suspected",
        }
    }

    /// Reads the standard's word.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Blocked,
            Self::Confirmed,
            Self::FailedAttempt,
            Self::FalsePositive,
            Self::Suspected,
        ]
        .into_iter()
        .find(|determination| determination.name() == text)
    }
}

/// `incident-investigation-ov`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvestigationStatus {
    /// Nothing is left to do.
    Closed,
    /// Nobody has begun.
    New,
    /// Somebody is at it.
    Open,
}

impl InvestigationStatus {
    /// The standard's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::New => "new",
            Self::Open => "open",
        }
    }

    /// Reads the standard's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Closed, Self::New, Self::Open]
            .into_iter()
            .find(|status| status.name() == text)
    }
}
