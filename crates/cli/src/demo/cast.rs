//! Who takes part: three nodes with a server each, and the organisations that the centre knows.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::access::{Caller, Role};
use app::node::Node;
use app::party::{NewOrganisation, NewPerson};
use incident::sector::Sector;
use release::party::OrganisationId;
use tokio::runtime::Runtime;

use crate::config::Context;
use crate::{node, serving};

/// A node that takes part.
pub(crate) struct Actor {
    /// The name of its folder.
    pub(crate) key: &'static str,
    pub(crate) node: Arc<Node>,
    /// Its administrator.
    pub(crate) caller: Caller,
    pub(crate) organisation: OrganisationId,
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    /// Kept so that the server runs on.
    _server: serving::Running,
}

/// The three nodes.
pub(crate) struct Cast {
    pub(crate) centre: Actor,
    pub(crate) carrier: Actor,
    pub(crate) partner: Actor,
}

impl Cast {
    /// Sets everybody up in an empty folder: nodes, then the parties that the centre knows.
    pub(crate) fn gather(context: &Context, dir: &Path, runtime: &Runtime) -> Result<Self> {
        for key in KEYS {
            if dir.join(key).exists() {
                bail!(
                    "`{}` holds the data of a demo that did not come to its end; remove it or name another folder",
                    dir.join(key).display()
                );
            }
        }
        let pick =
            |english: &str, japanese: &str| context.language.pick(english, japanese).to_owned();
        let new = |name: String, sector, country: &str| NewOrganisation {
            name,
            sector: Some(sector),
            country: Some(country.to_owned()),
            id: None,
        };
        let [centre, carrier, partner] = KEYS;
        let telecom = Sector::InformationCommunications;
        let cast = Self {
            centre: found(
                dir,
                centre,
                &new(
                    pick("National Cyber Centre", "国家サイバーセンター"),
                    Sector::Government,
                    "JP",
                ),
                runtime,
            )?,
            carrier: found(
                dir,
                carrier,
                &new(pick("Minato Net", "みなとネット"), telecom, "JP"),
                runtime,
            )?,
            partner: found(
                dir,
                partner,
                // ISO 3166-1 leaves XA to XZ to users: a country that nobody takes for one.
                &new(
                    pick("Nordland Cyber Centre", "ノルランド・サイバーセンター"),
                    Sector::Government,
                    "XN",
                ),
                runtime,
            )?,
        };
        let at = &cast.centre;
        let (node, caller) = (&at.node, &at.caller);
        let mut known = Vec::new();
        for (name, sector, country, id) in [
            (
                cast.carrier.name.clone(),
                telecom,
                "JP",
                Some(cast.carrier.organisation),
            ),
            (pick("Kitakaze Mobile", "北風モバイル"), telecom, "JP", None),
            (
                pick("Aozora Electric", "あおぞら電力"),
                Sector::ElectricPower,
                "JP",
                None,
            ),
            (
                cast.partner.name.clone(),
                Sector::Government,
                "XN",
                Some(cast.partner.organisation),
            ),
        ] {
            let organisation = NewOrganisation {
                id,
                ..new(name, sector, country)
            };
            known.push(node.add_organisation(caller, &organisation)?.id);
        }
        for (community, members) in [
            (TELECOM, [0, 1].as_slice()),
            (OPERATORS, &[0, 1, 2]),
            (PARTNERS, &[3]),
        ] {
            let community = node.add_community(caller, community)?;
            for organisation in members.iter().filter_map(|at| known.get(*at)) {
                node.add_member(caller, community.id, *organisation)?;
            }
        }
        for member in [&cast.carrier, &cast.partner] {
            node.add_person(
                caller,
                &NewPerson {
                    login: member.login_at_centre(),
                    name: member.name.clone(),
                    organisation: member.organisation,
                    role: Role::Service,
                },
            )?;
        }
        Ok(cast)
    }

    /// Finds everybody in the folder of an earlier run.
    pub(crate) fn find(dir: &Path, runtime: &Runtime) -> Result<Self> {
        let [centre, carrier, partner] = KEYS;
        Ok(Self {
            centre: open(dir, centre, runtime)?,
            carrier: open(dir, carrier, runtime)?,
            partner: open(dir, partner, runtime)?,
        })
    }

    /// Everybody with a node.
    pub(crate) fn actors(&self) -> [&Actor; 3] {
        [&self.centre, &self.carrier, &self.partner]
    }
}

impl Actor {
    /// As whom this node signs in at the centre.
    pub(crate) fn login_at_centre(&self) -> String {
        format!("{}-taxii", self.key)
    }
}

fn found(dir: &Path, key: &'static str, own: &NewOrganisation, runtime: &Runtime) -> Result<Actor> {
    let node = node::create(&dir.join(key))?;
    node.set_up(own, "admin", "Administrator")
        .with_context(|| format!("cannot set up the node `{key}`"))?;
    serve(key, node, runtime)
}

fn open(dir: &Path, key: &'static str, runtime: &Runtime) -> Result<Actor> {
    serve(key, node::create(&dir.join(key))?, runtime)
}

fn serve(key: &'static str, node: Arc<Node>, runtime: &Runtime) -> Result<Actor> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on a loopback port")?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}");
    let server = serving::start(runtime, Arc::clone(&node), listener, &url)?;
    let own = node.own_organisation()?;
    Ok(Actor {
        key,
        caller: node.local_caller()?,
        organisation: own.id,
        name: own.name,
        address,
        url,
        node,
        _server: server,
    })
}

const KEYS: [&str; 3] = ["centre", "carrier", "partner"];

/// Telecom carriers.
pub(crate) const TELECOM: &str = "telecom";
/// Operators of critical infrastructure.
pub(crate) const OPERATORS: &str = "operators";
/// Partners abroad.
pub(crate) const PARTNERS: &str = "partners";
