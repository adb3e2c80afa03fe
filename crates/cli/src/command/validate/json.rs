//! Findings for programs: a JSON object a line, the summary last.

use anyhow::Result;
use serde_json::{Value, json};

use super::finding::{Finding, Group, Subject, Summary, kind};
use super::report::Report;
use crate::format;

/// The report in JSON lines.
#[derive(Debug)]
pub(crate) struct Json;

impl Report for Json {
    fn group(&mut self, group: &Group<'_>) -> Result<String> {
        let mut text = String::new();
        for finding in group.findings {
            text.push_str(&line(group.file, group.subject, finding).to_string());
            text.push('\n');
        }
        Ok(text)
    }

    fn finish(&mut self, summary: &Summary) -> Result<String> {
        let unread: Vec<Value> = summary
            .unread
            .iter()
            .map(|(file, reason)| json!({ "file": file, "message": reason }))
            .collect();
        let value = json!({
            "record": "summary",
            "valid": summary.valid,
            "files": summary.files,
            "unread": unread,
            "skipped": summary.skipped,
            "objects": summary.objects,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "notes": summary.notes,
            "not_shown": summary.not_shown,
            "kinds": summary.kinds,
            "duration_ms": u64::try_from(summary.time.as_millis()).unwrap_or(u64::MAX),
            "objects_per_second": format::rate(summary.objects, summary.time),
        });
        Ok(format!("{value}\n"))
    }
}

fn line(file: &str, subject: Option<&Subject>, finding: &Finding) -> Value {
    let Finding {
        diagnostic,
        pointer,
        member,
        located,
    } = finding;
    json!({
        "record": "finding",
        "code": diagnostic.code,
        "severity": diagnostic.severity.to_string(),
        "kind": kind(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "section": diagnostic.section,
        "file": file,
        "index": subject.map(|subject| subject.index).or(*member),
        "id": subject.and_then(|subject| subject.id.as_deref()),
        "type": subject.and_then(|subject| subject.kind.as_deref()),
        "pointer": pointer,
        "offset": located.as_ref().map(|located| located.start.offset),
        "length": located.as_ref().map(|located| located.end.offset - located.start.offset),
        "line": located.as_ref().map(|located| located.start.line),
        "column": located.as_ref().map(|located| located.start.column),
        "end_line": located.as_ref().map(|located| located.end.line),
        "end_column": located.as_ref().map(|located| located.end.column),
    })
}
