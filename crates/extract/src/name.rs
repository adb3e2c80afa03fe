//! Names that no dictionary has: organisations by their form, persons by their title.

use crate::candidate::{Basis, Candidate, CandidateKind};
use crate::dictionary::Meaning;
use crate::document::Document;
use crate::extraction::made;
use crate::language::Language;
use crate::limits::CANDIDATES;
use crate::rule::rules;
use crate::text::Folded;

/// A name at folded bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: CandidateKind,
    pub(crate) value: String,
    pub(crate) basis: Basis,
    pub(crate) confidence: u8,
    pub(crate) note: Option<String>,
}

impl Named {
    pub(crate) fn candidate(&self, text: &Folded<'_>) -> Candidate {
        made(
            text,
            (self.start, self.end),
            self.kind,
            &self.value,
            self.basis,
            self.confidence,
            self.note.clone(),
        )
    }
}

rules! {
    TITLED = r"\b(\p{Lu}[\p{L}'-]+(?: \p{Lu}\.)?(?: \p{Lu}[\p{L}'-]+){1,2}), (?:the |a |an )?((?:[a-z-]+ ){0,4}(?:director|chief|head|minister|secretary|president|officer|analyst|researcher|spokesperson|spokesman|spokeswoman|manager|engineer|professor|chairman|chair|commissioner|ambassador|general))\b";
    WITH_SHORT = r"\b((?:\p{Lu}[\p{L}&-]*)(?:(?: (?:of|and|for|the|on|&)){0,2} \p{Lu}[\p{L}&-]*){1,9}) \(([A-Z][A-Za-z-]{1,9})\)";
    COMPANY = r"\b((?:\p{Lu}[\p{L}\p{N}&-]* ){1,4}(?:Inc|Ltd|LLC|Corp|Corporation|Co|Company|GmbH|Holdings|Telecom|Telecommunications|Communications|Mobile|Broadband|Bank|University|Hospital|Airlines|Railway|Cablenet))\b";
    JAPANESE_COMPANY = r"(?:株式会社|合同会社|有限会社|\(株\))[\p{Han}\p{Katakana}ーA-Za-z0-9&・]{2,24}|[\p{Han}\p{Katakana}ーA-Za-z0-9&・]{2,24}(?:株式会社|合同会社|有限会社|\(株\))";
    JAPANESE_BODY = r"[\p{Han}\p{Katakana}ーA-Za-z]{2,16}(?:大学|病院|銀行|市役所|県庁|研究開発機構|機構|協会|連盟)";
}

/// Words that name a body, so that `X of Y and Z (XYZ)` is an organisation.
const BODY_WORDS: [&str; 20] = [
    "Agency",
    "Association",
    "Authority",
    "Bank",
    "Bureau",
    "Center",
    "Centre",
    "Command",
    "Commission",
    "Committee",
    "Company",
    "Corporation",
    "Council",
    "Department",
    "Institute",
    "Ministry",
    "Office",
    "Organization",
    "Police",
    "University",
];

pub(crate) fn find(document: &Document<'_>) -> Vec<Named> {
    let mut names = Vec::new();
    match document.language {
        Language::English => english(document, &mut names),
        Language::Japanese => japanese(document, &mut names),
    }
    names.sort_by_key(|named| (named.start, named.end));
    names.truncate(CANDIDATES);
    names
}

fn english(document: &Document<'_>, names: &mut Vec<Named>) {
    let flat = document.text.flat();
    let mut followed = 0;
    for found in TITLED.captures_iter(flat) {
        let Some(name) = found.get(1) else { continue };
        if document
            .hits_within(name.start(), name.end())
            .next()
            .is_some()
        {
            continue;
        }
        let note = found.get(2).map(|title| title.as_str().to_owned());
        names.push(named(
            name.start(),
            name.end(),
            CandidateKind::Person,
            name.as_str(),
            80,
            note,
        ));
        followed += 1;
        if let Some(surname) = name
            .as_str()
            .rsplit(' ')
            .next()
            .filter(|_| followed <= MAX_FOLLOWED)
        {
            again(
                flat,
                surname,
                name.end(),
                CandidateKind::Person,
                name.as_str(),
                names,
            );
        }
    }
    for found in WITH_SHORT.captures_iter(flat) {
        let (Some(name), Some(short)) = (found.get(1), found.get(2)) else {
            continue;
        };
        let is_body = BODY_WORDS.iter().any(|word| name.as_str().contains(word));
        let is_known = document
            .hits_within(name.start(), name.end())
            .any(|hit| matches!(hit.meaning, Meaning::Organization(_)));
        if is_body && !is_known && abbreviates(short.as_str(), name.as_str()) {
            names.push(named(
                name.start(),
                name.end(),
                CandidateKind::Organization,
                name.as_str(),
                75,
                None,
            ));
            followed += 1;
            if followed <= MAX_FOLLOWED {
                again(
                    flat,
                    short.as_str(),
                    name.end(),
                    CandidateKind::Organization,
                    name.as_str(),
                    names,
                );
            }
        }
    }
    for found in COMPANY.captures_iter(flat) {
        let Some(mut name) = found.get(1).map(|name| (name.start(), name.end())) else {
            continue;
        };
        // `Japanese Hokuto Telecom`, `The Hokuto Telecom`: the name begins after what describes it.
        if let Some(hit) = document
            .hits_within(name.0, name.1)
            .find(|hit| hit.start == name.0 && hit.end < name.1)
            && matches!(hit.meaning, Meaning::Demonym(_))
        {
            name.0 = hit.end + 1;
        }
        let text = flat.get(name.0..name.1).unwrap_or_default();
        let text = [
            "The ", "A ", "An ", "In ", "At ", "On ", "For ", "When ", "After ", "By ",
        ]
        .iter()
        .find_map(|opener| text.strip_prefix(opener))
        .unwrap_or(text);
        if text.contains(' ') {
            names.push(named(
                name.1 - text.len(),
                name.1,
                CandidateKind::Organization,
                text,
                60,
                None,
            ));
        }
    }
}

/// Whether the capitals of `short` follow one another as first letters of words of `name`.
fn abbreviates(short: &str, name: &str) -> bool {
    let mut capitals = short.chars().filter(|c| c.is_uppercase()).peekable();
    for word in name.split([' ', '-']) {
        if capitals
            .peek()
            .is_some_and(|capital| word.starts_with(*capital))
        {
            capitals.next();
        }
    }
    capitals.next().is_none()
}

/// Later mentions under a short name.
fn again(
    flat: &str,
    short: &str,
    from: usize,
    kind: CandidateKind,
    value: &str,
    names: &mut Vec<Named>,
) {
    let rest = flat.get(from..).unwrap_or_default();
    for at in memchr::memmem::find_iter(rest.as_bytes(), short.as_bytes()).take(MAX_MENTIONS) {
        let (start, end) = (from + at, from + at + short.len());
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let before = flat.get(..start).and_then(|head| head.chars().next_back());
        let after = flat.get(end..).and_then(|tail| tail.chars().next());
        if apart(before) && apart(after) && names.len() < CANDIDATES {
            names.push(named(start, end, kind, value, 75, None));
        }
    }
}

/// Most names that are followed through the text, which is read once for each.
const MAX_FOLLOWED: usize = 200;

/// Most mentions of one short name.
const MAX_MENTIONS: usize = 500;

fn japanese(document: &Document<'_>, names: &mut Vec<Named>) {
    let flat = document.text.flat();
    for (rule, confidence) in [(&*JAPANESE_COMPANY, 80), (&*JAPANESE_BODY, 55)] {
        for found in rule.find_iter(flat) {
            let start = after_description(document, found.start(), found.end());
            let known = document
                .hits_within(found.start(), found.end())
                .any(|hit| matches!(hit.meaning, Meaning::Organization(_)));
            let text = flat.get(start..found.end()).unwrap_or_default();
            if text.chars().count() >= 3 && !known {
                names.push(named(
                    start,
                    found.end(),
                    CandidateKind::Organization,
                    text,
                    confidence,
                    None,
                ));
            }
        }
    }
}

/// Where the name begins in a run of characters that opens with the words of a sector: Japanese writes them without
/// a space.
fn after_description(document: &Document<'_>, start: usize, end: usize) -> usize {
    let mut from = start;
    for hit in document.hits_within(start, end) {
        let describes =
            matches!(hit.meaning, Meaning::Sector(_)) && hit.start <= from + DESCRIPTION_BYTES;
        let word = document
            .text
            .flat()
            .get(hit.start..hit.end)
            .unwrap_or_default();
        // `通信事業者北斗通信株式会社` describes, `北斗電力株式会社` is a name.
        if describes && word.ends_with(['者', '社', '業']) && hit.end < end {
            from = hit.end;
        }
    }
    from
}

/// Bytes of other words before those of the sector: `国内` is six.
const DESCRIPTION_BYTES: usize = 12;

fn named(
    start: usize,
    end: usize,
    kind: CandidateKind,
    value: &str,
    confidence: u8,
    note: Option<String>,
) -> Named {
    Named {
        start,
        end,
        kind,
        value: value.to_owned(),
        basis: Basis::Explicit,
        confidence,
        note,
    }
}
