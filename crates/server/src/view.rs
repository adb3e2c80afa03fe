//! How values are shown, for templates to call.

#![expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "templates pass everything by reference"
)]

use app::four_eyes::SecondReason;
use incident::classification::Classification;
use incident::sector::Sector;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use release::terms::Cut;

use crate::language::Language;
use crate::text::Texts;

/// Everything but what RFC 3986 §2.3 leaves unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A value of a query, or a segment of a path.
pub(crate) fn query_value(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// A degree of consent.
pub(crate) fn consent(t: &Texts, name: &str) -> &'static str {
    match name {
        "anonymous" => t.consent_anonymous,
        "given" => t.consent_yes,
        _ => t.consent_no,
    }
}

/// The class of a marking's badge.
pub(crate) fn tlp_class(label: &str) -> &'static str {
    match label {
        "TLP:CLEAR" => "tlp-clear",
        "TLP:GREEN" => "tlp-green",
        "TLP:AMBER" => "tlp-amber",
        "TLP:AMBER+STRICT" => "tlp-amber tlp-strict",
        "TLP:RED" => "tlp-red",
        _ => "tlp-none",
    }
}

/// A moment to the minute, in UTC.
pub(crate) fn moment(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A timestamp of STIX to the minute; as it is where it is something else.
pub(crate) fn stix_moment(text: &str) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), |at| moment(&at))
}

/// The first or last time that something was seen.
pub(crate) fn seen(text: &Option<String>) -> String {
    text.as_deref().map(stix_moment).unwrap_or_default()
}

pub(crate) fn sector(language: &Language, sector: &Sector) -> &'static str {
    match language {
        Language::English => sector.english(),
        Language::Japanese => sector.japanese(),
    }
}

pub(crate) fn classification(language: &Language, text: &str) -> String {
    let Some(known) = Classification::parse(text) else {
        return text.to_owned();
    };
    let class = match language {
        Language::English => known.class().english,
        Language::Japanese => known.class().japanese,
    };
    match known.value() {
        Some(value) => format!("{class}: {value}"),
        None => class.to_owned(),
    }
}

pub(crate) fn class_name(
    language: &Language,
    class: &incident::classification::Class,
) -> &'static str {
    match language {
        Language::English => class.english,
        Language::Japanese => class.japanese,
    }
}

pub(crate) fn determination(t: &Texts, name: &str) -> &'static str {
    match name {
        "blocked" => t.determination_blocked,
        "confirmed" => t.determination_confirmed,
        "failed-attempt" => t.determination_failed_attempt,
        "false-positive" => t.determination_false_positive,
        _ => t.determination_suspected,
    }
}

pub(crate) fn status(t: &Texts, name: &str) -> &'static str {
    match name {
        "closed" => t.status_closed,
        "new" => t.status_new,
        _ => t.status_open,
    }
}

/// Why a second person has to confirm.
pub(crate) fn second(t: &Texts, reason: &SecondReason) -> &'static str {
    match reason {
        SecondReason::Above => t.second_above,
        SecondReason::Always => t.second_always,
        SecondReason::Foreign => t.second_foreign,
        SecondReason::Public => t.second_public,
    }
}

/// Where a request, rule or release stands.
pub(crate) fn state(t: &Texts, name: &str) -> &'static str {
    match name {
        "active" => t.state_active,
        "confirmed" => t.state_confirmed,
        "ended" => t.state_ended,
        "expired" => t.state_expired,
        "in-force" => t.in_force,
        "over" => t.state_over,
        "paused" => t.state_paused,
        "rejected" => t.state_rejected,
        "withdrawn" => t.withdrawn,
        _ => t.state_drafted,
    }
}

/// What a request proposes.
pub(crate) fn proposal(t: &Texts, kind: &str) -> &'static str {
    match kind {
        "correction" => t.kind_correction,
        "query" => t.kind_query,
        "rule" => t.kind_rule,
        _ => t.kind_release,
    }
}

pub(crate) fn role(t: &Texts, name: &str) -> &'static str {
    match name {
        "administrator" => t.role_administrator,
        "analyst" => t.role_analyst,
        "auditor" => t.role_auditor,
        "member" => t.role_member,
        "releaser" => t.role_releaser,
        _ => t.role_service,
    }
}

pub(crate) fn trust(t: &Texts, name: &str) -> &'static str {
    match name {
        "blocked" => t.trust_blocked,
        "probation" => t.trust_probation,
        "trusted" => t.trust_trusted,
        _ => t.trust_standard,
    }
}

pub(crate) fn quarantine_state(t: &Texts, name: &str) -> &'static str {
    match name {
        "accepted" => t.quarantine_accepted,
        "rejected" => t.quarantine_rejected,
        _ => t.quarantine_open,
    }
}

pub(crate) fn quarantine_kind(t: &Texts, name: &str) -> &'static str {
    match name {
        "foreign" => t.quarantine_foreign,
        "invalid" => t.quarantine_invalid,
        _ => t.quarantine_suspect,
    }
}

pub(crate) fn attribution(t: &Texts, name: &str) -> &'static str {
    match name {
        "public" => t.attribution_public,
        _ => t.attribution_assessed,
    }
}

pub(crate) fn confidence(t: &Texts, word: &str) -> &'static str {
    match word {
        "none" => t.confidence_none,
        "low" => t.confidence_low,
        "medium" => t.confidence_medium,
        _ => t.confidence_high,
    }
}

/// The name of an audience; app calls everybody `public`.
pub(crate) fn audience(t: &Texts, name: &str) -> String {
    if name.eq_ignore_ascii_case("public") {
        t.public.to_owned()
    } else {
        name.to_owned()
    }
}

pub(crate) fn audiences(t: &Texts, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| audience(t, name)).collect();
    names.join(", ")
}

/// A cut as a line: a selector, or an identifier and a selector.
pub(crate) fn cut(cut: &Cut) -> String {
    match &cut.object {
        Some(object) => format!("{object} {}", cut.part),
        None => cut.part.to_string(),
    }
}

/// A number with its digits in groups of three.
pub(crate) fn number(value: &u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text that is cut after `columns` columns, counting characters of East Asia twice.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    let mut used = 0;
    let mut short = String::new();
    for character in text.chars() {
        used += if character >= '\u{1100}' { 2 } else { 1 };
        if used > columns {
            short.push('…');
            break;
        }
        short.push(character);
    }
    short
}

pub(crate) fn or_dash(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("–")
}

/// The machine name of a value of a class.
pub(crate) fn class_value(class: &incident::classification::Class, value: &str) -> String {
    format!("{}:{value}", class.name)
}

/// A recipient as a form sends it.
pub(crate) fn recipient(kind: &str, id: &impl std::fmt::Display) -> String {
    format!("{kind}:{id}")
}
