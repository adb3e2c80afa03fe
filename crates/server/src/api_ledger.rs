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

/// The public key, and nothing else, because everybody may ask.
pub(crate) async fn key(State(shared): State<Shared>) -> Answer {
    let key = shared.ask(app::node::Node::ledger_key).await?;
    Ok(Json(
        json!({ "algorithm": "Ed25519", "key": key.to_string() }),
    ))
}

pub(crate) async fn own_head(
    who: Permitted<ReadFeed>,
    State(shared): State<Shared>,
    Query(parameters): Parameters,
) -> Answer {
    head(&who, &shared, own(&parameters)?).await
}

pub(crate) async fn own_leaves(
    who: Permitted<ReadFeed>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    let log = own(&query)?;
    leaves(&who, &shared, log, query).await
}

pub(crate) async fn own_inclusion(
    who: Permitted<ReadFeed>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    let log = own(&query)?;
    inclusion(&who, &shared, log, query).await
}

pub(crate) async fn own_consistency(
    who: Permitted<ReadFeed>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    let log = own(&query)?;
    consistency(&who, &shared, log, query).await
}

pub(crate) async fn house_head(who: Permitted<ReadAudit>, State(shared): State<Shared>) -> Answer {
    head(&who, &shared, Log::House).await
}

pub(crate) async fn house_leaves(
    who: Permitted<ReadAudit>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    leaves(&who, &shared, Log::House, query).await
}

pub(crate) async fn house_inclusion(
    who: Permitted<ReadAudit>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    inclusion(&who, &shared, Log::House, query).await
}

pub(crate) async fn house_consistency(
    who: Permitted<ReadAudit>,
    State(shared): State<Shared>,
    query: Parameters,
) -> Answer {
    consistency(&who, &shared, Log::House, query).await
}

async fn head<N: Needs>(who: &Permitted<N>, shared: &Shared, log: Log) -> Answer {
    let signed = who
        .ask(shared, move |node, caller| node.ledger_head(caller, log))
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
async fn leaves<N: Needs>(
    who: &Permitted<N>,
    shared: &Shared,
    log: Log,
    Query(parameters): Parameters,
) -> Answer {
    let fields = Fields::from_pairs(parameters);
    let first = number(&fields, "first")?.unwrap_or(0);
    let limit = number(&fields, "limit")?.unwrap_or(u64::from(app::ledger::MAX_LEAVES));
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let found = who
        .ask(shared, move |node, caller| {
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
async fn inclusion<N: Needs>(
    who: &Permitted<N>,
    shared: &Shared,
    log: Log,
    Query(parameters): Parameters,
) -> Answer {
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
        .ask(shared, move |node, caller| {
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
async fn consistency<N: Needs>(
    who: &Permitted<N>,
    shared: &Shared,
    log: Log,
    Query(parameters): Parameters,
) -> Answer {
    let fields = Fields::from_pairs(parameters);
    let old = number(&fields, "old")?.unwrap_or(0);
    let new = number(&fields, "new")?;
    let found = who
        .ask(shared, move |node, caller| {
            node.ledger_consistency(caller, log, old, new)
        })
        .await?;
    Ok(Json(json!({
        "old": found.old,
        "new": found.new,
        "proof": texts(&found.path),
    })))
}

/// Which of the caller's own logs is meant.
fn own(parameters: &[(String, String)]) -> Result<Log, Failure> {
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
