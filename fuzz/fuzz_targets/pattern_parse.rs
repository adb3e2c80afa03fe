//! Any bytes as a pattern: no panic; what is written reads again to the same; the normal form is its own; the check
//! against the standard's tables, the explanation and the carets of findings stand whatever comes.

#![no_main]

use base::diagnostic::Place;
use libfuzzer_sys::fuzz_target;
use pattern::explain::{Language, explain};
use pattern::normal::{equivalent, normal_form};
use pattern::span::Span;
use pattern::{caret, parse, path_type};

fuzz_target!(|bytes: &[u8]| match parse::parse_bytes(bytes) {
    Ok(pattern) => {
        let written = pattern.to_string();
        let again = parse::parse(&written).expect("what was written reads again");
        assert_eq!(pattern, again, "`{written}`");
        assert_eq!(written, again.to_string());

        let form = normal_form(&pattern);
        assert_eq!(normal_form(&form), form, "`{written}`");
        assert!(equivalent(&pattern, &form), "`{written}` and `{form}`");

        let text = std::str::from_utf8(bytes).expect("a pattern is UTF-8");
        show(
            text,
            &path_type::check(&pattern, &stix::pattern_model::StandardModel),
        );
        for language in [Language::English, Language::Japanese] {
            assert!(!explain(&pattern, language).sentences.is_empty());
        }
    }
    Err(diagnostics) => {
        assert!(!diagnostics.is_empty(), "refused without a word");
        show(&String::from_utf8_lossy(bytes), &diagnostics);
    }
});

fn show(text: &str, diagnostics: &[base::diagnostic::Diagnostic]) {
    for diagnostic in diagnostics.iter().take(8) {
        if let Place::Bytes { start, end } = diagnostic.place {
            let shown = caret::caret(text, Span { start, end });
            assert!(shown.underline.ends_with('^'));
        }
    }
}
