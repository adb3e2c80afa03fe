//! The text of a tree.
//!
//! One space between words, operators in the spelling of the standard, strings with the fewest escapes; the
//! author's parentheses and apostrophes stay, and parentheses that a built tree needs are added. Every node
//! implements [`std::fmt::Display`].

use std::fmt::{Display, Formatter, Result};

use crate::literal;
use crate::tree::{
    Check, Comparison, Name, Observation, Path, Pattern, Qualifier, Seconds, Step, Test,
};

/// The text of `pattern`, which parses to the same tree.
pub fn pattern(pattern: &Pattern) -> String {
    pattern.to_string()
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root().fmt(f)
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::And(operands) => join(f, operands, " AND ", |operand| {
                matches!(operand, Self::And(_) | Self::Or(_) | Self::FollowedBy(_))
            }),
            Self::Or(operands) => join(f, operands, " OR ", |operand| {
                matches!(operand, Self::Or(_) | Self::FollowedBy(_))
            }),
            Self::FollowedBy(operands) => join(f, operands, " FOLLOWEDBY ", |operand| {
                matches!(operand, Self::FollowedBy(_))
            }),
            Self::Group(inner) => write!(f, "({inner})"),
            Self::Qualified(qualified) => {
                let simple = matches!(qualified.observation, Self::Single(_) | Self::Group(_));
                operand(f, &qualified.observation, !simple)?;
                qualified
                    .qualifiers
                    .iter()
                    .try_for_each(|qualifier| write!(f, " {}", qualifier.value))
            }
            Self::Single(comparison) => write!(f, "[{}]", comparison.value),
        }
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Repeats(times) => write!(f, "REPEATS {times} TIMES"),
            Self::StartStop { start, stop } => {
                write!(f, "START t'{}' STOP t'{}'", start.text(), stop.text())
            }
            Self::Within(Seconds::Float(seconds)) => write!(f, "WITHIN {seconds} SECONDS"),
            Self::Within(Seconds::Integer(seconds)) => write!(f, "WITHIN {seconds} SECONDS"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::And(operands) => join(f, operands, " AND ", |operand| {
                matches!(operand, Self::And(_) | Self::Or(_))
            }),
            Self::Or(operands) => join(f, operands, " OR ", |operand| {
                matches!(operand, Self::Or(_))
            }),
            Self::Group(inner) => write!(f, "({inner})"),
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let not = if self.negated { "NOT " } else { "" };
        let path = &self.path.value;
        let check = &self.check.value;
        let operator = check.operator();
        match check {
            Check::Exists => write!(f, "{not}EXISTS {path}"),
            Check::Equal(constant)
            | Check::Greater(constant)
            | Check::GreaterOrEqual(constant)
            | Check::Less(constant)
            | Check::LessOrEqual(constant)
            | Check::NotEqual(constant) => {
                write!(f, "{path} {not}{operator} {}", literal::constant(constant))
            }
            Check::In(constants) => {
                write!(f, "{path} {not}{operator} (")?;
                for (index, constant) in constants.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", literal::constant(constant))?;
                }
                f.write_str(")")
            }
            Check::IsSubset(text)
            | Check::IsSuperset(text)
            | Check::Like(text)
            | Check::Matches(text) => {
                write!(f, "{path} {not}{operator} {}", literal::string(text))
            }
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}:{}", self.object_type, self.property)?;
        self.steps.iter().try_for_each(|step| match step {
            Step::AnyItem => f.write_str("[*]"),
            Step::Item(index) => write!(f, "[{index}]"),
            Step::Name(name) => write!(f, ".{name}"),
        })
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let text = if self.quoted {
            literal::string(&self.text)
        } else {
            literal::name(&self.text)
        };
        f.write_str(&text)
    }
}

fn join<T: Display>(
    f: &mut Formatter<'_>,
    operands: &[T],
    operator: &str,
    needs_parentheses: impl Fn(&T) -> bool,
) -> Result {
    for (index, item) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        operand(f, item, needs_parentheses(item))?;
    }
    Ok(())
}

fn operand<T: Display>(f: &mut Formatter<'_>, item: &T, parentheses: bool) -> Result {
    if parentheses {
        write!(f, "({item})")
    } else {
        write!(f, "{item}")
    }
}
