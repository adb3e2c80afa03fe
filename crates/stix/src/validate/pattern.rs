//! The pattern of an indicator, §4.7.1 and §9: crate `pattern` judges it.

use base::diagnostic::{Diagnostic, Place, Severity};
use pattern::matcher::Matcher;
use pattern::tree::{Check, Pattern, Test};

use super::check;
use super::findings::{Findings, Path};
use crate::json::tree::{Members, Value};
use crate::pattern_model::StandardModel;

/// Checks the pattern of an indicator whose language is that of STIX.
///
/// A pattern that is none makes the indicator invalid (§4.7.1). One that names what no object has is read and never
/// matches (§9.6.1): that is at most a warning.
pub(super) fn check(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let ours = text("pattern_type") == Some("stix")
        && text("pattern_version").is_none_or(|version| version.starts_with("2."));
    let Some(pattern) = text("pattern").filter(|_| ours) else {
        return;
    };
    let path = Path::Name(&root, "pattern");
    let reading = pattern::parse::read(pattern);
    for found in reading.diagnostics {
        let most = Severity::Error;
        add(found, most, path, findings);
    }
    if let Some(pattern) = &reading.pattern
        && findings.options().least < Severity::Error
        && !findings.is_off(check::PATTERNS)
    {
        for found in advice(pattern) {
            add(found, Severity::Warning, path, findings);
        }
    }
}

/// What speaks against a pattern that is one: it names what no object has (§9.6.1, §9.7), or an expression of MATCHES
/// cannot be compiled. The places are bytes of the pattern.
pub fn advice(pattern: &Pattern) -> Vec<Diagnostic> {
    let mut found = pattern::path_type::check(pattern, &StandardModel);
    let has_expression = |test: &&Test| matches!(test.check.value, Check::Matches(_));
    if pattern.tests().iter().any(has_expression)
        && let Err(refused) = Matcher::compile(pattern)
    {
        found.extend(refused);
    }
    found
}

/// Adds a finding about the pattern at its property, and says where in the pattern it is.
fn add(found: Diagnostic, most: Severity, path: Path<'_>, findings: &mut Findings) {
    let severity = found.severity.min(most);
    if severity < Severity::Error && findings.is_off(check::PATTERNS) {
        return;
    }
    let message = match found.place {
        Place::Bytes { start, .. } => format!("byte {start} of the pattern: {}", found.message),
        Place::Whole | Place::Pointer(_) => found.message,
    };
    findings.add_made(Diagnostic {
        severity,
        message,
        place: Place::Pointer(path.pointer()),
        ..found
    });
}
