use super::*;

#[track_caller]
fn check(window: &mut Window, range: Range<u64>, line: u64, column: u64, text: &str) {
    let found = window.locate(range).unwrap();
    assert_eq!((found.start.line, found.start.column), (line, column));
    let found = found.line.unwrap();
    assert_eq!(found.text.get(found.marked), Some(text));
}

#[test]
fn lines_and_columns_count_characters() {
    let text = "{\n  \"名\": \"北斗\",\n  \"b\": 1\n}\n";
    let mut window = Window::over(text.as_bytes());
    let at = |word: &str| {
        let start = text.find(word).unwrap() as u64;
        start..start + word.len() as u64
    };
    check(&mut window, at("\"北斗\""), 2, 8, "\"北斗\"");
    check(&mut window, at("1"), 3, 8, "1");
    // Backwards too.
    check(&mut window, at("名"), 2, 4, "名");
    check(&mut window, 0..text.len() as u64, 1, 1, "{");
    assert_eq!(window.locate(0..1).unwrap().end.column, 2);
    assert_eq!(window.locate(1000..1001), None);
}

#[test]
fn what_was_forgotten_is_still_counted() {
    let (mut recorder, window) = Recorder::new(io::repeat(b'x').take(100));
    io::copy(&mut recorder, &mut io::sink()).unwrap();
    let line = format!("{}\n", "y".repeat(1023));
    for _ in 0..3 * 1024 {
        window.borrow_mut().push(line.as_bytes());
    }
    let end = 100 + 3 * 1024 * 1024;
    window.borrow_mut().forget(end - 1024);
    let mut window = window.borrow_mut();
    assert!(window.bytes.len() < 4096, "{}", window.bytes.len());
    check(&mut window, end - 1024..end - 1020, 3 * 1024, 1, "yyyy");
    assert_eq!(window.locate(50..51), None);
}

#[test]
fn a_text_without_lines_does_not_fill_the_memory() {
    let mut window = Window::new();
    let block = "北".repeat(100_000);
    for _ in 0..200 {
        window.push(block.as_bytes());
    }
    assert!(window.bytes.len() <= WINDOW_BYTES);
    let end = 200 * 300_000;
    let found = window.locate(end - 6..end - 3).unwrap();
    assert_eq!((found.start.line, found.start.column), (1, end / 3 - 1));
    let found = found.line.unwrap();
    assert_eq!(found.text.get(found.marked), Some("北"));
    assert!(found.cut);
}
