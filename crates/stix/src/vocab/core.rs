//! The vocabularies and enumerations of STIX 2.1 §10, with the corrections of Errata 01.

use super::Vocabulary;

/// `account-type-ov`, §10.1.
pub const ACCOUNT_TYPE: Vocabulary = Vocabulary {
    name: "account-type-ov",
    section: "STIX 2.1 §10.1",
    open: true,
    terms: &[
        "facebook",
        "ldap",
        "nis",
        "openid",
        "radius",
        "skype",
        "tacacs",
        "twitter",
        "unix",
        "windows-local",
        "windows-domain",
    ],
};

/// `attack-motivation-ov`, §10.2.
pub const ATTACK_MOTIVATION: Vocabulary = Vocabulary {
    name: "attack-motivation-ov",
    section: "STIX 2.1 §10.2",
    open: true,
    terms: &[
        "accidental",
        "coercion",
        "dominance",
        "ideology",
        "notoriety",
        "organizational-gain",
        "personal-gain",
        "personal-satisfaction",
        "revenge",
        "unpredictable",
    ],
};

/// `attack-resource-level-ov`, §10.3.
pub const ATTACK_RESOURCE_LEVEL: Vocabulary = Vocabulary {
    name: "attack-resource-level-ov",
    section: "STIX 2.1 §10.3",
    open: true,
    terms: &[
        "individual",
        "club",
        "contest",
        "team",
        "organization",
        "government",
    ],
};

/// `encryption-algorithm-enum`, §10.4.
pub const ENCRYPTION_ALGORITHM: Vocabulary = Vocabulary {
    name: "encryption-algorithm-enum",
    section: "STIX 2.1 §10.4",
    open: false,
    terms: &["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"],
};

/// `extension-type-enum`, §10.5.
pub const EXTENSION_TYPE: Vocabulary = Vocabulary {
    name: "extension-type-enum",
    section: "STIX 2.1 §10.5",
    open: false,
    terms: &[
        "new-sdo",
        "new-sco",
        "new-sro",
        "property-extension",
        "toplevel-property-extension",
    ],
};

/// `grouping-context-ov`, §10.6.
pub const GROUPING_CONTEXT: Vocabulary = Vocabulary {
    name: "grouping-context-ov",
    section: "STIX 2.1 §10.6",
    open: true,
    terms: &["suspicious-activity", "malware-analysis", "unspecified"],
};

/// `hash-algorithm-ov`, §10.7.
pub const HASH_ALGORITHM: Vocabulary = Vocabulary {
    name: "hash-algorithm-ov",
    section: "STIX 2.1 §10.7",
    open: true,
    terms: &[
        "MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH",
    ],
};

/// `identity-class-ov`, §10.8.
pub const IDENTITY_CLASS: Vocabulary = Vocabulary {
    name: "identity-class-ov",
    section: "STIX 2.1 §10.8",
    open: true,
    terms: &[
        "individual",
        "group",
        "system",
        "organization",
        "class",
        "unknown",
    ],
};

/// `implementation-language-ov`, §10.9.
pub const IMPLEMENTATION_LANGUAGE: Vocabulary = Vocabulary {
    name: "implementation-language-ov",
    section: "STIX 2.1 §10.9",
    open: true,
    terms: &[
        "applescript",
        "bash",
        "c",
        "c++",
        "go",
        "java",
        "javascript",
        "lua",
        "objective-c",
        "perl",
        "php",
        "powershell",
        "python",
        "ruby",
        "rust",
        "scala",
        "swift",
        "typescript",
        "visual-basic",
        "x86-32",
        "x86-64",
    ],
};

/// `indicator-type-ov`, §10.10.
pub const INDICATOR_TYPE: Vocabulary = Vocabulary {
    name: "indicator-type-ov",
    section: "STIX 2.1 §10.10",
    open: true,
    terms: &[
        "anomalous-activity",
        "anonymization",
        "benign",
        "compromised",
        "malicious-activity",
        "attribution",
        "unknown",
    ],
};

/// `industry-sector-ov`, §10.11.
pub const INDUSTRY_SECTOR: Vocabulary = Vocabulary {
    name: "industry-sector-ov",
    section: "STIX 2.1 §10.11",
    open: true,
    terms: &[
        "agriculture",
        "aerospace",
        "automotive",
        "chemical",
        "commercial",
        "communications",
        "construction",
        "defense",
        "education",
        "energy",
        "entertainment",
        "financial-services",
        "government",
        "emergency-services",
        "government-local",
        "government-national",
        "government-public-services",
        "government-regional",
        "healthcare",
        "hospitality-leisure",
        "infrastructure",
        "dams",
        "nuclear",
        "water",
        "insurance",
        "legal",
        "manufacturing",
        "mining",
        "non-profit",
        "pharmaceuticals",
        "retail",
        "technology",
        "telecommunications",
        "transportation",
        "utilities",
    ],
};

/// `infrastructure-type-ov`, §10.12.
pub const INFRASTRUCTURE_TYPE: Vocabulary = Vocabulary {
    name: "infrastructure-type-ov",
    section: "STIX 2.1 §10.12",
    open: true,
    terms: &[
        "amplification",
        "anonymization",
        "botnet",
        "command-and-control",
        "control-system",
        "exfiltration",
        "firewall",
        "hosting-malware",
        "hosting-target-lists",
        "phishing",
        "reconnaissance",
        "routers-switches",
        "staging",
        "workstation",
        "unknown",
    ],
};

/// `malware-result-ov`, §10.13.
pub const MALWARE_RESULT: Vocabulary = Vocabulary {
    name: "malware-result-ov",
    section: "STIX 2.1 §10.13",
    open: true,
    terms: &["malicious", "suspicious", "benign", "unknown"],
};

/// `malware-capabilities-ov`, §10.14.
pub const MALWARE_CAPABILITIES: Vocabulary = Vocabulary {
    name: "malware-capabilities-ov",
    section: "STIX 2.1 §10.14",
    open: true,
    terms: &[
        "accesses-remote-machines",
        "anti-debugging",
        "anti-disassembly",
        "anti-emulation",
        "anti-memory-forensics",
        "anti-sandbox",
        "anti-vm",
        "captures-input-peripherals",
        "captures-output-peripherals",
        "captures-system-state-data",
        "cleans-traces-of-infection",
        "commits-fraud",
        "communicates-with-c2",
        "compromises-data-availability",
        "compromises-data-integrity",
        "compromises-system-availability",
        "controls-local-machine",
        "degrades-security-software",
        "degrades-system-updates",
        "determines-c2-server",
        "emails-spam",
        "escalates-privileges",
        "evades-av",
        "exfiltrates-data",
        "fingerprints-host",
        "hides-artifacts",
        "hides-executing-code",
        "infects-files",
        "infects-remote-machines",
        "installs-other-components",
        "persists-after-system-reboot",
        "prevents-artifact-access",
        "prevents-artifact-deletion",
        "probes-network-environment",
        "self-modifies",
        "steals-authentication-credentials",
        "violates-system-operational-integrity",
    ],
};

/// `malware-type-ov`, §10.15.
pub const MALWARE_TYPE: Vocabulary = Vocabulary {
    name: "malware-type-ov",
    section: "STIX 2.1 §10.15",
    open: true,
    terms: &[
        "adware",
        "backdoor",
        "bot",
        "bootkit",
        "ddos",
        "downloader",
        "dropper",
        "exploit-kit",
        "keylogger",
        "ransomware",
        "remote-access-trojan",
        "resource-exploitation",
        "rogue-security-software",
        "rootkit",
        "screen-capture",
        "spyware",
        "trojan",
        "unknown",
        "virus",
        "webshell",
        "wiper",
        "worm",
    ],
};

/// `network-socket-address-family-enum`, §10.16.
pub const NETWORK_SOCKET_ADDRESS_FAMILY: Vocabulary = Vocabulary {
    name: "network-socket-address-family-enum",
    section: "STIX 2.1 §10.16",
    open: false,
    terms: &[
        "AF_UNSPEC",
        "AF_INET",
        "AF_IPX",
        "AF_APPLETALK",
        "AF_NETBIOS",
        "AF_INET6",
        "AF_IRDA",
        "AF_BTH",
    ],
};

/// `network-socket-type-enum`, §10.17.
pub const NETWORK_SOCKET_TYPE: Vocabulary = Vocabulary {
    name: "network-socket-type-enum",
    section: "STIX 2.1 §10.17",
    open: false,
    terms: &[
        "SOCK_STREAM",
        "SOCK_DGRAM",
        "SOCK_RAW",
        "SOCK_RDM",
        "SOCK_SEQPACKET",
    ],
};

/// `opinion-enum`, §10.18.
pub const OPINION: Vocabulary = Vocabulary {
    name: "opinion-enum",
    section: "STIX 2.1 §10.18",
    open: false,
    terms: &[
        "strongly-disagree",
        "disagree",
        "neutral",
        "agree",
        "strongly-agree",
    ],
};

/// `pattern-type-ov`, §10.19.
pub const PATTERN_TYPE: Vocabulary = Vocabulary {
    name: "pattern-type-ov",
    section: "STIX 2.1 §10.19",
    open: true,
    terms: &["stix", "pcre", "sigma", "snort", "suricata", "yara"],
};

/// `processor-architecture-ov`, §10.20.
pub const PROCESSOR_ARCHITECTURE: Vocabulary = Vocabulary {
    name: "processor-architecture-ov",
    section: "STIX 2.1 §10.20",
    open: true,
    terms: &[
        "alpha", "arm", "ia-64", "mips", "powerpc", "sparc", "x86", "x86-64",
    ],
};

/// `region-ov`, §10.21.
pub const REGION: Vocabulary = Vocabulary {
    name: "region-ov",
    section: "STIX 2.1 §10.21",
    open: true,
    terms: &[
        "africa",
        "eastern-africa",
        "middle-africa",
        "northern-africa",
        "southern-africa",
        "western-africa",
        "americas",
        "caribbean",
        "central-america",
        "latin-america-caribbean",
        "northern-america",
        "south-america",
        "asia",
        "central-asia",
        "eastern-asia",
        "southern-asia",
        "south-eastern-asia",
        "western-asia",
        "europe",
        "eastern-europe",
        "northern-europe",
        "southern-europe",
        "western-europe",
        "oceania",
        "antarctica",
        "australia-new-zealand",
        "melanesia",
        "micronesia",
        "polynesia",
    ],
};

/// `report-type-ov`, §10.22.
pub const REPORT_TYPE: Vocabulary = Vocabulary {
    name: "report-type-ov",
    section: "STIX 2.1 §10.22",
    open: true,
    terms: &[
        "attack-pattern",
        "campaign",
        "identity",
        "incident",
        "indicator",
        "intrusion-set",
        "malware",
        "observed-data",
        "threat-actor",
        "threat-report",
        "tool",
        "vulnerability",
    ],
};

/// `threat-actor-type-ov`, §10.23.
pub const THREAT_ACTOR_TYPE: Vocabulary = Vocabulary {
    name: "threat-actor-type-ov",
    section: "STIX 2.1 §10.23",
    open: true,
    terms: &[
        "activist",
        "competitor",
        "crime-syndicate",
        "criminal",
        "hacker",
        "insider-accidental",
        "insider-disgruntled",
        "nation-state",
        "private-sector",
        "sensationalist",
        "spy",
        "terrorist",
        "unknown",
    ],
};

/// `threat-actor-role-ov`, §10.24.
pub const THREAT_ACTOR_ROLE: Vocabulary = Vocabulary {
    name: "threat-actor-role-ov",
    section: "STIX 2.1 §10.24",
    open: true,
    terms: &[
        "agent",
        "director",
        "independent",
        "infrastructure-architect",
        "infrastructure-operator",
        "malware-author",
        "sponsor",
    ],
};

/// `threat-actor-sophistication-ov`, §10.25.
pub const THREAT_ACTOR_SOPHISTICATION: Vocabulary = Vocabulary {
    name: "threat-actor-sophistication-ov",
    section: "STIX 2.1 §10.25",
    open: true,
    terms: &[
        "none",
        "minimal",
        "intermediate",
        "advanced",
        "expert",
        "innovator",
        "strategic",
    ],
};

/// `tool-type-ov`, §10.26.
pub const TOOL_TYPE: Vocabulary = Vocabulary {
    name: "tool-type-ov",
    section: "STIX 2.1 §10.26",
    open: true,
    terms: &[
        "denial-of-service",
        "exploitation",
        "information-gathering",
        "network-capture",
        "credential-exploitation",
        "remote-access",
        "vulnerability-scanning",
        "unknown",
    ],
};

/// `windows-integrity-level-enum`, §10.27.
pub const WINDOWS_INTEGRITY_LEVEL: Vocabulary = Vocabulary {
    name: "windows-integrity-level-enum",
    section: "STIX 2.1 §10.27",
    open: false,
    terms: &["low", "medium", "high", "system"],
};

/// `windows-pebinary-type-ov`, §10.28.
pub const WINDOWS_PEBINARY_TYPE: Vocabulary = Vocabulary {
    name: "windows-pebinary-type-ov",
    section: "STIX 2.1 §10.28",
    open: true,
    terms: &["dll", "exe", "sys"],
};

/// `windows-registry-datatype-enum`, §10.29.
pub const WINDOWS_REGISTRY_DATATYPE: Vocabulary = Vocabulary {
    name: "windows-registry-datatype-enum",
    section: "STIX 2.1 §10.29",
    open: false,
    terms: &[
        "REG_NONE",
        "REG_SZ",
        "REG_EXPAND_SZ",
        "REG_BINARY",
        "REG_DWORD",
        "REG_DWORD_BIG_ENDIAN",
        "REG_DWORD_LITTLE_ENDIAN",
        "REG_LINK",
        "REG_MULTI_SZ",
        "REG_RESOURCE_LIST",
        "REG_FULL_RESOURCE_DESCRIPTION",
        "REG_RESOURCE_REQUIREMENTS_LIST",
        "REG_QWORD",
        "REG_INVALID_TYPE",
    ],
};

/// `windows-service-start-type-enum`, §10.30.
pub const WINDOWS_SERVICE_START_TYPE: Vocabulary = Vocabulary {
    name: "windows-service-start-type-enum",
    section: "STIX 2.1 §10.30",
    open: false,
    terms: &[
        "SERVICE_AUTO_START",
        "SERVICE_BOOT_START",
        "SERVICE_DEMAND_START",
        "SERVICE_DISABLED",
        "SERVICE_SYSTEM_ALERT",
    ],
};

/// `windows-service-type-enum`, §10.31.
pub const WINDOWS_SERVICE_TYPE: Vocabulary = Vocabulary {
    name: "windows-service-type-enum",
    section: "STIX 2.1 §10.31",
    open: false,
    terms: &[
        "SERVICE_KERNEL_DRIVER",
        "SERVICE_FILE_SYSTEM_DRIVER",
        "SERVICE_WIN32_OWN_PROCESS",
        "SERVICE_WIN32_SHARE_PROCESS",
    ],
};

/// `windows-service-status-enum`, §10.32.
pub const WINDOWS_SERVICE_STATUS: Vocabulary = Vocabulary {
    name: "windows-service-status-enum",
    section: "STIX 2.1 §10.32",
    open: false,
    terms: &[
        "SERVICE_CONTINUE_PENDING",
        "SERVICE_PAUSE_PENDING",
        "SERVICE_PAUSED",
        "SERVICE_RUNNING",
        "SERVICE_START_PENDING",
        "SERVICE_STOP_PENDING",
        "SERVICE_STOPPED",
    ],
};
