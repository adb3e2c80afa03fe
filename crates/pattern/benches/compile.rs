//! Compiling patterns: `cargo bench -p pattern -- [rounds]`.
//!
//! Compiling is tokens, tree and the rules that the text decides, with a text as it comes from a feed. What else is
//! done with a pattern stands beside it. Trust the ratios, not the rates of a shared machine.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(
    clippy::cast_precision_loss,
    reason = "rates are shown with three digits"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use pattern::explain::{Language, explain};
use pattern::normal::normal_form;
use pattern::parse::parse;
use pattern::tree::Pattern;

fn main() {
    let rounds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(5_u32);
    let feed: Vec<String> = FEED.iter().map(|text| (*text).to_owned()).collect();
    println!("| patterns | what | patterns/s | MB/s |\n| --- | --- | --- | --- |");
    for (name, texts, repeat) in [
        ("short, as feeds have them", feed, 2_000),
        ("one with 5,000 addresses", vec![addresses(5_000)], 20),
        ("one with 100 alternatives of 5", vec![alternatives()], 200),
    ] {
        let trees: Vec<Pattern> = texts.iter().filter_map(|text| parse(text).ok()).collect();
        assert_eq!(
            trees.len(),
            texts.len(),
            "a pattern of the benchmark is not valid"
        );
        let bytes: usize = texts.iter().map(String::len).sum();
        let count = texts.len() * repeat;
        let bytes = bytes * repeat;
        let row = |what: &str, work: &dyn Fn()| {
            let seconds = best(rounds, repeat, work).as_secs_f64();
            println!(
                "| {name} | {what} | {:.0} | {:.1} |",
                count as f64 / seconds,
                bytes as f64 / seconds / 1e6
            );
        };
        row("compile", &|| {
            for text in &texts {
                black_box(parse(black_box(text)).is_ok());
            }
        });
        row("write", &|| {
            for tree in &trees {
                black_box(black_box(tree).to_string());
            }
        });
        row("normal form", &|| {
            for tree in &trees {
                black_box(normal_form(black_box(tree)));
            }
        });
        row("explain", &|| {
            for tree in &trees {
                black_box(explain(black_box(tree), Language::English));
            }
        });
    }
}

/// The least time of `rounds` in which `work` was done `repeat` times.
fn best(rounds: u32, repeat: usize, work: &dyn Fn()) -> Duration {
    (0..rounds.max(1))
        .map(|_| {
            let started = Instant::now();
            for _ in 0..repeat {
                work();
            }
            started.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn addresses(count: u32) -> String {
    let mut text = String::from("[ipv4-addr:value IN (");
    for number in 0..count {
        let comma = if number == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}'198.51.{}.{}'", number / 250, number % 250);
    }
    text.push_str(")]");
    text
}

fn alternatives() -> String {
    let one = |number: u32| {
        format!(
            "[file:name = 'a{number}.exe' AND file:size > {number} AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:parent_directory_ref.path LIKE 'C:\\\\%' AND file:mtime < t'2024-01-01T00:00:00Z']"
        )
    };
    (0..100).map(one).collect::<Vec<_>>().join(" OR ")
}

const FEED: [&str; 10] = [
    "[ipv4-addr:value = '198.51.100.7']",
    "[domain-name:value = 'c2.example.com']",
    "[url:value = 'https://login.example.net/a/b?c=d']",
    "[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855']",
    "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 443]",
    "[email-message:from_ref.value MATCHES '.+@example\\\\.com$' AND email-message:subject LIKE '%invoice%']",
    "([file:name = 'a.docm'] FOLLOWEDBY [process:command_line LIKE '%powershell%']) WITHIN 300 SECONDS",
    "[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\Software\\\\Run' AND windows-registry-key:values[*].name = 'updater']",
    "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0] START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'",
];
