//! The words of the diagnostics: `findings.in` has one pattern a line, `findings.out` what is said of each.

use std::fmt::Write as _;

#[test]
fn messages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/findings.in");
    let mut out = String::new();
    for line in std::fs::read_to_string(folder).unwrap().lines() {
        let reading = pattern::parse::read(line);
        let _ = writeln!(out, "{line}");
        if let Some(pattern) = &reading.pattern {
            let _ = writeln!(out, "    is {pattern}");
        }
        for finding in &reading.diagnostics {
            let place = match finding.place {
                base::diagnostic::Place::Bytes { start, end } => {
                    line.get(start..end).unwrap_or("?")
                }
                _ => "",
            };
            let _ = writeln!(out, "    `{place}` {finding}");
        }
    }
    testkit::golden::check(env!("CARGO_MANIFEST_DIR"), "tests/data/findings.out", &out);
}
