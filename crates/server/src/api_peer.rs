//! Peers in the JSON API.

use app::peer::{Direction, NewPeer, PeerSecrets, PeerSettings};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::fields::JsonBody;
use crate::json;
use crate::permission::{ManageParties, Permitted, ReadParties};
use crate::shared::Shared;

type Answer = Result<Json<Value>, Failure>;

/// A peer as it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeerInput {
    name: String,
    /// UUID or identity of the organisation.
    organisation: String,
    url: String,
    direction: Option<String>,
    #[serde(default)]
    pull: Vec<String>,
    #[serde(default)]
    push: Vec<String>,
    user: Option<String>,
    /// API token, or the password of the user.
    secret: Option<String>,
    authorities: Option<String>,
    certificates: Option<String>,
    key: Option<String>,
    #[serde(default)]
    types: Vec<String>,
    interval_secs: Option<u32>,
    page_objects: Option<u32>,
    overlap_secs: Option<u32>,
    reread_hours: Option<u32>,
}

/// What is done with a peer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeerChange {
    /// `pause`, `resume`, `sync` or `remove`.
    action: String,
}

pub(crate) async fn list(who: Permitted<ReadParties>, State(shared): State<Shared>) -> Answer {
    let peers = who.ask(&shared, app::node::Node::peers).await?;
    let peers: Vec<Value> = peers.iter().map(json::peer::summary).collect();
    Ok(Json(json!({ "peers": peers })))
}

pub(crate) async fn show(
    who: Permitted<ReadParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Answer {
    let found = who
        .ask(&shared, move |node, caller| node.peer(caller, &name))
        .await?
        .ok_or_else(Failure::not_found)?;
    Ok(Json(json::peer::details(&found)))
}

pub(crate) async fn add(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    JsonBody(input): JsonBody<PeerInput>,
) -> Answer {
    let new = input.read()?;
    let name = new.name.clone();
    who.ask(&shared, move |node, caller| node.add_peer(caller, &new))
        .await?;
    Ok(Json(json!({ "name": name })))
}

pub(crate) async fn change(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    JsonBody(change): JsonBody<PeerChange>,
) -> Answer {
    let act: fn(&app::node::Node, &app::access::Caller, &str) -> _ = match change.action.as_str() {
        "pause" => app::node::Node::pause_peer,
        "resume" => app::node::Node::resume_peer,
        "sync" => app::node::Node::hasten_peer,
        "remove" => app::node::Node::remove_peer,
        other => {
            let message = format!("`action` is pause, resume, sync or remove, not `{other}`");
            return Err(Failure::field("SERVER-FIELD-02", "action", message));
        }
    };
    who.ask(&shared, move |node, caller| act(node, caller, &name))
        .await?;
    Ok(Json(json!({})))
}

impl PeerInput {
    fn read(self) -> Result<NewPeer, Failure> {
        let usual = PeerSettings::of_url(self.url);
        let direction = match &self.direction {
            Some(name) => Direction::parse(name).ok_or_else(|| {
                let message = format!("`direction` is both, pull or push, not `{name}`");
                Failure::field("SERVER-FIELD-02", "direction", message)
            })?,
            None => usual.direction,
        };
        let organisation = self.organisation.trim_start_matches("identity--");
        let organisation = organisation.parse().map_err(|_| Failure::not_found())?;
        Ok(NewPeer {
            name: self.name,
            organisation,
            settings: PeerSettings {
                direction,
                pull: self.pull,
                push: self.push,
                user: self.user,
                authorities: self.authorities,
                types: self.types,
                interval_secs: self.interval_secs.unwrap_or(usual.interval_secs),
                page_objects: self.page_objects.unwrap_or(usual.page_objects),
                overlap_secs: self.overlap_secs.unwrap_or(usual.overlap_secs),
                reread_hours: self.reread_hours.unwrap_or(usual.reread_hours),
                ..usual
            },
            secrets: PeerSecrets {
                secret: self.secret,
                certificates: self.certificates,
                key: self.key,
            },
        })
    }
}
