//! Whether a dotted name is a domain name, a file name or neither.

/// What a dotted name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A name below a public suffix, or below a name reserved for documentation.
    Domain,
    /// A domain name by form, and the name of a company, product or file as likely.
    DomainOrName,
    /// A file name.
    File,
    /// Neither.
    Neither,
}

/// Judges a dotted name in ASCII as it is written; `certain` where its form says that it is an address: defanged,
/// or in a list of indicators.
pub(crate) fn judge(name: &str, certain: bool) -> Verdict {
    let lower = name.to_ascii_lowercase();
    if lower.len() > MAX_NAME_BYTES || lower.split('.').any(|label| label.len() > MAX_LABEL_BYTES) {
        return Verdict::Neither;
    }
    let Some((stem, last)) = lower.rsplit_once('.') else {
        return Verdict::Neither;
    };
    if FILE_ENDINGS.contains(&last) && !(certain && is_public(&lower)) {
        return Verdict::File;
    }
    if !is_public(&lower) {
        return Verdict::Neither;
    }
    if certain {
        return Verdict::Domain;
    }
    if NOT_DOMAINS.contains(&lower.as_str()) {
        return Verdict::Neither;
    }
    if FILE_OR_COUNTRY.contains(&last) && !stem.contains('.') {
        return Verdict::File;
    }
    match casing(name) {
        Casing::Lower => Verdict::Domain,
        Casing::Title => Verdict::DomainOrName,
        Casing::Code => Verdict::Neither,
    }
}

/// Whether a name in lower case can be registered or is reserved for documentation.
///
/// `psl` answers for an unknown top-level domain by the rule `*`, so the suffix has to be a listed one. RFC 2606 and
/// RFC 6761 reserve `example`, `test` and `invalid`; RFC 7686 `onion`.
pub(crate) fn is_public(lower: &str) -> bool {
    let Some((_, last)) = lower.rsplit_once('.') else {
        return false;
    };
    if RESERVED.contains(&last) {
        return true;
    }
    psl::suffix(lower.as_bytes()).is_some_and(|suffix| suffix.is_known())
        && psl::domain(lower.as_bytes()).is_some()
}

/// Whether `name` is one of `domains` or below one.
pub(crate) fn is_below(name: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| {
        name.strip_suffix(domain)
            .is_some_and(|head| head.is_empty() || head.ends_with('.'))
    })
}

enum Casing {
    Lower,
    Title,
    Code,
}

fn casing(name: &str) -> Casing {
    let upper = name.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = name.bytes().filter(u8::is_ascii_lowercase).count();
    if upper == 0 || lower == 0 {
        return Casing::Lower;
    }
    // `Booking.com` is a name; `System.Net`, `end.The`, `winHttp.so` are code or a slip.
    let (stem, last) = name.rsplit_once('.').unwrap_or((name, ""));
    let title = stem
        .split(['.', '-'])
        .all(|label| label.bytes().skip(1).all(|byte| !byte.is_ascii_uppercase()));
    if title && last.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Casing::Title
    } else {
        Casing::Code
    }
}

/// RFC 1035 §2.3.4.
const MAX_NAME_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

const RESERVED: [&str; 4] = ["example", "invalid", "onion", "test"];

/// Top-level domains that a plain two-part name more likely has as a file's ending.
const FILE_OR_COUNTRY: [&str; 9] = ["app", "md", "mov", "ps", "py", "rs", "sh", "so", "zip"];

/// Endings that files have in reports.
pub(crate) const FILE_ENDINGS: [&str; 56] = [
    "apk", "asp", "aspx", "bat", "bin", "cab", "cfg", "cmd", "conf", "cpl", "csv", "dat", "db",
    "dll", "dmg", "dmp", "dit", "doc", "docm", "docx", "elf", "exe", "gif", "gz", "hta", "html",
    "img", "ini", "iso", "jar", "jpg", "js", "jsp", "json", "lnk", "log", "msi", "one", "pdf",
    "php", "png", "ppt", "pptx", "ps1", "rar", "rtf", "scr", "sys", "tar", "tmp", "txt", "vbs",
    "war", "xls", "xlsm", "xlsx",
];

/// Products that look like domain names.
const NOT_DOMAINS: [&str; 8] = [
    "ado.net",
    "asp.net",
    "vb.net",
    "paint.net",
    "os.name",
    "this.id",
    "socket.io",
    "monday.com",
];

#[cfg(test)]
mod tests;
