//! One release with its life.

use anyhow::Result;
use app::life::ReleaseLife;

use super::summary_row;
use crate::config::Context;
use crate::{format, out};

pub(super) fn show(context: &Context, life: &ReleaseLife) -> Result<()> {
    if context.json {
        return out::json(&server::json::life::details(life));
    }
    out::text(&format::table(&[summary_row(&life.summary)], 50))?;
    let language = context.language;
    let mut facts: Vec<(&str, String)> = vec![(
        language.pick("state", "状態"),
        language
            .pick(
                life.state,
                match life.state {
                    "in-force" => "有効",
                    "over" => "期間終了",
                    _ => "撤回済み",
                },
            )
            .to_owned(),
    )];
    let mut fact = |name, value: Option<String>| {
        facts.extend(value.map(|value| (name, format::plain(&value))));
    };
    fact(
        language.pick("asked for by", "申請者"),
        life.requested_by.clone(),
    );
    fact(
        language.pick("by rule", "継続的な提供"),
        life.rule.map(|id| id.to_string()),
    );
    fact(language.pick("query", "検索"), life.query.clone());
    fact(
        language.pick("corrects", "訂正元"),
        life.corrects.map(|id| id.to_string()),
    );
    for id in &life.corrected_by {
        fact(
            language.pick("corrected by", "訂正版"),
            Some(id.to_string()),
        );
    }
    fact(
        language.pick("withdrawn by", "撤回者"),
        life.withdrawn_by.clone(),
    );
    fact(
        language.pick("withdrawn for", "撤回の理由"),
        life.withdrawn_for.clone(),
    );
    for (name, value) in facts {
        out::line(&format!("  {name}: {value}"))?;
    }
    for given in &life.given {
        out::line(&format!(
            "  → {}: {} ({:.0} – {:.0})",
            format::plain(&given.audience),
            given.objects,
            given.first,
            given.last
        ))?;
    }
    let rows: Vec<Vec<String>> = life
        .objects
        .iter()
        .map(|object| {
            vec![
                format!("  {}", object.id),
                object.marking.clone(),
                format::plain(&object.title),
            ]
        })
        .collect();
    out::text(&format::table(&rows, 70))
}
