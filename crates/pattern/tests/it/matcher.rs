//! The recorded verdicts of the reference matcher, and the probes where the text of the standard decides.

use pattern::matcher::Matcher;
use pattern::matcher::compiled::Verdict;
use pattern::matcher::observation;
use testkit::{corpus, known};

const MANIFEST: &str = env!("CARGO_MANIFEST_DIR");

/// The verdict on the observations of `document`; none where the pattern is refused.
pub(crate) fn verdict(pattern: &str, document: &serde_json::Value) -> Option<Verdict> {
    let pattern = pattern::parse::parse(pattern).ok()?;
    let compiled = Matcher::compile(&pattern).ok()?;
    let reading = observation::read(document);
    Some(compiled.matches(&reading.observations))
}

fn run(name: &str, list: &str, expected: &str) {
    let Some(cases) = corpus::json_lines(&format!("corpus/pattern-2.1/{name}.jsonl")) else {
        return;
    };
    let mut known = known::Failures::read(MANIFEST, &format!("tests/{list}"));
    for case in cases {
        let pattern = case.text("pattern");
        let verdict = verdict(pattern, &case.value["observations"]);
        let certain = verdict.as_ref().is_none_or(|verdict| verdict.complete);
        let found = verdict.is_some_and(|verdict| verdict.is_match());
        let result = match &case.value[expected] {
            serde_json::Value::Bool(expected) if *expected == found => Ok(()),
            // STIX 2.1 §9.4: what is wrong matches nothing.
            serde_json::Value::String(error) if error == "error" && !found => Ok(()),
            // The text is silent.
            serde_json::Value::Null => Ok(()),
            other => Err(format!("`{pattern}`: {found}, expected {other}")),
        };
        assert!(certain, "{}: `{pattern}` reaches a limit", case.place());
        known.case(&format!("{name}:{}", case.line), result);
    }
    known.finish();
}

#[test]
fn verdicts_of_the_reference_matcher() {
    run("matcher", "deviations-matching.txt", "expect");
}

#[test]
fn verdicts_that_the_text_gives() {
    run(
        "matcher-spec-probes",
        "deviations-probes.txt",
        "spec_expect",
    );
}
