//! What in the texts of an object names an organisation: its name, its domains, its addresses.
//!
//! A release takes out what refers to a giver who is not to be named; what a text says only a person can judge. So this
//! finds rather too much: a word is found in any case and width, a domain also within a longer host, an address also
//! written `192.0.2[.]1`.

use std::collections::BTreeSet;

use hunt::normal::network;
use ipnet::IpNet;
use release::party::OrganisationId;
use serde_json::Value;
use stix::id::Id;
use stix::object::Object;
use store::database::Reader;
use unicode_normalization::UnicodeNormalization as _;

use crate::error::AppError;
use crate::network::Network;

/// By what an organisation is known.
#[derive(Debug)]
pub(crate) struct Giver {
    identity: Id,
    name: String,
    domains: Vec<String>,
    prefixes: Vec<IpNet>,
}

impl Giver {
    /// What the node knows of an organisation.
    pub(crate) fn of(reader: &Reader<'_>, organisation: OrganisationId) -> Result<Self, AppError> {
        let found = reader.organisation(organisation)?;
        let mut giver = Self {
            identity: organisation.identity(),
            name: found.map_or_else(String::new, |found| normal(&found.name)),
            domains: Vec::new(),
            prefixes: Vec::new(),
        };
        for row in reader.networks_of(organisation)? {
            match Network::parse(&row.value) {
                Some(Network::Domain(name)) => {
                    let (shown, read) = idna::domain_to_unicode(&name);
                    if read.is_ok() && shown != name {
                        giver.domains.push(normal(&shown));
                    }
                    giver.domains.push(name);
                }
                Some(Network::Prefix(prefix)) => giver.prefixes.push(prefix),
                Some(Network::Asn(_)) | None => {}
            }
        }
        Ok(giver)
    }

    /// The words of an object that name the organisation. Its own identity is not searched: that never goes out where
    /// the giver is not to be named.
    pub(crate) fn words(&self, object: &Object) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if *object.id() == self.identity {
            return found;
        }
        // What is looked at is as large as the object, which what reads it limits.
        let mut rest: Vec<&Value> = Vec::new();
        for (name, value) in object.properties() {
            self.search(name, &mut found);
            rest.push(value);
        }
        while let Some(value) = rest.pop() {
            match value {
                Value::String(text) => self.search(text, &mut found),
                Value::Array(items) => rest.extend(items),
                Value::Object(map) => {
                    for (name, value) in map {
                        self.search(name, &mut found);
                        rest.push(value);
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        found
    }

    fn search(&self, text: &str, found: &mut BTreeSet<String>) {
        let text = normal(text);
        if contains(&text, &self.name, |c| c.is_ascii_alphanumeric()) {
            found.insert(self.name.clone());
        }
        for domain in &self.domains {
            if contains(&text, domain, |c| c.is_ascii_alphanumeric() || c == '-') {
                found.insert(domain.clone());
            }
        }
        if self.prefixes.is_empty() {
            return;
        }
        let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
        for token in text.split(|c| !is_part(c)) {
            let net = spellings(token).into_iter().find_map(network);
            if let Some(net) = net.filter(|net| self.prefixes.iter().any(|one| one.contains(net))) {
                found.insert(if net.prefix_len() == net.max_prefix_len() {
                    net.addr().to_string()
                } else {
                    net.to_string()
                });
            }
        }
    }
}

/// Everybody whom the house may have an object from.
#[derive(Debug)]
pub(crate) struct Givers(Vec<Giver>);

impl Givers {
    /// Every organisation that the node knows, without the house.
    pub(crate) fn all(reader: &Reader<'_>) -> Result<Self, AppError> {
        let organisations = reader.organisations()?.into_iter().filter(|one| !one.own);
        let givers = organisations.map(|one| Giver::of(reader, one.id));
        Ok(Self(givers.collect::<Result<_, _>>()?))
    }

    /// The words of an object that name its giver: who created it, or anybody where nobody known did.
    pub(crate) fn words(&self, object: &Object) -> BTreeSet<String> {
        let creator = object.created_by();
        let creator = self
            .0
            .iter()
            .find(|giver| Some(&giver.identity) == creator.as_ref());
        match creator {
            Some(creator) => creator.words(object),
            None => self.0.iter().flat_map(|one| one.words(object)).collect(),
        }
    }
}

/// What of a word may be an address: all, without the end of a sentence, without a path, without a port.
fn spellings(token: &str) -> [&str; 4] {
    let bare = token.trim_matches(['.', ':', '/']);
    let host = bare.split('/').next().unwrap_or_default();
    let address = host.split_once(':').map_or(host, |(address, _)| address);
    [token, bare, host, address]
}

/// Whether a text contains a word that nothing of its own kind goes on beside.
fn contains(text: &str, word: &str, goes_on: fn(char) -> bool) -> bool {
    if word.is_empty() {
        return false;
    }
    let ends = |c: Option<char>, edge: Option<char>| {
        !(c.is_some_and(goes_on) && edge.is_some_and(goes_on))
    };
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let end = at.saturating_add(word.len());
        let after = text.get(end..).and_then(|after| after.chars().next());
        ends(before, word.chars().next()) && ends(after, word.chars().next_back())
    })
}

/// A text in one case and width, with single spaces and its dots as they are meant.
fn normal(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").replace("[.]", ".").replace("(.)", ".")
}
