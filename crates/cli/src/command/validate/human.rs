//! Findings for people: grouped by object, each with the line it is on.

use std::fmt::Write as _;

use anyhow::Result;

use super::finding::{Group, Subject, Summary};
use super::report::Report;
use crate::format;
use crate::snippet::Style;

/// The report for people.
#[derive(Debug)]
pub(crate) struct Human {
    /// How it looks.
    pub(crate) style: Style,
}

impl Report for Human {
    fn group(&mut self, group: &Group<'_>) -> Result<String> {
        let mut text = match group.subject {
            Some(subject) => self.header(subject),
            None => String::new(),
        };
        for finding in group.findings {
            text.push_str(&self.style.finding(
                &finding.diagnostic,
                group.file,
                finding.located.as_ref(),
                Some(finding.full_pointer().as_ref()),
            ));
            text.push('\n');
        }
        Ok(text)
    }

    fn finish(&mut self, summary: &Summary) -> Result<String> {
        let Style { paint, language } = self.style;
        let mut text = String::new();
        if summary.not_shown > 0 {
            text.push_str(&paint.dim(&format!(
                "{} {}",
                format::number(summary.not_shown),
                language.pick(
                    "more findings are not shown; `--max-findings 0` shows all",
                    "件は表示していません。`--max-findings 0` ですべて表示します",
                ),
            )));
            text.push('\n');
        }
        if !summary.skipped.is_empty() {
            let shown = summary.skipped.iter().take(SHOWN_SKIPPED);
            let names: Vec<String> = shown.map(|name| format::plain(name)).collect();
            let more = match summary.skipped.len().saturating_sub(SHOWN_SKIPPED) {
                0 => String::new(),
                more => format!(" +{more}"),
            };
            let words = language.pick(
                "skipped, as hidden or a node's own; name it to check it:",
                "隠しフォルダまたはノード自身のものとして省略（検査するには直接指定）:",
            );
            text.push_str(&paint.dim(&format!("{words} {}{more}", names.join(", "))));
            text.push('\n');
        }
        let mark = if summary.valid {
            paint.good("✓")
        } else {
            paint.bad("✗")
        };
        let mut counts = vec![
            (summary.objects, "object", "objects", "オブジェクト"),
            (summary.errors, "error", "errors", "エラー"),
            (summary.warnings, "warning", "warnings", "警告"),
            (summary.notes, "note", "notes", "注記"),
        ];
        if summary.files != 1 {
            counts.insert(0, (summary.files, "file", "files", "ファイル"));
        }
        let _ = writeln!(
            text,
            "{mark} {} · {} · {} {}",
            language.counts(&counts),
            format::duration(summary.time),
            format::number(format::rate(summary.objects, summary.time)),
            language.pick("objects/s", "件/秒"),
        );
        Ok(text)
    }
}

impl Human {
    fn header(&self, subject: &Subject) -> String {
        let Style { paint, language } = self.style;
        let number = format::number(subject.index + 1);
        let place = match language.pick("en", "ja") {
            "ja" => format!("{number} 番目のオブジェクト"),
            _ => format!("object {number}"),
        };
        let title = subject.id.as_deref().or(subject.kind.as_deref());
        let mut text = match title {
            Some(title) => paint.bold(&format::plain(title)),
            None => paint.bold(&place),
        };
        if let Some(name) = &subject.name {
            let name = format::fit(&format::plain(name), NAME_COLUMNS);
            let _ = write!(text, " {}", name.trim_end());
        }
        if title.is_some() {
            text.push_str(&paint.dim(&format!(" ({place})")));
        }
        text.push('\n');
        text
    }
}

/// Names told of what was skipped.
const SHOWN_SKIPPED: usize = 5;

/// Columns of a name: with an identifier and a number it seldom breaks a line of a hundred.
const NAME_COLUMNS: usize = 40;
