//! What belongs to an organisation, and whose a value is.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use release::party::OrganisationId;
use store::database::Reader;
use store::network::NetworkRow;

use crate::access::{Action, Caller};
use crate::error::AppError;
use crate::node::Node;

/// Something that belongs to an organisation, in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// An autonomous system, by its number (RFC 6793).
    Asn(u32),
    /// A domain with all below it, in the form of RFC 5890 §2.3.2.1.
    Domain(String),
    /// The addresses of a prefix.
    Prefix(IpNet),
}

/// Whose a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// By what: the longest prefix or domain that the value is in.
    pub by: Network,
}

impl Network {
    /// Reads `AS64500`, `192.0.2.0/24`, an address or a domain.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let number = text.strip_prefix("AS").or_else(|| text.strip_prefix("as"));
        let number = number.unwrap_or(text);
        if number.bytes().all(|byte| byte.is_ascii_digit()) {
            // AS 0 belongs to nobody (RFC 7607).
            return number.parse().ok().filter(|asn| *asn != 0).map(Self::Asn);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self::Prefix(IpNet::from(address)));
        }
        if let Ok(prefix) = text.parse::<IpNet>() {
            return Some(Self::Prefix(prefix.trunc()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let name = idna::domain_to_ascii_strict(name).ok()?;
        (name.contains('.') && name.len() <= MAX_DOMAIN_BYTES).then_some(Self::Domain(name))
    }

    /// `asn`, `domain` or `prefix`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Asn(_) => "asn",
            Self::Domain(_) => "domain",
            Self::Prefix(_) => "prefix",
        }
    }

    /// Whether it is too much to belong to one organisation: a slip of the hand would make it the owner of everything.
    fn is_too_wide(&self) -> bool {
        match self {
            Self::Asn(_) | Self::Domain(_) => false,
            Self::Prefix(IpNet::V4(prefix)) => prefix.prefix_len() < SHORTEST_V4,
            Self::Prefix(IpNet::V6(prefix)) => prefix.prefix_len() < SHORTEST_V6,
        }
    }

    /// What it is in, the narrowest first, beginning with itself.
    fn around(&self) -> Vec<Self> {
        match self {
            Self::Asn(_) => vec![self.clone()],
            Self::Domain(name) => {
                let mut found = vec![self.clone()];
                let mut rest = name.as_str();
                while let Some((_, parent)) = rest.split_once('.') {
                    found.push(Self::Domain(parent.to_owned()));
                    rest = parent;
                }
                found
            }
            Self::Prefix(prefix) => {
                let mut found = vec![self.clone()];
                let mut rest = *prefix;
                while let Some(wider) = rest.supernet() {
                    found.push(Self::Prefix(wider));
                    rest = wider;
                }
                found
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asn(number) => write!(f, "AS{number}"),
            Self::Domain(name) => f.write_str(name),
            Self::Prefix(prefix) => prefix.fmt(f),
        }
    }
}

impl Node {
    /// What belongs to an organisation.
    ///
    /// # Errors
    /// If the caller may not.
    pub fn networks(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
    ) -> Result<Vec<Network>, AppError> {
        caller.require(Action::ReadParties)?;
        self.store.read(|reader| {
            let rows = reader.networks_of(organisation)?;
            let mut found: Vec<Network> = rows
                .iter()
                .filter_map(|row| Network::parse(&row.value))
                .collect();
            found.sort();
            Ok(found)
        })
    }

    /// Says what belongs to an organisation, instead of what was said before.
    ///
    /// # Errors
    /// If the caller may not, there is no such organisation, or something is too wide.
    pub fn set_networks(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        networks: &[Network],
    ) -> Result<(), AppError> {
        caller.require(Action::ManageParties)?;
        if networks.len() > MAX_NETWORKS {
            let message = format!("an organisation has at most {MAX_NETWORKS} networks");
            return Err(AppError::invalid("APP-NETWORK-01", message));
        }
        if let Some(wide) = networks.iter().find(|network| network.is_too_wide()) {
            let message = format!("`{wide}` is too wide to belong to one organisation");
            return Err(AppError::invalid("APP-NETWORK-02", message));
        }
        let rows: Vec<NetworkRow> = networks
            .iter()
            .map(|network| NetworkRow {
                kind: network.kind().to_owned(),
                value: network.to_string(),
            })
            .collect();
        self.store.write(|writer| {
            writer
                .organisation(organisation)?
                .ok_or(AppError::NotFound)?;
            writer.set_networks(organisation, &rows)?;
            self.record(writer, caller, "set-networks", &organisation.to_string())
        })
    }

    /// Whose an address, prefix, autonomous system or domain is: those with the narrowest claim, by name.
    ///
    /// # Errors
    /// If the caller may not, or the value is none of these.
    pub fn owner_of(&self, caller: &Caller, value: &str) -> Result<Vec<Owner>, AppError> {
        caller.require(Action::ReadParties)?;
        let network = Network::parse(value).ok_or_else(|| {
            let message = format!("`{value}` is no address, prefix, autonomous system or domain");
            AppError::invalid("APP-NETWORK-03", message)
        })?;
        self.store.read(|reader| owners(reader, &network))
    }
}

/// The organisations with the narrowest claim to a network.
pub(crate) fn owners(reader: &Reader<'_>, network: &Network) -> Result<Vec<Owner>, AppError> {
    for by in network.around() {
        let mut found = Vec::new();
        for organisation in reader.owners_of(by.kind(), &by.to_string())? {
            let name = reader.organisation(organisation)?.map(|known| known.name);
            found.push(Owner {
                organisation,
                name: name.unwrap_or_default(),
                by: by.clone(),
            });
        }
        if !found.is_empty() {
            found.sort_by(|a, b| a.name.cmp(&b.name));
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Longest text read: a domain as people write it, in UTF-8.
const MAX_TEXT_BYTES: usize = 1_024;
/// Longest domain (RFC 1035 §2.3.4).
const MAX_DOMAIN_BYTES: usize = 253;
/// Networks of one organisation: a large carrier announces some thousands of prefixes.
const MAX_NETWORKS: usize = 20_000;
/// No registry gives anybody more than this.
const SHORTEST_V4: u8 = 8;
/// The same for IPv6.
const SHORTEST_V6: u8 = 16;
