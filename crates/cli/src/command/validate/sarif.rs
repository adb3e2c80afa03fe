//! Findings in SARIF 2.1.0, for code hosts and editors.
//!
//! The log is written while it grows: opening, a result a line, closing. Sections are those of SARIF 2.1.0 (OASIS).

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use base::diagnostic::Severity;
use serde_json::{Value, json};
use stix::validate::code;

use super::finding::{Finding, Group, Subject, Summary};
use super::report::Report;

/// The report in SARIF.
#[derive(Debug, Default)]
pub(crate) struct Sarif {
    results: u64,
}

impl Sarif {
    /// What a log begins with.
    fn opening() -> String {
        let rules: Vec<Value> = code::ALL
            .iter()
            .map(|code| {
                let mut rule = json!({
                    "id": code.id,
                    "shortDescription": { "text": code.meaning },
                    "defaultConfiguration": { "level": level(code.severity) },
                });
                if !code.section.is_empty()
                    && let Some(rule) = rule.as_object_mut()
                {
                    rule.insert("help".to_owned(), json!({ "text": code.section }));
                }
                rule
            })
            .collect();
        let driver = json!({
            "name": "noroshi",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules,
        });
        format!(
            "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
             \"columnKind\":\"unicodeCodePoints\",\"results\":[",
            json!(SCHEMA),
        )
    }
}

impl Report for Sarif {
    fn group(&mut self, group: &Group<'_>) -> Result<String> {
        let mut text = String::new();
        for finding in group.findings {
            text.push_str(&if self.results == 0 {
                Self::opening()
            } else {
                ",".to_owned()
            });
            self.results += 1;
            text.push('\n');
            text.push_str(&result(group.file, group.subject, finding).to_string());
        }
        Ok(text)
    }

    fn finish(&mut self, summary: &Summary) -> Result<String> {
        let notifications: Vec<Value> = summary
            .unread
            .iter()
            .map(|(file, reason)| {
                json!({
                    "level": "error",
                    "message": { "text": reason },
                    "locations": [{ "physicalLocation": { "artifactLocation": artifact(file) } }],
                })
            })
            .collect();
        // §3.20.14: whether the tool did its work, whatever it found.
        let invocation = json!({
            "executionSuccessful": summary.unread.is_empty(),
            "toolExecutionNotifications": notifications,
        });
        let opening = if self.results == 0 {
            Self::opening()
        } else {
            String::new()
        };
        Ok(format!(
            "{opening}\n],\"invocations\":[{invocation}]}}]}}\n"
        ))
    }
}

/// §3.27.
fn result(file: &str, subject: Option<&Subject>, finding: &Finding) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut message = diagnostic.message.clone();
    if let Some(section) = diagnostic.section {
        let _ = write!(message, " ({section})");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "; {help}");
    }
    let mut physical = json!({ "artifactLocation": artifact(file) });
    if let (Some(located), Some(physical)) = (&finding.located, physical.as_object_mut()) {
        // §3.30: columns are those of `columnKind`, the end is exclusive.
        let region = json!({
            "startLine": located.start.line,
            "startColumn": located.start.column,
            "endLine": located.end.line,
            "endColumn": located.end.column,
            "byteOffset": located.start.offset,
            "byteLength": located.end.offset - located.start.offset,
        });
        physical.insert("region".to_owned(), region);
    }
    let id = subject.and_then(|subject| subject.id.as_deref());
    let pointer = finding.full_pointer();
    let mut value = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": { "text": message },
        "locations": [{
            "physicalLocation": physical,
            "logicalLocations": [{
                "fullyQualifiedName": format!("{}{pointer}", id.unwrap_or_default()),
                "kind": "member",
            }],
        }],
        // §3.27.17: the same finding after lines were added above it.
        "partialFingerprints": {
            "place/v1": format!("{}|{}|{pointer}", diagnostic.code, id.unwrap_or_default()),
        },
    });
    let index = code::ALL.iter().position(|code| code.id == diagnostic.code);
    if let (Some(index), Some(value)) = (index, value.as_object_mut()) {
        value.insert("ruleIndex".to_owned(), json!(index));
    }
    value
}

/// §3.4: an absolute path is a URI, a relative one a reference.
fn artifact(file: &str) -> Value {
    let mut uri = String::new();
    if Path::new(file).is_absolute() {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        // RFC 3986 §2.3, and the slashes between folders.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    json!({ "uri": uri })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
        Severity::Warning => "warning",
    }
}

/// Where editors find the schema of the log.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
