//! Peers in the JSON API.

use app::peer::{Direction, Edit, NewPeer, PeerChange, PeerSecrets, PeerSettings, SecretsChange};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Deserializer};
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
pub(crate) struct PeerAction {
    /// `pause`, `resume`, `sync` or `remove`.
    action: String,
}

/// What is changed of a peer: what is left out stays, and what need not be there is taken away by null.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeerPatch {
    url: Option<String>,
    direction: Option<String>,
    pull: Option<Vec<String>>,
    push: Option<Vec<String>>,
    #[serde(default, deserialize_with = "edit")]
    user: Edit<String>,
    #[serde(default, deserialize_with = "edit")]
    secret: Edit<String>,
    #[serde(default, deserialize_with = "edit")]
    authorities: Edit<String>,
    #[serde(default, deserialize_with = "edit")]
    certificates: Edit<String>,
    #[serde(default, deserialize_with = "edit")]
    key: Edit<String>,
    types: Option<Vec<String>>,
    interval_secs: Option<u32>,
    page_objects: Option<u32>,
    overlap_secs: Option<u32>,
    reread_hours: Option<u32>,
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
    JsonBody(change): JsonBody<PeerAction>,
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

pub(crate) async fn set(
    who: Permitted<ManageParties>,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    JsonBody(patch): JsonBody<PeerPatch>,
) -> Answer {
    let change = patch.read()?;
    let changed = who
        .ask(&shared, move |node, caller| {
            node.change_peer(caller, &name, &change)
        })
        .await?;
    Ok(Json(json::peer::changed(&changed)))
}

/// A value, or null where there is to be none.
fn edit<'de, D: Deserializer<'de>>(input: D) -> Result<Edit<String>, D::Error> {
    let value = Option::<String>::deserialize(input)?;
    Ok(value.map_or(Edit::Clear, Edit::Set))
}

fn direction(name: &str) -> Result<Direction, Failure> {
    Direction::parse(name).ok_or_else(|| {
        let message = format!("`direction` is both, pull or push, not `{name}`");
        Failure::field("SERVER-FIELD-02", "direction", message)
    })
}

impl PeerPatch {
    fn read(self) -> Result<PeerChange, Failure> {
        Ok(PeerChange {
            url: self.url,
            direction: self.direction.as_deref().map(direction).transpose()?,
            pull: self.pull,
            push: self.push,
            user: self.user,
            authorities: self.authorities,
            types: self.types,
            interval_secs: self.interval_secs,
            page_objects: self.page_objects,
            overlap_secs: self.overlap_secs,
            reread_hours: self.reread_hours,
            secrets: SecretsChange {
                secret: self.secret,
                certificates: self.certificates,
                key: self.key,
            },
        })
    }
}

impl PeerInput {
    fn read(self) -> Result<NewPeer, Failure> {
        let usual = PeerSettings::of_url(self.url);
        let direction = match &self.direction {
            Some(name) => direction(name)?,
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
