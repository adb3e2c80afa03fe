use std::collections::BTreeMap;

use super::*;

fn planted(values: &[(PlantedValue, u64)]) -> Vec<PlantedIndicator> {
    values
        .iter()
        .map(|(value, hits)| PlantedIndicator {
            value: value.clone(),
            hits: *hits,
        })
        .collect()
}

fn bytes(seed: u64, lines: u64) -> Vec<u8> {
    let planted = planted(&[(PlantedValue::Domain("a.example".into()), 7)]);
    let mut bytes = Vec::new();
    let written = Telemetry::new(seed, lines, &planted)
        .unwrap()
        .write_to(&mut bytes)
        .unwrap();
    assert_eq!(written, bytes.len() as u64);
    bytes
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(bytes(1, 2_000), bytes(1, 2_000));
    assert_ne!(bytes(1, 2_000), bytes(2, 2_000));
}

#[test]
fn lines_are_json_in_order_of_time() {
    let mut by_log: BTreeMap<String, u64> = BTreeMap::new();
    let mut last = String::new();
    let text = String::from_utf8(bytes(3, 5_000)).unwrap();
    for line in text.lines() {
        let value: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        *by_log
            .entry(value["_path"].as_str().unwrap().to_owned())
            .or_default() += 1;
        let ts = value["ts"].as_str().unwrap().to_owned();
        assert!(last <= ts, "{last} {ts}");
        last = ts;
    }
    assert_eq!(by_log.values().sum::<u64>(), 5_000);
    assert_eq!(by_log.keys().collect::<Vec<_>>(), ["conn", "dns", "http"]);
    let average = text.len() / 5_000;
    assert!((380..520).contains(&average), "{average} bytes a line");
}

#[test]
fn what_could_not_be_counted_is_refused() {
    for value in [
        PlantedValue::Address("10.1.2.3".parse().unwrap()),
        PlantedValue::Network("10.0.0.0/8".parse().unwrap()),
        PlantedValue::Network("0.0.0.0/0".parse().unwrap()),
        PlantedValue::Url("https://a.example/".into()),
        PlantedValue::Domain("192.0.2.1".into()),
        PlantedValue::UserAgent("curl/8.17.0".into()),
        PlantedValue::Address("2001:db8:a::1".parse().unwrap()),
        PlantedValue::Subdomain("example".into()),
    ] {
        let lone = planted(&[(value.clone(), 1)]);
        let made = Telemetry::new(1, 100, &lone);
        if value == PlantedValue::Subdomain("example".into()) {
            // The other top-level names are left.
            assert!(made.is_ok());
        } else {
            assert!(matches!(made, Err(SampleError::Benign { .. })), "{value:?}");
        }
    }
    let many = planted(&[(PlantedValue::Domain("a.example".into()), 101)]);
    assert_eq!(
        Telemetry::new(1, 100, &many).err(),
        Some(SampleError::Lines {
            hits: 101,
            lines: 100
        })
    );
}

#[test]
fn every_line_may_be_planted() {
    let all = planted(&[(PlantedValue::Domain("only.example.net".into()), 100)]);
    let text: Vec<String> = Telemetry::new(1, 100, &all).unwrap().collect();
    assert_eq!(
        text.iter()
            .filter(|line| line.contains("only.example.net"))
            .count(),
        100
    );
    assert_eq!(Telemetry::new(1, 0, &[]).unwrap().count(), 0);
}
