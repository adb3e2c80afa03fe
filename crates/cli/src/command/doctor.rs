//! `noroshi doctor`: is everything as it should be?

use anyhow::Result;

use crate::config::Context;
use crate::{Verdict, format, node, out, privacy};

pub(crate) fn run(context: &Context) -> Result<Verdict> {
    let (node, _) = node::open(context)?;
    let mut problems = Vec::new();
    let mut seen = 0;
    let health = node.check(|objects| seen = objects)?;
    problems.extend(health.problems.iter().cloned());
    problems.extend(privacy::problems(&context.dir));
    problems.extend(beside(context));
    if context.json {
        out::json(&serde_json::json!({
            "healthy": problems.is_empty(),
            "problems": problems,
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
    if problems.is_empty() {
        out::line(&format!(
            "{} {}",
            context.paint.good("✓"),
            language.pick("all is well", "問題ありません")
        ))?;
    }
    Ok(Verdict::of(problems.is_empty()))
}

/// What stands beside the database.
fn beside(context: &Context) -> Vec<String> {
    let mut problems = Vec::new();
    let settings = &context.settings;
    if !settings.listen.ip().is_loopback() && !settings.behind_proxy {
        problems.push(format!(
            "`listen` is `{}`, which other machines reach, and `behind_proxy` is not set: `serve` will refuse",
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
