//! The names this crate knows, from its data files.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::domain;
use crate::table::{Row, rows};

/// An actor group.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) name: &'static str,
    pub(crate) attack_id: Option<&'static str>,
    /// Publicly suspected origin; background, never a finding of the text.
    pub(crate) country: Option<&'static str>,
    pub(crate) aliases: Vec<&'static str>,
}

/// An organisation that reports name often.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) name: &'static str,
    pub(crate) country: Option<&'static str>,
    /// Whether it tells of others' incidents, so that "X reported an attack" does not make it the victim.
    pub(crate) is_reporter: bool,
    pub(crate) sectors: Vec<&'static str>,
}

/// What a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The actor at this place of [`actors`].
    Actor(usize),
    /// A city and the country it is in.
    City(&'static str, &'static str),
    /// A country by its code, as a noun.
    Country(&'static str),
    /// A country by its code, as an adjective.
    Demonym(&'static str),
    /// The organisation at this place of [`organizations`].
    Organization(usize),
    /// A sector of `industry-sector-ov`.
    Sector(&'static str),
}

/// A word found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) meaning: Meaning,
}

/// The actors, by name.
pub(crate) fn actors() -> &'static [Actor] {
    &ACTORS
}

/// The organisations, by name.
pub(crate) fn organizations() -> &'static [Organization] {
    &ORGANIZATIONS
}

/// The actor of that name or alias, in any case.
pub(crate) fn actor(name: &str) -> Option<&'static Actor> {
    ACTORS.iter().find(|actor| {
        actor.name.eq_ignore_ascii_case(name)
            || actor
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

/// The English name of a country.
pub(crate) fn country_name(code: &str) -> Option<&'static str> {
    rows(COUNTRIES)
        .find(|row| row.field(0) == Some(code))
        .and_then(|row| row.field(1))
}

/// Whether reports cite `domain` or a name above it.
pub(crate) fn is_reference(domain: &str) -> bool {
    domain::is_below(domain, &REFERENCES)
}

/// All words of the dictionaries in a text, longest first where they overlap.
pub(crate) fn find(flat: &str) -> impl Iterator<Item = Hit> {
    WORDS.search.find_iter(flat).filter_map(|found| {
        let word = WORDS.words.get(found.pattern().as_usize())?;
        let surface = flat.get(found.start()..found.end())?;
        let before = flat.get(..found.start())?.chars().next_back();
        let after = flat.get(found.end()..)?.chars().next();
        let apart = |neighbour: Option<char>| match word.script {
            Script::Latin => neighbour.is_none_or(|c| !is_latin(c)),
            Script::Katakana => neighbour.is_none_or(|c| !is_katakana(c)),
            Script::Han => true,
        };
        let after_text = flat.get(found.end()..)?;
        let stands = apart(before)
            && apart(after)
            && word.casing.admits(word.text, surface)
            && !OTHER_WORDS
                .iter()
                .any(|(start, rest)| *start == word.text && after_text.starts_with(rest));
        stands.then_some(Hit {
            start: found.start(),
            end: found.end(),
            meaning: word.meaning,
        })
    })
}

struct Words {
    search: AhoCorasick,
    words: Vec<Word>,
}

struct Word {
    text: &'static str,
    meaning: Meaning,
    script: Script,
    casing: Casing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Katakana,
    Han,
}

#[derive(Clone, Copy)]
enum Casing {
    Any,
    /// As in the dictionary, or all in capitals as in a headline.
    Exact,
}

impl Casing {
    fn admits(self, word: &str, surface: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact => {
                word == surface || (surface.len() >= 4 && surface == word.to_uppercase())
            }
        }
    }
}

static ACTORS: LazyLock<Vec<Actor>> = LazyLock::new(|| {
    rows(ACTORS_FILE)
        .map(|row| Actor {
            name: plain(row.field(0).unwrap_or_default()),
            attack_id: row.field(1),
            country: row.field(2),
            aliases: row.list(3).map(plain).collect(),
        })
        .collect()
});

static ORGANIZATIONS: LazyLock<Vec<Organization>> = LazyLock::new(|| {
    rows(ORGANIZATIONS_FILE)
        .map(|row| Organization {
            name: row.field(0).unwrap_or_default(),
            country: row.field(1),
            is_reporter: row.field(2) == Some("reporter"),
            sectors: row.list(3).collect(),
        })
        .collect()
});

static REFERENCES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    rows(REFERENCES_FILE)
        .filter_map(|row| row.field(0))
        .collect()
});

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Vec::new();
    let mut add = |text: &'static str, meaning, casing| {
        words.push(Word {
            text,
            meaning,
            script: script(text),
            casing,
        });
    };
    for (at, row) in rows(ACTORS_FILE).enumerate() {
        actor_words(&row, |name| {
            add(name, Meaning::Actor(at), actor_casing(name));
        });
    }
    for row in rows(COUNTRIES) {
        let (Some(code), Some(name)) = (row.field(0), row.field(1)) else {
            continue;
        };
        add(name, Meaning::Country(code), Casing::Exact);
        for other in row.list(2) {
            add(other, Meaning::Country(code), Casing::Exact);
        }
        for adjective in row.list(3) {
            add(adjective, Meaning::Demonym(code), Casing::Exact);
        }
        for name in row.list(4) {
            add(name, Meaning::Country(code), Casing::Exact);
        }
    }
    for row in rows(CITIES) {
        let (Some(name), Some(code)) = (row.field(0), row.field(1)) else {
            continue;
        };
        add(name, Meaning::City(name, code), Casing::Exact);
        for other in row.list(2) {
            add(other, Meaning::City(name, code), Casing::Exact);
        }
    }
    for (at, row) in rows(ORGANIZATIONS_FILE).enumerate() {
        for name in row
            .field(0)
            .into_iter()
            .chain(row.list(4))
            .chain(row.list(5))
        {
            add(name, Meaning::Organization(at), Casing::Exact);
        }
    }
    for row in rows(SECTORS) {
        let Some(sector) = row.field(0) else {
            continue;
        };
        for word in row.list(1).chain(row.list(2)) {
            add(word, Meaning::Sector(sector), Casing::Any);
        }
    }
    Words {
        search: automaton(words.iter().map(|word| word.text)),
        words,
    }
});

#[expect(
    clippy::expect_used,
    reason = "the automaton only fails for more patterns than fit in memory; the tests build it from the same files"
)]
fn automaton(words: impl Iterator<Item = &'static str>) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(words)
        .expect("the dictionaries of this crate fit")
}

/// The names of an actor that are looked for.
fn actor_words(row: &Row, mut add: impl FnMut(&'static str)) {
    for name in row
        .field(0)
        .into_iter()
        .chain(row.field(1))
        .chain(row.list(3))
        .chain(row.list(4))
        .filter(|name| !name.starts_with('~'))
    {
        add(name);
    }
}

fn plain(name: &'static str) -> &'static str {
    name.strip_prefix('~').unwrap_or(name)
}

fn actor_casing(name: &str) -> Casing {
    // One word without a digit may be a word of the language: `Turla` is not, `HEXANE` against `hexane` shows why.
    if name.contains([' ', '-']) || name.bytes().any(|byte| byte.is_ascii_digit()) {
        Casing::Any
    } else {
        Casing::Exact
    }
}

fn script(text: &str) -> Script {
    if text.is_ascii() || text.chars().all(is_latin_or_mark) {
        Script::Latin
    } else if text.chars().all(|c| is_katakana(c) || c.is_ascii()) {
        Script::Katakana
    } else {
        Script::Han
    }
}

fn is_latin_or_mark(c: char) -> bool {
    c < '\u{2e80}'
}

fn is_latin(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{2e80}'
}

fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー' | '・')
}

/// Words that begin with a name and are others: what may not follow a name.
const OTHER_WORDS: [(&str, &str); 7] = [
    ("中国", "地方"),
    ("中国", "電力"),
    ("日本", "語"),
    ("大学", "院生"),
    ("米国", "株"),
    ("大学", "入試"),
    ("病院", "長"),
];

const ACTORS_FILE: &str = include_str!("../data/actors.tsv");
const CITIES: &str = include_str!("../data/cities.tsv");
const COUNTRIES: &str = include_str!("../data/countries.tsv");
const ORGANIZATIONS_FILE: &str = include_str!("../data/organizations.tsv");
const REFERENCES_FILE: &str = include_str!("../data/references.tsv");
const SECTORS: &str = include_str!("../data/sectors.tsv");

#[cfg(test)]
mod tests;
