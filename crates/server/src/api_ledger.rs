//! The logs over the JSON API, `/api/v1/ledger/`: heads, leaves and proofs, of the caller's own log or of the house's.
//!
//! With `log=organisation`, the caller's own is that of the caller's organisation as a whole, which tells what was sent to
//! its server.

use app::ledger::{Log, Place};
use axum::Json;
use axum::extract::{Query, State};
use ledger::hash::Hash;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::fields::Fields;
use crate::permission::{Needs, Permitted, ReadAudit, ReadFeed};
use crate::shared::Shared;

type Answer = Result<Json<Value>, Failure>;
type Parameters = Query<Vec<(String, String)>>;

/// A permission to read logs.
pub(crate) trait Reads: Needs {
    /// Which one is meant.
    fn log(parameters: &[(String, String)]) -> Result<Log, Failure>;
}

impl Reads for ReadAudit {
    fn log(_: &[(String, String)]) -> Result<Log, Failure> {
        Ok(Log::House)
    }
}

impl Reads for ReadFeed {
    fn log(parameters: &[(String, String)]) -> Result<Log, Failure> {
        let named = parameters.iter().find(|(name, _)| name == "log");
        match named.map(|(_, value)| value.as_str()) {
            None | Some("own") => Ok(Log::Own),
            Some("organisation") => Ok(Log::Organisation),
            Some(_) => {
                let message = "`log` is `own` or `organisation`";
                Err(Failure::field("SERVER-FIELD-02", "log", message))
            }
        }
    }
}

/// The public key, and nothing else, because everybody may ask.
pub(crate) async fn key(State(shared): State<Shared>) -> Answer {
    let key = shared.ask(app::node::Node::ledger_key).await?;
    Ok(Json(
        json!({ "algorithm": "Ed25519", "key": key.to_string() }),
    ))
}

pub(crate) async fn head<N: Reads>(
    who: Permitted<N>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let log = N::log(&parameters)?;
    let signed = who
        .ask(&shared, move |node, caller| node.ledger_head(caller, log))
        .await?;
    Ok(Json(json!({
        "origin": signed.head.origin.as_str(),
        "size": signed.head.size,
        "root": signed.head.root.to_string(),
        "key": signed.key.to_string(),
        "note": signed.note,
    })))
}

/// The leaves from `first` on, at most `limit`, each as its canonical text.
pub(crate) async fn leaves<N: Reads>(
    who: Permitted<N>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let log = N::log(&parameters)?;
    let fields = Fields::from_pairs(parameters);
    let first = number(&fields, "first")?.unwrap_or(0);
    let limit = number(&fields, "limit")?.unwrap_or(u64::from(app::ledger::MAX_LEAVES));
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let found = who
        .ask(&shared, move |node, caller| {
            node.ledger_leaves(caller, log, first, limit)
        })
        .await?;
    Ok(Json(json!({
        "first": found.first,
        "leaves": found.leaves,
        "size": found.size,
    })))
}

/// The proof that the leaf numbered `leaf`, or the one that gave the object `id` (in `version`), is in the log of
/// `size` leaves.
pub(crate) async fn inclusion<N: Reads>(
    who: Permitted<N>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let log = N::log(&parameters)?;
    let fields = Fields::from_pairs(parameters);
    let size = number(&fields, "size")?;
    let place = match (number(&fields, "leaf")?, fields.some("id")) {
        (Some(leaf), _) => Place::Leaf(leaf),
        (None, Some(id)) => Place::Object {
            id: id.to_owned(),
            version: fields.some("version").map(str::to_owned),
        },
        (None, None) => {
            let message = "`leaf` or `id` says what is to be proven";
            return Err(Failure::field("SERVER-FIELD-01", "leaf", message));
        }
    };
    let found = who
        .ask(&shared, move |node, caller| {
            node.ledger_inclusion(caller, log, &place, size)
        })
        .await?;
    Ok(Json(json!({
        "leaf": found.leaf,
        "index": found.index,
        "size": found.size,
        "root": found.root.to_string(),
        "proof": texts(&found.path),
    })))
}

/// The proof that the log of `old` leaves is the beginning of that of `new`.
pub(crate) async fn consistency<N: Reads>(
    who: Permitted<N>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    let log = N::log(&parameters)?;
    let fields = Fields::from_pairs(parameters);
    let old = number(&fields, "old")?.unwrap_or(0);
    let new = number(&fields, "new")?;
    let found = who
        .ask(&shared, move |node, caller| {
            node.ledger_consistency(caller, log, old, new)
        })
        .await?;
    Ok(Json(json!({
        "old": found.old,
        "new": found.new,
        "proof": texts(&found.path),
    })))
}

fn texts(path: &[Hash]) -> Vec<String> {
    path.iter().map(ToString::to_string).collect()
}

fn number(fields: &Fields, name: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = fields.some(name) else {
        return Ok(None);
    };
    let number = text.parse().map_err(|_| {
        let message = format!("`{name}` cannot be `{text}`");
        Failure::field("SERVER-FIELD-02", name, message)
    })?;
    Ok(Some(number))
}
