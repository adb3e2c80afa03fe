//! What is planted.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::index::Key;
use crate::normal;

/// A value with the number of lines that it is planted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedIndicator {
    /// The value.
    pub value: PlantedValue,
    /// In how many lines.
    pub hits: u64,
}

/// A value that a line can be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlantedValue {
    /// As the responder of a connection.
    Address(IpAddr),
    /// As the name asked for, or the host of an HTTP request, in turn.
    Domain(String),
    /// One of its addresses as the responder of a connection.
    Network(IpNet),
    /// A name below the domain as the name asked for.
    Subdomain(String),
    /// As the URL of an HTTP request; `http` only, for nothing else is seen.
    Url(String),
    /// As the user agent of an HTTP request.
    UserAgent(String),
}

impl PlantedValue {
    /// The value of an index key, where the sample's logs can show it.
    pub fn of_key(key: &Key) -> Option<Self> {
        Some(match key {
            Key::Network(net) if net.prefix_len() == net.max_prefix_len() => {
                Self::Address(net.addr())
            }
            Key::Network(net) => Self::Network(*net),
            Key::Domain(name) => Self::Domain(name.clone()),
            Key::Subdomains(name) => Self::Subdomain(name.clone()),
            Key::Url(url) if url.starts_with("http://") => Self::Url(url.clone()),
            Key::UserAgent(agent) => Self::UserAgent(agent.clone()),
            _ => return None,
        })
    }

    /// Whether a line that `planted` is planted in shows this value too.
    pub(crate) fn is_seen_in(&self, planted: &Self) -> bool {
        if self == planted {
            return true;
        }
        match (self, planted) {
            (Self::Network(net), Self::Address(address)) => net.contains(address),
            (Self::Network(net), Self::Network(inner)) => net.contains(inner),
            (Self::Address(address), Self::Url(url)) => host(url)
                .and_then(|host| normal::address(&host))
                .is_some_and(|host| host == *address),
            (Self::Network(net), Self::Url(url)) => host(url)
                .and_then(|host| normal::address(&host))
                .is_some_and(|host| net.contains(&host)),
            (Self::Domain(a), Self::Domain(b)) => normal::domain(a) == normal::domain(b),
            (Self::Domain(name), Self::Url(url)) => {
                host(url).is_some_and(|host| normal::domain(&host) == normal::domain(name))
            }
            (Self::Subdomain(parent), Self::Domain(name)) => is_below(name, parent),
            (Self::Subdomain(parent), Self::Subdomain(other)) => {
                is_below(other, parent) || normal::domain(other) == normal::domain(parent)
            }
            (Self::Subdomain(parent), Self::Url(url)) => {
                host(url).is_some_and(|host| is_below(&host, parent))
            }
            (Self::Url(a), Self::Url(b)) => normal::url(a) == normal::url(b),
            _ => false,
        }
    }

    /// The value as text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Address(address) => address.to_string(),
            Self::Network(net) => net.to_string(),
            Self::Domain(text)
            | Self::Subdomain(text)
            | Self::Url(text)
            | Self::UserAgent(text) => text.clone(),
        }
    }
}

/// Whether `name` is below `parent`.
pub(crate) fn is_below(name: &str, parent: &str) -> bool {
    let (Some(name), Some(parent)) = (normal::domain(name), normal::domain(parent)) else {
        return false;
    };
    name.strip_suffix(parent.as_str())
        .is_some_and(|before| before.ends_with('.'))
}

pub(crate) fn host(url: &str) -> Option<String> {
    let url = normal::url(url)?;
    normal::host_of_url(&url).map(str::to_owned)
}
