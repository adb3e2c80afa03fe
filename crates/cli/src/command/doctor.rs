//! `noroshi doctor`: is everything as it should be?

use anyhow::Result;
use app::access::Caller;
use app::error::AppError;
use app::node::Node;
use app::peer::WayState;

use crate::config::Context;
use crate::{Verdict, format, node, out, privacy};

pub(crate) fn run(context: &Context) -> Result<Verdict> {
    let (node, caller) = node::open(context)?;
    let mut problems = Vec::new();
    let mut seen = 0;
    let health = node.check(|objects| seen = objects)?;
    problems.extend(health.problems.iter().cloned());
    problems.extend(privacy::problems(&context.dir));
    problems.extend(beside(context));
    let warnings = failing(&node, &caller)?;
    if context.json {
        out::json(&serde_json::json!({
            "healthy": problems.is_empty(),
            "problems": problems,
            "warnings": warnings,
            "schema": health.schema,
            "objects": health.objects,
            "bytes": health.bytes,
            "version": env!("CARGO_PKG_VERSION"),
        }))?;
        return Ok(Verdict::of(problems.is_empty()));
    }
    let language = context.language;
    out::line(&format!(
        "{} {} · {} {} · {} {} · {}",
        language.pick("data", "データ"),
        context.dir.display(),
        language.pick("schema", "スキーマ"),
        health.schema,
        format::number(health.objects),
        language.pick("objects", "対象"),
        format::bytes(health.bytes),
    ))?;
    for problem in &problems {
        out::line(&format!("{} {problem}", context.paint.bad("✗")))?;
    }
    for warning in &warnings {
        let warning = format::plain(warning);
        out::line(&format!("{} {warning}", context.paint.partial("!")))?;
    }
    if problems.is_empty() {
        let words = if warnings.is_empty() {
            language.pick("all is well", "問題ありません")
        } else {
            language.pick("the node itself is well", "ノード自体に問題はありません")
        };
        out::line(&format!("{} {words}", context.paint.good("✓")))?;
    }
    Ok(Verdict::of(problems.is_empty()))
}

/// The peers with which it does not go through: that may be their fault, so it is no problem of this node.
fn failing(node: &Node, caller: &Caller) -> Result<Vec<String>> {
    let peers = match node.peers(caller) {
        // Whoever may not know of peers is told of none.
        Err(AppError::Denied(_)) => Vec::new(),
        other => other?,
    };
    let mut warnings = Vec::new();
    for peer in &peers {
        for way in peer
            .ways
            .iter()
            .filter(|way| way.state == WayState::Failing)
        {
            warnings.push(format!(
                "peer `{}` fails ({}, {} in a row): {}; `noroshi peer log {0}` tells more",
                peer.name,
                way.way.name(),
                way.failures,
                way.failure.as_deref().unwrap_or_default(),
            ));
        }
    }
    Ok(warnings)
}

/// What stands beside the database.
fn beside(context: &Context) -> Vec<String> {
    let mut problems = Vec::new();
    let settings = &context.settings;
    let is_secured = settings.behind_proxy || settings.tls.is_some();
    if !settings.listen.ip().is_loopback() && !is_secured {
        problems.push(format!(
            "`listen` is `{}`, which other machines reach, and neither `tls` nor `behind_proxy` is set: `serve` will refuse",
            settings.listen
        ));
    }
    for peer in &settings.peers {
        if let Some(file) = &peer.token_file
            && let Err(error) = std::fs::File::open(context.loaded.beside(file))
        {
            problems.push(format!(
                "`token_file` of peer `{}` cannot be read: {error}",
                peer.name
            ));
        }
    }
    problems
}
