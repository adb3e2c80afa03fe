//! The recorded verdicts of the reference tools.

use pattern::parse::parse;
use testkit::{corpus, known};

const MANIFEST: &str = env!("CARGO_MANIFEST_DIR");

/// Runs `check` over the lines of a file; `name:line` is the id of a case in `tests/deviations-<name>.txt`.
fn run(name: &str, check: impl Fn(&serde_json::Value) -> Result<(), String>) {
    let Some(cases) = corpus::json_lines(&format!("corpus/pattern-2.1/{name}.jsonl")) else {
        return;
    };
    let mut known = known::Failures::read(MANIFEST, &format!("tests/deviations-{name}.txt"));
    for case in cases {
        known.case(&format!("{name}:{}", case.line), check(&case.value));
    }
    known.finish();
}

fn text<'a>(case: &'a serde_json::Value, key: &str) -> &'a str {
    case[key]
        .as_str()
        .unwrap_or_else(|| panic!("no `{key}` in {case}"))
}

/// The verdict on a pattern; a valid one must also survive being written and read again.
fn verdict(text: &str, valid: bool) -> Result<(), String> {
    match parse(text) {
        Ok(pattern) => {
            let written = pattern.to_string();
            assert_eq!(
                parse(&written).as_ref(),
                Ok(&pattern),
                "`{text}` is written `{written}`"
            );
            assert_eq!(parse(&written).unwrap().to_string(), written);
            if valid {
                Ok(())
            } else {
                Err(format!("`{text}` is read"))
            }
        }
        Err(findings) if valid => Err(format!("`{text}`: {}", findings[0])),
        Err(_) => Ok(()),
    }
}

#[test]
fn verdicts_of_the_reference_validator() {
    run("patterns", |case| {
        verdict(text(case, "pattern"), case["ref_valid"].as_bool().unwrap())
    });
}

#[test]
fn patterns_of_the_standard() {
    run("spec-patterns", |case| {
        verdict(text(case, "pattern"), case["ref_valid"].as_bool().unwrap())
    });
}

#[test]
fn patterns_that_misp_writes() {
    run("misp-patterns", |case| {
        verdict(case.as_str().unwrap(), true)
    });
}

#[test]
fn text_after_reading_and_writing() {
    run("pattern-roundtrip", |case| {
        let written = parse(text(case, "pattern"))
            .map_err(|findings| findings[0].to_string())?
            .to_string();
        let expected = text(case, "roundtrip");
        if written == expected {
            Ok(())
        } else {
            Err(format!("written `{written}`, expected `{expected}`"))
        }
    });
}

#[test]
fn patterns_of_the_matcher() {
    run("matcher", |case| match case["error_type"].as_str() {
        Some("ParseException") => verdict(text(case, "pattern"), false),
        // The reference finds at run time what its grammar lets through, or dislikes the observation.
        Some(_) => Ok(()),
        None => verdict(text(case, "pattern"), true),
    });
}

#[test]
fn equivalence() {
    run("pattern-equivalence", |case| {
        let read = |key| parse(text(case, key)).map_err(|findings| findings[0].to_string());
        let (a, b) = (read("a")?, read("b")?);
        let found = pattern::normal::equivalent(&a, &b);
        if Some(found) == case["equivalent"].as_bool() {
            Ok(())
        } else {
            Err(format!("`{a}` and `{b}`: {found}"))
        }
    });
}
