//! `noroshi community`: organisations that share with each other.

use anyhow::{Result, anyhow};
use app::access::Caller;
use app::node::Node;
use release::party::CommunityId;
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
    /// Take an organisation out of a community
    Leave {
        /// The community, by name or UUID
        community: String,
        /// The organisation, by name or UUID
        organisation: String,
    },
    /// Say whether the members of a community see each other; at first they do not
    Visible {
        /// The community, by name or UUID
        community: String,
        /// Whether they do
        #[arg(action = clap::ArgAction::Set)]
        visible: bool,
    },
    /// Add the usual communities, as far as they are not there: telecom, operators, partners
    Propose,
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
            node.add_member(&caller, find(&node, &caller, community)?, member)?;
        }
        Command::Leave {
            community,
            organisation,
        } => {
            let member = organisation::find(&node, &caller, organisation)?;
            node.remove_member(&caller, find(&node, &caller, community)?, member)?;
        }
        Command::Visible { community, visible } => {
            let found = find(&node, &caller, community)?;
            node.set_members_visible(&caller, found, *visible)?;
        }
        Command::Propose => {
            node.add_proposed_communities(&caller)?;
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
                json!({ "id": community.id.to_string(), "name": community.name, "members_visible": community.members_visible, "members": members })
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

fn find(node: &Node, caller: &Caller, text: &str) -> Result<CommunityId> {
    node.communities(caller)?
        .into_iter()
        .find(|known| known.name == text || known.id.to_string() == text)
        .map(|known| known.id)
        .ok_or_else(|| anyhow!("there is no community `{text}`"))
}
