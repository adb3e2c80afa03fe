//! The English words.

use super::{Like, STEPS, Words, constant, constants, is_time, like, name, quoted, refers};
use crate::token;
use crate::tree::{Check, Path, Seconds, Step, Test};

pub(super) struct English;

impl Words for English {
    fn head(&self) -> String {
        "The pattern matches when this is seen:".to_owned()
    }

    fn too_long(&self) -> String {
        "… and more than can be said here".to_owned()
    }

    fn more(&self, count: usize) -> String {
        format!("… and {count} more")
    }

    fn all_observations(&self) -> String {
        "all of these, in different observations:".to_owned()
    }

    fn any_observation(&self) -> String {
        "any of these:".to_owned()
    }

    fn followed(&self) -> String {
        "these in this order, in different observations:".to_owned()
    }

    fn link(&self, first: bool) -> &'static str {
        if first {
            "first "
        } else {
            "then, not earlier, "
        }
    }

    fn repeats(&self, times: u64) -> String {
        match times {
            1 => "at least once:".to_owned(),
            _ => format!("at least {times} times, each time in another observation:"),
        }
    }

    fn within(&self, seconds: Seconds) -> String {
        let longer = match seconds {
            Seconds::Integer(seconds) => match seconds.get() {
                seconds if seconds.is_multiple_of(86_400) => unit(seconds / 86_400, "day"),
                seconds if seconds.is_multiple_of(3_600) => unit(seconds / 3_600, "hour"),
                seconds if seconds.is_multiple_of(60) => unit(seconds / 60, "minute"),
                _ => String::new(),
            },
            Seconds::Float(_) => String::new(),
        };
        format!("all within less than {} seconds{longer}:", number(seconds))
    }

    fn window(&self, start: &str, stop: &str) -> String {
        format!("from {start} on, and before {stop}:")
    }

    fn object(&self, object_type: &str) -> String {
        format!("one object of type `{object_type}`: ")
    }

    fn object_of_any(&self) -> String {
        "one object: ".to_owned()
    }

    fn all(&self) -> String {
        "all of these hold:".to_owned()
    }

    fn any(&self) -> String {
        "any of these holds:".to_owned()
    }

    fn test(&self, test: &Test, with_type: bool) -> String {
        let path = path(&test.path.value);
        let check = check(test);
        if with_type {
            let object_type = &test.path.value.object_type;
            format!("it is of type `{object_type}` and {path} {check}")
        } else {
            format!("{path} {check}")
        }
    }
}

fn path(path: &Path) -> String {
    if path.steps.len() > STEPS {
        return format!("its `{}`", token::excerpt(&path.to_string()));
    }
    let mut words = format!("its `{}`", name(&path.property.text));
    for (at, step) in path.steps.iter().enumerate() {
        words = match step {
            Step::AnyItem => format!("any item of {words}"),
            Step::Item(index) => format!("item {} of {words}", index.saturating_add(1)),
            Step::Name(step) if refers(path, at) => {
                format!("the `{}` of what {words} refers to", name(&step.text))
            }
            Step::Name(step) => format!("`{}` in {words}", name(&step.text)),
        };
    }
    words
}

fn check(test: &Test) -> String {
    let check = &test.check.value;
    let time = is_time(check);
    let more = |count| format!("… and {count} more");
    let (yes, no) = match check {
        Check::Equal(value) => (
            format!("is {}", constant(value)),
            format!("is there and is not {}", constant(value)),
        ),
        Check::NotEqual(value) => (
            format!("is there and is not {}", constant(value)),
            format!("is {}", constant(value)),
        ),
        Check::Exists => (
            "is there".to_owned(),
            "is not there, which as a comparison never holds".to_owned(),
        ),
        Check::Greater(value) => order(
            if time { "after" } else { "greater than" },
            &constant(value),
        ),
        Check::GreaterOrEqual(value) => order(
            if time { "at or after" } else { "at least" },
            &constant(value),
        ),
        Check::Less(value) => order(if time { "before" } else { "less than" }, &constant(value)),
        Check::LessOrEqual(value) => order(
            if time { "at or before" } else { "at most" },
            &constant(value),
        ),
        Check::In(set) if set.is_empty() => (
            "is one of no values at all, which never holds".to_owned(),
            "is there".to_owned(),
        ),
        Check::In(set) => (
            format!("is one of {}", constants(set, more)),
            format!("is there and is none of {}", constants(set, more)),
        ),
        Check::IsSubset(network) => (
            format!("is {network} or lies within it"),
            format!("is there and does not lie within {network}"),
        ),
        Check::IsSuperset(network) => (
            format!("is {network} or contains it"),
            format!("is there and does not contain {network}"),
        ),
        Check::Like(string) => match like(string) {
            Like::Begins(string) => verb("begins", "begin", &format!("with {}", quoted(string))),
            Like::Contains(string) => verb("contains", "contain", &quoted(string)),
            Like::Ends(string) => verb("ends", "end", &format!("with {}", quoted(string))),
            Like::Equals(string) => verb("reads", "read", &quoted(string)),
            Like::Wildcards(string) => verb(
                "looks",
                "look",
                &format!(
                    "like {}, where `%` is any text and `_` any one character",
                    quoted(string)
                ),
            ),
        },
        Check::Matches(string) => verb(
            "has",
            "have",
            &format!(
                "a part that the regular expression {} describes",
                quoted(string)
            ),
        ),
    };
    if test.negated { no } else { yes }
}

fn order(comparison: &str, value: &str) -> (String, String) {
    (
        format!("is {comparison} {value}"),
        format!("is there and is not {comparison} {value}"),
    )
}

fn verb(yes: &str, no: &str, object: &str) -> (String, String) {
    (
        format!("{yes} {object}"),
        format!("is there and does not {no} {object}"),
    )
}

fn unit(count: u64, name: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!(" ({count} {name}{plural})")
}

fn number(seconds: Seconds) -> String {
    match seconds {
        Seconds::Float(seconds) => seconds.to_string(),
        Seconds::Integer(seconds) => seconds.to_string(),
    }
}
