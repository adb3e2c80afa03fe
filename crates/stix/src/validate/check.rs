//! The recommendations that can be asked for and left out one by one.
//!
//! What the standard demands (MUST) is always checked. What it recommends (SHOULD) belongs to a [`Check`], whose
//! number and name are those under which `stix2-validator` has it, so that a list of checks works with both; numbers
//! from 500 on are ours. The groups `format-checks` (1), `approved-values` (2), `all-vocabs` (210) and
//! `all-external-sources` (270) stand for their members.
//!
//! ```
//! use stix::validate::check::Checks;
//!
//! let checks = Checks::ALL.without("all-vocabs").unwrap();
//! assert!(!checks.has_named("region") && checks.has_named("mime-type"));
//! assert!(Checks::ALL.without("vocabs").is_err());
//! ```

use thiserror::Error;

/// A recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    bit: u8,
    /// Its number.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// What it looks at.
    pub meaning: &'static str,
}

/// A set of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks(u64);

/// A check that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no check `{0}`")]
pub struct UnknownCheck(pub String);

macro_rules! checks {
    ($($bit:literal $constant:ident = $number:literal, $name:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: Check = Check {
                bit: $bit,
                number: $number,
                name: $name,
                meaning: $meaning,
            };
        )*

        /// All checks, by number.
        pub const LIST: &[Check] = &[$($constant),*];
    };
}

checks! {
    0 CUSTOM_PREFIX = 101, "custom-prefix", "custom names begin with `x_` and their source";
    1 CUSTOM_PREFIX_LAX = 102, "custom-prefix-lax", "custom names begin with `x_`";
    2 UUID = 103, "uuid-check", "identifiers have UUIDs of the recommended version";
    3 OPEN_VOCABULARY_FORMAT = 111, "open-vocab-format", "terms of open vocabularies are in lower case with hyphens";
    4 KILL_CHAIN_NAMES = 121, "kill-chain-names", "kill chains and phases are in lower case with hyphens";
    5 OBSERVABLE_OBJECT_KEYS = 141, "observable-object-keys", "keys of the deprecated `objects` are numbers";
    6 DICTIONARY_KEYS = 142, "observable-dictionary-keys", "keys of dictionaries of observables are in lower case";
    7 ANALYSIS_PRODUCT = 143, "malware-analysis-product", "products of malware analyses are in lower case with hyphens";
    8 PRIORITY = 149, "windows-process-priority-format", "the priority of a Windows process ends in `_CLASS`";
    9 HASH_LENGTH = 150, "hash-length", "names of hash algorithms are not too long";
    10 MARKING_TYPE = 201, "marking-definition-type", "`definition_type` is `statement` or `tlp`";
    11 RELATIONSHIP_TYPES = 202, "relationship-types", "relationships are those that the standard describes";
    12 DUPLICATE_IDS = 203, "duplicate-ids", "a version stands once in a document";
    13 ATTACK_MOTIVATION = 211, "attack-motivation", "`attack-motivation-ov`";
    14 ATTACK_RESOURCE_LEVEL = 212, "attack-resource-level", "`attack-resource-level-ov`";
    15 IDENTITY_CLASS = 213, "identity-class", "`identity-class-ov`";
    16 INDICATOR_TYPES = 214, "indicator-types", "`indicator-type-ov`";
    17 INDUSTRY_SECTOR = 215, "industry-sector", "`industry-sector-ov`";
    18 MALWARE_TYPES = 216, "malware-types", "`malware-type-ov`";
    19 REPORT_TYPES = 218, "report-types", "`report-type-ov`";
    20 THREAT_ACTOR_TYPES = 219, "threat-actor-types", "`threat-actor-type-ov`";
    21 THREAT_ACTOR_ROLE = 220, "threat-actor-role", "`threat-actor-role-ov`";
    22 THREAT_ACTOR_SOPHISTICATION = 221, "threat-actor-sophistication", "`threat-actor-sophistication-ov`";
    23 TOOL_TYPES = 222, "tool-types", "`tool-type-ov`";
    24 REGION = 223, "region", "`region-ov`";
    25 GROUPING_CONTEXT = 225, "grouping-context", "`grouping-context-ov`";
    26 IMPLEMENTATION_LANGUAGES = 226, "implementation-languages", "`implementation-language-ov`";
    27 INFRASTRUCTURE_TYPES = 227, "infrastructure-types", "`infrastructure-type-ov`";
    28 MALWARE_CAPABILITIES = 228, "malware-capabilities", "`malware-capabilities-ov`";
    29 PROCESSOR_ARCHITECTURE = 230, "processor-architecture", "`processor-architecture-ov`";
    30 MALWARE_RESULT = 231, "malware-result", "`malware-result-ov`";
    31 HASH_ALGORITHM = 241, "hash-algo", "`hash-algorithm-ov`";
    32 PE_BINARY_TYPE = 243, "windows-pebinary-type", "`windows-pebinary-type-ov`";
    33 ACCOUNT_TYPE = 244, "account-type", "`account-type-ov`";
    34 PATTERN_TYPES = 245, "indicator-pattern-types", "`pattern-type-ov`";
    35 MEDIA_TYPE = 271, "mime-type", "media types are of IANA's registry";
    36 PROTOCOLS = 272, "protocols", "protocols are of IANA's registry, in lower case";
    37 IPFIX = 273, "ipfix", "keys of `ipfix` are information elements of IPFIX";
    38 HTTP_HEADERS = 274, "http-request-headers", "names of HTTP request headers have their form";
    39 SOCKET_OPTIONS = 275, "socket-options", "socket options have the prefix of their level";
    40 PDF_INFORMATION = 276, "pdf-doc-info", "keys of `document_info_dict` are those of PDF";
    41 COUNTRIES = 277, "countries", "countries are codes of ISO 3166-1";
    42 PORTS = 301, "network-traffic-ports", "network traffic has both ports";
    43 REFERENCE_HASHES = 302, "extref-hashes", "an external reference with a URL has hashes";
    44 INDICATOR_PROPERTIES = 303, "indicator-properties", "an indicator has name and description";
    45 DEPRECATED = 304, "deprecated-properties", "no deprecated property is used";
    46 EXTENSION_DESCRIPTION = 305, "extension-description", "an extension definition has a description";
    47 EXTENSION_PROPERTIES = 306, "extension-properties", "a top-level extension lists its properties";
    48 EXTENSIONS_USE = 401, "extensions-use", "what is custom is defined by an extension";
    49 INCIDENT_VOCABULARIES = 501, "incident-vocabularies", "open vocabularies of the Incident Core Extension";
    50 DETERMINISTIC_IDS = 502, "deterministic-ids", "a version 5 identifier is the one that follows from the properties";
    51 MARKING_IDENTIFIERS = 503, "marking-identifiers", "nothing else bears the identifier of a TLP marking";
    52 REFERENCE_NAMES = 504, "reference-names", "what is named like a reference is one";
    53 COMMON_PROPERTIES = 505, "common-properties", "no common property stands where it does not apply";
    54 URLS = 506, "urls", "URLs are of RFC 3986 where the standard does not demand it";
    55 REPEATED = 507, "repeated-objects", "no object stands twice in a document with the same content";
    56 REFERENCES = 508, "open-references", "what is referred to is in the document";
    57 UNKNOWN_EXTENSIONS = 509, "unknown-extensions", "extensions are known here";
    58 PATTERNS = 510, "pattern-advice", "patterns are written as the standard has them and name properties that exist";
}

impl Checks {
    /// All checks.
    pub const ALL: Self = Self(u64::MAX);

    /// The checks that `stix2-validator` has too: those with numbers below 500.
    pub const SHARED: Self = Self((1 << INCIDENT_VOCABULARIES.bit) - 1);

    /// No check: what the standard demands only.
    pub const NONE: Self = Self(0);

    /// Whether the check is in the set.
    pub fn has(self, check: Check) -> bool {
        self.0 & (1 << check.bit) != 0
    }

    /// Whether the set has the check of that name or number; of a group, any of it. False for what does not exist.
    pub fn has_named(self, name: &str) -> bool {
        named(name).is_ok_and(|checks| self.0 & checks.0 != 0)
    }

    /// The set with a check or group of checks, by name or number.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn with(self, name: &str) -> Result<Self, UnknownCheck> {
        Ok(Self(self.0 | named(name)?.0))
    }

    /// The set without a check or group of checks, by name or number.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn without(self, name: &str) -> Result<Self, UnknownCheck> {
        Ok(Self(self.0 & !named(name)?.0))
    }
}

/// The checks that a name or number stands for.
fn named(name: &str) -> Result<Checks, UnknownCheck> {
    let name = name.trim();
    let number = name.parse::<u16>().ok();
    let group = match (name, number) {
        ("format-checks", _) | (_, Some(1)) => Some(100..200),
        ("approved-values", _) | (_, Some(2)) => Some(200..300),
        ("all-vocabs", _) | (_, Some(210)) => Some(211..250),
        ("all-external-sources", _) | (_, Some(270)) => Some(271..280),
        _ => None,
    };
    let bits = LIST
        .iter()
        .filter(|check| {
            group
                .as_ref()
                .is_some_and(|group| group.contains(&check.number))
                || check.name == name
                || Some(check.number) == number
        })
        .fold(0, |bits, check| bits | 1 << check.bit);
    if bits == 0 {
        Err(UnknownCheck(name.chars().take(80).collect()))
    } else {
        Ok(Checks(bits))
    }
}

/// The check to which a vocabulary belongs.
pub(super) fn of_vocabulary(name: &str) -> Check {
    match name {
        "account-type-ov" => ACCOUNT_TYPE,
        "attack-motivation-ov" => ATTACK_MOTIVATION,
        "attack-resource-level-ov" => ATTACK_RESOURCE_LEVEL,
        "grouping-context-ov" => GROUPING_CONTEXT,
        "hash-algorithm-ov" => HASH_ALGORITHM,
        "identity-class-ov" => IDENTITY_CLASS,
        "implementation-language-ov" => IMPLEMENTATION_LANGUAGES,
        "indicator-type-ov" => INDICATOR_TYPES,
        "industry-sector-ov" => INDUSTRY_SECTOR,
        "infrastructure-type-ov" => INFRASTRUCTURE_TYPES,
        "malware-capabilities-ov" => MALWARE_CAPABILITIES,
        "malware-result-ov" => MALWARE_RESULT,
        "malware-type-ov" => MALWARE_TYPES,
        "pattern-type-ov" => PATTERN_TYPES,
        "processor-architecture-ov" => PROCESSOR_ARCHITECTURE,
        "region-ov" => REGION,
        "report-type-ov" => REPORT_TYPES,
        "threat-actor-role-ov" => THREAT_ACTOR_ROLE,
        "threat-actor-sophistication-ov" => THREAT_ACTOR_SOPHISTICATION,
        "threat-actor-type-ov" => THREAT_ACTOR_TYPES,
        "tool-type-ov" => TOOL_TYPES,
        "windows-pebinary-type-ov" => PE_BINARY_TYPE,
        _ => INCIDENT_VOCABULARIES,
    }
}
