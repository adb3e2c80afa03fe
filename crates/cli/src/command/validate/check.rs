//! The checks that can be left out or picked: codes of ours, and the names and numbers by which users of
//! `stix2-validator` know them.

use base::diagnostic::{Diagnostic, Place, Severity};
use stix::validate::code;

/// A check under the name that `stix2-validator` has for it.
#[derive(Debug)]
pub(crate) struct Check {
    /// Its number.
    pub(crate) number: u16,
    /// Its name.
    pub(crate) name: &'static str,
    /// Our codes that come of it.
    pub(crate) codes: &'static [&'static str],
    /// The properties that it is about; empty means any.
    properties: &'static [&'static str],
}

/// Which findings are reported.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    disabled: Vec<Selection>,
    enabled: Vec<Selection>,
}

#[derive(Debug)]
enum Selection {
    Checks(Vec<&'static Check>),
    /// A code, or the beginning of several: `STIX-VOC`.
    Code(String),
}

impl Filter {
    /// What the user asked for.
    ///
    /// # Errors
    /// A name that nothing has.
    pub(crate) fn new(disabled: &[String], enabled: &[String]) -> Result<Self, String> {
        let read = |names: &[String]| -> Result<Vec<Selection>, String> {
            names.iter().map(|name| selection(name)).collect()
        };
        Ok(Self {
            disabled: read(disabled)?,
            enabled: read(enabled)?,
        })
    }

    /// Whether a finding is reported. Picking checks leaves out other advice, never an error.
    pub(crate) fn keeps(&self, diagnostic: &Diagnostic) -> bool {
        let is_in = |list: &[Selection]| list.iter().any(|one| one.has(diagnostic));
        !is_in(&self.disabled)
            && (self.enabled.is_empty()
                || diagnostic.severity == Severity::Error
                || is_in(&self.enabled))
    }
}

impl Selection {
    fn has(&self, diagnostic: &Diagnostic) -> bool {
        match self {
            Self::Checks(checks) => checks.iter().any(|check| check.has(diagnostic)),
            Self::Code(code) => diagnostic
                .code
                .strip_prefix(code.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
        }
    }
}

impl Check {
    fn has(&self, diagnostic: &Diagnostic) -> bool {
        self.codes.contains(&diagnostic.code)
            && (self.properties.is_empty()
                || match &diagnostic.place {
                    Place::Pointer(pointer) => pointer
                        .split('/')
                        .any(|step| self.properties.contains(&step)),
                    Place::Bytes { .. } | Place::Whole => false,
                })
    }
}

/// The number that `stix2-validator` has for a finding.
pub(crate) fn number(diagnostic: &Diagnostic) -> Option<u16> {
    CHECKS
        .iter()
        .find(|check| check.has(diagnostic))
        .map(|check| check.number)
}

fn selection(name: &str) -> Result<Selection, String> {
    let upper = name.trim().to_ascii_uppercase();
    let is_code = |code: &str| {
        code.strip_prefix(upper.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    // The codes of containers and patterns stand in no table.
    let open = ["STIX-JSON", "STIX-BUNDLE", "PATTERN"];
    if code::ALL.iter().any(|code| is_code(code.id))
        || open.iter().any(|area| {
            is_code(area)
                || upper
                    .strip_prefix(area)
                    .is_some_and(|rest| rest.starts_with('-'))
        })
    {
        return Ok(Selection::Code(upper));
    }
    let lower = name.trim().to_ascii_lowercase();
    if let Some((_, _, numbers)) = GROUPS
        .iter()
        .find(|(number, group, _)| *group == lower || number.to_string() == lower)
    {
        let members = CHECKS
            .iter()
            .filter(|check| numbers.contains(&check.number));
        return Ok(Selection::Checks(members.collect()));
    }
    CHECKS
        .iter()
        .find(|check| check.name == lower || check.number.to_string() == lower)
        .map(|check| Selection::Checks(vec![check]))
        .ok_or_else(|| {
            format!("there is no check `{name}`; `noroshi validate --list-checks` shows them all")
        })
}

/// Numbers and names of groups, with the numbers that are in them.
pub(crate) const GROUPS: &[(u16, &str, std::ops::RangeInclusive<u16>)] = &[
    (1, "format-checks", 100..=199),
    (2, "approved-values", 200..=299),
    (210, "all-vocabs", 211..=269),
    (270, "all-external-sources", 271..=299),
];

const fn check(
    number: u16,
    name: &'static str,
    codes: &'static [&'static str],
    properties: &'static [&'static str],
) -> Check {
    Check {
        number,
        name,
        codes,
        properties,
    }
}

const VOCABULARY: &[&str] = &[code::VOCABULARY.id];
const FORM: &[&str] = &[code::FORM_SUGGESTED.id];

/// The checks of stix2-validator 3 for STIX 2.1; one without codes of ours finds nothing.
pub(crate) const CHECKS: &[Check] = &[
    check(101, "custom-prefix", &[], &[]),
    check(102, "custom-prefix-lax", &[], &[]),
    check(
        103,
        "uuid-check",
        &[code::ID_VERSION.id, code::ID_DETERMINISTIC.id],
        &[],
    ),
    check(111, "open-vocab-format", &[], &[]),
    check(
        121,
        "kill-chain-names",
        FORM,
        &["kill_chain_name", "phase_name"],
    ),
    check(141, "observable-object-keys", &[], &[]),
    check(142, "observable-dictionary-keys", &[], &[]),
    check(143, "malware-analysis-product", FORM, &["product"]),
    check(149, "windows-process-priority-format", FORM, &["priority"]),
    check(150, "hash-length", &[code::HASH_KEY.id], &[]),
    check(
        201,
        "marking-definition-type",
        &[code::MARKING_CUSTOM.id],
        &[],
    ),
    check(202, "relationship-types", &[code::RELATIONSHIP.id], &[]),
    check(
        203,
        "duplicate-ids",
        &[code::DUPLICATE.id, code::REPEATED.id],
        &[],
    ),
    check(
        211,
        "attack-motivation",
        VOCABULARY,
        &[
            "primary_motivation",
            "secondary_motivations",
            "personal_motivations",
        ],
    ),
    check(
        212,
        "attack-resource-level",
        VOCABULARY,
        &["resource_level"],
    ),
    check(213, "identity-class", VOCABULARY, &["identity_class"]),
    check(214, "indicator-types", VOCABULARY, &["indicator_types"]),
    check(215, "industry-sector", VOCABULARY, &["sectors"]),
    check(216, "malware-types", VOCABULARY, &["malware_types"]),
    check(218, "report-types", VOCABULARY, &["report_types"]),
    check(
        219,
        "threat-actor-types",
        VOCABULARY,
        &["threat_actor_types"],
    ),
    check(220, "threat-actor-role", VOCABULARY, &["roles"]),
    check(
        221,
        "threat-actor-sophistication",
        VOCABULARY,
        &["sophistication"],
    ),
    check(222, "tool-types", VOCABULARY, &["tool_types"]),
    check(223, "region", VOCABULARY, &["region"]),
    check(225, "grouping-context", VOCABULARY, &["context"]),
    check(
        226,
        "implementation-languages",
        VOCABULARY,
        &["implementation_languages"],
    ),
    check(
        227,
        "infrastructure-types",
        VOCABULARY,
        &["infrastructure_types"],
    ),
    check(228, "malware-capabilities", VOCABULARY, &["capabilities"]),
    check(
        230,
        "processor-architecture",
        VOCABULARY,
        &["architecture_execution_envs"],
    ),
    check(231, "malware-result", VOCABULARY, &["result"]),
    check(241, "hash-algo", &[code::HASH_UNKNOWN.id], &[]),
    check(243, "windows-pebinary-type", VOCABULARY, &["pe_type"]),
    check(244, "account-type", VOCABULARY, &["account_type"]),
    check(
        245,
        "indicator-pattern-types",
        VOCABULARY,
        &["pattern_type"],
    ),
    check(271, "mime-type", FORM, &["mime_type"]),
    check(272, "protocols", FORM, &["protocols"]),
    check(273, "ipfix", FORM, &["ipfix"]),
    check(274, "http-request-headers", FORM, &["request_header"]),
    check(275, "socket-options", FORM, &["options"]),
    check(276, "pdf-doc-info", FORM, &["document_info_dict"]),
    check(277, "countries", FORM, &["country"]),
    check(301, "network-traffic-ports", &[], &[]),
    check(302, "extref-hashes", &[], &[]),
    check(303, "indicator-properties", &[], &[]),
    check(304, "deprecated-properties", &[], &[]),
    check(305, "extension-description", &[], &[]),
    check(306, "extension-properties", &[code::EXTENSION_LIST.id], &[]),
    check(
        401,
        "extensions-use",
        &[
            code::TYPE_CUSTOM.id,
            code::CUSTOM.id,
            code::EXTENSION_CUSTOM.id,
        ],
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &'static str, pointer: &str) -> Diagnostic {
        Diagnostic::warning(code, Place::Pointer(pointer.to_owned()), "")
    }

    fn keeps(disabled: &[&str], enabled: &[&str], finding: &Diagnostic) -> bool {
        let own = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        Filter::new(&own(disabled), &own(enabled))
            .unwrap()
            .keeps(finding)
    }

    #[test]
    fn checks_are_picked_by_name_number_group_and_code() {
        let malware = finding("STIX-VOC-02", "/malware_types/0");
        let sector = finding("STIX-VOC-02", "/sectors/0");
        for name in [
            "malware-types",
            "216",
            "all-vocabs",
            "2",
            "STIX-VOC-02",
            "stix-voc",
            "STIX",
        ] {
            assert!(!keeps(&[name], &[], &malware), "{name}");
        }
        assert!(keeps(&["malware-types"], &[], &sector));
        assert!(keeps(&["STIX-VO"][..0], &["216"], &malware));
        assert!(!keeps(&[], &["216"], &sector));
        assert_eq!(number(&sector), Some(215));
    }

    #[test]
    fn picking_never_hides_an_error() {
        let error = Diagnostic::error("STIX-ID-01", Place::Whole, "");
        assert!(keeps(&[], &["216"], &error));
        assert!(!keeps(&["STIX-ID-01"], &[], &error));
    }

    #[test]
    fn a_name_that_nothing_has_is_refused() {
        for name in ["", "STIX-VO", "no-such-check", "999"] {
            assert!(Filter::new(&[name.to_owned()], &[]).is_err(), "{name}");
        }
    }
}
