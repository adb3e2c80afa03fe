//! Which properties of STIX objects the logs show: the mapping as data, and from an alternative of a pattern to an
//! index key.

use ipnet::IpNet;
use pattern::alternative::{Alternative, Key as Wanted};
use pattern::tree::{Path, Step};

use super::places::Places;
use super::unserved::Reason;
use crate::index::Key;
use crate::normal;

/// An index key with the places where the value counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What is looked for.
    pub key: Key,
    /// Where.
    pub places: Places,
}

/// What of an alternative of a pattern is looked for.
///
/// # Errors
/// [`Reason`] why it is not.
pub fn term(alternative: &Alternative) -> Result<Term, Reason> {
    let property = PROPERTIES
        .iter()
        .find(|property| property.is(&alternative.path))
        .ok_or(Reason::Property)?;
    let kind = match (property.kind, alternative.referenced_type.as_deref()) {
        (kind, None) => kind,
        (Kind::Endpoint | Kind::Address, Some("ipv4-addr")) => Kind::Ipv4,
        (Kind::Endpoint | Kind::Address, Some("ipv6-addr")) => Kind::Ipv6,
        (Kind::Endpoint, Some("domain-name")) => Kind::Domain,
        (Kind::Email, Some("email-addr")) => Kind::Email,
        (_, Some(_)) => return Err(Reason::Property),
    };
    let key = match &alternative.key {
        Wanted::Equal(constant) => {
            let text = constant.as_string().ok_or(Reason::Value)?;
            exact(kind, text)?
        }
        Wanted::EndsWith(end) => match kind {
            Kind::Domain | Kind::Endpoint => {
                // INVARIANT: only what begins at a label boundary is served; `%higan.org` would be `michigan.org` too.
                let domain = end.strip_prefix('.').ok_or(Reason::Part)?;
                Key::Subdomains(normal::domain(domain).ok_or(Reason::Value)?)
            }
            _ => return Err(Reason::Part),
        },
        Wanted::StartsWith(_) => return Err(Reason::Part),
        Wanted::Subset(network) => {
            let net = normal::network(&format!("{}/{}", network.address(), network.prefix()))
                .ok_or(Reason::Value)?;
            match kind {
                Kind::Ipv4 | Kind::Ipv6 | Kind::Address | Kind::Endpoint => {
                    Key::Network(of_family(kind, network.address().is_ipv4(), net)?)
                }
                _ => return Err(Reason::Value),
            }
        }
    };
    Ok(Term {
        key,
        places: property.places,
    })
}

fn exact(kind: Kind, text: &str) -> Result<Key, Reason> {
    let hash = |digits| normal::hash(text, digits);
    let key = match kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Address => {
            let net = normal::network(text).ok_or(Reason::Value)?;
            Some(Key::Network(of_family(kind, !text.contains(':'), net)?))
        }
        Kind::CertificateSha1 => hash(40).map(Key::CertificateSha1),
        Kind::CertificateSha256 => hash(64).map(Key::CertificateSha256),
        Kind::Domain => match normal::address(text) {
            Some(_) => None,
            None => normal::domain(text).map(Key::Domain),
        },
        Kind::Email => normal::email(text).map(Key::Email),
        Kind::Endpoint => match normal::network(text) {
            Some(net) => Some(Key::Network(net)),
            None => normal::domain(text).map(Key::Domain),
        },
        Kind::FileMd5 => hash(32).map(Key::FileMd5),
        Kind::FileName => whole(text).map(Key::FileName),
        Kind::FileSha1 => hash(40).map(Key::FileSha1),
        Kind::FileSha256 => hash(64).map(Key::FileSha256),
        Kind::Host => {
            let host = normal::host_of_authority(text).unwrap_or(text);
            match normal::address(host) {
                Some(address) => Some(Key::address(address)),
                None => normal::domain(host).map(Key::Domain),
            }
        }
        Kind::Url => normal::url(text).map(Key::Url),
        Kind::UserAgent => whole(text).map(Key::UserAgent),
    };
    key.ok_or(Reason::Value)
}

fn whole(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The network, if it is written in the address family that the property has.
fn of_family(kind: Kind, is_v4: bool, net: IpNet) -> Result<IpNet, Reason> {
    match (kind, is_v4) {
        (Kind::Ipv4, false) | (Kind::Ipv6, true) => Err(Reason::Value),
        _ => Ok(net),
    }
}

/// What the value of a property is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Address,
    CertificateSha1,
    CertificateSha256,
    Domain,
    Email,
    /// An address or a domain name, at the end of traffic.
    Endpoint,
    FileMd5,
    FileName,
    FileSha1,
    FileSha256,
    /// The value of a `Host` header.
    Host,
    Ipv4,
    Ipv6,
    Url,
    UserAgent,
}

/// A property that a log shows.
struct Property {
    object_type: &'static str,
    /// Names along the path; `[*]` between them is passed over.
    names: &'static [&'static str],
    kind: Kind,
    places: Places,
}

impl Property {
    fn is(&self, path: &Path) -> bool {
        if self.object_type != path.object_type {
            return false;
        }
        let mut names = vec![path.property.text.as_str()];
        for step in &path.steps {
            match step {
                Step::Name(name) => names.push(&name.text),
                Step::AnyItem => {}
                // Logs do not keep the order of addresses; a header that stands once has one value, the first.
                Step::Item(0) if names.contains(&"request_header") => {}
                Step::Item(_) => return false,
            }
        }
        names.len() == self.names.len()
            && names
                .iter()
                .zip(self.names)
                .enumerate()
                .all(|(at, (a, b))| {
                    a == b
                        || (at > 0 && names.first() == Some(&"hashes") && same_algorithm(a, b))
                        || (at > 0
                            && names.contains(&"request_header")
                            && a.eq_ignore_ascii_case(b))
                })
    }
}

/// `SHA-256` of the vocabulary (STIX 2.1 §10.5) and the `sha256` that circulates.
fn same_algorithm(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.replace('-', "").to_ascii_uppercase();
    letters(a) == letters(b)
}

const fn property(
    object_type: &'static str,
    names: &'static [&'static str],
    kind: Kind,
    places: Places,
) -> Property {
    Property {
        object_type,
        names,
        kind,
        places,
    }
}

/// The properties of STIX 2.1 §6 that a log of [`crate::source`] shows.
const PROPERTIES: &[Property] = &[
    property(
        "domain-name",
        &["resolves_to_refs", "value"],
        Kind::Address,
        Places::RESOLVED,
    ),
    property("domain-name", &["value"], Kind::Domain, Places::ANY),
    property("email-addr", &["value"], Kind::Email, Places::ANY),
    property(
        "email-message",
        &["from_ref", "value"],
        Kind::Email,
        Places::MAIL_FROM_HEADER,
    ),
    property(
        "email-message",
        &["sender_ref", "value"],
        Kind::Email,
        Places::MAIL_SENDER,
    ),
    property(
        "email-message",
        &["to_refs", "value"],
        Kind::Email,
        Places::MAIL_TO,
    ),
    property("file", &["hashes", "MD5"], Kind::FileMd5, Places::ANY),
    property("file", &["hashes", "SHA-1"], Kind::FileSha1, Places::ANY),
    property(
        "file",
        &["hashes", "SHA-256"],
        Kind::FileSha256,
        Places::ANY,
    ),
    property("file", &["name"], Kind::FileName, Places::ANY),
    property("ipv4-addr", &["value"], Kind::Ipv4, Places::ANY),
    property("ipv6-addr", &["value"], Kind::Ipv6, Places::ANY),
    property(
        "network-traffic",
        &["dst_ref", "value"],
        Kind::Endpoint,
        Places::DESTINATION,
    ),
    property(
        "network-traffic",
        &["extensions", "http-request-ext", "request_header", "Host"],
        Kind::Host,
        Places::HOST_HEADER,
    ),
    property(
        "network-traffic",
        &[
            "extensions",
            "http-request-ext",
            "request_header",
            "User-Agent",
        ],
        Kind::UserAgent,
        Places::ANY,
    ),
    property(
        "network-traffic",
        &["src_ref", "value"],
        Kind::Endpoint,
        Places::SOURCE,
    ),
    property("url", &["value"], Kind::Url, Places::ANY),
    property(
        "x509-certificate",
        &["hashes", "SHA-1"],
        Kind::CertificateSha1,
        Places::ANY,
    ),
    property(
        "x509-certificate",
        &["hashes", "SHA-256"],
        Kind::CertificateSha256,
        Places::ANY,
    ),
];
