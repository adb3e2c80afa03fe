//! Identifiers of registries: CVE, ATT&CK, autonomous systems.

use super::{Finding, Search};
use crate::candidate::CandidateKind;
use crate::rule::rules;

rules! {
    CVE = r"(?i)(?-u:\b)CVE[-–—_ ]{1,2}((?:19|20)[0-9]{2})[-–—_]([0-9]{4,19})(?-u:\b)";
    SYSTEM = r"(?-u:\b)ASN?(\s?)([0-9]{1,10})(?-u:\b)";
    TECHNIQUE = r"(?-u:\b)(?:T[01][0-9]{3}(?:\.[0-9]{3})?|TA0[01][0-9]{2})(?-u:\b)";
}

pub(super) fn cves(search: &mut Search<'_, '_>) {
    for found in CVE.captures_iter(search.text()) {
        let (Some(whole), Some(year), Some(number)) = (found.get(0), found.get(1), found.get(2))
        else {
            continue;
        };
        // The CVE rules: at least four digits, and no leading zero beyond four.
        let padded = number.len() > 4 && number.as_str().starts_with('0');
        if padded || !search.is_free(whole.start(), whole.end()) {
            continue;
        }
        search.add(Finding {
            kind: CandidateKind::Cve,
            start: whole.start(),
            end: whole.end(),
            value: format!("CVE-{}-{}", year.as_str(), number.as_str()),
            confidence: 95,
            note: None,
        });
    }
}

pub(super) fn systems(search: &mut Search<'_, '_>) {
    for found in SYSTEM.captures_iter(search.text()) {
        let (Some(whole), Some(space), Some(digits)) = (found.get(0), found.get(1), found.get(2))
        else {
            continue;
        };
        let Ok(number) = digits.as_str().parse::<u32>() else {
            continue;
        };
        // `AS 10` may be two words of a title.
        let loose = !space.is_empty() && digits.len() < 4;
        if number == 0 || loose || !search.is_free(whole.start(), whole.end()) {
            continue;
        }
        search.add(Finding {
            kind: CandidateKind::Asn,
            start: whole.start(),
            end: whole.end(),
            value: format!("AS{number}"),
            confidence: 45,
            note: Some("an autonomous system is more than an attacker".to_owned()),
        });
    }
}

pub(super) fn techniques(search: &mut Search<'_, '_>) {
    for found in TECHNIQUE.find_iter(search.text()) {
        let dotted = search
            .rest(found.end())
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if dotted || !search.is_free(found.start(), found.end()) {
            continue;
        }
        search.add(Finding {
            kind: CandidateKind::AttackTechnique,
            start: found.start(),
            end: found.end(),
            value: found.as_str().to_owned(),
            confidence: 90,
            note: None,
        });
    }
}
