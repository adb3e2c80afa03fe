//! One thing found in a text.

use std::fmt;

use crate::span::Span;

/// Something found in the text, for a person to accept or reject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub kind: CandidateKind,
    /// The value in one spelling: refanged, lower case where case means nothing, an ISO code for a country, the
    /// dictionary's name for an actor, the vocabulary's word for a sector, EDTF (ISO 8601-2) for a date.
    pub value: String,
    /// The text as received at [`Candidate::span`].
    pub surface: String,
    /// Where it stands.
    pub span: Span,
    /// How the value follows from the text.
    pub basis: Basis,
    /// How sure the rule is that this is what it says, 0 to 100; [`DRAFT_CONFIDENCE`] and above go into a draft.
    pub confidence: u8,
    /// Whether it was written defanged.
    pub is_defanged: bool,
    /// What a person should know to judge it.
    pub note: Option<String>,
}

/// The kinds of things that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CandidateKind {
    /// An actor group of the dictionary.
    Actor,
    /// Actors without a name: "suspected Chinese hackers".
    ActorUnnamed,
    /// An autonomous system number, `AS64496`.
    Asn,
    /// A MITRE ATT&CK technique or tactic id.
    AttackTechnique,
    /// A city.
    City,
    /// A country or territory, as noun or adjective.
    Country,
    /// A CVE id.
    Cve,
    /// A date or period.
    Date,
    /// A domain name.
    Domain,
    /// An e-mail address.
    Email,
    /// A file name without a path.
    FileName,
    /// A file system path.
    FilePath,
    /// A set of machines under one control, without a name: "a botnet".
    Infrastructure,
    /// An IPv4 address.
    Ipv4,
    /// An IPv4 network.
    Ipv4Network,
    /// An IPv6 address.
    Ipv6,
    /// An IPv6 network.
    Ipv6Network,
    /// A MAC address.
    Mac,
    /// An MD5 digest.
    Md5,
    /// An organisation.
    Organization,
    /// A person.
    Person,
    /// A Windows registry key.
    RegistryKey,
    /// A sector of STIX's `industry-sector-ov`.
    Sector,
    /// A SHA-1 digest.
    Sha1,
    /// A SHA-256 digest.
    Sha256,
    /// A SHA-512 digest.
    Sha512,
    /// A URL.
    Url,
}

/// How a value follows from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// It stands there.
    Explicit,
    /// It stands there relative to a date outside the text: "last year".
    ExplicitRelative,
    /// It is part of another candidate: the host of a URL.
    Derived,
    /// It is concluded from other words.
    Inferred,
}

/// From this confidence on a candidate goes into a draft.
pub const DRAFT_CONFIDENCE: u8 = 50;

impl CandidateKind {
    /// A stable name for output and storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::ActorUnnamed => "actor-unnamed",
            Self::Asn => "asn",
            Self::AttackTechnique => "attack-technique",
            Self::City => "city",
            Self::Country => "country",
            Self::Cve => "cve",
            Self::Date => "date",
            Self::Domain => "domain",
            Self::Email => "email",
            Self::FileName => "file-name",
            Self::FilePath => "file-path",
            Self::Infrastructure => "infrastructure",
            Self::Ipv4 => "ipv4",
            Self::Ipv4Network => "ipv4-network",
            Self::Ipv6 => "ipv6",
            Self::Ipv6Network => "ipv6-network",
            Self::Mac => "mac",
            Self::Md5 => "md5",
            Self::Organization => "organization",
            Self::Person => "person",
            Self::RegistryKey => "registry-key",
            Self::Sector => "sector",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Url => "url",
        }
    }

    /// Whether the value is something that traffic, logs or files can be searched for.
    pub fn is_observable(self) -> bool {
        matches!(
            self,
            Self::Asn
                | Self::Domain
                | Self::Email
                | Self::FileName
                | Self::FilePath
                | Self::Ipv4
                | Self::Ipv4Network
                | Self::Ipv6
                | Self::Ipv6Network
                | Self::Mac
                | Self::Md5
                | Self::RegistryKey
                | Self::Sha1
                | Self::Sha256
                | Self::Sha512
                | Self::Url
        )
    }
}

impl Basis {
    /// A stable name for output and storage.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::ExplicitRelative => "explicit-relative",
            Self::Derived => "derived",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for CandidateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
