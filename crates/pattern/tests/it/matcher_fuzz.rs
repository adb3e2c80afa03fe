use pattern::matcher::set::PatternSet;
use pattern::matcher::stream::Stream;
use pattern::matcher::{Matcher, observation};

/// What the fuzz target promises, over the inputs that it has collected.
#[test]
fn corpus_of_the_fuzz_target_of_the_matcher() {
    let folder = testkit::fuzz::corpus("pattern_match");
    let mut reached = 0;
    let files = testkit::fuzz::replay(&folder, |bytes| {
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
        let Ok(compiled) = Matcher::compile(&pattern) else {
            return;
        };
        reached += 1;
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
    assert!(
        reached * 2 > files,
        "{reached} of {files} are patterns with observations"
    );
}
