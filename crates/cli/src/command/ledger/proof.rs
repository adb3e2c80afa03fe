//! A proof that a leaf is in a log, checked before it is printed.

use anyhow::{Context as _, Result};
use app::ledger::{Log, Place};
use ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger::hash::Hash;
use ledger::key::VerifyingKey;
use ledger::leaf::Leaf;
use ledger::proof::{MAX_PATH, verify_inclusion};
use serde_json::{Value, json};

use crate::command::ledger::peer;
use crate::command::taxii::Connection;
use crate::config::Context;
use crate::{Verdict, format, node, out};

/// Prints the proof for a leaf of the house's log.
pub(super) fn of_house(context: &Context, place: &str) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let leaf = place
        .parse()
        .context("the log of the house has no objects: name a leaf by its number")?;
    let signed = node.ledger_head(&caller, Log::House)?;
    let size = Some(signed.head.size);
    let found = node.ledger_inclusion(&caller, Log::House, &Place::Leaf(leaf), size)?;
    let path: Vec<String> = found.path.iter().map(ToString::to_string).collect();
    let value = json!({
        "leaf": found.leaf,
        "index": found.index,
        "size": found.size,
        "root": found.root.to_string(),
        "proof": path,
    });
    let problem = problem(&value, place, &signed.head);
    say(context, value, &signed.note, problem.as_deref())
}

/// Prints the proof for a leaf or an object of one's own log at a peer.
pub(super) fn of_peer(
    context: &Context,
    connection: &Connection,
    place: &str,
    pinned: Option<&VerifyingKey>,
) -> Result<Verdict> {
    let key = match pinned {
        Some(pinned) => *pinned,
        None => peer::key(connection)?,
    };
    let note = peer::head(connection)?;
    let signed = SignedCheckpoint::parse(&note)?;
    let head = signed.verify(signed.origin(), &key);
    let head = head.context("the head is refused")?;
    let value = peer::proof(connection, place, head.size)?;
    let problem = problem(&value, place, head);
    say(context, value, &note, problem.as_deref())
}

/// Why an answer does not prove that what was asked for is in the log of this head.
fn problem(value: &Value, asked: &str, head: &Checkpoint) -> Option<String> {
    let number = |name| value.get(name).and_then(Value::as_u64);
    let (Some(leaf), Some(index)) = (value.get("leaf").and_then(Value::as_str), number("index"))
    else {
        return Some("there is no leaf in the answer".to_owned());
    };
    let is_asked = match asked.parse::<u64>() {
        Ok(number) => number == index,
        Err(_) => matches!(Leaf::parse(leaf.as_bytes()), Ok(Leaf::Given { id, .. }) if id == asked),
    };
    if !is_asked {
        return Some(format!("the answer is about something else than `{asked}`"));
    }
    let list = value.get("proof").and_then(Value::as_array);
    let path: Option<Vec<Hash>> = list
        .into_iter()
        .flatten()
        .take(MAX_PATH + 1)
        .map(|hash| Hash::parse(hash.as_str()?).ok())
        .collect();
    let Some(path) = path else {
        return Some("the path in the answer is not made of hashes".to_owned());
    };
    let leaf = Hash::leaf(leaf.as_bytes());
    let proven = verify_inclusion(leaf, index, head.size, head.root, &path);
    proven.err().map(|error| error.to_string())
}

/// Prints an answer with the head that it was held against, and what came of it.
fn say(context: &Context, mut value: Value, note: &str, problem: Option<&str>) -> Result<Verdict> {
    if let Some(map) = value.as_object_mut() {
        map.insert("head".to_owned(), json!(note));
        map.insert("proven".to_owned(), json!(problem.is_none()));
    }
    out::json(&value)?;
    let language = context.language;
    match problem {
        None => out::note(language.pick(
            "the leaf is in the log of the signed head",
            "この葉は署名済みの先頭の記録簿に含まれています",
        )),
        Some(problem) => out::note(&format!(
            "{} {}",
            language.pick("nothing is proven:", "証明されていません:"),
            format::plain(problem)
        )),
    }
    Ok(Verdict::of(problem.is_none()))
}

#[cfg(test)]
mod tests;
