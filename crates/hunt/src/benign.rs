//! What is benign: values that everybody uses, so that an indicator for one of them raises nothing but alarms.
//!
//! [`Lists`] hold addresses, names and hashes; [`known`] are the ones that anybody can look up. [`pattern_hits`] says
//! of a pattern, [`observable_hits`] of an observable, which benign values it names.
//!
//! INVARIANT: what one set of lists says does not depend on another: whoever asks with the public lists alone learns
//! nothing of a house's own.

mod facts;
mod judge;
mod samples;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;
use pattern::tree::Pattern;
use serde_json::Value;
use stix::json::tree::{Members, Value as Hashes};
use stix::object::Object;

use crate::normal;

/// Why something is benign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// A hash of the file without content.
    EmptyFile,
    /// What the house lists itself.
    House,
    /// A network or domain of the house or of those it serves.
    Network,
    /// A resolver that everybody may ask.
    PublicResolver,
    /// A root server of the domain name system.
    RootServer,
    /// An address or name with a meaning of its own: RFC 6890 and IANA's registries, RFC 6761 for names.
    ///
    /// What is reserved for documentation is not in it: nobody meets it in a network, so it harms nobody.
    SpecialPurpose,
    /// A service that everybody uses.
    TopDomain,
    /// No list: the pattern or network is so wide that nearly everything matches.
    Wide,
}

/// Something benign that was named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Why it is benign.
    pub list: List,
    /// The value as it was named; empty where it is the pattern as a whole.
    pub value: String,
}

/// How much of a name is benign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The name, `www` below it and the front page: others put content on the rest.
    Name,
    /// Also all names below it.
    Below,
    /// Also every URL on them.
    All,
}

/// Lists of benign values.
#[derive(Debug, Default)]
pub struct Lists {
    networks: BTreeMap<(IpAddr, u8), List>,
    /// The lengths of the prefixes in `networks`, of IPv4 and IPv6.
    lengths: [BTreeSet<u8>; 2],
    names: HashMap<String, (List, Extent)>,
    hashes: HashMap<&'static str, List>,
    /// Values to try LIKE and MATCHES on, as observables.
    samples: Vec<(Value, List)>,
}

/// The text is no address, network or domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address, network or domain")]
pub struct ListError {
    /// The text.
    pub text: String,
}

impl List {
    /// The machine name.
    pub fn name(self) -> &'static str {
        match self {
            Self::EmptyFile => "empty-file",
            Self::House => "house",
            Self::Network => "network",
            Self::PublicResolver => "public-resolver",
            Self::RootServer => "root-server",
            Self::SpecialPurpose => "special-purpose",
            Self::TopDomain => "top-domain",
            Self::Wide => "wide",
        }
    }

    /// Whether an observable of it is remarkable: addresses of one's own are the other end of nearly everything that is
    /// observed.
    fn counts_for_observables(self) -> bool {
        !matches!(self, Self::Network | Self::SpecialPurpose)
    }
}

impl std::fmt::Display for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.list, self.value.as_str()) {
            (List::Wide, "") => f.write_str("nothing in the pattern narrows what matches"),
            (List::Wide, value) => write!(f, "`{value}` is too wide"),
            (list, value) => write!(f, "`{value}` is on the list {}", list.name()),
        }
    }
}

impl Lists {
    /// Adds an address, a network or a domain with all below it and all URLs there.
    ///
    /// # Errors
    /// [`ListError`] where the text is none of these.
    pub fn add(&mut self, list: List, text: &str) -> Result<(), ListError> {
        if let Some(net) = normal::network(text) {
            self.add_network(list, net);
        } else if let Some(name) = normal::domain(text) {
            self.add_name(list, Extent::All, name);
        } else {
            return Err(ListError {
                text: text.to_owned(),
            });
        }
        Ok(())
    }

    /// Whether there is nothing in them.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.names.is_empty() && self.hashes.is_empty()
    }

    fn add_network(&mut self, list: List, net: IpNet) {
        if net.prefix_len() == net.max_prefix_len() {
            self.sample(list, samples::address(net.addr()));
        }
        let [v4, v6] = &mut self.lengths;
        let lengths = if net.addr().is_ipv4() { v4 } else { v6 };
        lengths.insert(net.prefix_len());
        self.networks
            .insert((net.network(), net.prefix_len()), list);
    }

    fn add_name(&mut self, list: List, extent: Extent, name: String) {
        self.sample(list, samples::name(&name));
        self.sample(list, samples::name(&format!("www.{name}")));
        self.names.insert(name, (list, extent));
    }

    fn sample(&mut self, list: List, observable: Value) {
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push((observable, list));
        }
    }

    /// The list of something that has an address in common with `net`.
    fn network(&self, net: &IpNet) -> Option<List> {
        let [v4, v6] = &self.lengths;
        let lengths = if net.addr().is_ipv4() { v4 } else { v6 };
        let around = lengths
            .range(..=net.prefix_len())
            .filter_map(|bits| IpNet::new(net.addr(), *bits).ok())
            .find_map(|around| self.networks.get(&(around.network(), around.prefix_len())));
        let within = || {
            let range = (net.network(), 0)..=(net.broadcast(), u8::MAX);
            self.networks.range(range).next().map(|(_, list)| list)
        };
        around.or_else(within).copied()
    }

    /// The list of a name, in normal form.
    fn name(&self, name: &str) -> Option<(List, Extent)> {
        if let Some(found) = self.names.get(name) {
            return Some(*found);
        }
        if let Some(found) = name
            .strip_prefix("www.")
            .and_then(|name| self.names.get(name))
        {
            return Some(*found);
        }
        let mut rest = name;
        while let Some((_, above)) = rest.split_once('.') {
            rest = above;
            match self.names.get(above) {
                Some((_, Extent::Name)) | None => {}
                Some(found) => return Some(*found),
            }
        }
        None
    }

    /// The list of an address, network, name or URL.
    fn value(&self, text: &str) -> Option<List> {
        if let Some(net) = normal::network(text) {
            return self.network(&net);
        }
        if let Some(url) = normal::url(text) {
            let host = normal::host_of_url(&url)?;
            if let Some(address) = normal::address(host) {
                return self.network(&IpNet::from(address));
            }
            let (list, extent) = self.name(host)?;
            let (_, target) = url.split_once("://")?;
            let front = target
                .split_once('/')
                .is_none_or(|(_, path)| path.is_empty());
            return (front || extent == Extent::All).then_some(list);
        }
        Some(self.name(&normal::domain(text)?)?.0)
    }

    fn hash(&self, text: &str) -> Option<List> {
        self.hashes.get(text.to_ascii_lowercase().as_str()).copied()
    }
}

/// The lists that anybody can look up: their hits may be told to whoever sent the object.
pub fn known() -> &'static Lists {
    &KNOWN
}

/// What benign values a pattern names such that one of them alone makes it match; nothing where something that is not
/// benign is needed as well.
///
/// ```
/// let hits = |text: &str| {
///     let pattern = pattern::parse::parse(text).unwrap();
///     hunt::benign::pattern_hits(&[hunt::benign::known()], &pattern).len()
/// };
/// assert_eq!(hits("[ipv4-addr:value = '8.8.8.8']"), 1);
/// assert_eq!(hits("[ipv4-addr:value = '8.8.8.8'] AND [file:name = 'a.exe']"), 0);
/// ```
pub fn pattern_hits(lists: &[&Lists], pattern: &Pattern) -> Vec<Hit> {
    judge::pattern(lists, pattern)
}

/// What benign values an object names: an indicator by its pattern, an observable by its value or hashes.
///
/// A revoked object harms nobody, and its revocation must not wait.
pub fn object_hits(lists: &[&Lists], object: &Object) -> Vec<Hit> {
    if object.is_revoked() {
        return Vec::new();
    }
    if object.kind() != "indicator" {
        return observable_hits(lists, object);
    }
    if object.string("pattern_type") != Some("stix") {
        return Vec::new();
    }
    match object.string("pattern").map(pattern::parse::parse) {
        Some(Ok(pattern)) => pattern_hits(lists, &pattern),
        _ => Vec::new(),
    }
}

/// What benign values an observable names (STIX 2.1 §6); addresses of special purpose and of networks that are one's
/// own are not remarkable there.
pub fn observable_hits(lists: &[&Lists], object: &Object) -> Vec<Hit> {
    let mut hits = BTreeSet::new();
    match object.kind() {
        "domain-name" | "ipv4-addr" | "ipv6-addr" | "url" => {
            if let Some(text) = object.string("value") {
                hits.extend(judge::value_hit(lists, text));
            }
        }
        "artifact" | "file" => {
            let hashes = object.members().get("hashes").and_then(Hashes::members);
            for hash in hashes.into_iter().flat_map(Members::values) {
                hits.extend(hash.as_str().and_then(|text| judge::hash_hit(lists, text)));
            }
        }
        _ => {}
    }
    hits.into_iter()
        .filter(|hit| hit.list.counts_for_observables())
        .collect()
}

static KNOWN: LazyLock<Lists> = LazyLock::new(facts::lists);

/// Most values that LIKE and MATCHES are tried on, in one set of lists: each costs a regular expression a walk.
const MAX_SAMPLES: usize = 1_000;
