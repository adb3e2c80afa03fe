//! `noroshi organisation`: whom this node knows.

use anyhow::{Context as _, Result, anyhow};
use app::access::Caller;
use app::node::Node;
use app::party::{NewOrganisation, Organisation};
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
    },
    /// List all
    List,
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let organisations = match command {
        Command::Add {
            name,
            sector,
            country,
            id,
        } => vec![node.add_organisation(
            &caller,
            &NewOrganisation {
                name: name.clone(),
                sector: *sector,
                country: country.clone(),
                id: *id,
            },
        )?],
        Command::List => node.organisations(&caller)?,
    };
    if context.json {
        out::json(&organisations.iter().map(as_json).collect())?;
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
                if organisation.own {
                    context.language.pick("own", "自組織").to_owned()
                } else {
                    String::new()
                },
            ]
        })
        .collect();
    out::text(&format::table(&rows, 50))?;
    Ok(Verdict::Good)
}

fn as_json(organisation: &Organisation) -> serde_json::Value {
    json!({
        "id": organisation.id.to_string(),
        "name": organisation.name,
        "sector": organisation.sector.map(Sector::name),
        "country": organisation.country,
        "own": organisation.own,
    })
}

/// The organisation of this name or UUID.
pub(crate) fn find(node: &Node, caller: &Caller, text: &str) -> Result<OrganisationId> {
    let organisations = node
        .organisations(caller)
        .context("cannot list the organisations")?;
    let id = text.parse::<OrganisationId>().ok();
    organisations
        .iter()
        .find(|organisation| organisation.name == text || Some(organisation.id) == id)
        .map(|organisation| organisation.id)
        .ok_or_else(|| anyhow!("there is no organisation `{text}`"))
}
