//! A peer's log, checked from outside: against its signature, what was seen of it before, and what is held here.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger::frontier::Frontier;
use ledger::hash::Hash;
use ledger::key::VerifyingKey;
use ledger::leaf::Leaf;
use ledger::proof::verify_consistency;
use serde_json::{Value, json};
use stix::id::Id;
use taxii::filter::{Filter, VersionMatch};

use crate::command::ledger::state::State;
use crate::command::taxii::Connection;
use crate::config::Context;
use crate::{Verdict, format, node, out};

/// What a check came to.
#[derive(Debug, Default)]
struct Checked {
    findings: Vec<String>,
    /// Leaves that were read.
    leaves: u64,
    /// Objects of those leaves that are held here, to the byte.
    held: u64,
    /// Objects of those leaves that are not held here.
    not_held: u64,
    /// Objects that the peer serves and that its log gave.
    served: u64,
}

/// What the leaves that were read gave and did not take back.
type Given = BTreeMap<(String, String), Hash>;

/// The signed head as the peer sends it.
pub(crate) fn head(connection: &Connection) -> Result<String> {
    let value = ask(connection, "head", "")?;
    Ok(text(&value, "note")?.to_owned())
}

/// The key that the peer shows.
pub(crate) fn key(connection: &Connection) -> Result<VerifyingKey> {
    let value = ask(connection, "key", "")?;
    VerifyingKey::parse(text(&value, "key")?).context("the peer shows no key")
}

/// The proof for a leaf or an object in the log of `size` leaves, as the peer sends it.
pub(crate) fn proof(connection: &Connection, place: &str, size: u64) -> Result<Value> {
    let name = if place.parse::<u64>().is_ok() {
        "leaf"
    } else {
        "id"
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    ensure!(
        place.chars().all(plain),
        "`{place}` is neither the number of a leaf nor an identifier"
    );
    ask(
        connection,
        "inclusion",
        &format!("{name}={place}&size={size}"),
    )
}

pub(crate) fn verify(
    context: &Context,
    connection: &Connection,
    file: &Path,
    pinned: Option<&VerifyingKey>,
    all: bool,
) -> Result<Verdict> {
    let before = State::read(file)?;
    let mut checked = Checked::default();
    let shown = key(connection)?;
    let expected = match (pinned, &before) {
        (Some(pinned), _) => *pinned,
        (None, Some(state)) => state.key,
        (None, None) => shown,
    };
    let note = head(connection)?;
    let signed = SignedCheckpoint::parse(&note)?;
    let origin = before
        .as_ref()
        .map_or_else(|| signed.origin().clone(), |state| state.origin.clone());
    let head = if shown == expected {
        signed.verify(&origin, &expected).cloned()
    } else {
        checked.findings.push(format!(
            "the peer shows the key `{shown}`, and `{expected}` is the one to be believed"
        ));
        signed.verify(&origin, &expected).cloned()
    };
    let head = match head {
        Ok(head) => head,
        Err(error) => {
            checked
                .findings
                .push(format!("the head is refused: {error}"));
            return say(context, &checked, None, before.is_none());
        }
    };
    if let Some(state) = &before
        && let Some(problem) = inconsistent(connection, state, &head)?
    {
        checked.findings.push(problem);
        return say(context, &checked, Some(&head), false);
    }
    let start = match &before {
        Some(state) if !all => state.frontier.clone(),
        _ => Frontier::default(),
    };
    let mut given = Given::new();
    let frontier = read(context, connection, &head, start, &mut given, &mut checked)?;
    if frontier.root() != head.root {
        let problem = "the leaves do not lead to the head that is signed";
        checked.findings.push(problem.to_owned());
    }
    compare_held(context, &given, &mut checked)?;
    if all {
        compare_served(context, connection, &given, &mut checked)?;
    }
    if checked.findings.is_empty() {
        let state = State {
            origin,
            key: expected,
            frontier,
            note,
        };
        state.write(file)?;
    }
    say(context, &checked, Some(&head), before.is_none())
}

/// Why a head does not continue what was seen before.
fn inconsistent(
    connection: &Connection,
    state: &State,
    head: &Checkpoint,
) -> Result<Option<String>> {
    let (old_size, old_root) = (state.frontier.size(), state.frontier.root());
    if head.size < old_size {
        return Ok(Some(format!(
            "the log was rolled back: it had {old_size} leaves, and has {} now",
            head.size
        )));
    }
    if head.size == old_size {
        let same = head.root == old_root;
        return Ok(
            (!same).then(|| format!("the log has forked: two heads of {old_size} leaves differ"))
        );
    }
    let query = format!("old={old_size}&new={}", head.size);
    let value = ask(connection, "consistency", &query)?;
    let list = value.get("proof").and_then(Value::as_array);
    let path: Option<Vec<Hash>> = list
        .into_iter()
        .flatten()
        .take(ledger::proof::MAX_PATH + 1)
        .map(|hash| Hash::parse(hash.as_str()?).ok())
        .collect();
    let path = path.context("the peer sends no proof")?;
    let proven = verify_consistency((old_size, old_root), (head.size, head.root), &path);
    Ok(proven
        .err()
        .map(|error| format!("what was seen before is not the beginning of the log: {error}")))
}

/// Reads the leaves from where `frontier` ends up to the head.
fn read(
    context: &Context,
    connection: &Connection,
    head: &Checkpoint,
    mut frontier: Frontier,
    given: &mut Given,
    checked: &mut Checked,
) -> Result<Frontier> {
    for _ in 0..context.settings.pull_pages {
        let next = frontier.size();
        if next >= head.size {
            return Ok(frontier);
        }
        let limit = (head.size - next).min(u64::from(app::ledger::MAX_LEAVES));
        let value = ask(connection, "leaves", &format!("first={next}&limit={limit}"))?;
        let leaves = value.get("leaves").and_then(Value::as_array);
        let leaves = leaves.filter(|leaves| !leaves.is_empty());
        let leaves = leaves.context("the peer does not send the leaves that its head has")?;
        for leaf in leaves.iter().take(usize::try_from(limit)?) {
            let bytes = leaf.as_str().unwrap_or_default().as_bytes();
            let place = frontier.size();
            frontier.push(Hash::leaf(bytes), |_| {});
            checked.leaves += 1;
            match Leaf::parse(bytes) {
                Ok(Leaf::Given {
                    id,
                    version,
                    sha256,
                    ..
                }) => {
                    given.insert((id, version), sha256);
                }
                Ok(Leaf::Withdrawn { id, version, .. }) => {
                    given.remove(&(id, version));
                }
                Ok(_) => {}
                Err(error) => checked.findings.push(format!("leaf {place}: {error}")),
            }
        }
    }
    ensure!(
        frontier.size() >= head.size,
        "the log has more leaves than are read at once; `pull_pages` says how many pages are"
    );
    Ok(frontier)
}

/// Compares what was given with what the node of the data folder holds, where there is one.
fn compare_held(context: &Context, given: &Given, checked: &mut Checked) -> Result<()> {
    if !context.dir.join(app::node::DATABASE).is_file() {
        checked.not_held = u64::try_from(given.len()).unwrap_or_default();
        return Ok(());
    }
    let (node, caller) = node::open(context)?;
    let all: Vec<(&(String, String), &Hash)> = given.iter().collect();
    for part in all.chunks(COMPARED_AT_ONCE) {
        let mut wanted = Vec::new();
        let mut hashes = Vec::new();
        for ((id, version), hash) in part {
            match Id::parse(id) {
                Ok(parsed) => {
                    wanted.push((parsed, version.clone()));
                    hashes.push(*hash);
                }
                Err(_) => checked.findings.push(format!("`{id}` is no identifier")),
            }
        }
        let held = node.held_hashes(&caller, &wanted)?;
        for (((id, version), hash), held) in wanted.iter().zip(hashes).zip(held) {
            match held {
                Some(held) if held == *hash => checked.held += 1,
                Some(_) => checked.findings.push(format!(
                    "`{id}` {version}: what is held here is not what the log gave"
                )),
                None => checked.not_held += 1,
            }
        }
    }
    Ok(())
}

/// Compares what the peer serves now with what its log gave.
fn compare_served(
    context: &Context,
    connection: &Connection,
    given: &Given,
    checked: &mut Checked,
) -> Result<()> {
    let known: std::collections::BTreeSet<&Hash> = given.values().collect();
    let (root, collection) = connection.collection(None, |c| c.can_read)?;
    let filter = Filter {
        versions: vec![VersionMatch::All],
        ..Filter::everything(0)
    };
    let mut pages = connection.client.objects(&root, &collection.id, &filter);
    for page in pages.by_ref() {
        for text in page?.objects {
            if known.contains(&Hash::of(text.as_bytes())) {
                checked.served += 1;
            } else if checked.findings.len() < MAX_FINDINGS {
                let object = serde_json::from_str::<Value>(&text).unwrap_or_default();
                let id = object.get("id").and_then(Value::as_str).unwrap_or("?");
                let problem = format!("`{id}` is served, and the log did not give it so");
                checked.findings.push(problem);
            }
        }
    }
    ensure!(
        pages.is_complete(),
        "the server has more than {} pages",
        context.settings.pull_pages
    );
    Ok(())
}

fn say(
    context: &Context,
    checked: &Checked,
    head: Option<&Checkpoint>,
    first: bool,
) -> Result<Verdict> {
    let good = checked.findings.is_empty();
    if context.json {
        out::json(&json!({
            "good": good,
            "first": first,
            "origin": head.map(|head| head.origin.as_str()),
            "size": head.map(|head| head.size),
            "root": head.map(|head| head.root.to_string()),
            "leaves": checked.leaves,
            "held": checked.held,
            "not_held": checked.not_held,
            "served": checked.served,
            "findings": checked.findings,
        }))?;
        return Ok(Verdict::of(good));
    }
    let language = context.language;
    if let Some(head) = head {
        out::line(&format::plain(&format!(
            "{} · {} {}",
            head.origin.as_str(),
            format::number(head.size),
            language.pick("leaves", "葉"),
        )))?;
    }
    out::line(&format!(
        "{} {} · {} {} · {} {} · {} {}",
        format::number(checked.leaves),
        language.pick("read", "読込み"),
        format::number(checked.held),
        language.pick("held as given", "提供どおり保有"),
        format::number(checked.not_held),
        language.pick("not held here", "未保有"),
        format::number(checked.served),
        language.pick("served as given", "提供どおり配信"),
    ))?;
    for finding in &checked.findings {
        out::line(&format!(
            "{} {}",
            context.paint.bad("✗"),
            format::plain(finding)
        ))?;
    }
    if good {
        let text = if first {
            language.pick(
                "kept for the next check; compare the key with the peer by another way",
                "次回の検証のために控えました。鍵は別の手段で相手と照合してください",
            )
        } else {
            language.pick(
                "the log continues what was seen",
                "前回の続きであることを確認しました",
            )
        };
        out::line(&format!("{} {text}", context.paint.good("✓")))?;
    }
    Ok(Verdict::of(good))
}

fn ask(connection: &Connection, resource: &str, query: &str) -> Result<Value> {
    let path = format!("/api/v1/ledger/{resource}");
    let body = connection.client.beside(&path, query)?;
    match serde_json::from_str(&body) {
        Ok(value) => Ok(value),
        Err(error) => bail!("`{path}` of the peer is no JSON: {error}"),
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    value
        .get(name)
        .and_then(Value::as_str)
        .with_context(|| format!("the peer's answer has no `{name}`"))
}

/// Objects compared in one reading of the database.
const COMPARED_AT_ONCE: usize = 1_000;
/// Objects that are named; more say no more.
const MAX_FINDINGS: usize = 100;
