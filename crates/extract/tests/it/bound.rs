//! Any input is answered, and a large one in the time of its size.

use extract::draft::{SourceDocument, draft};
use extract::extraction::{Extraction, Options, extract};
use extract::limits::{CANDIDATES, TEXT_BYTES};

/// What every extraction keeps to.
#[track_caller]
fn check(text: &str) -> Extraction {
    let found = extract(
        text,
        &Options {
            published: "2024-02-16".parse().ok(),
        },
    );
    assert!(found.candidates.len() <= CANDIDATES);
    let mut last = 0;
    for candidate in &found.candidates {
        let span = candidate.span;
        assert!(span.start >= last && span.start < span.end, "{candidate:?}");
        assert_eq!(
            text.get(span.start..span.end),
            Some(candidate.surface.as_str())
        );
        last = span.start;
    }
    found
}

/// Pieces that rules look for, to be put together in ways that no report has.
const PIECES: [&str; 96] = [
    "hxxp",
    "://",
    "[.]",
    "(dot)",
    "[",
    "]",
    "(",
    ")",
    ".",
    "..",
    ",",
    "、",
    "。",
    " ",
    "\n",
    "\n\n",
    "\t",
    "\\",
    "\\_",
    "/",
    "198.51.100.7",
    "/24",
    ":443",
    "2001:db8::",
    ":",
    "::1",
    "evil",
    "example",
    ".com",
    ".example",
    "@",
    "[at]",
    "a.b",
    "HKLM",
    "\\Run",
    "C:\\",
    "%TEMP%\\",
    "CVE-2024-",
    "1234",
    "AS64496",
    "T1059",
    ".001",
    "deadbeefdeadbeefdeadbeefdeadbeef",
    "令和",
    "元年",
    "2024年",
    "13月",
    "２０２４",
    "．",
    "：",
    "株式会社",
    "北斗",
    "は",
    "が",
    "攻撃を受け",
    "ボルト・タイフーン",
    "ﾎﾞ",
    "㈱",
    "In ",
    "November",
    "last year",
    "on Friday",
    "the same month",
    "32 May",
    "Feb 30, 2024",
    "9999",
    "2024-02-30",
    "0 days ago",
    "Volt Typhoon",
    " breached ",
    "Japan's ",
    "agency",
    " was hacked by ",
    "attack on ",
    "Victims include ",
    " and ",
    "U.S.",
    "Ministry of ",
    "X",
    "’",
    "“",
    "\u{200b}",
    "\u{ad}",
    "é",
    "😀",
    "\u{0}",
    "150 cases in 2021",
    "99999999999999999999 cases in 2021",
    "botnet run by ",
    " known as ",
    "Chinese ",
    "government ",
    "We assess with moderate confidence that the intrusion ",
    "targets ",
    "# ",
    "Indicators:\n",
];

#[test]
fn pieces_in_any_order_are_answered() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let source = SourceDocument {
        title: "any".to_owned(),
        url: None,
        publisher: None,
        published: None,
    };
    let creator = "identity--00000000-0000-4000-8000-0000000000ff"
        .parse()
        .unwrap();
    for _ in 0..1_500 {
        let pieces = 1 + next(40);
        let text: String = (0..pieces).map(|_| PIECES[next(PIECES.len())]).collect();
        let found = check(&text);
        let _ = draft(
            &found,
            &source,
            &creator,
            testkit::time::start(),
            &testkit::time::ids(),
        );
    }
}

#[test]
fn a_text_beyond_the_limit_is_cut_on_a_character() {
    let text = "あ".repeat(TEXT_BYTES / 3 + 10);
    let found = check(&text);
    assert_eq!(found.diagnostics.len(), 1);
    assert_eq!(found.diagnostics[0].code, "EXTRACT-01");
}

#[test]
fn more_candidates_than_the_limit_are_cut() {
    let names: Vec<String> = (0..CANDIDATES + 5)
        .map(|n| format!("h{n}.evil.example"))
        .collect();
    let text = names.join("\n");
    let found = check(&text);
    assert_eq!(found.candidates.len(), CANDIDATES);
    assert_eq!(found.diagnostics[0].code, "EXTRACT-02");
}

/// Rows that make a careless matcher look back at everything before.
#[test]
fn long_rows_take_no_longer_than_their_length() {
    for piece in [
        "(",
        ")",
        "http://",
        "a.",
        "a@",
        "1.",
        "1:",
        "a:",
        "\\",
        "C:\\",
        "/a",
        "[.",
        "A ",
        "A, ",
        "Abc ",
        "the ",
        "x and ",
        "HKLM\\A ",
        "In May ",
        "was hacked ",
        " breached A",
        "attack on A ",
        "Japan's ",
        "\"",
        "。",
        "株式会社",
        "漢",
        "は",
        "2024-",
        "T1",
        "f",
        "Volt Typhoon ",
        "a_",
        "%",
        "[at]",
        "Incident A (B) ",
        "A, director ",
        "Agency Bc (AB) ",
    ] {
        check(&piece.repeat(60_000 / piece.len()));
    }
}
