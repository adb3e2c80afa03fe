//! How it ends: who sees what, where sightings came from, how long it took, and whether the promises hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use app::sharing::{Outcome, Preview, PreviewRow};
use serde_json::json;
use stix::id::Id;

use crate::command::incident::sightings_table;
use crate::config::Context;
use crate::demo::cast::Cast;
use crate::demo::checks;
use crate::demo::exchange::Traffic;
use crate::demo::memory::Memory;
use crate::demo::teller::Teller;
use crate::{format, out};

/// A preview in few lines, for each audience how many objects it gets whole and as editions.
pub(crate) fn by_audience(context: &Context, preview: &Preview) -> String {
    let language = context.language;
    let mut rows = Vec::new();
    for (at, audience) in preview.audiences.iter().enumerate() {
        let (mut whole, mut editions, mut nothing) = (0_u64, 0_u64, 0_u64);
        let mut cuts: BTreeMap<String, u64> = BTreeMap::new();
        for row in &preview.rows {
            match row.cells.get(at) {
                Some(Outcome::Whole) => whole += 1,
                Some(Outcome::Edition { cut }) => {
                    editions += 1;
                    let what = format!("{}−{}", row.object.kind, cut_words(context, cut));
                    *cuts.entry(what).or_default() += 1;
                }
                Some(Outcome::Nothing) | None => nothing += 1,
            }
        }
        if whole + editions == 0 {
            rows.push(vec![
                format::plain(audience),
                context.paint.dim(language.pick("nothing", "なし")),
            ]);
            continue;
        }
        let cuts: Vec<String> = cuts
            .into_iter()
            .map(|(what, count)| {
                if count > 1 {
                    format!("{count}× {what}")
                } else {
                    what
                }
            })
            .collect();
        let edited = if cuts.is_empty() {
            String::new()
        } else {
            format!(" ({})", cuts.join("; "))
        };
        rows.push(vec![
            format::plain(audience),
            format!(
                "{whole} {}, {editions} {}{edited}, {nothing} {}",
                language.pick("whole", "全部"),
                language.pick("editions", "編集版"),
                language.pick("withheld", "非共有"),
            ),
        ]);
    }
    format::table(&rows, 40)
}

/// Selectors with the positions of lists left out: `object_refs` for `object_refs.[3]` and `object_refs.[7]`.
fn cut_words(context: &Context, cut: &[String]) -> String {
    let mut names: Vec<&str> = cut
        .iter()
        .map(|selector| selector.split(".[").next().unwrap_or(selector))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return context
            .language
            .pick("references rewritten", "参照の書換え")
            .to_owned();
    }
    names.join(", −")
}

/// Objects × audiences; objects of one kind, marking and outcome share a line.
fn matrix(context: &Context, preview: &Preview) -> String {
    let language = context.language;
    let mut groups: Vec<(usize, &PreviewRow)> = Vec::new();
    for row in &preview.rows {
        let alike = |other: &PreviewRow| {
            !SHOWN_SINGLY.contains(&row.object.kind.as_str())
                && other.object.kind == row.object.kind
                && other.object.marking == row.object.marking
                && other.cells == row.cells
        };
        match groups.iter_mut().find(|(_, other)| alike(other)) {
            Some((count, _)) => *count += 1,
            None => groups.push((1, row)),
        }
    }
    let mut notes: Vec<String> = Vec::new();
    let mut rows = vec![
        [
            language.pick("object", "対象"),
            language.pick("marking", "取扱い"),
        ]
        .into_iter()
        .map(str::to_owned)
        .chain(preview.audiences.iter().map(|name| format::plain(name)))
        .collect::<Vec<String>>(),
    ];
    for (count, row) in groups {
        let title = if count > 1 {
            format!("{count} × {}", row.object.kind)
        } else {
            format!("{} {}", row.object.kind, format::plain(&row.object.title))
        };
        let mut line = vec![
            format::fit(&title, OBJECT_COLUMNS).trim_end().to_owned(),
            row.object.marking.trim_start_matches("TLP:").to_owned(),
        ];
        for cell in &row.cells {
            line.push(match cell {
                Outcome::Whole => language.pick("whole", "全部").to_owned(),
                Outcome::Nothing => "·".to_owned(),
                Outcome::Edition { cut } => {
                    let words = cut_words(context, cut);
                    let at = notes.iter().position(|known| *known == words);
                    let at = at.unwrap_or_else(|| {
                        notes.push(words);
                        notes.len() - 1
                    });
                    format!("{} [{}]", language.pick("edition", "編集版"), at + 1)
                }
            });
        }
        rows.push(line);
    }
    let mut text = format::table(&rows, OBJECT_COLUMNS);
    for (at, note) in notes.iter().enumerate() {
        // Writing into a `String` does not fail.
        let _ = writeln!(
            text,
            "[{}] {} −{note}",
            at + 1,
            language.pick("an edition without", "編集版で除いた部分:")
        );
    }
    text
}

/// Prints the end; whether all promises hold.
pub(crate) fn print(
    context: &Context,
    cast: &Cast,
    memory: &Memory,
    traffic: &Traffic,
    teller: &mut Teller<'_>,
) -> Result<bool> {
    let language = context.language;
    teller.step(language.pick("The promises are checked", "約束を検査する"))?;
    let ids: Vec<Id> = memory
        .objects
        .iter()
        .filter_map(|text| Id::parse(text).ok())
        .collect();
    let preview = cast.centre.node.outcomes(&cast.centre.caller, &ids)?;
    let checks = checks::all(context, cast, memory, traffic)?;
    let good = checks.iter().all(|check| check.against.is_empty());
    if context.json {
        return print_json(context, &preview, &checks, teller, good);
    }
    for check in &checks {
        let mark = if check.against.is_empty() {
            context.paint.good("✓")
        } else {
            context.paint.bad("✗")
        };
        let looked = if check.looked_at.is_empty() {
            String::new()
        } else {
            context.paint.dim(&format!("  ({})", check.looked_at))
        };
        out::line(&format!("   {mark} {}{looked}", check.text))?;
        for against in check.against.iter().take(SHOWN_AGAINST) {
            out::line(&format::plain(&format!("       {against}")))?;
        }
    }
    teller.title(language.pick("Who sees what", "誰に何が見えるか"))?;
    teller.lines(&matrix(context, &preview))?;
    teller.title(language.pick("Where the sightings came from", "目撃情報の出所"))?;
    for number in &memory.incidents {
        let details = cast
            .centre
            .node
            .incident(&cast.centre.caller, number)?
            .context("the incident is not there")?;
        out::line(&format!(
            "   {number} {}",
            format::plain(&details.summary.title)
        ))?;
        teller.lines(&sightings_table(context, &details.sightings))?;
    }
    teller.title(language.pick("How long it took", "所要時間"))?;
    let times = teller.times_table();
    teller.lines(&times)?;
    let failed = checks
        .iter()
        .filter(|check| !check.against.is_empty())
        .count();
    teller.title(&if good {
        context.paint.good(&format!(
            "✓ {} {}",
            checks.len(),
            language.pick("promises hold", "件の約束が守られています")
        ))
    } else {
        context.paint.bad(&format!(
            "✗ {failed} / {} {}",
            checks.len(),
            language.pick("promises are broken", "件の約束が破られています")
        ))
    })?;
    Ok(good)
}

fn print_json(
    context: &Context,
    preview: &Preview,
    checks: &[checks::Check],
    teller: &mut Teller<'_>,
    good: bool,
) -> Result<bool> {
    let _ = context;
    let checks: Vec<_> = checks
        .iter()
        .map(|check| {
            json!({
                "promise": check.text,
                "holds": check.against.is_empty(),
                "against": check.against,
                "looked_at": check.looked_at,
            })
        })
        .collect();
    let (times, whole) = teller.times();
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let times: Vec<_> = times
        .into_iter()
        .map(|(step, time)| json!({ "step": step, "duration_ms": millis(time) }))
        .collect();
    out::json_line(&json!({
        "event": "end",
        "outcomes": server::json::release::preview(preview),
        "checks": checks,
        "steps": times,
        "duration_ms": millis(whole),
        "good": good,
    }))?;
    Ok(good)
}

/// Columns of an object's name: a terminal of 160 holds it with five audiences.
const OBJECT_COLUMNS: usize = 44;
/// Objects that a person asks for one by one.
const SHOWN_SINGLY: [&str; 3] = ["identity", "incident", "report"];
/// What speaks against a promise is shown this often.
const SHOWN_AGAINST: usize = 5;
