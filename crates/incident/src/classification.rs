//! The Reference Security Incident Taxonomy of ENISA, version 1003: class mandatory, value desired.

use std::fmt;

/// A class of the taxonomy and, where it is known, a value of that class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Classification {
    class: &'static Class,
    value: Option<&'static str>,
}

/// One class of the taxonomy.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class {
    /// The machine name, for example `intrusions`.
    pub name: &'static str,
    /// The name for people, in English.
    pub english: &'static str,
    /// The name for people, in Japanese.
    pub japanese: &'static str,
    /// The values of the class.
    pub values: &'static [&'static str],
}

impl Classification {
    /// Reads `class` or `class:value` or `class/value`; none if the taxonomy does not have it.
    pub fn parse(text: &str) -> Option<Self> {
        let (class, value) = match text.split_once([':', '/']) {
            Some((class, value)) => (class, Some(value)),
            None => (text, None),
        };
        let class = CLASSES.iter().find(|known| known.name == class)?;
        match value {
            None => Some(Self { class, value: None }),
            Some(value) => {
                let value = class.values.iter().copied().find(|known| *known == value)?;
                Some(Self {
                    class,
                    value: Some(value),
                })
            }
        }
    }

    /// The class.
    pub fn class(&self) -> &'static Class {
        self.class
    }

    /// The value, where it is known.
    pub fn value(&self) -> Option<&'static str> {
        self.value
    }

    /// The nearest term of the incident extension's open vocabulary `event-type-ov`, where there is one.
    pub fn event_type(&self) -> Option<&'static str> {
        Some(match (self.class.name, self.value) {
            ("abusive-content", Some("spam")) => "spam",
            ("availability", Some("dos" | "ddos")) => "denial-of-service",
            ("availability", Some("misconfiguration")) => "misconfiguration",
            ("fraud", Some("phishing")) => "hosting-phishing-sites",
            ("information-content-security", Some("data-leak" | "data-loss")) => {
                "data-exfiltration"
            }
            ("information-content-security", Some("unauthorised-information-access")) => {
                "unauthorized-access-information"
            }
            ("information-content-security", Some("unauthorised-information-modification")) => {
                "modification-information"
            }
            ("information-gathering", Some("scanner")) => "network-scanning",
            ("intrusion-attempts", Some("brute-force")) => "brute-force-attempt",
            ("intrusion-attempts", _) => "exploit-attempt",
            ("intrusions", Some("system-compromise")) => "compromised-system",
            ("intrusions", _) => "unauthorized-access-system",
            ("malicious-code", Some("c2-server")) => "c&c-server-hosting",
            ("malicious-code", Some("infected-system")) => "infected-by-known-malware",
            _ => return None,
        })
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class.name)?;
        match self.value {
            Some(value) => write!(f, ":{value}"),
            None => Ok(()),
        }
    }
}

/// The classes in the order of the taxonomy.
pub const CLASSES: [Class; 11] = [
    Class {
        name: "abusive-content",
        english: "Abusive Content",
        japanese: "迷惑行為",
        values: &["spam", "harmful-speech", "violence"],
    },
    Class {
        name: "malicious-code",
        english: "Malicious Code",
        japanese: "マルウェア",
        values: &[
            "infected-system",
            "c2-server",
            "malware-distribution",
            "malware-configuration",
        ],
    },
    Class {
        name: "information-gathering",
        english: "Information Gathering",
        japanese: "情報収集",
        values: &["scanner", "sniffing", "social-engineering"],
    },
    Class {
        name: "intrusion-attempts",
        english: "Intrusion Attempts",
        japanese: "侵入の試み",
        values: &["ids-alert", "brute-force", "exploit"],
    },
    Class {
        name: "intrusions",
        english: "Intrusions",
        japanese: "侵入",
        values: &[
            "privileged-account-compromise",
            "unprivileged-account-compromise",
            "application-compromise",
            "system-compromise",
            "burglary",
        ],
    },
    Class {
        name: "availability",
        english: "Availability",
        japanese: "可用性の侵害",
        values: &["dos", "ddos", "misconfiguration", "sabotage", "outage"],
    },
    Class {
        name: "information-content-security",
        english: "Information Content Security",
        japanese: "情報の漏えい・改ざん",
        values: &[
            "unauthorised-information-access",
            "unauthorised-information-modification",
            "data-loss",
            "data-leak",
        ],
    },
    Class {
        name: "fraud",
        english: "Fraud",
        japanese: "詐欺",
        values: &[
            "unauthorised-use-of-resources",
            "copyright",
            "masquerade",
            "phishing",
        ],
    },
    Class {
        name: "vulnerable",
        english: "Vulnerable",
        japanese: "脆弱な状態",
        values: &[
            "weak-crypto",
            "ddos-amplifier",
            "potentially-unwanted-accessible",
            "information-disclosure",
            "vulnerable-system",
        ],
    },
    Class {
        name: "other",
        english: "Other",
        japanese: "その他",
        values: &["other", "undetermined"],
    },
    Class {
        name: "test",
        english: "Test",
        japanese: "試験",
        values: &["test"],
    },
];
