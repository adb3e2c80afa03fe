//! Texts with known observables, from other projects' annotations.

use std::collections::{BTreeMap, BTreeSet};

use extract::candidate::CandidateKind;
use extract::extraction::{Options, extract};
use serde_json::Value;

use crate::score::{Floors, Score};

type Values = BTreeMap<&'static str, BTreeSet<String>>;

/// The corpus's word for a kind.
fn word(kind: CandidateKind) -> Option<&'static str> {
    Some(match kind {
        CandidateKind::Domain => "domain",
        CandidateKind::Email => "email",
        CandidateKind::Ipv4 => "ipv4",
        CandidateKind::Ipv4Network => "ipv4_cidr",
        CandidateKind::Md5 => "md5",
        CandidateKind::Sha1 => "sha1",
        CandidateKind::Sha256 => "sha256",
        CandidateKind::Url => "url",
        _ => return None,
    })
}

/// The gold URLs are without the slash at the end and without the fragment.
fn plain(kind: &str, value: &str) -> String {
    if kind == "url" {
        value.trim_end_matches(['/', '#', '?']).to_lowercase()
    } else {
        value.to_lowercase()
    }
}

fn gold(value: &Value) -> Values {
    let mut values = Values::new();
    for (kind, items) in value.as_object().into_iter().flatten() {
        let kind = KINDS.iter().find(|known| *known == kind).copied();
        if let Some(kind) = kind {
            let items = items
                .as_array()
                .unwrap()
                .iter()
                .map(|item| plain(kind, item.as_str().unwrap()));
            values.entry(kind).or_default().extend(items);
        }
    }
    values
}

const KINDS: [&str; 8] = [
    "domain",
    "email",
    "ipv4",
    "ipv4_cidr",
    "md5",
    "sha1",
    "sha256",
    "url",
];

#[test]
fn observables_of_reports_are_scored() {
    let Some(cases) = testkit::corpus::json_lines("corpus/extract/ioc-gold.jsonl") else {
        return;
    };
    let mut scores: BTreeMap<&str, Score> =
        KINDS.iter().map(|kind| (*kind, Score::default())).collect();
    for case in cases {
        let found = extract(case.text("text"), &Options { published: None });
        let mut values = Values::new();
        for candidate in &found.candidates {
            if let Some(kind) = word(candidate.kind) {
                values
                    .entry(kind)
                    .or_default()
                    .insert(plain(kind, &candidate.value));
            }
        }
        let required = gold(&case.value["required"]);
        let optional = gold(&case.value["optional"]);
        for kind in KINDS {
            let empty = BTreeSet::new();
            let required = required.get(kind).unwrap_or(&empty);
            let optional = optional.get(kind).unwrap_or(&empty);
            let values: BTreeSet<String> = values
                .remove(kind)
                .unwrap_or_default()
                .into_iter()
                .filter(|value| required.contains(value) || !optional.contains(value))
                .collect();
            let score = Score::of(required, &values);
            scores.get_mut(kind).unwrap().add(score);
        }
    }
    let mut floors = Floors::read("ioc-gold");
    for (kind, score) in &scores {
        floors.check(kind, score);
    }
    floors.finish();
}

#[test]
fn registry_keys_are_found() {
    let Some(cases) = testkit::corpus::json_lines("corpus/extract/iocsearcher-cases.jsonl") else {
        return;
    };
    let mut known = testkit::known::Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/known-failures/iocsearcher.txt",
    );
    for case in cases {
        let Some(keys) = case.value["expected"].get("registry_key") else {
            continue;
        };
        let found = extract(case.text("text"), &Options { published: None });
        let keys: BTreeSet<&str> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap())
            .collect();
        let surfaces: BTreeSet<&str> = found
            .candidates
            .iter()
            .filter(|candidate| candidate.kind == CandidateKind::RegistryKey)
            .map(|candidate| candidate.surface.as_str())
            .collect();
        let result = if keys == surfaces {
            Ok(())
        } else {
            Err(format!("{surfaces:?} instead of {keys:?}"))
        };
        known.case(case.text("id"), result);
    }
    println!("iocsearcher registry keys: {:?}", known.finish());
}

/// Which of our kinds a type of the suite is; the suite divides URLs and names more finely than STIX does.
fn kinds_of(name: &str) -> Option<&'static [CandidateKind]> {
    Some(match name {
        "ipv4_address_only" | "ipv4_address_port" => &[CandidateKind::Ipv4],
        "ipv4_address_cidr" => &[CandidateKind::Ipv4Network],
        "ipv6_address_only" | "ipv6_address_port" => &[CandidateKind::Ipv6],
        "ipv6_address_cidr" => &[CandidateKind::Ipv6Network],
        "domain_name_only" | "domain_name_subdomain" => &[CandidateKind::Domain],
        "url" | "url_file" | "url_path" | "host_name_url" | "host_name_file" | "host_name_path" => {
            &[CandidateKind::Url]
        }
        "file_name" => &[CandidateKind::FileName],
        "directory_windows"
        | "directory_windows_with_file"
        | "directory_unix"
        | "directory_unix_file" => &[CandidateKind::FilePath],
        "file_hash_md5" => &[CandidateKind::Md5],
        "file_hash_sha_1" => &[CandidateKind::Sha1],
        "file_hash_sha_256" => &[CandidateKind::Sha256],
        "file_hash_sha_512" => &[CandidateKind::Sha512],
        "email_address" => &[CandidateKind::Email],
        "mac_address" => &[CandidateKind::Mac],
        "windows_registry_key" => &[CandidateKind::RegistryKey],
        "autonomous_system_number" => &[CandidateKind::Asn],
        "cve_id" => &[CandidateKind::Cve],
        "mitre_attack_enterprise" => &[CandidateKind::AttackTechnique, CandidateKind::Actor],
        _ => return None,
    })
}

#[test]
fn single_values_are_told_apart() {
    let Some(cases) = testkit::corpus::json_lines("corpus/extract/txt2stix-cases.jsonl") else {
        return;
    };
    let mut known = testkit::known::Failures::read(
        env!("CARGO_MANIFEST_DIR"),
        "tests/known-failures/txt2stix.txt",
    );
    for case in cases {
        let Some(kinds) = kinds_of(case.text("type")) else {
            continue;
        };
        let text = case.text("text");
        let found = extract(text, &Options { published: None });
        let of_kind: Vec<&str> = found
            .candidates
            .iter()
            .filter(|candidate| kinds.contains(&candidate.kind))
            .map(|candidate| candidate.surface.as_str())
            .collect();
        let wanted = case.text("polarity") == "positive";
        let result = match (wanted, of_kind.is_empty()) {
            (true, false) | (false, true) => Ok(()),
            (true, true) => Err(format!("`{text}` is not found")),
            (false, false) => Err(format!("`{text}` is found as {of_kind:?}")),
        };
        known.case(case.text("id"), result);
    }
    println!("txt2stix: {:?}", known.finish());
}

#[test]
fn dates_are_scored() {
    let Some(cases) = testkit::corpus::json_lines("corpus/extract/dates.jsonl") else {
        return;
    };
    let mut values = Score::default();
    let mut mentions = Score::default();
    for case in cases {
        let text = case.text("text");
        let found = extract(
            text,
            &Options {
                published: case.text("dct").parse().ok(),
            },
        );
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        // Weeks, quarters and durations are other things; so are values that the text does not settle.
        let gold: BTreeSet<(usize, usize, String)> = case.value["timex"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|timex| {
                timex["type"] == "DATE" && is_calendar(timex["value"].as_str().unwrap_or_default())
            })
            .map(|timex| {
                (
                    number(&timex["start"]),
                    number(&timex["end"]),
                    timex["value"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        let dates: BTreeSet<(usize, usize, String)> = found
            .candidates
            .iter()
            .filter(|candidate| {
                candidate.kind == CandidateKind::Date && is_calendar(&candidate.value)
            })
            .map(|candidate| {
                (
                    candidate.span.char_start,
                    candidate.span.char_end,
                    candidate.value.clone(),
                )
            })
            .collect();
        mentions.add(Score::of(&gold, &dates));
        let only = |dates: &BTreeSet<(usize, usize, String)>| {
            dates
                .iter()
                .map(|date| date.2.clone())
                .collect::<BTreeSet<_>>()
        };
        values.add(Score::of(&only(&gold), &only(&dates)));
    }
    let mut floors = Floors::read("dates");
    floors.check("values", &values);
    floors.check("mentions with value", &mentions);
    floors.finish();
}

/// `2024`, `2024-02`, `2024-02-16`.
fn is_calendar(value: &str) -> bool {
    value
        .split('-')
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && matches!(value.len(), 4 | 7 | 10)
}
