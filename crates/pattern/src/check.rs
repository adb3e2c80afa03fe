//! Rules that the grammar does not express and the text alone decides.

use std::collections::BTreeSet;

use base::diagnostic::Diagnostic;

use crate::code;
use crate::constant::Constant;
use crate::findings::Findings;
use crate::network::Network;
use crate::token;
use crate::tree::{Check, Comparison, Path, Step, Test};

/// Reports what is wrong with one comparison.
pub(crate) fn test(test: &Test, findings: &mut Findings) {
    let place = || test.check.span.place();
    match &test.check.value {
        Check::In(constants) => {
            if let Some((first, other)) = mixed(constants) {
                let message = format!(
                    "the set mixes {} and {}",
                    first.type_name(),
                    other.type_name()
                );
                let finding = Diagnostic::error(code::MIXED_SET, place(), message).with_help(
                    "all constants of a set have one type; write two comparisons joined by OR",
                );
                findings.push(finding.with_section("STIX 2.1 §9.6.1"));
            }
        }
        Check::IsSubset(network) | Check::IsSuperset(network)
            if Network::parse(network).is_none() =>
        {
            let message = format!(
                "`{}` is neither an IP address nor a network",
                token::excerpt(network)
            );
            let finding = Diagnostic::error(code::NETWORK, place(), message)
                .with_help("for example `'198.51.100.0/24'` or `'2001:db8::/32'`");
            findings.push(finding.with_section("STIX 2.1 §9.6.1"));
        }
        _ => {}
    }
    if matches!(
        test.check.value,
        Check::Equal(_) | Check::NotEqual(_) | Check::In(_)
    ) && let Some((algorithm, digits)) = digest(&test.path.value)
    {
        for digest in test
            .check
            .value
            .constants()
            .iter()
            .filter_map(Constant::as_string)
        {
            if digest.len() != digits || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!(
                    "`{}` is not a digest of {algorithm}",
                    token::excerpt(digest)
                );
                let finding = Diagnostic::error(code::HASH, place(), message).with_help(format!(
                    "a digest of {algorithm} has {digits} hexadecimal digits"
                ));
                findings.push(finding.with_section("STIX 2.1 §2.7"));
            }
        }
    }
}

/// Reports every AND of `comparison` that no object can satisfy (STIX 2.1 §9.5).
pub(crate) fn satisfiable(comparison: &Comparison, findings: &mut Findings) {
    // Nearly every pattern speaks of one type between its brackets, and then nothing can be wrong.
    if !matches!(comparison, Comparison::Test(_)) && only_type(comparison).is_none() {
        types(comparison, findings);
    }
}

/// The type of which all tests of `comparison` speak.
pub(crate) fn only_type(comparison: &Comparison) -> Option<&str> {
    match comparison {
        Comparison::And(operands) | Comparison::Or(operands) => {
            let (first, rest) = operands.split_first()?;
            let only = only_type(first)?;
            rest.iter()
                .all(|operand| only_type(operand) == Some(only))
                .then_some(only)
        }
        Comparison::Group(inner) => only_type(inner),
        Comparison::Test(test) => Some(&test.path.value.object_type),
    }
}

/// The types of which an object can satisfy `comparison`, none when that could not be found out. An AND that
/// no object can satisfy is reported (STIX 2.1 §9.5).
///
/// One walk over the tree; the smaller of two sets is merged into the larger, so that nesting is cheap.
fn types<'a>(comparison: &'a Comparison, findings: &mut Findings) -> BTreeSet<&'a str> {
    match comparison {
        Comparison::And(operands) => {
            let mut common: Option<BTreeSet<&str>> = None;
            let mut reported = false;
            for operand in operands {
                let types = types(operand, findings);
                let narrowed = match &common {
                    // An operand that nothing can satisfy has been reported where it stands.
                    _ if types.is_empty() => continue,
                    None => types.clone(),
                    Some(common) => intersection(common, &types),
                };
                if !narrowed.is_empty() {
                    common = Some(narrowed);
                } else if !reported {
                    reported = true;
                    let left = common.iter().flatten().next().copied().unwrap_or_default();
                    let right = types.first().copied().unwrap_or_default();
                    findings.push(unsatisfiable(left, right, operand));
                }
            }
            if reported {
                BTreeSet::new()
            } else {
                common.unwrap_or_default()
            }
        }
        Comparison::Group(inner) => types(inner, findings),
        Comparison::Or(operands) => operands.iter().fold(BTreeSet::new(), |mut large, operand| {
            let mut small = types(operand, findings);
            if small.len() > large.len() {
                std::mem::swap(&mut small, &mut large);
            }
            large.extend(small);
            large
        }),
        Comparison::Test(test) => BTreeSet::from([test.path.value.object_type.as_str()]),
    }
}

fn intersection<'a>(left: &BTreeSet<&'a str>, right: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let (small, large) = if left.len() < right.len() {
        (left, right)
    } else {
        (right, left)
    };
    small
        .iter()
        .filter(|name| large.contains(*name))
        .copied()
        .collect()
}

fn unsatisfiable(left: &str, right: &str, operand: &Comparison) -> Diagnostic {
    let message = format!(
        "no object is both `{}` and `{}`, so AND can never hold",
        token::excerpt(left),
        token::excerpt(right)
    );
    Diagnostic::error(code::UNSATISFIABLE_AND, operand.span().place(), message)
        .with_help(
            "join comparisons on different object types by OR, or write two observation expressions: \
             `[…] AND […]`",
        )
        .with_section("STIX 2.1 §9.5")
}

/// The first constant and one of another type. Integers and floats are both numbers and compare with the same
/// data types (§9.2).
fn mixed(constants: &[Constant]) -> Option<(&Constant, &Constant)> {
    let family = |constant: &Constant| match constant {
        Constant::Float(_) => "integer",
        other => other.type_name(),
    };
    let first = constants.first()?;
    let other = constants
        .iter()
        .find(|constant| family(constant) != family(first))?;
    Some((first, other))
}

/// The algorithm that the end of the path names below `hashes`, and the length of its digests.
pub(crate) fn digest(path: &Path) -> Option<(&str, usize)> {
    let (last, before) = path.steps.split_last()?;
    let Step::Name(algorithm) = last else {
        return None;
    };
    let parent = match before.last() {
        None => &path.property.text,
        Some(Step::Name(name)) => &name.text,
        Some(Step::AnyItem | Step::Item(_)) => return None,
    };
    if parent != "hashes" {
        return None;
    }
    let (_, digits) = DIGESTS.iter().find(|(name, _)| algorithm.text == *name)?;
    Some((&algorithm.text, *digits))
}

/// Hexadecimal digits of the digests of §10.7's vocabulary and their siblings.
///
/// SSDEEP and TLSH are not here: their texts have no fixed length.
const DIGESTS: [(&str, usize); 12] = [
    ("MD5", 32),
    ("SHA-1", 40),
    ("SHA-224", 56),
    ("SHA-256", 64),
    ("SHA-384", 96),
    ("SHA-512", 128),
    ("SHA1", 40),
    ("SHA256", 64),
    ("SHA3-224", 56),
    ("SHA3-256", 64),
    ("SHA3-384", 96),
    ("SHA3-512", 128),
];
