//! An operator and its constant against the values that a path can lead to.

use base::diagnostic::{Diagnostic, Severity};

use super::near;
use crate::constant::Constant;
use crate::findings::Findings;
use crate::model::{Form, Terms, Value};
use crate::network::Network;
use crate::tree::{Check, Test};
use crate::{code, literal, token};

/// Reports what is wrong with `test`, if it is wrong for each of `values`.
pub(super) fn check(test: &Test, values: &[Value<'_>], findings: &mut Findings) {
    let Some((first, rest)) = values.split_first() else {
        return;
    };
    let mut complaints = complaints(test, first);
    for value in rest {
        if !has_problem(&complaints) {
            break;
        }
        let others = self::complaints(test, value);
        if !has_problem(&others) {
            complaints = others;
        }
    }
    for complaint in complaints {
        findings.push(complaint);
    }
}

fn has_problem(complaints: &[Diagnostic]) -> bool {
    complaints
        .iter()
        .any(|complaint| complaint.severity != Severity::Note)
}

fn complaints(test: &Test, value: &Value<'_>) -> Vec<Diagnostic> {
    let check = &test.check.value;
    match check {
        Check::Exists => Vec::new(),
        Check::Like(_) | Check::Matches(_) => text_operator(test, value).into_iter().collect(),
        Check::IsSubset(string) | Check::IsSuperset(string) => {
            set_operator(test, string, value).into_iter().collect()
        }
        _ => {
            let constants = check.constants();
            let mut found: Vec<Diagnostic> = constants
                .iter()
                .filter_map(|constant| compared(test, constant, value))
                .take(base::limits::DIAGNOSTICS_PER_DOCUMENT)
                .collect();
            // One finding for each kind is enough of a long set.
            found.dedup_by(|left, right| left.code == right.code && left.message == right.message);
            found
        }
    }
}

/// LIKE and MATCHES look into text, or into bytes (§9.6.1, §9.6.4).
fn text_operator(test: &Test, value: &Value<'_>) -> Option<Diagnostic> {
    match value {
        Value::Any
        | Value::Binary
        | Value::Hex
        | Value::Reference(_)
        | Value::String(_)
        | Value::Term(_) => None,
        Value::List(_) => Some(list(test)),
        other => {
            let message = format!(
                "`{}` looks into text, but `{}` is {}",
                test.check.value.operator(),
                path(test),
                other.describe()
            );
            Some(
                Diagnostic::error(code::OPERATOR_TYPE, test.check.span.place(), message)
                    .with_section("STIX 2.1 §9.6.1"),
            )
        }
    }
}

/// ISSUBSET and ISSUPERSET are for addresses (§9.6.1).
fn set_operator(test: &Test, string: &str, value: &Value<'_>) -> Option<Diagnostic> {
    let place = test.check.span.place();
    let operator = test.check.value.operator();
    let v4 = match value {
        Value::Any => return None,
        Value::String(Form::Ipv4) => true,
        Value::String(Form::Ipv6) => false,
        _ => {
            let message = format!(
                "`{operator}` is about addresses, but `{}` never holds one",
                path(test)
            );
            return Some(
                Diagnostic::error(code::OPERATOR_TYPE, place, message)
                    .with_help("the path leads to the `value` of an `ipv4-addr` or `ipv6-addr`")
                    .with_section("STIX 2.1 §9.6.1"),
            );
        }
    };
    let network = Network::parse(string)?;
    if network.address().is_ipv4() == v4 {
        return None;
    }
    let (has, given) = if v4 {
        ("IPv4", "IPv6")
    } else {
        ("IPv6", "IPv4")
    };
    let message = format!(
        "`{}` holds {has} addresses, and `{}` is of {given}",
        path(test),
        token::excerpt(string)
    );
    Some(Diagnostic::error(code::OPERATOR_TYPE, place, message).with_section("STIX 2.1 §9.6.1"))
}

fn compared(test: &Test, constant: &Constant, value: &Value<'_>) -> Option<Diagnostic> {
    use Constant as C;
    match (value, constant) {
        (Value::Any, _)
        | (Value::Boolean, C::Boolean(_))
        // STIX 2.1 §9.2: constants of bytes may be compared with strings too.
        | (
            Value::Binary | Value::Hex | Value::String(_) | Value::Term(_),
            C::Binary(_) | C::Hex(_),
        )
        | (Value::Reference(_), C::Binary(_) | C::Hex(_) | C::String(_))
        | (Value::Timestamp, C::Timestamp(_)) => None,
        (Value::Binary | Value::Hex, C::String(string)) => bytes(test, string, value),
        (Value::Integer { least, most }, C::Integer(_) | C::Float(_)) => {
            range(test, constant, integer(*least), integer(*most), true)
        }
        (Value::Float { least, most }, C::Integer(_) | C::Float(_)) => {
            range(test, constant, *least, *most, false)
        }
        (Value::String(form), C::String(string)) => formed(test, *form, string),
        (Value::Term(terms), C::String(string)) => term(test, terms, string),
        (Value::List(_), _) => Some(list(test)),
        _ => Some(incomparable(test, constant, value)),
    }
}

fn incomparable(test: &Test, constant: &Constant, value: &Value<'_>) -> Diagnostic {
    let message = format!(
        "`{}` is {}, which is never compared with a constant of type {}",
        path(test),
        value.describe(),
        constant.type_name()
    );
    let finding = Diagnostic::error(code::INCOMPARABLE, test.check.span.place(), message)
        .with_section("STIX 2.1 §9.6.1");
    let help = match (value, constant) {
        (Value::Timestamp, Constant::String(string)) => Some(format!(
            "a timestamp is written `t{}`",
            token::excerpt(&literal::string(string))
        )),
        (Value::Integer { .. } | Value::Float { .. }, Constant::String(string))
            if string.parse::<f64>().is_ok() =>
        {
            Some(format!(
                "a number is written without apostrophes: `{}`",
                token::excerpt(string)
            ))
        }
        (Value::Boolean, Constant::String(_) | Constant::Integer(_)) => {
            Some("a boolean is `true` or `false`, without apostrophes".to_owned())
        }
        (Value::String(_) | Value::Term(_) | Value::Reference(_), _) => Some(format!(
            "a string stands in apostrophes: `'{}'`",
            token::excerpt(literal::constant(constant).trim_matches(['t', '\'']))
        )),
        (Value::Dictionary(_) | Value::Hashes(_) | Value::Part(_) | Value::Extensions(_), _) => {
            Some("name one of its entries, or ask with `EXISTS` whether it is there".to_owned())
        }
        _ => None,
    };
    match help {
        Some(help) => finding.with_help(help),
        None => finding,
    }
}

fn list(test: &Test) -> Diagnostic {
    let path = path(test);
    let message = format!("`{path}` is a list, which is not compared as a whole");
    Diagnostic::error(code::INCOMPARABLE, test.check.span.place(), message)
        .with_help(format!("write `{path}[*]` for any of its items"))
        .with_section("STIX 2.1 §9.7.2")
}

/// A string is compared with bytes by its characters (§9.6.4): digits are not decoded.
fn bytes(test: &Test, string: &str, value: &Value<'_>) -> Option<Diagnostic> {
    let hex = string.len().is_multiple_of(2)
        && !string.is_empty()
        && string.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex || !matches!(value, Value::Hex) {
        return None;
    }
    let message = format!(
        "`{}` holds bytes, and a string stands for the bytes of its characters",
        path(test)
    );
    Some(
        Diagnostic::warning(code::STRING_FOR_BYTES, test.check.span.place(), message)
            .with_help(format!(
                "if its digits are meant, write `h{}`",
                token::excerpt(&literal::string(string))
            ))
            .with_section("STIX 2.1 §9.6.4"),
    )
}

/// A comparison that no number between the bounds satisfies.
fn range(
    test: &Test,
    constant: &Constant,
    least: f64,
    most: f64,
    whole: bool,
) -> Option<Diagnostic> {
    let number = match constant {
        Constant::Float(float) => float.value(),
        Constant::Integer(value) => integer(value.value()),
        _ => return None,
    };
    let outside = number < least || number > most || (whole && number.fract() != 0.0);
    let never = !test.negated
        && match &test.check.value {
            Check::Equal(_) | Check::In(_) => outside,
            Check::Greater(_) => number >= most,
            Check::GreaterOrEqual(_) => number > most,
            Check::Less(_) => number <= least,
            Check::LessOrEqual(_) => number < least,
            _ => false,
        };
    if !never {
        return None;
    }
    let bounds = if whole && number.fract() != 0.0 {
        "whole".to_owned()
    } else {
        format!("from {least} to {most}")
    };
    let message = format!(
        "the numbers at `{}` are {bounds}, so `{} {}` never holds",
        path(test),
        match &test.check.value {
            Check::In(_) => "=",
            other => other.operator(),
        },
        literal::constant(constant)
    );
    Some(Diagnostic::warning(
        code::IMPOSSIBLE_VALUE,
        test.check.span.place(),
        message,
    ))
}

/// A text that a property of this form never has.
fn formed(test: &Test, form: Form, string: &str) -> Option<Diagnostic> {
    if test.negated || !matches!(test.check.value, Check::Equal(_) | Check::In(_)) {
        return None;
    }
    let network = || Network::parse(string).map(|network| network.address().is_ipv4());
    let (what, section, help) = match form {
        Form::Ipv4 if network() != Some(true) => (
            "an IPv4 address or network",
            "STIX 2.1 §6.8",
            (network() == Some(false))
                .then(|| "IPv6 addresses are at `ipv6-addr:value`".to_owned()),
        ),
        Form::Ipv6 if network() != Some(false) => (
            "an IPv6 address or network",
            "STIX 2.1 §6.9",
            (network() == Some(true)).then(|| "IPv4 addresses are at `ipv4-addr:value`".to_owned()),
        ),
        Form::Mac if !is_mac(string) => {
            let likely = string.to_ascii_lowercase().replace('-', ":");
            (
                "a MAC address in lower case with colons",
                "STIX 2.1 §6.10",
                is_mac(&likely).then(|| format!("write `'{likely}'`")),
            )
        }
        _ => return None,
    };
    let message = format!(
        "`{}` is not {what}, which `{}` always holds, so this is never true",
        token::excerpt(string),
        path(test)
    );
    let finding = Diagnostic::warning(code::IMPOSSIBLE_VALUE, test.check.span.place(), message)
        .with_section(section);
    Some(match help {
        Some(help) => finding.with_help(help),
        None => finding,
    })
}

/// A text that is no term of the vocabulary.
fn term(test: &Test, terms: &Terms<'_>, string: &str) -> Option<Diagnostic> {
    let equality = matches!(
        test.check.value,
        Check::Equal(_) | Check::In(_) | Check::NotEqual(_)
    );
    if !equality || terms.terms.contains(&string) {
        return None;
    }
    let near = near::nearest(string, terms.terms);
    let message = format!(
        "`{}` is not a term of `{}`",
        token::excerpt(string),
        terms.name
    );
    let place = test.check.span.place();
    let finding = if !terms.open {
        Diagnostic::warning(
            code::UNKNOWN_TERM,
            place,
            format!("{message}, which has no others"),
        )
    } else if near.is_some() {
        Diagnostic::note(code::UNKNOWN_TERM, place, message)
    } else {
        // An open vocabulary may be extended by anybody (§2.14).
        return None;
    };
    let finding = finding.with_section("STIX 2.1 §10");
    Some(match near {
        Some(near) => finding.with_help(format!("did you mean `'{near}'`?")),
        None => finding,
    })
}

/// Six pairs of lower-case digits with colons between (§6.10).
fn is_mac(string: &str) -> bool {
    string.len() == 17
        && string.bytes().enumerate().all(|(at, byte)| {
            if at % 3 == 2 {
                byte == b':'
            } else {
                matches!(byte, b'0'..=b'9' | b'a'..=b'f')
            }
        })
}

fn path(test: &Test) -> String {
    token::excerpt(&test.path.value.to_string())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "integers of STIX are within ±(2^53−1), which a double holds exactly"
)]
fn integer(value: i64) -> f64 {
    value as f64
}
