//! Matching with few and with many patterns, in one run: `cargo bench -p pattern -- [observations] [patterns…]`.
//!
//! Trust the ratios, not the rates of a shared machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::cast_precision_loss,
    reason = "rates are shown with three digits"
)]
#![expect(clippy::unwrap_used, reason = "a benchmark may end in a panic")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use pattern::matcher::Matcher;
use pattern::matcher::observation::{self, Observation};
use pattern::matcher::set::PatternSet;
use pattern::matcher::stream::Stream;
use serde_json::{Value, json};

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u64>().ok());
    let observations = numbers.next().unwrap_or(10_000);
    let mut sizes: Vec<u64> = numbers.collect();
    if sizes.is_empty() {
        sizes = vec![100, 10_000];
    }
    // The observations are the same for all sets: about one in a hundred is what an indicator of the largest is about.
    let largest = sizes.iter().copied().max().unwrap_or(1);
    let document: Value = (0..observations).map(|n| observed(n, largest)).collect();
    let reading = observation::read(&document);
    assert!(
        reading.diagnostics.is_empty(),
        "{:?}",
        reading.diagnostics.first()
    );

    let mut runs: Vec<Run> = sizes.iter().map(|size| Run::new(*size)).collect();
    // Rounds in turn, so that a slow moment of the machine hits all alike.
    for _ in 0..9 {
        for run in &mut runs {
            let started = Instant::now();
            run.matches = black_box(run.set.matches(&reading.observations))
                .matches
                .len();
            run.batch = run.batch.min(started.elapsed());
            // A stream remembers: each round has a new one.
            let mut stream = Stream::new(patterns(run.size), 0);
            let started = Instant::now();
            black_box(push_all(&mut stream, &reading.observations));
            run.stream = run.stream.min(started.elapsed());
        }
    }

    println!("| patterns | built in | batch, observations/s | stream, observations/s | matches |");
    println!("| --- | --- | --- | --- | --- |");
    for run in &runs {
        let rate = |time: Duration| observations as f64 / time.as_secs_f64();
        println!(
            "| {} | {:.0?} | {:.0} | {:.0} | {} |",
            run.size,
            run.built,
            rate(run.batch),
            rate(run.stream),
            run.matches
        );
    }
    if let (Some(few), Some(many)) = (runs.first(), runs.last()) {
        println!(
            "\ncost of an observation, most patterns to fewest: {:.2} × in a batch, {:.2} × in a stream",
            many.batch.as_secs_f64() / few.batch.as_secs_f64(),
            many.stream.as_secs_f64() / few.stream.as_secs_f64()
        );
    }
}

/// What is measured of one set; times are the best of their rounds.
struct Run {
    size: u64,
    set: PatternSet<u64>,
    built: Duration,
    batch: Duration,
    stream: Duration,
    matches: usize,
}

impl Run {
    fn new(size: u64) -> Self {
        let started = Instant::now();
        let set = patterns(size);
        Self {
            size,
            set,
            built: started.elapsed(),
            batch: Duration::MAX,
            stream: Duration::MAX,
            matches: 0,
        }
    }
}

fn push_all<'a>(stream: &mut Stream<u64>, observations: &[Observation<'a, &'a Value>]) -> usize {
    observations
        .iter()
        .map(|observation| stream.push(observation).len())
        .sum()
}

fn patterns(count: u64) -> PatternSet<u64> {
    let mut set = PatternSet::new();
    for n in 0..count {
        let pattern = pattern::parse::parse(&indicator(n)).unwrap();
        set.insert(n, Matcher::compile(&pattern).unwrap());
    }
    set
}

/// The n-th indicator: of a hundred, 60 are one equality, 10 lists of hashes, 10 an AND, 6 networks, 8 LIKE, 3 MATCHES
/// and 3 sequences.
fn indicator(n: u64) -> String {
    match n % 100 {
        0..15 => format!("[domain-name:value = '{}']", domain(n)),
        15..30 => format!("[ipv4-addr:value = '{}']", address(n)),
        30..45 => format!("[file:hashes.'SHA-256' = '{}']", hash(n)),
        45..60 => format!("[url:value = '{}']", url(n)),
        60..70 => {
            let hashes: Vec<String> = (0..5)
                .map(|k| format!("file:hashes.'SHA-256' = '{}'", hash(n * 10 + k)))
                .collect();
            format!("[{}]", hashes.join(" OR "))
        }
        70..75 => format!(
            "[file:name = 'setup.exe' AND file:hashes.'SHA-256' = '{}']",
            hash(n)
        ),
        75..80 => format!(
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '{}']",
            address(n)
        ),
        80..86 => format!("[ipv4-addr:value ISSUBSET '{}/24']", address(n)),
        86..90 => format!("[domain-name:value LIKE '%.{}']", domain(n)),
        90..94 => format!("[url:value LIKE 'http://{}/%']", domain(n)),
        94..97 => format!(
            "[url:value MATCHES '^https?://[a-z]+\\\\.{}/']",
            domain(n).replace('.', "\\\\.")
        ),
        _ => format!(
            "([domain-name:value = '{}'] FOLLOWEDBY [file:hashes.'SHA-256' = '{}']) WITHIN 300 SECONDS",
            domain(n),
            hash(n)
        ),
    }
}

/// The n-th observation, one a second.
fn observed(n: u64, indicators: u64) -> Value {
    // Values beyond the indicators, but for about one in a hundred.
    let value = if n.is_multiple_of(101) {
        mix(n) % indicators
    } else {
        indicators * 20 + n
    };
    let objects = match n % 5 {
        0 => {
            json!({ "0": { "type": "domain-name", "value": domain(value), "resolves_to_refs": ["1"] },
                     "1": { "type": "ipv4-addr", "value": address(value) } })
        }
        1 => {
            json!({ "0": { "type": "file", "name": "setup.exe", "size": 25536, "hashes": { "SHA-256": hash(value) } } })
        }
        2 => {
            json!({ "0": { "type": "network-traffic", "src_ref": "1", "dst_ref": "2", "dst_port": 443, "protocols": ["ipv4", "tcp"] },
                     "1": { "type": "ipv4-addr", "value": address(value + 1) },
                     "2": { "type": "ipv4-addr", "value": address(value) } })
        }
        3 => json!({ "0": { "type": "url", "value": url(value) } }),
        _ => {
            json!({ "0": { "type": "process", "command_line": "C:\\\\Windows\\\\System32\\\\svchost.exe -k netsvcs", "pid": n % 30_000, "image_ref": "1" },
                     "1": { "type": "file", "name": "svchost.exe", "hashes": { "SHA-256": hash(value) } } })
        }
    };
    let time = format!(
        "2026-01-15T{:02}:{:02}:{:02}Z",
        n / 3600 % 24,
        n / 60 % 60,
        n % 60
    );
    json!({ "type": "observed-data", "first_observed": time, "last_observed": time, "number_observed": 1, "objects": objects })
}

fn domain(n: u64) -> String {
    let letters: String = (0..8)
        .map(|place| char::from(b'a' + u8::try_from(mix(n) >> (place * 7) & 15).unwrap_or(0)))
        .collect();
    format!("{letters}{n}.example")
}

fn address(n: u64) -> String {
    let mixed = mix(n + 7);
    format!(
        "{}.{}.{}.{}",
        1 + mixed % 200,
        mixed >> 8 & 255,
        mixed >> 16 & 255,
        mixed >> 24 & 255
    )
}

fn hash(n: u64) -> String {
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|part| mix(n * 4 + part));
    format!("{first:016x}{second:016x}{third:016x}{fourth:016x}")
}

fn url(n: u64) -> String {
    format!("http://{}/{:x}/index.html", domain(n), mix(n) >> 40)
}

/// Spreads a number over 64 bits.
fn mix(n: u64) -> u64 {
    let mut mixed = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    for shift in [30, 27, 31] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    mixed
}
