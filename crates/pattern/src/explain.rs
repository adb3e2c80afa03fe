//! A pattern in words, for people who decide what to do about it.
//!
//! The tree of the pattern becomes a tree of sentences: what must be seen, how often, within which time, and what
//! must hold of the objects. Wording is that of [`Language`]; names of properties and constants stay as they are.

mod english;
mod japanese;

use std::fmt;

use crate::constant::Constant;
use crate::tree::{Check, Comparison, Observation, Path, Pattern, Qualifier, Seconds, Test};
use crate::{check, literal, token};

/// The language of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// 日本語.
    Japanese,
}

/// A pattern in sentences; written, one a line, indented by two spaces a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The sentences from the outermost to the innermost, in the order of the text.
    pub sentences: Vec<Sentence>,
}

/// One sentence and how deep it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// 0 for the first, one more for what belongs to it.
    pub depth: usize,
    /// The words, without the line's end.
    pub text: String,
}

/// Explains `pattern` in `language`.
///
/// ```
/// use pattern::explain::{Language, explain};
///
/// let pattern = pattern::parse::parse("[file:name = 'a.exe'] REPEATS 2 TIMES").unwrap();
/// let words = explain(&pattern, Language::English).to_string();
/// assert_eq!(
///     words,
///     "\
/// The pattern matches when this is seen:
///   at least 2 times, each time in another observation:
///     one object of type `file`: its `name` is 'a.exe'
/// "
/// );
/// ```
pub fn explain(pattern: &Pattern, language: Language) -> Explanation {
    let words: &dyn Words = match language {
        Language::English => &english::English,
        Language::Japanese => &japanese::Japanese,
    };
    let mut writer = Writer {
        words,
        sentences: Vec::new(),
    };
    writer.say(0, words.head());
    writer.observation(pattern.root(), 1, "");
    if writer.sentences.len() > SENTENCES {
        writer.sentences.truncate(SENTENCES);
        writer.say(0, words.too_long());
    }
    Explanation {
        sentences: writer.sentences,
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sentence in &self.sentences {
            writeln!(f, "{:1$}{2}", "", sentence.depth * 2, sentence.text)?;
        }
        Ok(())
    }
}

/// How a language says it. What ends in a colon is followed by what it is about, deeper.
trait Words {
    fn head(&self) -> String;
    fn too_long(&self) -> String;
    fn more(&self, count: usize) -> String;

    /// All, in different observations.
    fn all_observations(&self) -> String;
    fn any_observation(&self) -> String;
    fn followed(&self) -> String;
    /// What stands before the links of a chain: the first, and the others.
    fn link(&self, first: bool) -> &'static str;
    fn repeats(&self, times: u64) -> String;
    fn within(&self, seconds: Seconds) -> String;
    fn window(&self, start: &str, stop: &str) -> String;

    /// One object of this type, and what follows holds of it.
    fn object(&self, object_type: &str) -> String;
    /// One object of whatever type, of which one of the alternatives holds that follow.
    fn object_of_any(&self) -> String;
    fn all(&self) -> String;
    fn any(&self) -> String;
    /// A comparison; with the type of the object, if that has not been said.
    fn test(&self, test: &Test, with_type: bool) -> String;
}

struct Writer<'w> {
    words: &'w dyn Words,
    sentences: Vec<Sentence>,
}

impl Writer<'_> {
    fn say(&mut self, depth: usize, text: String) {
        // One too many shows that there is more.
        if self.sentences.len() <= SENTENCES {
            self.sentences.push(Sentence { depth, text });
        }
    }

    fn observation(&mut self, node: &Observation, depth: usize, before: &str) {
        match node {
            Observation::And(operands) => {
                self.say(depth, format!("{before}{}", self.words.all_observations()));
                self.observations(operands, depth, false);
            }
            Observation::FollowedBy(operands) => {
                self.say(depth, format!("{before}{}", self.words.followed()));
                self.observations(operands, depth, true);
            }
            Observation::Group(inner) => self.observation(inner, depth, before),
            Observation::Or(operands) => {
                self.say(depth, format!("{before}{}", self.words.any_observation()));
                self.observations(operands, depth, false);
            }
            Observation::Qualified(qualified) => {
                // A qualifier is about all that stands before it, so the last one is the outermost.
                let mut depth = depth;
                let mut before = before;
                for qualifier in qualified.qualifiers.iter().rev() {
                    let text = match &qualifier.value {
                        Qualifier::Repeats(times) => self.words.repeats(times.get()),
                        Qualifier::StartStop { start, stop } => {
                            self.words.window(start.text(), stop.text())
                        }
                        Qualifier::Within(seconds) => self.words.within(*seconds),
                    };
                    self.say(depth, format!("{before}{text}"));
                    before = "";
                    depth += 1;
                }
                self.observation(&qualified.observation, depth, before);
            }
            Observation::Single(single) => self.object(&single.value, depth, before),
        }
    }

    fn observations(&mut self, operands: &[Observation], depth: usize, chain: bool) {
        for (at, operand) in operands.iter().take(OPERANDS).enumerate() {
            let before = if chain { self.words.link(at == 0) } else { "" };
            self.observation(operand, depth + 1, before);
        }
        self.rest(operands.len(), depth + 1);
    }

    /// What must hold of one object; the type is said once where there is only one.
    fn object(&mut self, comparison: &Comparison, depth: usize, before: &str) {
        let comparison = comparison.ungrouped();
        let only = check::only_type(comparison);
        let head = match only {
            Some(object_type) => self.words.object(object_type),
            None => self.words.object_of_any(),
        };
        if let (Comparison::Test(test), Some(_)) = (comparison, only) {
            let test = self.words.test(test, false);
            self.say(depth, format!("{before}{head}{test}"));
        } else {
            let joint = match comparison {
                Comparison::And(_) => self.words.all(),
                _ => self.words.any(),
            };
            self.say(depth, format!("{before}{head}{joint}"));
            if let Comparison::And(operands) | Comparison::Or(operands) = comparison {
                self.comparisons(operands, depth + 1, only.is_none());
            }
        }
    }

    fn comparisons(&mut self, operands: &[Comparison], depth: usize, with_type: bool) {
        for operand in operands.iter().take(OPERANDS) {
            match operand.ungrouped() {
                Comparison::And(inner) => {
                    self.say(depth, self.words.all());
                    self.comparisons(inner, depth + 1, with_type);
                }
                Comparison::Or(inner) => {
                    self.say(depth, self.words.any());
                    self.comparisons(inner, depth + 1, with_type);
                }
                Comparison::Test(test) => self.say(depth, self.words.test(test, with_type)),
                Comparison::Group(_) => {}
            }
        }
        self.rest(operands.len(), depth);
    }

    fn rest(&mut self, count: usize, depth: usize) {
        if let Some(more) = count.checked_sub(OPERANDS).filter(|more| *more > 0) {
            self.say(depth, self.words.more(more));
        }
    }
}

/// A constant as it is written, shortened.
fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Timestamp(timestamp) => timestamp.text().to_owned(),
        other => shortened(&literal::constant(other)),
    }
}

/// The constants of a set, of which a long one shows the first.
fn constants(set: &[Constant], more: impl Fn(usize) -> String) -> String {
    let mut words: Vec<String> = set.iter().take(CONSTANTS).map(constant).collect();
    if set.len() > CONSTANTS {
        words.push(more(set.len() - CONSTANTS));
    }
    words.join(", ")
}

/// What a LIKE asks for.
enum Like<'a> {
    Begins(&'a str),
    Contains(&'a str),
    Ends(&'a str),
    Equals(&'a str),
    Wildcards(&'a str),
}

fn like(text: &str) -> Like<'_> {
    let plain = |text: &str| !text.contains(['%', '_']);
    if plain(text) {
        return Like::Equals(text);
    }
    let begins = text.strip_suffix('%');
    let ends = text.strip_prefix('%');
    let contains = begins.and_then(|text| text.strip_prefix('%'));
    match (contains, begins, ends) {
        (Some(inner), _, _) if plain(inner) && !inner.is_empty() => Like::Contains(inner),
        (_, Some(start), _) if plain(start) && !start.is_empty() => Like::Begins(start),
        (_, _, Some(end)) if plain(end) && !end.is_empty() => Like::Ends(end),
        _ => Like::Wildcards(text),
    }
}

/// A string as it is written in a pattern, shortened.
fn quoted(text: &str) -> String {
    shortened(&literal::string(text))
}

/// A name as it is written in a path, shortened.
fn name(text: &str) -> String {
    token::excerpt(&literal::name(text))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(CONSTANT_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Whether a check compares with a point in time.
fn is_time(check: &Check) -> bool {
    matches!(check.constants().first(), Some(Constant::Timestamp(_)))
}

/// Whether the property whose name comes before a step refers to another object.
fn refers(path: &Path, step: usize) -> bool {
    let before = path.steps.get(..step).unwrap_or_default();
    let name = before.iter().rev().find_map(|step| match step {
        crate::tree::Step::Name(name) => Some(&name.text),
        _ => None,
    });
    let name = name.unwrap_or(&path.property.text);
    let item = !matches!(before.last(), None | Some(crate::tree::Step::Name(_)));
    if item {
        name.ends_with("_refs")
    } else {
        name.ends_with("_ref")
    }
}

/// Most operands of one operator that are said one by one: beyond that nobody reads them.
const OPERANDS: usize = 50;

/// Most sentences of an explanation.
const SENTENCES: usize = 1_000;

/// Most constants of a set that are said.
const CONSTANTS: usize = 10;

/// Most characters of a constant that are said: a digest of SHA-256 has 64.
const CONSTANT_CHARACTERS: usize = 80;

/// Most steps of a path that are said in words: each goes around the ones before.
const STEPS: usize = 12;
