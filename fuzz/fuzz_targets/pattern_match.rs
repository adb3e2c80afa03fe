//! A pattern, a line feed and a JSON document as observations: no panic and no hang; the set and the stream find what
//! the pattern alone finds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pattern::matcher::set::PatternSet;
use pattern::matcher::stream::Stream;
use pattern::matcher::{Matcher, observation};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let Some((pattern, document)) = text.split_once('\n') else {
        return;
    };
    let (Ok(pattern), Ok(document)) = (
        pattern::parse::parse(pattern),
        serde_json::from_str::<serde_json::Value>(document),
    ) else {
        return;
    };
    let compiled = match Matcher::compile(&pattern) {
        Ok(compiled) => compiled,
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused without a word");
            return;
        }
    };
    let observations = observation::read(&document).observations;
    let alone = compiled.matches(&observations);
    let mut set = PatternSet::new();
    set.insert((), compiled);
    let together = set.matches(&observations);
    if alone.complete && together.complete {
        let found = together
            .matches
            .into_iter()
            .next()
            .map(|found| found.observations);
        assert_eq!(alone.observations, found);
    }
    let mut stream = Stream::new(set, u32::MAX);
    let mut completed = false;
    for observation in &observations {
        completed |= !stream.push(observation).is_empty();
    }
    if alone.complete && stream.given_up() == 0 && stream.dropped() == 0 {
        assert_eq!(alone.is_match(), completed);
    }
});
