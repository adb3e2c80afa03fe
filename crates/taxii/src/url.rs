//! URLs as far as TAXII needs them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Uri;

/// An absolute `http` or `https` URL without user, query and fragment, whose path ends in a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// Scheme and authority in lower case: `https://example.org:8443`.
    pub(crate) origin: String,
    /// The path, with a slash at both ends.
    pub(crate) path: String,
    /// The host without port and brackets.
    pub(crate) host: String,
}

impl Base {
    /// Reads an absolute URL; a slash is added to its path (§3.1).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.contains(['#', '?']) {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let authority = uri.authority()?.as_str().to_ascii_lowercase();
        // A password in a URL ends up in logs.
        if !matches!(scheme.as_str(), "http" | "https") || authority.contains('@') {
            return None;
        }
        let default_port = if scheme == "http" { ":80" } else { ":443" };
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        let host = uri.host()?.trim_matches(['[', ']']).to_ascii_lowercase();
        let slash = if uri.path().ends_with('/') { "" } else { "/" };
        Some(Self {
            origin: format!("{scheme}://{authority}"),
            path: format!("{}{slash}", uri.path()),
            host,
        })
    }

    /// What `reference`, from a message at this URL, points to: absolute, or relative to the origin (§4.1.1), or, as
    /// some servers write, to the place of the message.
    pub(crate) fn join(&self, reference: &str) -> Option<Self> {
        if reference.contains("://") {
            return Self::parse(reference);
        }
        if reference.starts_with("//") || reference.split('/').any(|part| part == "..") {
            return None;
        }
        if reference.starts_with('/') {
            return Self::parse(&format!("{}{reference}", self.origin));
        }
        Self::parse(&format!("{}{}{reference}", self.origin, self.path))
    }

    /// Whether what is sent there stays on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse()
                .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    }

    /// Whether nobody on the way can read what is sent there.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Percent-encodes a path segment or a query value.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// What stands in a path segment or a query value as it is, RFC 3986 §2.3, and the colon of timestamps.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

#[cfg(test)]
mod tests;
