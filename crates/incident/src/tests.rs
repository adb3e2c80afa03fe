use std::collections::BTreeMap;

use base::id_source::CountingIds;
use stix::id::Id;
use stix::marking::Tlp;

use crate::attribution::{Attribution, AttributionKind, Confidence};
use crate::classification::{CLASSES, Classification};
use crate::model::{Determination, Fidelity, Incident, InvestigationStatus, Moment, Victim};
use crate::sector::Sector;
use crate::severity::{CATEGORIES, Level, Score, ScoreError};

fn sample() -> Incident {
    let id = |text: &str| Id::parse(text).unwrap();
    Incident {
        id: id("incident--00000000-0000-4000-8000-000000000001"),
        number: "2026-0001".into(),
        title: "Intrusion at a carrier".into(),
        description: "Hokuto Telecom found a changed router".into(),
        victim: Some(Victim {
            identity: id("identity--00000000-0000-4000-8000-000000000002"),
            name: "Hokuto Telecom".into(),
            sector: Some(Sector::InformationCommunications),
            country: Some("JP".into()),
        }),
        occurred: Moment::parse("2026-01"),
        learnt: "2026-01-14T00:00:00Z".parse().unwrap(),
        recorded: "2026-01-15T00:00:00Z".parse().unwrap(),
        classification: Classification::parse("intrusions:system-compromise").unwrap(),
        determination: Determination::Confirmed,
        status: InvestigationStatus::Open,
        attributions: vec![Attribution {
            kind: AttributionKind::Assessed,
            actor: id("intrusion-set--00000000-0000-4000-8000-000000000003"),
            actor_name: "Volt Typhoon".into(),
            confidence: Confidence::parse("medium").unwrap(),
            author: "centre".into(),
            stated: "2026-01-15T00:00:00Z".parse().unwrap(),
            marking: Tlp::AmberStrict,
        }],
        consent: true,
        marking: Tlp::Green,
        victim_marking: Tlp::AmberStrict,
    }
}

#[test]
fn the_victims_name_stands_only_under_the_victims_marking() {
    let creator = Id::parse("identity--00000000-0000-4000-8000-00000000000a").unwrap();
    let now = "2026-01-15T09:00:00Z".parse().unwrap();
    let objects =
        crate::stix_form::objects(&sample(), &creator, now, &CountingIds::from(100)).unwrap();
    assert_eq!(objects.len(), 4);
    for object in &objects {
        let strict = object
            .markings()
            .object
            .iter()
            .any(|id| Tlp::from_id(id) == Some(Tlp::AmberStrict));
        if object.text().contains("Hokuto") && !strict {
            let granular: Vec<String> = object
                .markings()
                .granular
                .iter()
                .flat_map(|marking| marking.selectors.iter().map(ToString::to_string))
                .collect();
            assert_eq!(granular, ["description"], "{}", object.text());
        }
    }
}

#[test]
fn moments_keep_their_precision() {
    for (text, fidelity) in [
        ("2026", Fidelity::Year),
        ("2026-01", Fidelity::Month),
        ("2026-01-12", Fidelity::Day),
    ] {
        let moment = Moment::parse(text).unwrap();
        assert_eq!(moment.fidelity, fidelity);
        assert_eq!(moment.text(), text);
    }
    assert_eq!(Moment::parse("2026-13"), None);
    assert_eq!(Moment::parse("soon"), None);
    assert_eq!(Moment::parse("日本"), None);
}

#[test]
fn the_check_value_of_nciss_holds() {
    assert!((Score::of_sum(2235).value() - 62.11).abs() < 1e-9);
    assert!(Score::of_sum(0).value().abs() < 1e-9);
    assert!((Score::of_sum(9_999).value() - 100.0).abs() < 1e-9);
    assert_eq!(Score::of_sum(2235).level(), Level::High);
    let answers: BTreeMap<String, String> = CATEGORIES
        .iter()
        .map(|category| (category.name.to_owned(), category.answers[0].0.to_owned()))
        .collect();
    assert!(Score::of(&answers).is_ok());
    assert_eq!(
        Score::of(&BTreeMap::new()),
        Err(ScoreError::Missing("functional_impact"))
    );
}

#[test]
fn classes_and_sectors_read_back() {
    for class in &CLASSES {
        assert_eq!(
            Classification::parse(class.name).unwrap().to_string(),
            class.name
        );
        for value in class.values {
            let text = format!("{}:{value}", class.name);
            assert_eq!(Classification::parse(&text).unwrap().to_string(), text);
        }
    }
    assert_eq!(Classification::parse("intrusions:nothing"), None);
    for sector in Sector::ALL {
        assert_eq!(Sector::parse(sector.name()), Some(sector));
        assert_eq!(Sector::parse(sector.japanese()), Some(sector));
    }
    assert_eq!(
        Sector::parse("telecommunications"),
        Some(Sector::InformationCommunications)
    );
    assert_eq!(Sector::parse("energy"), None, "three sectors share it");
}

#[test]
fn taxonomies_agree_with_the_published_files() {
    let Some(path) = testkit::shared::path("data/rsit-1003.json") else {
        return;
    };
    let published: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for class in published["values"].as_array().unwrap() {
        let name = class["predicate"].as_str().unwrap();
        for entry in class["entry"].as_array().unwrap() {
            let text = format!("{name}:{}", entry["value"].as_str().unwrap());
            assert!(Classification::parse(&text).is_some(), "{text}");
        }
    }
}
