//! The vocabularies of the Incident Core Extension suite, revision 07, and the terms that revision 06 had besides.

use super::Vocabulary;

/// `asset-type-ov`.
pub const ASSET_TYPE: Vocabulary = Vocabulary {
    name: "asset-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "building-doors",
        "building-windows",
        "buildings",
        "computers-mobile",
        "computers-personal",
        "computers-server",
        "environment",
        "ics-actuator",
        "ics-engineering-workstation",
        "ics-historian",
        "ics-hmi",
        "ics-other",
        "ics-plc",
        "ics-safety-system",
        "ics-sensor",
        "inventory",
        "network-device",
        "private-infrastructure",
        "public-infrastructure",
        "security-containers",
        "vehicles",
    ],
};

/// `detection-methods-ov`.
pub const DETECTION_METHODS: Vocabulary = Vocabulary {
    name: "detection-methods-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "automated-tool",
        "commercial-solution",
        "external-notification",
        "human-review",
        "message-from-attacker",
        "proprietary-solution",
        "system-outage",
        "user-reporting",
    ],
};

/// `economic-impact-type-ov`.
pub const ECONOMIC_IMPACT_TYPE: Vocabulary = Vocabulary {
    name: "economic-impact-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "asset-and-fraud",
        "brand-damage",
        "business-disruption",
        "competitive-advantage",
        "legal-and-regulatory",
        "operating-costs",
        "ransom-demand",
        "ransom-payment",
        "response-and-recovery",
        "uncategorized",
    ],
};

/// `entity-type-ov`.
pub const ENTITY_TYPE: Vocabulary = Vocabulary {
    name: "entity-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "computers-mobile",
        "computers-personal",
        "computers-server",
        "customer",
        "customer-individual",
        "customer-organization",
        "domain-controller",
        "employee",
        "group",
        "ics-actuator",
        "ics-engineering-workstation",
        "ics-historian",
        "ics-hmi",
        "ics-other",
        "ics-plc",
        "ics-safety-system",
        "ics-sensor",
        "individual",
        "network-device",
        "organization",
        "system",
        "vehicles",
    ],
};

/// `event-status-enum`.
pub const EVENT_STATUS: Vocabulary = Vocabulary {
    name: "event-status-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "ongoing",
        "occurred",
        "not-occurred",
        "pending",
        "undetermined",
    ],
};

/// `event-type-ov`.
pub const EVENT_TYPE: Vocabulary = Vocabulary {
    name: "event-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "aggregation-information-phishing-schemes",
        "benign",
        "blocked",
        "brute-force-attempt",
        "c&c-server-hosting",
        "compromised-system",
        "confirmed",
        "connection-malware-port",
        "connection-malware-system",
        "content-forbidden-by-law",
        "control-system-bypass",
        "copyrighted-content",
        "data-exfiltration",
        "deferred",
        "deletion-information",
        "denial-of-service",
        "destruction",
        "dictionary-attack-attempt",
        "discarded",
        "disruption-data-transmission",
        "dissemination-malware-email",
        "dissemination-phishing-emails",
        "dns-cache-poisoning",
        "dns-local-resolver-hijacking",
        "dns-spoofing-registered",
        "dns-rebinding",
        "dns-server-compromise",
        "dns-spoofing-unregistered",
        "dns-stub-resolver-hijacking",
        "dns-zone-transfer",
        "domain-name-compromise",
        "duplicate",
        "email-flooding",
        "equipment-loss",
        "equipment-theft",
        "exploit",
        "exploit-attempt",
        "exploit-framework-exhausting-resources",
        "exploit-tool-exhausting-resources",
        "failed",
        "file-inclusion",
        "file-inclusion-attempt",
        "hosting-malware-webpage",
        "hosting-phishing-sites",
        "illegitimate-use-name",
        "illegitimate-use-resources",
        "infected-by-known-malware",
        "insufficient-data",
        "known-malware",
        "lame-delegations",
        "major",
        "modification-information",
        "misconfiguration",
        "natural",
        "negotiation",
        "network-scanning",
        "no-apt",
        "packet-flood",
        "password-cracking-attempt",
        "policy-violation",
        "ransomware",
        "ransomware-payment",
        "refuted",
        "scan-probe",
        "silently-discarded",
        "supply-chain-customer",
        "supply-chain-vendor",
        "spam",
        "sql-injection",
        "sql-injection-attempt",
        "successful",
        "system-probe",
        "theft-access-credentials",
        "unattributed",
        "unauthorized-access-information",
        "unauthorized-access-system",
        "unauthorized-equipment",
        "unauthorized-release",
        "unauthorized-use",
        "undetermined",
        "unintentional",
        "unknown-apt",
        "unspecified",
        "vandalism",
        "wiretapping",
        "worm-spreading",
        "xss",
        "xss-attempt",
    ],
};

/// `external-impact-ov`.
pub const EXTERNAL_IMPACT: Vocabulary = Vocabulary {
    name: "external-impact-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "economic",
        "emergency-services",
        "foreign-relations",
        "national-security",
        "public-confidence",
        "public-health",
        "public-safety",
    ],
};

/// `incident-confidentiality-loss-enum`.
pub const INCIDENT_CONFIDENTIALITY_LOSS: Vocabulary = Vocabulary {
    name: "incident-confidentiality-loss-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "confirmed-loss",
        "contained",
        "exploited-loss",
        "none",
        "suspected-loss",
        "unknown",
    ],
};

/// `incident-determination-enum`.
pub const INCIDENT_DETERMINATION: Vocabulary = Vocabulary {
    name: "incident-determination-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "blocked",
        "confirmed",
        "failed-attempt",
        "false-positive",
        "suspected",
    ],
};

/// `incident-investigation-ov`.
pub const INCIDENT_INVESTIGATION: Vocabulary = Vocabulary {
    name: "incident-investigation-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &["closed", "new", "open"],
};

/// `information-type-ov`.
pub const INFORMATION_TYPE: Vocabulary = Vocabulary {
    name: "information-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "classified-material",
        "communication",
        "credentials-admin",
        "credentials-user",
        "financial",
        "legal",
        "payment",
        "phi",
        "pii",
        "proprietary",
        "system",
    ],
};

/// `integrity-alteration-enum`.
pub const INTEGRITY_ALTERATION: Vocabulary = Vocabulary {
    name: "integrity-alteration-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "potential-destruction",
        "potential-modification",
        "partial-destruction",
        "partial-modification",
        "full-destruction",
        "full-modification",
        "none",
        "unknown",
    ],
};

/// `physical-impact-enum`.
pub const PHYSICAL_IMPACT: Vocabulary = Vocabulary {
    name: "physical-impact-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "damaged-functional",
        "damaged-nonfunctional",
        "destruction",
        "none",
        "unknown",
    ],
};

/// `recoverability-enum`.
pub const RECOVERABILITY: Vocabulary = Vocabulary {
    name: "recoverability-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "extended",
        "not-applicable",
        "not-recoverable",
        "regular",
        "supplemented",
    ],
};

/// `state-change-type-ov`.
pub const STATE_CHANGE_TYPE: Vocabulary = Vocabulary {
    name: "state-change-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "caused",
        "contributed-to",
        "input",
        "mitigated",
        "output",
        "resolved",
    ],
};

/// `task-outcome-enum`.
pub const TASK_OUTCOME: Vocabulary = Vocabulary {
    name: "task-outcome-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "cancelled",
        "failed",
        "ongoing",
        "pending",
        "successful",
        "unknown",
    ],
};

/// `task-type-ov`.
pub const TASK_TYPE: Vocabulary = Vocabulary {
    name: "task-type-ov",
    section: "Incident Extension rev 07",
    open: true,
    terms: &[
        "administrative",
        "attribution",
        "containment",
        "declared",
        "detected",
        "eradication",
        "escalated",
        "exercised-control",
        "external-intelligence",
        "external-outreach",
        "external-support",
        "implemented-control",
        "investigation",
        "negotiation",
        "playbook-execution",
        "playbook-step-execution",
        "ransom-payment",
        "recovery",
        "reported",
        "routine-updates",
        "victim-notification",
    ],
};

/// `timestamp-fidelity-enum`.
pub const TIMESTAMP_FIDELITY: Vocabulary = Vocabulary {
    name: "timestamp-fidelity-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &["day", "hour", "minute", "month", "second", "year"],
};

/// `traceability-enum`.
pub const TRACEABILITY: Vocabulary = Vocabulary {
    name: "traceability-enum",
    section: "Incident Extension rev 07",
    open: false,
    terms: &[
        "accountability-lost",
        "partial-accountability",
        "provable-accountability",
        "unknown-accountability",
    ],
};
