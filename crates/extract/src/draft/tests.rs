use super::*;
use crate::extraction::{Options, extract};

fn drafted(text: &str) -> Vec<Drafted> {
    let found = extract(
        text,
        &Options {
            published: "2024-11-20".parse().ok(),
        },
    );
    let source = SourceDocument {
        title: "The case of Kibo Bank".to_owned(),
        url: Some("https://centre.example/kibo-bank".to_owned()),
        publisher: Some("Centre".to_owned()),
        published: found.published,
    };
    let creator = "identity--00000000-0000-4000-8000-0000000000ff"
        .parse()
        .unwrap();
    draft(
        &found,
        &source,
        &creator,
        "2026-01-15T09:00:00Z".parse().unwrap(),
        &base::id_source::CountingIds::from(1),
    )
}

const TEXT: &str = "Kibo Bank, a Japanese bank, was breached in March. We assess with high confidence that the intrusion at Kibo \
     Bank was the work of APT41. It calls hxxp://evil[.]example/a, uses CVE-2024-1135 and T1059.001.";

#[test]
fn what_may_be_withheld_stands_alone() {
    let objects = drafted(TEXT);
    let holding = |word: &str| -> Vec<&str> {
        objects
            .iter()
            .filter(|drafted| drafted.object.text().contains(word))
            .map(|drafted| drafted.object.kind())
            .collect()
    };
    assert_eq!(holding("Kibo Bank"), ["report", "identity"]);
    assert_eq!(holding("APT41"), ["intrusion-set"]);
    assert_eq!(holding("centre.example"), ["report"]);
    assert!(holding("object_marking_refs").is_empty());
}

#[test]
fn a_report_refers_to_everything_else() {
    let objects = drafted(TEXT);
    let kinds: Vec<&str> = objects
        .iter()
        .map(|drafted| drafted.object.kind())
        .collect();
    assert_eq!(
        kinds,
        [
            "report",
            "intrusion-set",
            "indicator",
            "vulnerability",
            "attack-pattern",
            "identity",
            "location",
            "relationship",
            "incident",
            "relationship",
            "relationship",
        ]
    );
    let refs: Vec<Id> = objects[0].object.reference_list("object_refs").collect();
    let ids: Vec<Id> = objects
        .iter()
        .skip(1)
        .map(|drafted| drafted.object.id().clone())
        .collect();
    assert_eq!(refs, ids);
}

#[test]
fn a_text_without_findings_gives_nothing() {
    assert!(drafted("Nothing happened.").is_empty());
}
