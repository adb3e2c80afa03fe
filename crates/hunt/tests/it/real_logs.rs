//! Real logs of Zeek.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;

use flate2::read::GzDecoder;
use hunt::matching::Matcher;
use hunt::reader::{Reader, Scratch};
use hunt::seen::Where;
use serde_json::Value;

use crate::planted::{ENFORCED, indicator, set};

fn text(name: &str) -> Option<String> {
    let path = testkit::shared::path(&format!("data/telemetry/{name}.ndjson.gz"))?;
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    Some(text)
}

/// What a full parser sees.
fn slow(line: &str, fields: &[(&str, Where)]) -> Vec<(Where, String)> {
    let value: Value = serde_json::from_str(line).unwrap();
    let mut all = Vec::new();
    for (name, place) in fields {
        match &value[*name] {
            Value::String(text) => all.push((*place, text.clone())),
            Value::Array(items) => all.extend(
                items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|text| (*place, text.to_owned())),
            ),
            _ => {}
        }
    }
    all
}

fn check(name: &str, fields: &[(&str, Where)]) {
    let Some(text) = text(name) else { return };
    let reader = Reader::new(None);
    let mut scratch = Scratch::default();
    let mut read = 0_u64;
    for line in text.lines() {
        let event = reader
            .read(line.as_bytes())
            .unwrap_or_else(|why| panic!("{why:?}: {line}"));
        let mut seen = Vec::new();
        event
            .each_seen(&mut scratch, |value| {
                seen.push((value.place, value.text.to_owned()));
            })
            .unwrap();
        assert_eq!(seen, slow(line, fields), "{line}");
        assert!(event.at().is_some(), "{line}");
        // Without `_path` the fields tell the log.
        let bare = line.replacen(r#""_path":"#, r#""was":"#, 1);
        let told = reader.read(bare.as_bytes()).map(|event| event.log());
        if told.is_ok() {
            assert_eq!(told, Ok(event.log()), "{line}");
        }
        read += 1;
    }
    let set = set(&[
        indicator(
            1,
            "[domain-name:value LIKE '%.wrccdc.org']",
            &[("valid_from", "2018-01-01T00:00:00Z")],
        ),
        indicator(
            2,
            "[ipv4-addr:value ISSUBSET '134.71.0.0/16']",
            &[("valid_from", "2018-01-01T00:00:00Z")],
        ),
    ]);
    let mut hits: BTreeMap<String, u64> = BTreeMap::new();
    let summary = Matcher::new(set, ENFORCED)
        .run(
            BufReader::with_capacity(5_000, text.as_bytes()),
            |hit| *hits.entry(hit.indicator.to_string()).or_default() += 1,
            |_| ControlFlow::Continue(()),
        )
        .unwrap();
    assert_eq!(
        (summary.lines, summary.events, summary.broken),
        (read, read, 0)
    );
    assert_eq!(summary.bytes, text.len() as u64);
    assert_eq!(hits.values().sum::<u64>(), summary.hits);
    if name == "zeek-dns" {
        let asked = text.lines().filter(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            value["query"]
                .as_str()
                .is_some_and(|name| name.to_lowercase().ends_with(".wrccdc.org"))
        });
        assert!(hits["indicator--00000000-0000-4000-8000-000000000001"] >= asked.count() as u64);
    }
}

#[test]
fn dns() {
    check(
        "zeek-dns",
        &[
            ("query", Where::DnsRequest),
            ("answers", Where::DnsResponse),
        ],
    );
}

#[test]
fn ssl() {
    check(
        "zeek-ssl",
        &[
            ("server_name", Where::SslServerName),
            ("cert_chain_fps", Where::X509Cert),
        ],
    );
}

#[test]
fn truncated_and_damaged_lines_are_counted() {
    let Some(text) = text("zeek-dns") else { return };
    let mut damaged = Vec::new();
    let mut lines = 0_u64;
    for (at, line) in text.lines().take(3_000).enumerate() {
        let mut bytes = line.as_bytes().to_vec();
        match at % 3 {
            0 => bytes.truncate(at * 7 % bytes.len()),
            1 => {
                let place = at * 13 % bytes.len();
                bytes[place] ^= 1 << (at % 8);
            }
            _ => {}
        }
        lines += bytes
            .split(|byte| *byte == b'\n')
            .filter(|part| !part.trim_ascii().is_empty())
            .count() as u64;
        damaged.extend_from_slice(&bytes);
        damaged.push(b'\n');
    }
    let set = set(&[indicator(1, "[domain-name:value = 'ise.wrccdc.org']", &[])]);
    let summary = Matcher::new(set, ENFORCED)
        .run(damaged.as_slice(), |_| {}, |_| ControlFlow::Continue(()))
        .unwrap();
    assert_eq!(summary.lines, lines);
    assert_eq!(
        summary.lines,
        summary.events + summary.broken + summary.other_logs
    );
    assert!(summary.broken >= 990, "{}", summary.broken);
    assert_eq!(summary.samples.len(), hunt::matching::SAMPLES);
}
