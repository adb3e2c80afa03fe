use super::*;
use crate::window::Window;

fn located(text: &str, word: &str) -> Line {
    let start = text.find(word).unwrap() as u64;
    Window::over(text.as_bytes())
        .locate(start..start + word.len() as u64)
        .unwrap()
        .line
        .unwrap()
}

#[track_caller]
fn check(text: &str, word: &str, expected: [&str; 3]) {
    let excerpt = Excerpt::of(&located(text, word));
    assert_eq!([excerpt.before, excerpt.marked, excerpt.after], expected);
}

#[test]
fn short_lines_are_shown_as_they_are() {
    check(
        "{\n\t\"a\": \"北\",\r\n}",
        "\"北\"",
        ["    \"a\": ", "\"北\"", ","],
    );
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("{}MARK{}", "a".repeat(500), "b".repeat(500));
    check(
        &text,
        "MARK",
        [
            &format!("…{}", "a".repeat(22)),
            "MARK",
            &format!("{}…", "b".repeat(42)),
        ],
    );
    let text = format!("x{}", "北".repeat(500));
    let excerpt = Excerpt::of(&located(&text, text.trim_start_matches('x')));
    assert_eq!(excerpt.before, "x");
    assert!(excerpt.marked.ends_with('…'));
    assert!(format::width(&excerpt.marked) <= COLUMNS);
}
