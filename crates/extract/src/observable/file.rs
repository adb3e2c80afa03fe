//! Digests, paths, names of files, registry keys.

use super::{Finding, Search};
use crate::candidate::{Basis, CandidateKind};
use crate::domain::FILE_ENDINGS;
use crate::rule::rules;

rules! {
    DIGEST = r"(?-u:\b)[0-9A-Fa-f]{32,128}(?-u:\b)";
    REGISTRY = r#"(?-u:\b)(?i:(HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG|PERFORMANCE_DATA)|HKLM|HKCU|HKCR|HKU|HKCC)):?((?:\\[^\s\\/:*?"<>|,;、。\p{Hiragana}]+(?: [A-Z(][^\s\\/:*?"<>|,;、。\p{Hiragana}]*)*\\)*(?:[^\s\\/:*?"<>|,;、。\p{Hiragana}]+(?: [A-Z(][^\s\\/:*?"<>|,;、。\p{Hiragana}]*)*\\)*(?:\\?[^\s\\/:*?"<>|,;、。\p{Hiragana}]*))"#;
    LAST_WORDS = r#"^(?: [A-Z][A-Za-z0-9]*)+(\s*(?:$|[\r\n"'`)]))"#;
    WINDOWS = r#"(?:(?-u:\b)[A-Za-z]:\\|%[A-Za-z_()0-9]{2,30}%\\|\\\\[.?]\\|\\\\[A-Za-z0-9_.$-]+\\)(?:[^\s\\/:*?"<>|,;、。\p{Hiragana}]+(?: [A-Z(][^\s\\/:*?"<>|,;、。\p{Hiragana}]*)*\\)*(?:[A-Za-z]:\\(?:[^\s\\/:*?"<>|,;、。\p{Hiragana}]+\\)*)?[^\s\\/:*?"<>|,;、。\p{Hiragana}]*"#;
    UNIX = r"(?:~|\.{1,2})?(?:/[A-Za-z0-9_.+@%$-]+)+/?";
    NAME = r"(?-u:\b)[A-Za-z0-9_][A-Za-z0-9_.+-]{0,100}\.[A-Za-z0-9]{1,5}(?-u:\b)";
}

pub(super) fn digests(search: &mut Search<'_, '_>) {
    for found in DIGEST.find_iter(search.text()) {
        if search.is_free(found.start(), found.end()) {
            digest(search, found.start(), found.as_str(), Basis::Explicit);
        }
    }
}

/// Digests inside a URL that is already taken.
pub(super) fn digests_of_page(search: &mut Search<'_, '_>, start: usize, url: &str) {
    for found in DIGEST.find_iter(url) {
        digest(
            search,
            start + found.start(),
            found.as_str(),
            Basis::Derived,
        );
    }
}

fn digest(search: &mut Search<'_, '_>, start: usize, hex: &str, basis: Basis) {
    let kind = match hex.len() {
        32 => CandidateKind::Md5,
        40 => CandidateKind::Sha1,
        64 => CandidateKind::Sha256,
        128 => CandidateKind::Sha512,
        _ => return,
    };
    let value = hex.to_ascii_lowercase();
    let mut seen = [false; 128];
    for byte in value.bytes() {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    // A digest has nearly all sixteen digits; a row of zeros or a decimal number has few or no letters.
    let distinct = seen.iter().filter(|seen| **seen).count();
    if distinct < 5 || value.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let note = (basis == Basis::Derived).then(|| "from the address of a page".to_owned());
    search.add_with(
        Finding {
            kind,
            start,
            end: start + hex.len(),
            value,
            confidence: if basis == Basis::Derived { 60 } else { 90 },
            note,
        },
        basis,
    );
}

pub(super) fn registry_keys(search: &mut Search<'_, '_>) {
    for found in REGISTRY.captures_iter(search.text()) {
        let (Some(whole), Some(hive), Some(path)) = (found.get(0), found.get(1), found.get(2))
        else {
            continue;
        };
        if !path.as_str().starts_with('\\') || !search.is_free(whole.start(), whole.end()) {
            continue;
        }
        let mut end = whole.start()
            + whole
                .as_str()
                .trim_end_matches(['.', '\'', '`', ')', '"'])
                .len();
        if end == whole.end() {
            end += last_words(search.rest(end));
        }
        let path = search.text().get(path.start()..end).unwrap_or_default();
        let full = match hive.as_str().to_ascii_uppercase().as_str() {
            // STIX 2.1 §6.17: the hive is written in full.
            "HKLM" => "HKEY_LOCAL_MACHINE".to_owned(),
            "HKCU" => "HKEY_CURRENT_USER".to_owned(),
            "HKCR" => "HKEY_CLASSES_ROOT".to_owned(),
            "HKU" => "HKEY_USERS".to_owned(),
            "HKCC" => "HKEY_CURRENT_CONFIG".to_owned(),
            other => other.to_owned(),
        };
        search.add(Finding {
            kind: CandidateKind::RegistryKey,
            start: whole.start(),
            end,
            value: format!("{full}{}", path.replace("\\\\", "\\")),
            confidence: if search.context.is_indicator_list(whole.start()) {
                85
            } else {
                45
            },
            note: None,
        });
    }
}

/// The bytes of words in capitals up to the end of the line: the last part of a key may hold spaces.
fn last_words(rest: &str) -> usize {
    let near = rest
        .char_indices()
        .nth(120)
        .map_or(rest.len(), |(at, _)| at);
    LAST_WORDS
        .captures(rest.get(..near).unwrap_or_default())
        .and_then(|found| Some(found.get(0)?.len() - found.get(1)?.len()))
        .unwrap_or(0)
}

pub(super) fn windows_paths(search: &mut Search<'_, '_>) {
    for found in WINDOWS.find_iter(search.text()) {
        let path = found
            .as_str()
            .trim_end_matches(['.', '\'', '`', ')', ']', '!']);
        let (start, end) = (found.start(), found.start() + path.len());
        let parts = path.split('\\').filter(|part| !part.is_empty()).count();
        if parts < 2 || !search.is_free(start, end) {
            continue;
        }
        let confidence = search.confidence(start, end, 45);
        search.add(Finding {
            kind: CandidateKind::FilePath,
            start,
            end,
            value: path.to_owned(),
            confidence,
            note: None,
        });
    }
}

pub(super) fn unix_paths(search: &mut Search<'_, '_>) {
    for found in UNIX.find_iter(search.text()) {
        let path = found.as_str().trim_end_matches(['.', ',']);
        let (start, end) = (found.start(), found.start() + path.len());
        let opens = search.char_before(start).is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, '"' | '\'' | '`' | '(' | '[' | '=' | ',' | ':' | '|')
                || c >= '\u{2e80}'
        });
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let Some(first) = parts.first() else {
            continue;
        };
        let is_root = path.starts_with('/') && ROOTS.contains(first);
        let is_relative = path.starts_with(['~', '.']);
        if !opens
            || !search.is_free(start, end)
            || (parts.len() < 2)
            || first.bytes().all(|byte| byte.is_ascii_digit())
        {
            continue;
        }
        let plain = if is_root || is_relative { 45 } else { 40 };
        let confidence = if is_root {
            search.confidence(start, end, plain)
        } else {
            plain
        };
        search.add(Finding {
            kind: CandidateKind::FilePath,
            start,
            end,
            value: path.to_owned(),
            confidence,
            note: (plain == 40).then(|| "may be the path of a URL".to_owned()),
        });
    }
}

/// What stands at the root of a Unix system or of a router's.
const ROOTS: [&str; 28] = [
    "Applications",
    "Library",
    "System",
    "Users",
    "Volumes",
    "bin",
    "boot",
    "data",
    "dev",
    "etc",
    "flash",
    "home",
    "jffs",
    "lib",
    "lib64",
    "media",
    "mnt",
    "nvram",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "sbin",
    "srv",
    "tmp",
    "usr",
    "var",
];

pub(super) fn names(search: &mut Search<'_, '_>) {
    for found in NAME.find_iter(search.text()) {
        let (start, end) = (found.start(), found.end());
        let ending = found
            .as_str()
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_file = FILE_ENDINGS.contains(&ending.as_str())
            || ["ps", "py", "sh", "so", "zip"].contains(&ending.as_str());
        let before = search.char_before(start);
        if !is_file
            || !search.is_free(start, end)
            || before.is_some_and(|c| matches!(c, '.' | '/' | '\\' | '@' | '-'))
            || search
                .char_after(end)
                .is_some_and(|c| matches!(c, '(' | '\\' | '/' | '@'))
        {
            continue;
        }
        search.add(Finding {
            kind: CandidateKind::FileName,
            start,
            end,
            value: found.as_str().to_owned(),
            confidence: 40,
            note: Some("a name alone matches too much".to_owned()),
        });
    }
}
