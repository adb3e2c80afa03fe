//! What is never a hit: lists of what is benign.

use ipnet::IpNet;

use crate::index::{Index, Key};
use crate::normal;
use crate::seen::Value;

/// Addresses, networks, domains with all below them, and URLs that are never a hit.
#[derive(Debug, Default)]
pub struct Exclusions {
    index: Index,
    networks: Vec<IpNet>,
    count: u32,
}

/// The text is no address, network, domain or URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address, network, domain or URL")]
pub struct ExcludeError {
    /// The text.
    pub text: String,
}

impl Exclusions {
    /// Adds an address, a network, a domain or a URL.
    ///
    /// A domain covers the names below it, but not URLs on them: much that is benign hosts what is not.
    ///
    /// # Errors
    /// [`ExcludeError`] where the text is none of these.
    pub fn exclude(&mut self, text: &str) -> Result<(), ExcludeError> {
        let keys = if let Some(net) = normal::network(text) {
            self.networks.push(net);
            vec![Key::Network(net)]
        } else if let Some(url) = normal::url(text) {
            vec![Key::Url(url)]
        } else if let Some(name) = normal::domain(text) {
            vec![Key::Domain(name.clone()), Key::Subdomains(name)]
        } else {
            return Err(ExcludeError {
                text: text.to_owned(),
            });
        };
        for key in keys {
            self.index
                .insert(&key, self.count)
                .map_err(|_| ExcludeError {
                    text: text.to_owned(),
                })?;
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Whether the value seen is excluded.
    pub fn hold(&self, value: &Value<'_>) -> bool {
        if self.count == 0 {
            return false;
        }
        let mut held = false;
        self.index.find(value, |_| held = true);
        held
    }

    /// Whether everything that `key` matches is excluded.
    pub(crate) fn cover(&self, key: &Key) -> bool {
        if self.count == 0 {
            return false;
        }
        match key {
            Key::Network(net) => self.networks.iter().any(|excluded| excluded.contains(net)),
            Key::Domain(name) | Key::Subdomains(name) => self.hold(&Value::Domain(name)),
            Key::Url(url) => self.hold(&Value::Url(url)),
            _ => false,
        }
    }
}
