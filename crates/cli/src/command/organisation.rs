//! `noroshi organisation`: whom this node knows.

use anyhow::{Context as _, Result, anyhow};
use app::access::Caller;
use app::network::Network;
use app::node::Node;
use app::party::{NewOrganisation, Organisation};
use app::trust::Trust;
use incident::sector::Sector;
use release::party::OrganisationId;
use serde_json::json;

use crate::config::Context;
use crate::{Verdict, format, node, out, parse};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Add an organisation
    Add {
        /// Its name
        name: String,
        /// Its sector
        #[arg(long, value_parser = parse::sector)]
        sector: Option<Sector>,
        /// Its country, two letters
        #[arg(long, value_parser = parse::country)]
        country: Option<String>,
        /// The UUID of its STIX identity, where it has one already
        #[arg(long, value_name = "UUID")]
        id: Option<OrganisationId>,
        #[command(flatten)]
        networks: Networks,
    },
    /// Change one
    Set {
        /// Which, by name or UUID
        organisation: String,
        /// Its new name
        #[arg(long)]
        name: Option<String>,
        /// Its sector
        #[arg(long, value_parser = parse::sector)]
        sector: Option<Sector>,
        /// Its country, two letters
        #[arg(long, value_parser = parse::country)]
        country: Option<String>,
        #[command(flatten)]
        networks: Networks,
    },
    /// Show one with its networks
    Show {
        /// Which, by name or UUID
        organisation: String,
    },
    /// Remove one that no person, release or object names
    Remove {
        /// Which, by name or UUID
        organisation: String,
    },
    /// Say whose an address, prefix, autonomous system or domain is
    Owner {
        /// The value
        value: String,
    },
    /// List all
    List,
    /// Set how far what an organisation sends is taken unseen
    Trust {
        /// The organisation, by name or UUID
        organisation: String,
        /// `blocked`: nothing is taken; `probation`: everything waits; `standard`: what is benign waits; `trusted`:
        /// that is taken too, and noted
        #[arg(value_parser = trust)]
        level: Trust,
    },
}

fn trust(text: &str) -> Result<Trust, String> {
    Trust::parse(text)
        .ok_or_else(|| "it is `blocked`, `probation`, `standard` or `trusted`".to_owned())
}

/// What belongs to an organisation.
#[derive(Debug, clap::Args)]
pub(crate) struct Networks {
    /// An autonomous system, prefix or domain of its; may be repeated. Those named replace those that were there
    #[arg(long = "network", value_name = "NETWORK", value_parser = network)]
    networks: Vec<Network>,
}

fn network(text: &str) -> Result<Network, String> {
    Network::parse(text).ok_or_else(|| {
        "a network is an autonomous system (AS64500), a prefix (192.0.2.0/24) or a domain"
            .to_owned()
    })
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let organisations = match command {
        Command::Add {
            name,
            sector,
            country,
            id,
            networks,
        } => {
            let new = NewOrganisation {
                name: name.clone(),
                sector: *sector,
                country: country.clone(),
                id: *id,
            };
            let added = node.add_organisation(&caller, &new)?;
            node.set_networks(&caller, added.id, &networks.networks)?;
            vec![added]
        }
        Command::Set {
            organisation,
            name,
            sector,
            country,
            networks,
        } => {
            let known = known(&node, &caller, organisation)?;
            let new = NewOrganisation {
                name: name.clone().unwrap_or(known.name),
                sector: sector.or(known.sector),
                country: country.clone().or(known.country),
                id: None,
            };
            let set = node.set_organisation(&caller, known.id, &new)?;
            if !networks.networks.is_empty() {
                node.set_networks(&caller, set.id, &networks.networks)?;
            }
            vec![set]
        }
        Command::Show { organisation } => vec![known(&node, &caller, organisation)?],
        Command::Remove { organisation } => {
            let id = find(&node, &caller, organisation)?;
            node.remove_organisation(&caller, id)?;
            return Ok(Verdict::Good);
        }
        Command::Owner { value } => return owner(context, &node, &caller, value),
        Command::List => node.organisations(&caller)?,
        Command::Trust {
            organisation,
            level,
        } => {
            let id = find(&node, &caller, organisation)?;
            node.set_trust(&caller, id, *level)?;
            let all = node.organisations(&caller)?.into_iter();
            all.filter(|known| known.id == id).collect()
        }
    };
    let trusts = node.trusts(&caller)?;
    let trust_of = |id: &OrganisationId| trusts.get(id).copied().unwrap_or_default();
    if context.json {
        let mut list = Vec::new();
        for organisation in &organisations {
            list.push(server::json::party::organisation(
                organisation,
                &node.networks(&caller, organisation.id)?,
                trust_of(&organisation.id),
            ));
        }
        out::json(&json!(list))?;
        return Ok(Verdict::Good);
    }
    let rows: Vec<Vec<String>> = organisations
        .iter()
        .map(|organisation| {
            vec![
                organisation.id.to_string(),
                format::plain(&organisation.name),
                organisation
                    .sector
                    .map_or_else(String::new, |sector| sector.name().to_owned()),
                organisation.country.clone().unwrap_or_default(),
                trust_of(&organisation.id).name().to_owned(),
                if organisation.own {
                    context.language.pick("own", "自組織").to_owned()
                } else {
                    String::new()
                },
            ]
        })
        .collect();
    out::text(&format::table(&rows, 50))?;
    if !matches!(command, Command::List) {
        for organisation in &organisations {
            for network in node.networks(&caller, organisation.id)? {
                out::line(&format!("  {network}"))?;
            }
        }
    }
    Ok(Verdict::Good)
}

fn owner(context: &Context, node: &Node, caller: &Caller, value: &str) -> Result<Verdict> {
    let owners = node.owner_of(caller, value)?;
    if context.json {
        out::json(&owners.iter().map(server::json::party::owner).collect())?;
    } else {
        for owner in &owners {
            out::line(&format!("{}  ({})", format::plain(&owner.name), owner.by))?;
        }
    }
    Ok(Verdict::of(!owners.is_empty()))
}

/// The organisation of this name or UUID.
pub(crate) fn find(node: &Node, caller: &Caller, text: &str) -> Result<OrganisationId> {
    Ok(known(node, caller, text)?.id)
}

fn known(node: &Node, caller: &Caller, text: &str) -> Result<Organisation> {
    let organisations = node
        .organisations(caller)
        .context("cannot list the organisations")?;
    let id = text.parse::<OrganisationId>().ok();
    organisations
        .into_iter()
        .find(|organisation| organisation.name == text || Some(organisation.id) == id)
        .ok_or_else(|| anyhow!("there is no organisation `{text}`"))
}
