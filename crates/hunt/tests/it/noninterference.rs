//! Nothing of the telemetry but counts and times gets into a sighting.

use std::io::Cursor;
use std::ops::ControlFlow;

use hunt::matching::Matcher;
use hunt::sample::Telemetry;
use hunt::sample::planted::{PlantedIndicator, PlantedValue};
use hunt::sighting::{Sightings, to_stix};
use stix::id::Id;
use stix::marking::Tlp;

use crate::planted::{ENFORCED, indicator, set};

fn sightings(telemetry: &str) -> Vec<String> {
    let objects = [
        indicator(1, "[domain-name:value LIKE '%.bad.example']", &[]),
        indicator(2, "[ipv4-addr:value ISSUBSET '203.0.113.0/24']", &[]),
        indicator(
            3,
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bot/1']",
            &[],
        ),
    ];
    let mut found = Sightings::default();
    Matcher::new(set(&objects), ENFORCED)
        .run(
            Cursor::new(telemetry),
            |hit| found.add(hit),
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    let organisation = Id::parse("identity--33333333-3333-4333-8333-333333333333").unwrap();
    let ids = testkit::time::ids();
    let now = testkit::time::start();
    found
        .drafts()
        .iter()
        .map(|draft| {
            to_stix(draft, &organisation, &organisation, Tlp::Amber, now, &ids)
                .unwrap()
                .text()
                .to_owned()
        })
        .collect()
}

/// The same telemetry of another network: every text but the times and the log's name is another one.
fn elsewhere(telemetry: &str) -> String {
    let mut out = String::new();
    for line in telemetry.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        for (name, value) in value.as_object_mut().unwrap() {
            let Some(text) = value.as_str() else { continue };
            let other = match name.as_str() {
                "_path" | "ts" => continue,
                "id.orig_h" => "10.99.99.99".to_owned(),
                "id.resp_h" if text.starts_with("203.0.113.") => "203.0.113.250".to_owned(),
                "id.resp_h" => "198.18.250.1".to_owned(),
                "query" if text.ends_with(".bad.example") => "other.bad.example".to_owned(),
                "query" | "host" => "elsewhere.test".to_owned(),
                "user_agent" if text == "Bot/1" => continue,
                _ => format!("other-{}", text.len()),
            };
            *value = other.into();
        }
        out.push_str(&value.to_string());
        out.push('\n');
    }
    out
}

#[test]
fn two_networks_with_the_same_hits_give_the_same_sightings() {
    let planted = [
        PlantedIndicator {
            value: PlantedValue::Subdomain("bad.example".into()),
            hits: 31,
        },
        PlantedIndicator {
            value: PlantedValue::Network("203.0.113.0/24".parse().unwrap()),
            hits: 17,
        },
        PlantedIndicator {
            value: PlantedValue::UserAgent("Bot/1".into()),
            hits: 5,
        },
    ];
    let mut bytes = Vec::new();
    Telemetry::new(11, 3_000, &planted)
        .unwrap()
        .write_to(&mut bytes)
        .unwrap();
    let here = String::from_utf8(bytes).unwrap();
    let there = elsewhere(&here);
    assert_ne!(here, there);
    let sightings = (sightings(&here), sightings(&there));
    assert_eq!(sightings.0.len(), 3);
    assert_eq!(sightings.0, sightings.1);
    // And by looking: no address, no identifier of a connection, no name of the telemetry.
    let whole = sightings.0.concat();
    for line in here.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        for name in [
            "uid",
            "id.orig_h",
            "id.resp_h",
            "query",
            "host",
            "uri",
            "user_agent",
        ] {
            if let Some(text) = value[name].as_str() {
                assert!(!whole.contains(text), "{name} {text}");
            }
        }
    }
}
