//! Which findings are reported: all, all but some, or only some, by code or by the names and numbers of checks.

use base::diagnostic::{Diagnostic, Severity};
use stix::validate::check::{self, Checks};
use stix::validate::code;

/// Which findings are reported.
#[derive(Debug)]
pub(crate) struct Filter {
    /// The recommendations that are looked at.
    pub(crate) checks: Checks,
    /// Codes, or beginnings of several: `STIX-VOC`.
    disabled: Vec<String>,
    /// The same; none means any.
    enabled: Option<Vec<String>>,
}

impl Filter {
    /// What the user asked for.
    ///
    /// `all` is what is checked where nothing is said.
    ///
    /// # Errors
    /// A name that nothing has, or names of both kinds where only one can be meant.
    pub(crate) fn new(
        all: Checks,
        disabled: &[String],
        enabled: &[String],
    ) -> Result<Self, String> {
        let (enabled_codes, enabled_checks) = sort_out(enabled)?;
        let (disabled_codes, disabled_checks) = sort_out(disabled)?;
        if !enabled_codes.is_empty() && !enabled_checks.is_empty() {
            return Err("`--enable` takes codes or names of checks, not both".to_owned());
        }
        let start = if enabled_checks.is_empty() {
            all
        } else {
            Checks::NONE
        };
        let unknown = |error: check::UnknownCheck| error.to_string();
        let checks = enabled_checks
            .iter()
            .try_fold(start, |checks, name| checks.with(name))
            .map_err(unknown)?;
        let checks = disabled_checks
            .iter()
            .try_fold(checks, |checks, name| checks.without(name))
            .map_err(unknown)?;
        Ok(Self {
            checks,
            disabled: disabled_codes,
            enabled: (!enabled_codes.is_empty()).then_some(enabled_codes),
        })
    }

    /// Whether a finding is reported. Picking codes leaves out other advice, never an error.
    pub(crate) fn keeps(&self, diagnostic: &Diagnostic) -> bool {
        let is_in = |list: &[String]| list.iter().any(|code| begins(diagnostic.code, code));
        // That a text could not be read is no check that could be left out.
        let is_unread =
            diagnostic.severity == Severity::Error && diagnostic.code.starts_with("STIX-JSON-");
        is_unread
            || !is_in(&self.disabled)
                && self
                    .enabled
                    .as_ref()
                    .is_none_or(|list| diagnostic.severity == Severity::Error || is_in(list))
    }
}

/// Codes apart from names and numbers of checks.
fn sort_out(names: &[String]) -> Result<(Vec<String>, Vec<String>), String> {
    let mut codes = Vec::new();
    let mut checks = Vec::new();
    for name in names {
        let upper = name.trim().to_ascii_uppercase();
        let lower = name.trim().to_ascii_lowercase();
        if is_code(&upper) {
            codes.push(upper);
        } else if Checks::ALL.has_named(&lower) {
            checks.push(lower);
        } else {
            return Err(format!(
                "there is no check `{name}`; `noroshi validate --list-checks` shows them all"
            ));
        }
    }
    Ok((codes, checks))
}

fn is_code(name: &str) -> bool {
    // The codes of texts, containers and patterns stand in no table.
    const OPEN: &[&str] = &["STIX-BUNDLE", "STIX-JSON", "PATTERN"];
    code::ALL.iter().any(|code| begins(code.id, name))
        || OPEN
            .iter()
            .any(|area| begins(area, name) || begins(name, area))
}

/// Whether `code` is `beginning` or goes on after it with a hyphen.
fn begins(code: &str, beginning: &str) -> bool {
    code.strip_prefix(beginning)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use base::diagnostic::Place;

    use super::*;

    fn filter(disabled: &[&str], enabled: &[&str]) -> Result<Filter, String> {
        let own =
            |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
        Filter::new(Checks::ALL, &own(disabled), &own(enabled))
    }

    #[test]
    fn checks_are_picked_by_name_number_and_group() {
        for name in ["malware-types", "216", "All-Vocabs", "2"] {
            let checks = filter(&[name], &[]).unwrap().checks;
            assert!(!checks.has(check::MALWARE_TYPES), "{name}");
            assert!(checks.has(check::PORTS), "{name}");
            let checks = filter(&[], &[name]).unwrap().checks;
            assert!(checks.has(check::MALWARE_TYPES), "{name}");
            assert!(!checks.has(check::PORTS), "{name}");
        }
    }

    #[test]
    fn codes_are_picked_by_their_beginning_and_hide_no_error() {
        let warning = Diagnostic::warning("STIX-VOC-02", Place::Whole, "");
        let error = Diagnostic::error("STIX-ID-01", Place::Whole, "");
        for name in ["STIX-VOC-02", "stix-voc", "STIX"] {
            assert!(!filter(&[name], &[]).unwrap().keeps(&warning), "{name}");
            assert!(filter(&[], &[name]).unwrap().keeps(&warning), "{name}");
        }
        assert!(!filter(&[], &["STIX-REF"]).unwrap().keeps(&warning));
        assert!(filter(&[], &["STIX-REF"]).unwrap().keeps(&error));
        assert!(!filter(&["STIX-ID-01"], &[]).unwrap().keeps(&error));
        assert!(filter(&["PATTERN-TEXT-06"], &[]).unwrap().keeps(&error));
    }

    #[test]
    fn a_name_that_nothing_has_is_refused() {
        for name in ["", "STIX-VO", "no-such-check", "999"] {
            assert!(filter(&[name], &[]).is_err(), "{name}");
        }
        assert!(filter(&[], &["216", "STIX-REF"]).is_err());
    }
}
