//! What stands between the brackets, compiled: whether it holds of one object (STIX 2.1 §9.6).

use std::borrow::Cow;
use std::cmp::Ordering;

use base::diagnostic::Diagnostic;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::constant::{Constant, Timestamp};
use crate::matcher::code;
use crate::matcher::effort::{BYTES, Effort};
use crate::matcher::expression::Expression;
use crate::matcher::like::Wildcards;
use crate::matcher::observation::Observation;
use crate::matcher::path::{Encoding, Path};
use crate::matcher::value::{Scalar, Value};
use crate::network::Network;
use crate::token::decode::{base64_bytes, hex_bytes};
use crate::tree;

/// A compiled comparison, or several that are joined.
#[derive(Debug)]
pub(super) enum Comparison {
    All(Vec<Comparison>),
    Any(Vec<Comparison>),
    Test(Box<Test>),
}

/// One compiled comparison expression.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) path: Path,
    encoding: Option<Encoding>,
    pub(super) negated: bool,
    pub(super) check: Check,
}

/// What is asked of a value.
#[derive(Debug)]
pub(super) enum Check {
    Compare(Operator, Constant),
    Exists,
    In(Vec<Constant>),
    Like(Wildcards, String),
    Matches(Expression),
    /// Nothing has it: a text that cannot be bytes, asked of a binary property (§9.6.4).
    Never,
    Subset(Network),
    Superset(Network),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    NotEqual,
}

/// What compiling has found, and how many regular expressions it has made.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Diagnostic>,
    regexes: usize,
}

impl Comparison {
    pub(super) fn new(comparison: &tree::Comparison, findings: &mut Findings) -> Self {
        let all = |operands: &[tree::Comparison], findings: &mut Findings| -> Vec<Self> {
            operands
                .iter()
                .map(|operand| Self::new(operand, findings))
                .collect()
        };
        match comparison {
            tree::Comparison::And(operands) => Self::All(all(operands, findings)),
            tree::Comparison::Group(inner) => Self::new(inner, findings),
            tree::Comparison::Or(operands) => Self::Any(all(operands, findings)),
            tree::Comparison::Test(test) => Self::Test(Box::new(Test::new(test, findings))),
        }
    }

    /// The types of the objects that could satisfy it.
    pub(super) fn types<'c>(&'c self, types: &mut Vec<&'c str>) {
        match self {
            Self::All(operands) | Self::Any(operands) => {
                for operand in operands {
                    operand.types(types);
                }
            }
            Self::Test(test) => types.push(&test.path.object_type),
        }
    }

    /// Whether it holds of `object`: every path starts there (§9.5).
    pub(super) fn holds<'a, V: Value<'a>>(
        &self,
        object_type: &str,
        object: V,
        observation: &Observation<'a, V>,
        effort: &Effort,
    ) -> bool {
        match self {
            Self::All(operands) => operands
                .iter()
                .all(|operand| operand.holds(object_type, object, observation, effort)),
            Self::Any(operands) => operands
                .iter()
                .any(|operand| operand.holds(object_type, object, observation, effort)),
            Self::Test(test) => {
                test.path.object_type == object_type && test.holds(object, observation, effort)
            }
        }
    }
}

impl Test {
    fn new(source: &tree::Test, findings: &mut Findings) -> Self {
        let path = Path::new(&source.path.value);
        let encoding = path.encoding();
        let compare = |operator, constant: &Constant| Check::Compare(operator, constant.clone());
        let check = match &source.check.value {
            tree::Check::Equal(constant) => compare(Operator::Equal, constant),
            tree::Check::Exists => Check::Exists,
            tree::Check::Greater(constant) => compare(Operator::Greater, constant),
            tree::Check::GreaterOrEqual(constant) => compare(Operator::GreaterOrEqual, constant),
            tree::Check::In(constants) => Check::In(constants.clone()),
            tree::Check::IsSubset(text) => Network::parse(text).map_or(Check::Never, Check::Subset),
            tree::Check::IsSuperset(text) => {
                Network::parse(text).map_or(Check::Never, Check::Superset)
            }
            tree::Check::Less(constant) => compare(Operator::Less, constant),
            tree::Check::LessOrEqual(constant) => compare(Operator::LessOrEqual, constant),
            tree::Check::Like(text) => {
                let text: String = text.nfc().collect();
                let wildcards = Wildcards::new(&text);
                if encoding.is_some() && !wildcards.is_binary() {
                    Check::Never
                } else {
                    Check::Like(wildcards, text)
                }
            }
            tree::Check::Matches(text) => Self::matches(text, encoding.is_some(), source, findings),
            tree::Check::NotEqual(constant) => compare(Operator::NotEqual, constant),
        };
        Self {
            path,
            encoding,
            negated: source.negated,
            check,
        }
    }

    fn matches(text: &str, binary: bool, source: &tree::Test, findings: &mut Findings) -> Check {
        // The expression of a binary property is bytes; otherwise it is compared with normalised texts.
        let expression: Cow<'_, str> = if binary || is_nfc(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.nfc().collect())
        };
        if binary && text.chars().any(|character| u32::from(character) > 0xff) {
            return Check::Never;
        }
        findings.regexes += 1;
        if findings.regexes > REGEXES {
            if findings.regexes == REGEXES + 1 {
                let message =
                    format!("the pattern has more than {REGEXES} comparisons with MATCHES");
                findings.list.push(Diagnostic::error(
                    code::TOO_MANY_REGEXES,
                    source.check.span.place(),
                    message,
                ));
            }
            return Check::Never;
        }
        match Expression::new(&expression, binary) {
            Ok(expression) => Check::Matches(expression),
            Err(reason) => {
                let message = format!("the regular expression cannot be used: {reason}");
                findings.list.push(
                    Diagnostic::error(code::REGEX, source.check.span.place(), message)
                        .with_section("STIX 2.1 §9.6.1"),
                );
                Check::Never
            }
        }
    }

    fn holds<'a, V: Value<'a>>(
        &self,
        object: V,
        observation: &Observation<'a, V>,
        effort: &Effort,
    ) -> bool {
        self.path.any(object, observation, effort, &mut |value| {
            // §9.6: what cannot be obtained makes the comparison false, whatever the operator.
            self.value_holds(value, effort)
                .is_some_and(|truth| truth != self.negated)
        })
    }

    /// Whether the check, without NOT, holds of a value; none where the value cannot be had.
    fn value_holds<'a, V: Value<'a>>(&self, value: V, effort: &Effort) -> Option<bool> {
        if matches!(self.check, Check::Exists) {
            return Some(true);
        }
        let data = match value.scalar() {
            Some(Scalar::Boolean(truth)) => Data::Boolean(truth),
            Some(Scalar::Float(number)) => Data::Float(number),
            Some(Scalar::Integer(number)) => Data::Integer(number),
            Some(Scalar::String(text)) => {
                // Decoding, normalising and searching go over all of it.
                effort.charge(text.len() / BYTES);
                match self.encoding {
                    // §9.6.4: a binary property is decoded before it is compared.
                    Some(encoding) => Data::Bytes(decode(text, encoding)?),
                    None => Data::Text(text),
                }
            }
            // `null`, a list or an object has no type that a constant could have.
            None => Data::Other,
        };
        Some(match &self.check {
            Check::Compare(operator, constant) => operator.holds(data.compare(constant)),
            Check::Exists => true,
            Check::In(constants) => constants
                .iter()
                .any(|constant| data.compare(constant) == Some(Ordering::Equal)),
            // A search that was given up is no match, negated or not.
            Check::Like(wildcards, _) => match &data {
                Data::Bytes(bytes) => {
                    wildcards.is_match(bytes.iter().copied().map(char::from), effort)
                }
                Data::Text(text) => wildcards.is_match(normalised(text).chars(), effort),
                _ => Some(false),
            }?,
            Check::Matches(expression) => match &data {
                Data::Bytes(bytes) => expression.is_match_bytes(bytes, effort),
                Data::Text(text) => expression.is_match(&normalised(text), effort),
                _ => Some(false),
            }?,
            Check::Never => false,
            Check::Subset(network) => data.network().is_some_and(|value| value.is_subset(network)),
            Check::Superset(network) => data
                .network()
                .is_some_and(|value| network.is_subset(&value)),
        })
    }
}

impl Operator {
    /// Whether it holds of two values in that order; none is two values that cannot be compared (§9.6.1).
    fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::NotEqual => order.is_ne(),
        }
    }
}

/// A value in its native format (§9.6.4).
enum Data<'a> {
    Boolean(bool),
    Bytes(Vec<u8>),
    Float(f64),
    Integer(i64),
    Other,
    Text(&'a str),
}

impl Data<'_> {
    /// The order of the value and the constant; none where their types are not comparable (§9.2).
    fn compare(&self, constant: &Constant) -> Option<Ordering> {
        match (self, constant) {
            (Self::Boolean(left), Constant::Boolean(right)) => Some(left.cmp(right)),
            (Self::Integer(left), Constant::Integer(right)) => Some(left.cmp(&right.value())),
            (Self::Integer(left), Constant::Float(right)) => {
                integer_with_float(*left, right.value())
            }
            (Self::Float(left), Constant::Integer(right)) => {
                integer_with_float(right.value(), *left).map(Ordering::reverse)
            }
            (Self::Float(left), Constant::Float(right)) => left.partial_cmp(&right.value()),
            (Self::Bytes(left), Constant::Binary(right) | Constant::Hex(right)) => {
                Some(left.as_slice().cmp(right))
            }
            (Self::Bytes(left), Constant::String(right)) => {
                Some(left.iter().copied().cmp(bytes_of(right)?))
            }
            // §9.6.2: by code point, which is the order of UTF-8, without normalisation.
            (Self::Text(left), Constant::String(right)) => Some((*left).cmp(right.as_str())),
            (Self::Text(left), Constant::Binary(right) | Constant::Hex(right)) => {
                Some(bytes_of(left)?.cmp(right.iter().copied()))
            }
            (Self::Text(left), Constant::Timestamp(right)) => {
                Some(Timestamp::parse(left).ok()?.compare(right))
            }
            _ => None,
        }
    }

    fn network(&self) -> Option<Network> {
        match self {
            Self::Text(text) => Network::parse(text),
            _ => None,
        }
    }
}

/// The exact order of an integer and a float.
fn integer_with_float(left: i64, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    // Beyond ±2^63 the float decides alone; within, its whole part is an integer and its fraction breaks ties.
    if right >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if right < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was looked at, and dropping the fraction is meant"
    )]
    let whole = right.floor() as i64;
    let fraction = right - right.floor();
    Some(left.cmp(&whole).then(if fraction > 0.0 {
        Ordering::Less
    } else {
        Ordering::Equal
    }))
}

/// The bytes that a text stands for where every character is below U+0100 (§9.2).
fn bytes_of(text: &str) -> Option<impl Iterator<Item = u8>> {
    text.chars()
        .all(|character| u32::from(character) <= 0xff)
        .then(|| {
            text.chars()
                .filter_map(|character| u8::try_from(character).ok())
        })
}

fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => base64_bytes(text),
        Encoding::Hexadecimal => hex_bytes(text),
    }
}

/// The text in NFC, as LIKE and MATCHES compare it.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// 2^63, the first float beyond every [`i64`].
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// Most regular expressions of one pattern: each may take some mebibytes.
const REGEXES: usize = 200;
