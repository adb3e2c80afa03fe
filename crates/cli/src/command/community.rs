//! `noroshi community`: organisations that share with each other.

use anyhow::{Result, anyhow};
use serde_json::json;

use crate::command::organisation;
use crate::config::Context;
use crate::{Verdict, format, node, out};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Add a community
    Add {
        /// Its name
        name: String,
    },
    /// Put an organisation into a community
    Join {
        /// The community, by name or UUID
        community: String,
        /// The organisation, by name or UUID
        organisation: String,
    },
    /// List all with their members
    List,
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    match command {
        Command::Add { name } => {
            node.add_community(&caller, name)?;
        }
        Command::Join {
            community,
            organisation,
        } => {
            let member = organisation::find(&node, &caller, organisation)?;
            let found = node
                .communities(&caller)?
                .into_iter()
                .find(|known| known.name == *community || known.id.to_string() == *community);
            let found = found.ok_or_else(|| anyhow!("there is no community `{community}`"))?;
            node.add_member(&caller, found.id, member)?;
        }
        Command::List => {}
    }
    let communities = node.communities(&caller)?;
    let organisations = node.organisations(&caller)?;
    let name_of = |id| {
        organisations
            .iter()
            .find(|organisation| organisation.id == id)
            .map_or_else(|| id.to_string(), |organisation| organisation.name.clone())
    };
    if context.json {
        let list: Vec<_> = communities
            .iter()
            .map(|community| {
                let members: Vec<_> = community
                    .members
                    .iter()
                    .map(|member| json!({ "id": member.to_string(), "name": name_of(*member) }))
                    .collect();
                json!({ "id": community.id.to_string(), "name": community.name, "members": members })
            })
            .collect();
        out::json(&json!(list))?;
        return Ok(Verdict::Good);
    }
    let rows: Vec<Vec<String>> = communities
        .iter()
        .map(|community| {
            let members: Vec<String> = community.members.iter().map(|id| name_of(*id)).collect();
            vec![
                community.id.to_string(),
                format::plain(&community.name),
                format::plain(&members.join(", ")),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 50))?;
    Ok(Verdict::Good)
}
