//! What is planted is found, nothing else.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use hunt::indicator::exclusions::Exclusions;
use hunt::indicator::{Builder, IndicatorSet, Options as SetOptions, Subdomains};
use hunt::matching::{Matcher, Options, ValidityRule};
use hunt::sample::planted::{PlantedIndicator, PlantedValue};
use hunt::sample::{LINES, Telemetry};
use hunt::sighting::Sightings;
use serde_json::json;
use stix::object::Object;

pub(crate) fn indicator(number: usize, pattern: &str, more: &[(&str, &str)]) -> Object {
    let mut object = json!({
        "type": "indicator", "spec_version": "2.1",
        "id": format!("indicator--00000000-0000-4000-8000-{number:012x}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
        "pattern": pattern, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
    });
    for (name, value) in more {
        object[*name] = json!(value);
    }
    Object::parse(&object.to_string()).expect("an object")
}

pub(crate) fn set(objects: &[Object]) -> Arc<IndicatorSet> {
    let mut builder = Builder::new(SetOptions {
        subdomains: Subdomains::AsWritten,
        least_confidence: None,
        exclusions: Exclusions::default(),
    });
    for object in objects {
        builder.add(object);
    }
    Arc::new(builder.build())
}

pub(crate) const ENFORCED: Options = Options {
    validity: ValidityRule::Enforced,
    assumed: None,
};

#[test]
fn planted_is_found() {
    let cases = [
        (
            "[ipv4-addr:value = '192.0.2.66']",
            PlantedValue::Address("192.0.2.66".parse().unwrap()),
            23,
        ),
        (
            "[ipv6-addr:value = '2001:db8:77::5']",
            PlantedValue::Address("2001:db8:77::5".parse().unwrap()),
            5,
        ),
        (
            "[ipv4-addr:value ISSUBSET '203.0.113.0/28']",
            PlantedValue::Network("203.0.113.0/28".parse().unwrap()),
            11,
        ),
        (
            "[ipv4-addr:value = '203.0.113.9']",
            PlantedValue::Address("203.0.113.9".parse().unwrap()),
            2,
        ),
        (
            "[domain-name:value = 'update.higan-cdn.example']",
            PlantedValue::Domain("update.higan-cdn.example".into()),
            40,
        ),
        (
            "[domain-name:value LIKE '%.bad.example']",
            PlantedValue::Subdomain("bad.example".into()),
            9,
        ),
        (
            "[url:value = 'http://drop.example:8080/a/b.php?x=1']",
            PlantedValue::Url("http://drop.example:8080/a/b.php?x=1".into()),
            6,
        ),
        (
            "[domain-name:value = 'drop.example']",
            PlantedValue::Domain("drop.example".into()),
            3,
        ),
        (
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil \"Bot\"/1']",
            PlantedValue::UserAgent("Evil \"Bot\"/1".into()),
            4,
        ),
    ];
    let objects: Vec<Object> = cases
        .iter()
        .enumerate()
        .map(|(at, case)| indicator(at, case.0, &[]))
        .collect();
    let planted: Vec<PlantedIndicator> = cases
        .iter()
        .map(|case| PlantedIndicator {
            value: case.1.clone(),
            hits: case.2,
        })
        .collect();
    let mut telemetry = Telemetry::new(7, LINES, &planted).expect("telemetry");
    let expected: BTreeMap<String, u64> = objects
        .iter()
        .map(|object| object.id().to_string())
        .zip(telemetry.expected())
        .collect();
    let mut bytes = Vec::new();
    telemetry.write_to(&mut bytes).unwrap();

    let set = set(&objects);
    assert_eq!(set.report().unserved(), 0);
    let mut sightings = Sightings::default();
    let summary = Matcher::new(set, ENFORCED)
        .run(
            Cursor::new(&bytes),
            |hit| sightings.add(hit),
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    assert_eq!(
        (summary.lines, summary.events, summary.broken),
        (LINES, LINES, 0)
    );
    assert_eq!(summary.bytes, bytes.len() as u64);
    let found: BTreeMap<String, u64> = sightings
        .drafts()
        .into_iter()
        .map(|draft| (draft.indicator.to_string(), draft.count))
        .collect();
    // The address in 203.0.113.0/28 that is planted by itself may be drawn for the network too.
    let lone = objects[3].id().to_string();
    for (id, count) in &expected {
        if *id == lone {
            assert!(found[id] >= *count && found[id] <= count + 11, "{found:?}");
        } else {
            assert_eq!(found.get(id), Some(count), "{id}");
        }
    }
    assert_eq!(expected[&objects[2].id().to_string()], 13);
    assert_eq!(expected[&objects[7].id().to_string()], 9);
}

#[test]
fn time_and_revocation() {
    let at = |text| format!(r#"{{"_path":"dns","ts":"{text}","query":"a.example","answers":[]}}"#);
    let early = at("2026-01-09T00:00:00Z");
    let within = at("2026-01-11T00:00:00Z");
    let late = at("2026-01-20T00:00:00Z");
    let untimed = r#"{"_path":"dns","query":"a.example"}"#.to_owned();
    let pattern = "[domain-name:value = 'a.example']";
    let limited = indicator(
        1,
        pattern,
        &[
            ("valid_from", "2026-01-10T00:00:00Z"),
            ("valid_until", "2026-01-20T00:00:00Z"),
        ],
    );
    let mut revoked = limited.properties().clone();
    revoked.insert("revoked".into(), true.into());
    let revoked = Object::from_properties(revoked).unwrap();
    for (object, validity, expected) in [
        (
            &limited,
            ValidityRule::Enforced,
            vec![within.clone(), untimed.clone()],
        ),
        (
            &limited,
            ValidityRule::Ignored,
            vec![early.clone(), within.clone(), late.clone(), untimed.clone()],
        ),
        (&revoked, ValidityRule::Ignored, vec![]),
    ] {
        let mut matcher = Matcher::new(
            set(std::slice::from_ref(object)),
            Options {
                validity,
                assumed: None,
            },
        );
        let hit: Vec<String> = [&early, &within, &late, &untimed]
            .into_iter()
            .filter(|line| {
                let mut hits = 0;
                matcher.feed(line.as_bytes(), &mut |_| hits += 1);
                hits == 1
            })
            .cloned()
            .collect();
        assert_eq!(hit, expected, "{validity:?}");
    }
}

#[test]
fn places_in_the_stream() {
    let stream = "\n{\"_path\":\"weird\"}\n{\"_path\":\"dns\",\"query\":\"a.example\",\"answers\":[\"a.example\",\"a.example\"]}\nbroken\n{\"_path\":\"dns\",\"query\":\"a.example\"}";
    let mut matcher = Matcher::new(
        set(&[indicator(1, "[domain-name:value = 'a.example']", &[])]),
        ENFORCED,
    );
    let mut hits = Vec::new();
    let summary = matcher
        .run(
            Cursor::new(stream),
            |hit| hits.push((hit.event, hit.line, hit.byte, hit.place.name())),
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    let third = stream.find("{\"_path\":\"dns\"").unwrap() as u64;
    let fifth = stream.rfind('{').unwrap() as u64;
    assert_eq!(
        hits,
        [
            (0, 2, third, "DNS::IN_REQUEST"),
            (0, 2, third, "DNS::IN_RESPONSE"),
            (1, 4, fifth, "DNS::IN_REQUEST"),
        ]
    );
    assert_eq!(
        (
            summary.lines,
            summary.events,
            summary.other_logs,
            summary.broken,
            summary.hits
        ),
        (4, 2, 1, 1, 3)
    );
    assert_eq!(summary.samples[0].start, "broken");
    matcher.replace(set(&[]));
    matcher.feed(br#"{"_path":"dns","query":"a.example"}"#, &mut |_| {
        panic!("nothing is looked for")
    });
}

#[test]
fn a_run_can_be_stopped() {
    let line = "{\"_path\":\"conn\"}\n".repeat(40_000);
    let summary = Matcher::new(set(&[]), ENFORCED)
        .run(Cursor::new(line), |_| {}, |_| ControlFlow::Break(()))
        .unwrap();
    assert_eq!(summary.lines, hunt::matching::PROGRESS_LINES);
}
