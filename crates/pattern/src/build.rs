//! Comparisons that indicators are usually made of.
//!
//! Values are given as they are; escaping is done when the pattern is written. The result of [`any_of`] is a
//! valid pattern or says what is wrong with the values, for example a digest of the wrong length.
//!
//! ```
//! use pattern::build;
//!
//! let pattern = build::any_of([build::domain_name("c2.example"), build::ipv4_addr("198.51.100.1")]).unwrap();
//! assert_eq!(pattern.to_string(), "[domain-name:value = 'c2.example' OR ipv4-addr:value = '198.51.100.1']");
//! ```

use base::diagnostic::Diagnostic;

use crate::constant::Constant;
use crate::network::Network;
use crate::text::Text;
use crate::tree::{Check, Comparison, Path, Pattern, Test};

/// The pattern that matches when any of `tests` holds.
///
/// # Errors
/// What is wrong with the values; without tests there is no pattern.
pub fn any_of(tests: impl IntoIterator<Item = Test>) -> Result<Pattern, Vec<Diagnostic>> {
    Pattern::single(Comparison::Or(
        tests.into_iter().map(Comparison::from).collect(),
    ))
}

/// The pattern that matches when all of `tests` hold on the same object.
///
/// # Errors
/// As [`any_of`], and when the tests are of different object types.
pub fn all_of(tests: impl IntoIterator<Item = Test>) -> Result<Pattern, Vec<Diagnostic>> {
    Pattern::single(Comparison::And(
        tests.into_iter().map(Comparison::from).collect(),
    ))
}

/// The property at `path` is exactly `value`.
pub fn equal(path: Path, value: impl Into<Text>) -> Test {
    Test::new(path, Check::Equal(Constant::String(value.into())))
}

/// The property at `path` is one of `values`.
pub fn one_of<T: Into<Text>>(path: Path, values: impl IntoIterator<Item = T>) -> Test {
    let constants = values
        .into_iter()
        .map(|value| Constant::String(value.into()))
        .collect();
    Test::new(path, Check::In(constants))
}

/// A domain name.
pub fn domain_name(value: impl Into<Text>) -> Test {
    equal(Path::new("domain-name", "value"), value)
}

/// An e-mail address.
pub fn email_addr(value: impl Into<Text>) -> Test {
    equal(Path::new("email-addr", "value"), value)
}

/// A file with the digest `digest` by `algorithm`, a key of `hashes` as `MD5` or `SHA-256`.
pub fn file_hash(algorithm: impl Into<Text>, digest: impl Into<Text>) -> Test {
    equal(Path::new("file", "hashes").then(algorithm), digest)
}

/// A file of this name.
pub fn file_name(value: impl Into<Text>) -> Test {
    equal(Path::new("file", "name"), value)
}

/// Exactly this IPv4 address or network.
pub fn ipv4_addr(value: impl Into<Text>) -> Test {
    equal(Path::new("ipv4-addr", "value"), value)
}

/// Exactly this IPv6 address or network.
pub fn ipv6_addr(value: impl Into<Text>) -> Test {
    equal(Path::new("ipv6-addr", "value"), value)
}

/// A MAC address.
pub fn mac_addr(value: impl Into<Text>) -> Test {
    equal(Path::new("mac-addr", "value"), value)
}

/// A mutex of this name.
pub fn mutex(name: impl Into<Text>) -> Test {
    equal(Path::new("mutex", "name"), name)
}

/// Any address or network within `network`.
pub fn within_network(network: &Network) -> Test {
    let object_type = if network.address().is_ipv4() {
        "ipv4-addr"
    } else {
        "ipv6-addr"
    };
    Test::new(
        Path::new(object_type, "value"),
        Check::IsSubset(network.to_string().into()),
    )
}

/// A URL.
pub fn url(value: impl Into<Text>) -> Test {
    equal(Path::new("url", "value"), value)
}
