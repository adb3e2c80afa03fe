//! The news report that the mission comes from, against its gold answer.

use std::collections::BTreeSet;

use extract::candidate::{Candidate, CandidateKind};
use extract::draft::{SourceDocument, draft};
use extract::extraction::{Extraction, Options, extract};
use extract::incident::ActorName;
use extract::relation::{RelationKind, Target};
use serde_json::Value;

use crate::score::Score;

fn read() -> Option<(String, Vec<Value>, Extraction)> {
    let text = testkit::corpus::text("data/seed/article.txt")?;
    let gold = testkit::corpus::json("data/seed/gold.json")?;
    let found = extract(
        &text,
        &Options {
            published: "2024-02-16".parse().ok(),
        },
    );
    Some((text, gold.as_array().unwrap().clone(), found))
}

/// The name that the gold answer gives a victim or organisation.
fn value_of<'a>(gold: &'a [Value], id: &Value) -> &'a Value {
    &gold.iter().find(|entry| &entry["id"] == id).unwrap()["value"]
}

fn span_of(mention: &Value) -> (usize, usize) {
    let number = |key: &str| usize::try_from(mention[key].as_u64().unwrap()).unwrap();
    (number("start"), number("end"))
}

/// Values and spans of the gold entries of a kind; `also` names further lists of mentions.
fn gold_of(
    gold: &[Value],
    kind: &str,
    also: &[&str],
) -> (BTreeSet<String>, BTreeSet<(usize, usize)>) {
    let mut values = BTreeSet::new();
    let mut spans = BTreeSet::new();
    for entry in gold.iter().filter(|entry| entry["kind"] == kind) {
        let value = entry
            .get("iso")
            .filter(|_| kind == "location")
            .unwrap_or(&entry["value"]);
        values.insert(value.as_str().unwrap_or_default().to_owned());
        for list in ["mentions"].iter().chain(also) {
            spans.extend(entry[*list].as_array().into_iter().flatten().map(span_of));
        }
    }
    (values, spans)
}

fn found_of(
    found: &Extraction,
    kinds: &[CandidateKind],
) -> (BTreeSet<String>, BTreeSet<(usize, usize)>) {
    let wanted = |candidate: &&Candidate| kinds.contains(&candidate.kind);
    let chosen = || found.candidates.iter().filter(wanted);
    (
        chosen().map(|candidate| candidate.value.clone()).collect(),
        chosen()
            .map(|candidate| (candidate.span.char_start, candidate.span.char_end))
            .collect(),
    )
}

#[test]
fn the_seed_is_scored() {
    let Some((_, gold, found)) = read() else {
        return;
    };
    let mut floors = crate::score::Floors::read("seed");
    let rows: [(&str, &[&str], &[CandidateKind]); 6] = [
        ("threat-actor", &[], &[CandidateKind::Actor]),
        ("person", &[], &[CandidateKind::Person]),
        ("organization", &[], &[CandidateKind::Organization]),
        ("location", &["demonyms"], &[CandidateKind::Country]),
        ("sector", &[], &[CandidateKind::Sector]),
        ("date", &[], &[CandidateKind::Date]),
    ];
    for (kind, also, kinds) in rows {
        let (gold_values, gold_spans) = gold_of(&gold, kind, also);
        let (values, spans) = found_of(&found, kinds);
        let gold_values: BTreeSet<String> = gold_values
            .into_iter()
            .map(|value| {
                if value.starts_with("PAST_REF") {
                    "PAST_REF".to_owned()
                } else {
                    value
                }
            })
            .collect();
        floors.check(&format!("{kind} values"), &Score::of(&gold_values, &values));
        floors.check(&format!("{kind} spans"), &Score::of(&gold_spans, &spans));
    }
    let (_, gold_spans) = gold_of(&gold, "threat-actor-generic", &[]);
    let (_, spans) = found_of(&found, &[CandidateKind::ActorUnnamed]);
    floors.check(
        "threat-actor-generic spans",
        &Score::of(&gold_spans, &spans),
    );
    floors.check(
        "statistic",
        &Score::of(&gold_statistics(&gold), &statistics(&found)),
    );
    floors.check(
        "event victim and date",
        &Score::of(&gold_events(&gold), &events(&found)),
    );
    floors.check(
        "relation",
        &Score::of(&gold_relations(&gold), &relations(&found)),
    );
    floors.finish();
}

fn gold_statistics(gold: &[Value]) -> BTreeSet<String> {
    gold.iter()
        .filter(|entry| entry["kind"] == "statistic" && entry["value"].get("count").is_some())
        .map(|entry| {
            format!(
                "{} {} {}",
                entry["value"]["count"],
                entry["value"]["unit"].as_str().unwrap(),
                entry["value"]["period"].as_str().unwrap()
            )
        })
        .collect()
}

fn statistics(found: &Extraction) -> BTreeSet<String> {
    found
        .statistics
        .iter()
        .map(|statistic| {
            format!(
                "{} {} {}",
                statistic.count, statistic.unit, statistic.period
            )
        })
        .collect()
}

fn gold_events(gold: &[Value]) -> BTreeSet<String> {
    gold.iter()
        .filter(|entry| entry["kind"] == "event" && entry["value"].get("victim").is_some())
        .map(|entry| {
            let value = &entry["value"];
            let kind = value["type"]
                .as_str()
                .unwrap()
                .replace("cyberattack (unspecified)", "targeting");
            format!(
                "{kind} {} {}",
                value_of(gold, &value["victim"]).as_str().unwrap(),
                value["date"].as_str().unwrap_or("-")
            )
        })
        .collect()
}

fn events(found: &Extraction) -> BTreeSet<String> {
    found
        .incidents
        .iter()
        .map(|incident| {
            let when = incident
                .when
                .map_or_else(|| "-".to_owned(), |when| when.to_string());
            format!("{} {} {when}", incident.kind.name(), incident.victim.name)
        })
        .collect()
}

/// Those relations of the gold answer whose kinds are looked for: of actors to countries, sectors, botnets, victims.
fn gold_relations(gold: &[Value]) -> BTreeSet<String> {
    gold.iter()
        .filter(|entry| {
            entry["kind"] == "relation"
                && entry["value"]["source"]
                    .as_str()
                    .unwrap()
                    .starts_with("act.")
        })
        .filter(|entry| entry["value"]["type"] != "uses")
        .map(|entry| {
            let value = &entry["value"];
            let target = gold
                .iter()
                .find(|entry| entry["id"] == value["target"])
                .unwrap();
            let source = &gold
                .iter()
                .find(|entry| entry["id"] == value["source"])
                .unwrap();
            let source = source["mentions"][0]["text"].as_str().unwrap();
            let target = match target["kind"].as_str().unwrap() {
                "location" => target["iso"].as_str().unwrap(),
                "infrastructure" => target["mentions"][0]["text"].as_str().unwrap(),
                _ => target["value"].as_str().unwrap(),
            };
            let kind = match value["type"].as_str().unwrap() {
                "attributed-to" => "originates-from",
                "owns|controls" => "controls",
                kind => kind,
            };
            format!("{source} {kind} {target}")
        })
        .collect()
}

fn relations(found: &Extraction) -> BTreeSet<String> {
    let name = |actor: &ActorName| match actor {
        ActorName::Known(name) => name.clone(),
        ActorName::Unnamed { words, .. } => words.clone(),
    };
    let stated = found.relations.iter().map(|relation| {
        format!(
            "{} {} {}",
            name(&relation.actor),
            relation.kind.name(),
            relation.target.value()
        )
    });
    let attributed = found.incidents.iter().filter_map(|incident| {
        let attribution = incident.attribution.as_ref()?;
        Some(format!(
            "{} targets {}",
            name(&attribution.actor),
            incident.victim.name
        ))
    });
    stated.chain(attributed).collect()
}

/// What the issue asks for, word by word.
#[test]
fn the_seed_gives_what_the_issue_asks() {
    let Some((text, _, found)) = read() else {
        return;
    };
    let source = SourceDocument {
        title: "seed".to_owned(),
        url: None,
        publisher: None,
        published: found.published,
    };
    let creator = "identity--00000000-0000-4000-8000-0000000000ff"
        .parse()
        .unwrap();
    let objects = draft(
        &found,
        &source,
        &creator,
        testkit::time::start(),
        &testkit::time::ids(),
    );
    let named = |name: &str| {
        objects
            .iter()
            .find(|drafted| drafted.object.string("name") == Some(name))
            .unwrap()
    };

    let volt = named("Volt Typhoon");
    assert_eq!(volt.object.kind(), "intrusion-set");
    assert_eq!(
        volt.object.properties()["external_references"][0]["external_id"],
        "G1017"
    );
    let aliases: Vec<&str> = volt.object.strings("aliases").collect();
    for alias in [
        "BRONZE SILHOUETTE",
        "Vanguard Panda",
        "DEV-0391",
        "Storm-0391",
        "UNC3236",
        "Voltzite",
        "Insidious Taurus",
    ] {
        assert!(aliases.contains(&alias), "{alias}");
    }
    let mentions: Vec<&str> = volt
        .candidates
        .iter()
        .map(|place| found.candidates[*place].surface.as_str())
        .collect();
    assert_eq!(mentions, ["Volt Typhoon", "Volt Typhoon"]);

    let japan = named("Japan");
    let set = named("China-backed hackers (unnamed)");
    let related = |source: &str, kind: &str, target: &str| {
        objects.iter().any(|drafted| {
            drafted.object.string("relationship_type") == Some(kind)
                && drafted.object.string("source_ref") == Some(source)
                && drafted.object.string("target_ref") == Some(target)
        })
    };
    assert!(related(
        set.object.id().as_str(),
        "targets",
        japan.object.id().as_str()
    ));

    let sectors: BTreeSet<&str> = found
        .candidates
        .iter()
        .filter(|candidate| candidate.kind == CandidateKind::Sector)
        .map(|candidate| candidate.value.as_str())
        .collect();
    assert_eq!(
        sectors.into_iter().collect::<Vec<_>>(),
        [
            "aerospace",
            "government-national",
            "infrastructure",
            "manufacturing",
            "pharmaceuticals",
            "telecommunications"
        ]
    );
    let numbers: Vec<(u64, &str)> = found
        .statistics
        .iter()
        .map(|number| (number.count, number.period.as_str()))
        .collect();
    assert_eq!(numbers, [(150, "2021"), (230, "2022")]);
    let victims: Vec<(String, String)> = found
        .incidents
        .iter()
        .map(|incident| {
            (
                incident.victim.name.clone(),
                incident
                    .when
                    .map_or_else(String::new, |when| when.to_string()),
            )
        })
        .collect();
    let expected = [
        (
            "Ministry of Foreign Affairs of Japan",
            "2024-02-01/2024-02-16",
        ),
        ("Japan Aerospace Exploration Agency", "2023-11"),
        ("Aviation Electronics", "2023-11"),
        ("Japan's cybersecurity agency", "2023-08"),
        ("Yamaha", ""),
        ("Seiko", ""),
        ("Casio", ""),
        ("Eisai", ""),
    ];
    assert_eq!(
        victims,
        expected.map(|(name, when)| (name.to_owned(), when.to_owned()))
    );

    // The must-nots.
    assert!(
        found.candidates.iter().all(
            |candidate| !candidate.kind.is_observable() && candidate.kind != CandidateKind::Cve
        )
    );
    assert!(
        objects
            .iter()
            .all(|drafted| drafted.object.kind() != "indicator")
    );
    for drafted in objects
        .iter()
        .filter(|drafted| drafted.object.kind() == "relationship")
    {
        let ends = [
            drafted.object.string("source_ref").unwrap(),
            drafted.object.string("target_ref").unwrap(),
        ];
        if ends.contains(&volt.object.id().as_str()) {
            let kind = drafted.object.string("relationship_type").unwrap();
            assert!(
                matches!(kind, "originates-from" | "uses"),
                "{}",
                drafted.object.text()
            );
        }
    }
    for incident in &found.incidents {
        let to_china = [
            "Ministry of Foreign Affairs of Japan",
            "Japan's cybersecurity agency",
        ]
        .contains(&incident.victim.name.as_str());
        assert_eq!(
            incident.attribution.is_some(),
            to_china,
            "{}",
            incident.victim.name
        );
        assert_ne!(incident.victim.name, "Recorded Future");
    }
    for relation in &found.relations {
        let germany = Target::Country("DE".to_owned());
        assert!(relation.target != germany);
        let volt_targets = relation.actor == ActorName::Known("Volt Typhoon".to_owned())
            && relation.kind == RelationKind::Targets;
        assert!(!volt_targets);
    }
    assert!(
        found
            .statistics
            .iter()
            .all(|number| number.period != "2023")
    );
    let actors: BTreeSet<&str> = found
        .candidates
        .iter()
        .filter(|candidate| candidate.kind == CandidateKind::Actor)
        .map(|candidate| candidate.value.as_str())
        .collect();
    assert_eq!(actors.into_iter().collect::<Vec<_>>(), ["Volt Typhoon"]);
    assert!(text.ends_with("Intelligence Cloud."));
    // Without a day of publication nothing relative is resolved.
    let undated = extract(&text, &Options { published: None });
    assert!(
        undated
            .incidents
            .iter()
            .all(|incident| incident.when.is_none())
    );
}
