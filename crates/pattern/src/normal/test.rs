//! One comparison in the one form that its meaning has.

use crate::constant::{Constant, Float, Integer, Timestamp};
use crate::network::Network;
use crate::text::Text;
use crate::tree::{Check, Name, Path, Seconds, Step, Test};

/// The comparison with its constants by value, without a `NOT` that another operator says too.
pub(super) fn canonical(test: &Test) -> Test {
    let path = plain(&test.path.value);
    let values = Values::of(&path);
    let check = match &test.check.value {
        Check::Equal(constant) => Check::Equal(values.denoted(constant)),
        Check::NotEqual(constant) => Check::NotEqual(values.denoted(constant)),
        Check::In(constants) => in_set(
            constants
                .iter()
                .map(|constant| values.denoted(constant))
                .collect(),
        ),
        Check::Greater(constant) => Check::Greater(by_value(constant)),
        Check::GreaterOrEqual(constant) => Check::GreaterOrEqual(by_value(constant)),
        Check::Less(constant) => Check::Less(by_value(constant)),
        Check::LessOrEqual(constant) => Check::LessOrEqual(by_value(constant)),
        Check::IsSubset(string) => match Network::parse(string) {
            // STIX 2.1 §9.6.1: a set within one address is that address.
            Some(network) if network.is_single() && values.hold(&network) => {
                Check::Equal(Constant::String(network.to_string().into()))
            }
            Some(network) => Check::IsSubset(network.to_string().into()),
            None => Check::IsSubset(string.clone()),
        },
        Check::IsSuperset(string) => Check::IsSuperset(
            Network::parse(string)
                .map_or_else(|| string.clone(), |network| network.to_string().into()),
        ),
        Check::Like(string) => Check::Like(values.cased(&wildcards(string))),
        Check::Exists => Check::Exists,
        Check::Matches(string) => Check::Matches(string.clone()),
    };
    let (negated, check) = if test.negated && !any_item(&path) {
        match check {
            Check::Equal(constant) => (false, Check::NotEqual(constant)),
            Check::NotEqual(constant) => (false, Check::Equal(constant)),
            // Every value is outside the empty set, and a missing one makes any comparison false (§9.6).
            Check::In(constants) if constants.is_empty() => (false, Check::Exists),
            other => (true, other),
        }
    } else {
        (test.negated, check)
    };
    Test {
        negated,
        ..Test::new(path, check)
    }
}

/// `IN` with sorted constants, or `=` where there is one.
pub(super) fn in_set(mut constants: Vec<Constant>) -> Check {
    constants.sort();
    constants.dedup();
    match <[Constant; 1]>::try_from(constants) {
        Ok([constant]) => Check::Equal(constant),
        Err(constants) => Check::In(constants),
    }
}

/// Whether the path tries all items of a list. What `NOT` negates is then open: each comparison with an item
/// (§9.7.2), or the whole (§9.6.1).
pub(super) fn any_item(path: &Path) -> bool {
    path.steps.iter().any(|step| matches!(step, Step::AnyItem))
}

/// Whole seconds as an integer.
pub(super) fn seconds(seconds: Seconds) -> Seconds {
    match seconds {
        Seconds::Float(float) => whole(float)
            .and_then(|integer| u64::try_from(integer.value()).ok()?.try_into().ok())
            .map_or(seconds, Seconds::Integer),
        Seconds::Integer(_) => seconds,
    }
}

/// The timestamp without trailing zeros in its fraction.
pub(super) fn timestamp(timestamp: &Timestamp) -> Timestamp {
    let shorter = timestamp
        .text()
        .strip_suffix('Z')
        .and_then(|body| body.split_once('.'))
        .map(|(moment, fraction)| match fraction.trim_end_matches('0') {
            "" => format!("{moment}Z"),
            digits => format!("{moment}.{digits}Z"),
        });
    shorter
        .and_then(|text| Timestamp::parse(&text).ok())
        .unwrap_or_else(|| timestamp.clone())
}

/// What the strings at a path denote.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// An address or network (§6.8, §6.9).
    Address { v4: bool },
    /// Hexadecimal digits (§10.7).
    Digest,
    /// Letters of either case (RFC 1034 §3.1, to which §6.4 refers).
    DomainName,
    /// The name of a key or value of the Windows registry, which does not distinguish case (§6.17).
    RegistryName,
    /// Just what is written.
    Text,
}

impl Values {
    fn of(path: &Path) -> Self {
        let property = path.property.text.as_str();
        match (path.object_type.as_str(), property, path.steps.as_slice()) {
            ("ipv4-addr", "value", []) => Self::Address { v4: true },
            ("ipv6-addr", "value", []) => Self::Address { v4: false },
            ("domain-name", "value", []) => Self::DomainName,
            ("windows-registry-key", "key", []) => Self::RegistryName,
            (
                "windows-registry-key",
                "values",
                [Step::AnyItem | Step::Item(_), Step::Name(name)],
            ) if name.text == "name" => Self::RegistryName,
            _ if crate::check::digest(path).is_some() => Self::Digest,
            _ => Self::Text,
        }
    }

    fn hold(self, network: &Network) -> bool {
        self == Self::Address {
            v4: network.address().is_ipv4(),
        }
    }

    fn denoted(self, constant: &Constant) -> Constant {
        let Constant::String(text) = constant else {
            return by_value(constant);
        };
        let address = || address(text).filter(|network| self.hold(network));
        Constant::String(match self {
            Self::Address { .. } => {
                address().map_or_else(|| text.clone(), |network| network.to_string().into())
            }
            Self::Digest | Self::DomainName => text.to_ascii_lowercase().into(),
            Self::RegistryName | Self::Text => self.cased(text),
        })
    }

    fn cased(self, text: &str) -> Text {
        match self {
            Self::RegistryName => text.to_lowercase().into(),
            _ => text.into(),
        }
    }
}

/// An address or network, in IPv4 with zeros before a digit: `01.02.03.04`. Where such a number could be read as
/// octal or decimal, it is not read.
fn address(text: &str) -> Option<Network> {
    Network::parse(text).or_else(|| {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let octets: Vec<&str> = address
            .split('.')
            .map(|octet| match octet.trim_start_matches('0') {
                "" if !octet.is_empty() => "0",
                "1" | "2" | "3" | "4" | "5" | "6" | "7" if octet.len() <= 3 => {
                    octet.trim_start_matches('0')
                }
                _ => octet,
            })
            .collect();
        let plain = octets.join(".");
        match prefix {
            Some(prefix) => Network::parse(&format!("{plain}/{prefix}")),
            None => Network::parse(&plain),
        }
    })
}

fn by_value(constant: &Constant) -> Constant {
    match constant {
        Constant::Binary(bytes) => Constant::Hex(bytes.clone()),
        Constant::Float(float) => whole(*float).map_or(Constant::Float(*float), Constant::Integer),
        Constant::Timestamp(value) => Constant::Timestamp(timestamp(value)),
        other => other.clone(),
    }
}

/// The integer that the number is, if it is one.
fn whole(float: Float) -> Option<Integer> {
    let value = float.value();
    if value.fract() != 0.0 {
        return None;
    }
    // The digits of a whole number are those of an integer; those beyond the bounds do not fit.
    value.to_string().parse().ok().and_then(Integer::new)
}

/// `%%` is `%`, and `%_` is `_%`: in a run of wildcards only their number counts, and whether there is a `%`.
fn wildcards(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut any = false;
    for character in text.chars() {
        match character {
            '%' => any = true,
            '_' => out.push('_'),
            _ => {
                if std::mem::take(&mut any) {
                    out.push('%');
                }
                out.push(character);
            }
        }
    }
    if any {
        out.push('%');
    }
    out
}

fn plain(path: &Path) -> Path {
    let name = |name: &Name| Name::new(name.text.clone());
    Path {
        object_type: path.object_type.clone(),
        property: name(&path.property),
        steps: path
            .steps
            .iter()
            .map(|step| match step {
                Step::Name(text) => Step::Name(name(text)),
                other => other.clone(),
            })
            .collect(),
    }
}
