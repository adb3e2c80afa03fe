//! The sample reports yield what a person would list; expected output is in `tests/data`.

use std::fs;
use std::path::Path;

use extract::candidate::{Candidate, CandidateKind};
use extract::draft::{SourceDocument, draft};
use extract::extraction::{Extraction, Options, extract};
use serde_json::{Value, json};

/// A sample report by name.
fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// Everything found, as JSON with a line for each finding.
fn shown(found: &Extraction) -> String {
    let lines = |values: Vec<Value>| {
        let lines: Vec<String> = values.iter().map(|value| format!("  {value}")).collect();
        format!("[\n{}\n]", lines.join(",\n"))
    };
    let candidates = found.candidates.iter().map(candidate).collect();
    let incidents = found.incidents.iter().map(incident).collect();
    let relations = found
        .relations
        .iter()
        .map(|relation| {
            json!([
                relation.actor.label(),
                relation.kind.name(),
                relation.target.value(),
                relation.confidence
            ])
        })
        .collect();
    let statistics = found
        .statistics
        .iter()
        .map(|statistic| {
            json!([
                statistic.count,
                statistic.unit,
                statistic.period,
                statistic.measure
            ])
        })
        .collect();
    format!(
        "{{\"language\": \"{}\", \"published\": \"{}\",\n\"candidates\": {},\n\"incidents\": {},\n\"relations\": {},\n\"statistics\": {}}}\n",
        found.language,
        found
            .published
            .map_or_else(String::new, |day| day.to_string()),
        lines(candidates),
        lines(incidents),
        lines(relations),
        lines(statistics),
    )
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "kind": candidate.kind.name(),
        "value": candidate.value,
        "surface": candidate.surface,
        "bytes": [candidate.span.start, candidate.span.end],
        "chars": [candidate.span.char_start, candidate.span.char_end],
        "basis": candidate.basis.name(),
        "confidence": candidate.confidence,
        "note": candidate.note,
    })
}

fn incident(incident: &extract::incident::Incident) -> Value {
    json!({
        "kind": incident.kind.name(),
        "victim": incident.victim.name,
        "country": incident.victim.country,
        "sectors": incident.victim.sectors,
        "when": incident.when.map(|when| when.to_string()),
        "actor": incident.attribution.as_ref().map(|attribution| attribution.actor.label()),
        "actor confidence": incident.attribution.as_ref().map(|attribution| attribution.confidence),
        "hedge": incident.attribution.as_ref().and_then(|attribution| attribution.hedge.clone()),
        "confidence": incident.confidence,
    })
}

/// Draft of a report under fixed ids at a fixed time.
fn drafted(found: &Extraction, title: &str) -> String {
    let source = SourceDocument {
        title: title.to_owned(),
        url: None,
        publisher: Some("National centre".to_owned()),
        published: found.published,
    };
    let creator = "identity--00000000-0000-4000-8000-0000000000ff"
        .parse()
        .unwrap();
    let objects = draft(
        found,
        &source,
        &creator,
        testkit::time::start(),
        &testkit::time::ids(),
    );
    let mut text = String::new();
    for drafted in &objects {
        text.push_str(drafted.object.text());
        text.push('\n');
    }
    text
}

#[track_caller]
fn check(name: &str, title: &str) -> Extraction {
    let text = sample(&format!("{name}.txt"));
    let found = extract(&text, &Options { published: None });
    for candidate in &found.candidates {
        let span = candidate.span;
        assert_eq!(&text[span.start..span.end], candidate.surface);
        assert_eq!(text[..span.start].chars().count(), span.char_start);
        assert_eq!(text[..span.end].chars().count(), span.char_end);
    }
    let manifest = env!("CARGO_MANIFEST_DIR");
    testkit::golden::check(manifest, &format!("tests/data/{name}.json"), &shown(&found));
    testkit::golden::check(
        manifest,
        &format!("tests/data/{name}.draft.jsonl"),
        &drafted(&found, title),
    );
    found
}

/// How many distinct values of each kind go into a draft.
fn counts(found: &Extraction) -> Vec<(CandidateKind, usize)> {
    let mut values: Vec<(CandidateKind, &str)> = found
        .candidates
        .iter()
        .filter(|candidate| candidate.kind.is_observable())
        .filter(|candidate| candidate.confidence >= extract::candidate::DRAFT_CONFIDENCE)
        .map(|candidate| (candidate.kind, candidate.value.as_str()))
        .collect();
    values.sort_unstable();
    values.dedup();
    let mut counts: Vec<(CandidateKind, usize)> = Vec::new();
    for (kind, _) in values {
        match counts.last_mut() {
            Some((last, count)) if *last == kind => *count += 1,
            _ => counts.push((kind, 1)),
        }
    }
    counts
}

const LISTED: [(CandidateKind, usize); 7] = [
    (CandidateKind::Domain, 4),
    (CandidateKind::Email, 1),
    (CandidateKind::Ipv4, 4),
    (CandidateKind::Ipv4Network, 1),
    (CandidateKind::Ipv6, 1),
    (CandidateKind::Sha256, 2),
    (CandidateKind::Url, 2),
];

#[test]
fn the_english_report_yields_what_a_person_would_list() {
    let found = check("report-en", "Quiet hands on the edge");
    assert_eq!(counts(&found), LISTED);
}

#[test]
fn the_japanese_report_yields_what_a_person_would_list() {
    let found = check("report-ja", "静かな侵入");
    assert_eq!(counts(&found), LISTED);
}

#[test]
fn the_reports_share_two_indicators() {
    let values = |name: &str| {
        let found = extract(&sample(name), &Options { published: None });
        let values: std::collections::BTreeSet<(CandidateKind, String)> = found
            .candidates
            .iter()
            .filter(|candidate| candidate.kind.is_observable())
            .map(|candidate| (candidate.kind, candidate.value.clone()))
            .collect();
        values
    };
    let (english, japanese) = (values("report-en.txt"), values("report-ja.txt"));
    let shared: Vec<&str> = english
        .intersection(&japanese)
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(shared, ["update.kumoi-sync.example", "203.0.113.58"]);
}
