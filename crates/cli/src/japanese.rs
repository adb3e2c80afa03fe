//! What rules say, in Japanese.
//!
//! Findings are made in English where they are found, each with a code of a fixed meaning. `rules.txt` has a sentence
//! for every code that findings about objects, their texts, bundles and patterns have, and for every check that
//! `validate --list-checks` describes: the name, a blank, the sentence; a line each, by name.
//!
//! INVARIANT: no code and no check is without its sentence, and no sentence without its code or check.

/// The rule behind a code, or what a check looks at; none for what has no sentence.
pub(crate) fn rule(name: &str) -> Option<&'static str> {
    RULES.lines().find_map(|line| {
        let (known, sentence) = line.split_once(' ')?;
        (known == name).then_some(sentence)
    })
}

const RULES: &str = include_str!("japanese/rules.txt");

#[cfg(test)]
mod tests;
