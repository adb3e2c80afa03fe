use super::{Tally, parse_skips, skip_report};

#[test]
fn closing_lines_of_libtest_are_summed() {
    let mut tally = Tally::default();
    for line in [
        "running 3 tests",
        "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.09s",
        "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.00s",
    ] {
        tally.see(line);
    }
    assert_eq!(
        tally,
        Tally {
            passed: 14,
            failed: 3,
            ignored: 1
        }
    );
}

#[test]
fn skips_are_sorted_and_each_is_said_once() {
    let skips = parse_skips("stix b\tno shared `x`\nstix a\tno Chromium\nstix b\tno shared `x`\n");
    assert_eq!(
        skip_report(&skips),
        "  skipped: 2 (counted above as passed)\n    stix a: no Chromium\n    stix b: no shared `x`\n"
    );
    assert_eq!(skip_report(&parse_skips("")), "  skipped: none\n");
}
