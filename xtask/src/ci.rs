//! `cargo xtask ci`: all that a change must pass, with the time each part took.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{check, deny, step, test, tidy};

/// A part of the whole: its name, and what runs it.
type Part = (&'static str, fn() -> Result<bool>);

const PARTS: [Part; 4] = [
    ("check", check::run),
    ("tidy", tidy::run),
    ("test", test::run_all),
    ("deny", deny::run),
];

/// Runs every part even where one fails, so that one run shows everything.
pub(crate) fn run() -> bool {
    let mut results: Vec<(&str, bool, Duration)> = Vec::new();
    for (name, part) in PARTS {
        println!("\n===== {name} =====");
        let start = Instant::now();
        let succeeded = part().unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            false
        });
        results.push((name, succeeded, start.elapsed()));
    }
    println!("\nci:");
    for (name, succeeded, took) in &results {
        println!("{}", step::summary_line(name, *succeeded, *took));
    }
    results.iter().all(|(_, succeeded, _)| *succeeded)
}
