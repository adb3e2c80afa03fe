//! Matching beside a peer and a limit, in one run: `cargo bench -p hunt -- [indicators] [lines]`.
//!
//! The peer is what one would write first: `serde_json` into a `Value`, then a `HashMap` of exact values, without
//! subdomains or networks. The limit is counting the lines. Trust the ratios, not the rates of a shared machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::cast_precision_loss,
    reason = "rates are shown with three digits"
)]
#![expect(
    clippy::indexing_slicing,
    clippy::many_single_char_names,
    reason = "a benchmark may end in a panic"
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hunt::index::Key;
use hunt::indicator::exclusions::Exclusions;
use hunt::indicator::{Builder, IndicatorSet, Options as SetOptions, Subdomains, Validity};
use hunt::matching::{Matcher, Options, ValidityRule};
use hunt::reader::Reader;
use hunt::sample::Telemetry;
use hunt::sample::planted::{PlantedIndicator, PlantedValue};
use serde_json::Value;
use stix::id::Id;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u64>().ok());
    let indicators = numbers.next().unwrap_or(100_000);
    let lines = numbers.next().unwrap_or(400_000);

    // Every hundredth of a percent of the lines is a hit.
    let planted: Vec<PlantedIndicator> = (0..10)
        .map(|n| PlantedIndicator {
            value: PlantedValue::Domain(domain(n * 20)),
            hits: lines / 100_000,
        })
        .collect();
    let mut telemetry = Vec::new();
    if let Ok(mut sample) = Telemetry::new(1, lines, &planted) {
        let started = Instant::now();
        let _ = sample.write_to(&mut telemetry);
        println!(
            "sample: {lines} lines, {} bytes each, made in {:?}",
            telemetry.len() as u64 / lines,
            started.elapsed()
        );
    }

    println!(
        "\n| indicators | what | GB/s | M lines/s | × peer | hits |\n| --- | --- | --- | --- | --- | --- |"
    );
    for subdomains in [Subdomains::AsWritten, Subdomains::Included] {
        let started = Instant::now();
        let set = Arc::new(build(indicators, subdomains));
        let built = started.elapsed();
        let peer_set: HashMap<String, u64> = (0..indicators)
            .filter_map(|n| Some((peer_key(&key(n))?, n)))
            .collect();
        let work: [(&str, &dyn Fn() -> u64); 4] = [
            ("newlines counted (limit)", &|| {
                memchr::memchr_iter(b'\n', &telemetry).count() as u64
            }),
            ("fields found, no matching", &|| fields(&telemetry)),
            ("matcher", &|| matcher(&set, &telemetry)),
            ("serde_json + HashMap (peer)", &|| {
                peer(&peer_set, &telemetry)
            }),
        ];
        // Rounds in turn, so that a slow moment of the machine hits all alike.
        let mut best = [Duration::MAX; 4];
        let mut found = [0; 4];
        for round in 0..5 {
            for (at, (_, run)) in work.iter().enumerate() {
                if at == 3 && round > 1 {
                    continue;
                }
                let started = Instant::now();
                found[at] = black_box(run());
                best[at] = best[at].min(started.elapsed());
            }
        }
        for (at, (name, _)) in work.iter().enumerate() {
            let seconds = best[at].as_secs_f64();
            println!(
                "| {indicators} {subdomains:?} | {name} | {:.2} | {:.2} | {:.1} | {} |",
                telemetry.len() as f64 / seconds / 1e9,
                lines as f64 / seconds / 1e6,
                best[3].as_secs_f64() / seconds,
                if at < 2 {
                    "–".to_owned()
                } else {
                    found[at].to_string()
                },
            );
        }
        println!(
            "| | built in {built:.1?}, {:.1} bytes an indicator | | | | |",
            set.heap_bytes() as f64 / indicators as f64,
        );
    }
}

fn fields(telemetry: &[u8]) -> u64 {
    let reader = Reader::new(None);
    telemetry
        .split(|byte| *byte == b'\n')
        .filter(|line| reader.read(line).is_ok())
        .count() as u64
}

fn matcher(set: &Arc<IndicatorSet>, telemetry: &[u8]) -> u64 {
    let options = Options {
        validity: ValidityRule::Enforced,
        assumed: None,
    };
    let mut hits = 0;
    let mut matcher = Matcher::new(Arc::clone(set), options);
    let _ = matcher.run(telemetry, |_| hits += 1, |_| ControlFlow::Continue(()));
    hits
}

fn peer(set: &HashMap<String, u64>, telemetry: &[u8]) -> u64 {
    let mut hits = 0;
    for line in telemetry.split(|byte| *byte == b'\n') {
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let names: &[&str] = match value["_path"].as_str() {
            Some("conn") => &["id.orig_h", "id.resp_h"],
            Some("dns") => &["query", "answers"],
            _ => &["host"],
        };
        for name in names {
            hits += match &value[*name] {
                Value::String(text) => u64::from(set.contains_key(text)),
                Value::Array(items) => items
                    .iter()
                    .filter_map(Value::as_str)
                    .filter(|text| set.contains_key(*text))
                    .count() as u64,
                _ => 0,
            };
        }
    }
    hits
}

fn build(indicators: u64, subdomains: Subdomains) -> IndicatorSet {
    let mut builder = Builder::new(SetOptions {
        subdomains,
        least_confidence: None,
        exclusions: Exclusions::default(),
    });
    for n in 0..indicators {
        let Ok(id) = Id::parse(&format!("indicator--00000000-0000-4000-8000-{n:012x}")) else {
            continue;
        };
        builder.add_key(&id, Validity::ALWAYS, None, &key(n));
    }
    builder.build()
}

/// 60 % domains, 25 % IPv4 addresses, 5 % each networks, URLs and hashes.
fn key(n: u64) -> Key {
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let [a, b, c, d, ..] = spread.to_be_bytes();
    // Outside the sample's own world: 10.0.0.0/8 and 198.18.0.0/15 are odd there.
    let address = Ipv4Addr::new(a | 1, b, c, d);
    let address = if matches!(address.octets(), [11, ..]) {
        Ipv4Addr::new(13, b, c, d)
    } else {
        address
    };
    match n % 20 {
        0..=11 => Key::Domain(domain(n)),
        12..=16 => Key::address(address.into()),
        17 => hunt::normal::network(&format!("{address}/{}", 18 + n % 10))
            .map_or(Key::Domain(domain(n)), Key::Network),
        18 => Key::Url(format!("http://{}/p/{n}.php", domain(n))),
        _ => Key::FileSha256(format!(
            "{spread:016x}{spread:016x}{spread:016x}{spread:016x}"
        )),
    }
}

fn domain(n: u64) -> String {
    let spread = n.wrapping_mul(0xd1b5_4a32_d192_ed03) >> 30;
    format!(
        "{}.{spread:x}-{n}.{}",
        ["www", "cdn"][usize::from(n.is_multiple_of(3))],
        ["example", "test"][usize::from(n % 2 == 1)]
    )
}

fn peer_key(key: &Key) -> Option<String> {
    match key {
        Key::Domain(name) => Some(name.clone()),
        Key::Network(net) if net.prefix_len() == 32 => Some(net.addr().to_string()),
        _ => None,
    }
}
