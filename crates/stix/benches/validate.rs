//! Validation beside a peer, in one run: `cargo bench -p stix -- [FILE]`.
//!
//! FILE is a bundle, gzipped or not; without it the sample is ATT&CK from the shared data, and where that is not
//! there either, a bundle made here. The peer is `serde_json` reading the same bytes into a `Value`, which judges
//! nothing. Trust the ratios, not the rates of a shared machine: every row is the best of several runs, and the
//! rows take turns.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::cast_precision_loss,
    reason = "rates are shown with three digits"
)]
#![expect(clippy::unwrap_used, reason = "a benchmark may end in a panic")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Read as _;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use stix::bundle::Reader;
use stix::json::tree::Tree;
use stix::object::Object;
use stix::validate::{Options, Validator};

/// What is measured, the best time of it, and how it is done.
type Row<'a> = (&'a str, Duration, Box<dyn FnMut() + 'a>);

fn main() {
    let file = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let bytes = match file {
        Some(file) => unpacked(std::fs::read(file).unwrap()),
        None => sample(),
    };
    let count = Reader::new(bytes.as_slice()).count();
    println!("{count} objects, {} bytes\n", bytes.len());

    let texts: Vec<String> = Reader::new(bytes.as_slice())
        .flatten()
        .map(|member| member.text)
        .collect();
    let mut findings = 0;
    let mut passing = Tree::indexed();
    let mut document = |options: Options| {
        let mut reader = Reader::new(bytes.as_slice());
        let mut validator = Validator::new(options);
        findings = 0;
        while let Some(member) = reader.next_into(&mut passing) {
            validator.add_passing(&member.unwrap(), &mut passing);
            findings += validator.take().len();
        }
        findings += validator.finish().len();
    };
    let mut tree = Tree::default();
    let mut rows: [Row<'_>; 6] = [
        (
            "peer: serde_json::Value, judges nothing",
            Duration::MAX,
            Box::new(|| {
                black_box(serde_json::from_slice::<serde_json::Value>(&bytes).unwrap());
            }),
        ),
        (
            "members found",
            Duration::MAX,
            Box::new(|| {
                black_box(Reader::new(bytes.as_slice()).count());
            }),
        ),
        (
            "members read into trees",
            Duration::MAX,
            Box::new(|| {
                for text in &texts {
                    tree.read(text).unwrap();
                    black_box(&tree);
                }
            }),
        ),
        (
            "members read into objects to hold",
            Duration::MAX,
            Box::new(|| {
                for text in &texts {
                    black_box(Object::parse(text).is_ok());
                }
            }),
        ),
        ("whole document, errors", Duration::MAX, Box::new(|| ())),
        ("whole document, everything", Duration::MAX, Box::new(|| ())),
    ];
    for _ in 0..RUNS {
        for (at, (_, best, work)) in rows.iter_mut().enumerate() {
            let started = Instant::now();
            match at {
                4 => document(Options::ERRORS),
                5 => document(Options::ALL),
                _ => work(),
            }
            *best = (*best).min(started.elapsed());
        }
    }
    println!("| what | ms | MB/s | objects/s | × peer |\n| --- | --- | --- | --- | --- |");
    let peer = rows[0].1.as_secs_f64();
    for (what, best, _) in &rows {
        let seconds = best.as_secs_f64();
        println!(
            "| {what} | {:.1} | {:.0} | {:.0} | {:.2} |",
            seconds * 1e3,
            bytes.len() as f64 / seconds / 1e6,
            count as f64 / seconds,
            peer / seconds
        );
    }
    println!("\n{findings} findings, notes among them");
}

fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut out = Vec::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut out)
        .unwrap();
    out
}

fn sample() -> Vec<u8> {
    if let Some(bytes) = testkit::corpus::bytes("data/attack/enterprise-18.1.json.gz") {
        return unpacked(bytes);
    }
    let mut text = String::from(
        r#"{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":["#,
    );
    for number in 0..20_000 {
        if number > 0 {
            text.push(',');
        }
        let _ = write!(
            text,
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-{number:012}","created":"2026-01-14T09:30:00.000Z","modified":"2026-01-14T09:30:00.000Z","name":"Address {number}","description":"An address that a controller answered from.","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'c{number}.example.com']","pattern_type":"stix","valid_from":"2026-01-14T09:30:00.000Z"}}"#
        );
    }
    text.push_str("]}");
    text.into_bytes()
}

/// Runs of each row; the best one counts.
const RUNS: usize = 7;
