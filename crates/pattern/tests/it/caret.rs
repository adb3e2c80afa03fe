use pattern::caret::{Caret, caret};
use pattern::span::Span;
use proptest::prelude::*;

fn at(text: &str, marked: &str) -> Caret {
    let start = text.find(marked).unwrap();
    caret(
        text,
        Span {
            start,
            end: start + marked.len(),
        },
    )
}

#[test]
fn lines_and_columns() {
    let text = "[file:name = 'x'\r\n AND file:size = 1\n\tOR\rfile:é = 2]";
    let place = |marked: &str| (at(text, marked).line, at(text, marked).column);
    assert_eq!(place("[file"), (1, 1));
    assert_eq!(place("AND"), (2, 2));
    assert_eq!(place("OR"), (3, 2));
    assert_eq!(place("= 2"), (4, 8));
    assert_eq!(at(text, "OR").to_string(), " OR\n ^^\n");
    assert_eq!(at(text, "é").to_string(), "file:é = 2]\n     ^\n");
}

#[test]
fn wide_and_combining_characters() {
    assert_eq!(
        at("[あ:い = う]", "い").to_string(),
        "[あ:い = う]\n    ^^\n"
    );
    assert_eq!(
        at("[e\u{301}:b = 1]", "b").to_string(),
        "[e\u{301}:b = 1]\n   ^\n"
    );
}

#[test]
fn ends() {
    assert_eq!(caret("", Span { start: 0, end: 0 }).to_string(), "\n^\n");
    assert_eq!(
        caret("[a", Span { start: 2, end: 2 }).to_string(),
        "[a\n  ^\n"
    );
    assert_eq!(
        caret("[a", Span { start: 9, end: 20 }).to_string(),
        "[a\n  ^\n"
    );
    assert_eq!(caret("é", Span { start: 1, end: 1 }).to_string(), "é\n^\n");
    let over = caret("ab\ncd", Span { start: 1, end: 5 });
    assert_eq!(
        (over.line, over.column, over.to_string()),
        (1, 2, "ab\n ^\n".to_owned())
    );
    let end = caret("ab\r\ncd", Span { start: 3, end: 4 });
    assert_eq!(
        (end.line, end.column, end.to_string()),
        (1, 3, "ab\n  ^\n".to_owned())
    );
}

#[test]
fn long_lines_are_cut() {
    let text = format!(
        "[a:b = '{}' AND wrong OR a:c = '{}']",
        "x".repeat(10_000),
        "y".repeat(10_000)
    );
    let shown = at(&text, "wrong");
    assert_eq!(shown.column, 10_015);
    assert!(shown.source.chars().count() < 130, "{shown}");
    assert!(shown.source.starts_with('…') && shown.source.ends_with('…'));
    let carets = shown.underline.find('^').unwrap();
    assert_eq!(
        shown
            .source
            .chars()
            .skip(carets)
            .take(5)
            .collect::<String>(),
        "wrong"
    );
    let long = at(&text, &"y".repeat(9_000));
    assert!(long.source.chars().count() < 130 && long.underline.len() < 130);
}

#[test]
fn nothing_moves_the_cursor() {
    let shown = at("[a\u{1b}[31m\u{202e}:b = x]", "x");
    assert!(!shown.source.contains(['\u{1b}', '\u{202e}']));
}

proptest! {
    #[test]
    fn any_span_is_shown(text in ".{0,300}", start in 0..400_usize, length in 0..400_usize) {
        let shown = caret(&text, Span { start, end: start + length });
        prop_assert!(shown.line >= 1 && shown.column >= 1);
        prop_assert!(shown.source.chars().count() <= 400 && shown.underline.len() <= 100);
        prop_assert!(shown.underline.ends_with('^'));
        prop_assert!(!shown.source.contains(['\n', '\r']));
    }
}
