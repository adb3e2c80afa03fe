//! Findings in the words of `stix2-validator`, for scripts that read its output.
//!
//! Verdict, markers, indentation and the numbers of checks are the same; what is found and how it is said is ours.

use std::fmt::Write as _;

use anyhow::Result;
use base::diagnostic::{Diagnostic, Severity};
use stix::validate::{check, code};

use super::finding::{Finding, Group, Summary};
use super::report::Report;
use crate::out::Paint;
use crate::{format, input};

/// The report in the words of `stix2-validator`.
#[derive(Debug)]
pub(crate) struct Compatible {
    paint: Paint,
    is_strict: bool,
    /// The verdict stands above the findings, so they wait for the end of their document; their number is limited
    /// like that of all findings that are shown.
    waiting: String,
}

impl Compatible {
    /// A report; a strict one shows warnings as errors.
    pub(crate) fn new(paint: Paint, is_strict: bool) -> Self {
        Self {
            paint,
            is_strict,
            waiting: String::new(),
        }
    }

    fn line(&self, id: Option<&str>, finding: &Finding) -> String {
        let diagnostic = &finding.diagnostic;
        let mut said = id.map_or_else(String::new, |id| format!("{id}: "));
        if let Some(number) = number(diagnostic) {
            let _ = write!(said, "{{{number}}} ");
        }
        let pointer = finding.full_pointer();
        let path = pointer.trim_start_matches('/').replace('/', ".");
        if !path.is_empty() {
            let _ = write!(said, "{path}: ");
        }
        said.push_str(&diagnostic.message);
        let said = format::plain(&said);
        let fatal = diagnostic.code.starts_with("STIX-JSON-");
        if fatal {
            let place = finding
                .located
                .as_ref()
                .map_or_else(String::new, |located| {
                    let start = located.start;
                    format!(
                        ": line {} column {} (byte {})",
                        start.line, start.column, start.offset
                    )
                });
            self.paint.bad(&format!("[X] Fatal Error: {said}{place}"))
        } else if diagnostic.severity == Severity::Error
            || self.is_strict && diagnostic.severity == Severity::Warning
        {
            self.paint.bad(&format!("[X] {said}"))
        } else {
            self.paint.partial(&format!("[!] Warning: {said}"))
        }
    }
}

impl Report for Compatible {
    fn group(&mut self, group: &Group<'_>) -> Result<String> {
        let id = group.subject.and_then(|subject| subject.id.as_deref());
        // Of each object the warnings come first.
        let is_error = |finding: &&Finding| finding.diagnostic.severity == Severity::Error;
        let warnings = group.findings.iter().filter(|finding| !is_error(finding));
        for finding in warnings.chain(group.findings.iter().filter(is_error)) {
            let line = self.line(id, finding);
            let _ = writeln!(self.waiting, "    {line}");
        }
        Ok(String::new())
    }

    fn end(&mut self, file: &str, is_valid: bool) -> Result<String> {
        let mark = if is_valid {
            self.paint.good("[+] STIX JSON: Valid")
        } else {
            self.paint.bad("[X] STIX JSON: Invalid")
        };
        let findings = std::mem::take(&mut self.waiting);
        let rule = "=".repeat(80);
        let file = match file {
            input::STANDARD_INPUT => "stdin".to_owned(),
            file => format::plain(file),
        };
        Ok(format!(
            "{rule}\n[-] Results for: {file}\n{mark}\n{findings}"
        ))
    }

    fn finish(&mut self, summary: &Summary) -> Result<String> {
        Ok(match summary.not_shown {
            0 => String::new(),
            count => format!("[-] {count} more findings are not shown\n"),
        })
    }
}

/// The number that `stix2-validator` has for a finding, where it is one of its optional checks.
fn number(diagnostic: &Diagnostic) -> Option<u16> {
    if diagnostic.code == code::VOCABULARY.id {
        // The meaning of such a check is the vocabulary's name, with which the message ends.
        let check = check::LIST
            .iter()
            .find(|check| diagnostic.message.ends_with(check.meaning))?;
        return (check.number < OWN_NUMBERS).then_some(check.number);
    }
    NUMBERS
        .iter()
        .find(|(code, _)| code.id == diagnostic.code)
        .map(|(_, check)| check.number)
}

/// Codes that come of one check only.
const NUMBERS: &[(&code::Code, check::Check)] = &[
    (&code::CUSTOM, check::EXTENSIONS_USE),
    (&code::EXTENSION_CUSTOM, check::EXTENSIONS_USE),
    (&code::EXTENSION_LIST, check::EXTENSION_PROPERTIES),
    (&code::HASH_UNKNOWN, check::HASH_ALGORITHM),
    (&code::ID_VERSION, check::UUID),
    (&code::RELATIONSHIP, check::RELATIONSHIP_TYPES),
    (&code::TYPE_CUSTOM, check::EXTENSIONS_USE),
];

/// Numbers from here on are ours.
const OWN_NUMBERS: u16 = 500;
