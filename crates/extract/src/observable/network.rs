//! Addresses and names in networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Finding, Search, trim_end};
use crate::candidate::{Basis, CandidateKind};
use crate::dictionary;
use crate::domain::{self, Verdict};
use crate::limits::URL_BYTES;
use crate::rule::rules;

rules! {
    URL = r"(?i)(?-u:\b)(https?|ftps?|sftp|wss?|tcp|udp|ldaps?|rmi|smb|tftp)://([!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_~]+)";
    EMAIL = r"(?i)[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}";
    MAC = r"(?-u:\b)(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5})(?-u:\b)";
    IPV4 = r"(?-u:\b)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?-u:\b)";
    IPV6 = r"[0-9A-Fa-f:]{2,45}(?:(?:\.[0-9]{1,3}){3})?";
    PREFIX = r"^/([0-9]{1,3})(?:[^0-9A-Za-z./]|[.](?:\s|$)|\.[^0-9]|$)";
    PORT = r"^:([0-9]{1,5})(?:[^0-9:]|$)";
    VERSION = r"(?i)(?:\bversion|\bver\.?|\bfirmware|\bbuild|\brelease|バージョン|ファームウェア|\bv\.?|\bupdate)\s{0,2}:?\s{0,2}$";
    DOMAIN = r"(?i)(?-u:\b)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:xn--[a-z0-9-]{1,59}|[a-z]{2,24})(?-u:\b)";
    HOSTNAME = r"^(?i)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?$";
    MAIL_CUE = r"(?i)phish|sender|sent from|spoof|from address|reply-to|registered|registrant|送信元|差出人|フィッシング|なりすまし|登録者";
}

pub(super) fn urls(search: &mut Search<'_, '_>) {
    for found in URL.captures_iter(search.text()) {
        let (Some(whole), Some(scheme), Some(rest)) = (found.get(0), found.get(1), found.get(2))
        else {
            continue;
        };
        if search.is_full() {
            return;
        }
        let rest = trim_end(opened(rest.as_str()));
        let end = scheme.end() + "://".len() + rest.len();
        if end - whole.start() > URL_BYTES {
            continue;
        }
        let authority_bytes = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..authority_bytes).unwrap_or_default();
        let host_at = authority.rfind('@').map_or(0, |at| at + 1);
        let host_and_port = authority.get(host_at..).unwrap_or_default();
        let host = host_of(host_and_port);
        let Some(host_kind) = host_kind(host) else {
            continue;
        };
        let lower = host.to_ascii_lowercase();
        let is_reference = dictionary::is_reference(&lower);
        let is_local = host_kind == Host::Local;
        let plain = if is_reference || is_local {
            20
        } else if search.context.has_defanged() || search.char_before(whole.start()) == Some('(') {
            40
        } else {
            60
        };
        let is_defanged = search.text.is_defanged(whole.start(), end);
        let mut confidence = search.confidence(whole.start(), end, plain);
        let mut note = None;
        if is_reference && !is_defanged {
            confidence = plain;
            note = Some("a source that reports cite, written plainly".to_owned());
        }
        let host_start = scheme.end() + "://".len() + host_at;
        let value = format!(
            "{}://{}{}{}",
            scheme.as_str().to_ascii_lowercase(),
            authority.get(..host_at).unwrap_or_default(),
            host_and_port.to_ascii_lowercase(),
            rest.get(authority_bytes..).unwrap_or_default()
        );
        search.add(Finding {
            kind: CandidateKind::Url,
            start: whole.start(),
            end,
            value,
            confidence,
            note,
        });
        let kind = match host_kind {
            Host::V4 => CandidateKind::Ipv4,
            Host::V6 => CandidateKind::Ipv6,
            Host::Domain => CandidateKind::Domain,
            Host::Local => continue,
        };
        let bare = lower.trim_matches(['[', ']']);
        let shift = usize::from(host.starts_with('['));
        search.add_with(
            Finding {
                kind,
                start: host_start + shift,
                end: host_start + shift + bare.len(),
                value: bare.to_owned(),
                confidence,
                note: Some("the host of a URL".to_owned()),
            },
            Basis::Derived,
        );
        digest_in_url(search, whole.start(), end, &lower);
    }
}

/// The text up to a bracket that it does not open: `[a](https://b.example/c)d`.
fn opened(text: &str) -> &str {
    let (mut rounds, mut squares) = (0_usize, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => rounds += 1,
            b'[' => squares += 1,
            b')' if rounds == 0 => return text.get(..at).unwrap_or_default(),
            b']' if squares == 0 => return text.get(..at).unwrap_or_default(),
            b')' => rounds -= 1,
            b']' => squares -= 1,
            _ => {}
        }
    }
    text
}

/// A digest in the address of a page about a sample is one of the report's; in the address of source code it is a
/// commit.
fn digest_in_url(search: &mut Search<'_, '_>, start: usize, end: usize, host: &str) {
    if domain::is_below(
        host,
        &[
            "github.com",
            "gitlab.com",
            "bitbucket.org",
            "githubusercontent.com",
        ],
    ) {
        return;
    }
    let url = search.text().get(start..end).unwrap_or_default();
    super::file::digests_of_page(search, start, url);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Domain,
    /// A name that only a network of its own resolves.
    Local,
    V4,
    V6,
}

fn host_of(host_and_port: &str) -> &str {
    if host_and_port.starts_with('[') {
        return host_and_port
            .find(']')
            .and_then(|end| host_and_port.get(..=end))
            .unwrap_or(host_and_port);
    }
    host_and_port.split(':').next().unwrap_or_default()
}

fn host_kind(host: &str) -> Option<Host> {
    if let Some(inside) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return inside.parse::<Ipv6Addr>().ok().map(|_| Host::V6);
    }
    if host.parse::<Ipv4Addr>().is_ok() {
        return Some(Host::V4);
    }
    if !HOSTNAME.is_match(host) || host.contains("..") || !host.contains('.') {
        return None;
    }
    let lower = host.to_ascii_lowercase();
    Some(if domain::is_public(&lower) {
        Host::Domain
    } else {
        Host::Local
    })
}

pub(super) fn emails(search: &mut Search<'_, '_>) {
    for found in EMAIL.find_iter(search.text()) {
        let before = search.char_before(found.start());
        if before
            .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-'))
            || !search.is_free(found.start(), found.end())
        {
            continue;
        }
        let value = found.as_str().to_ascii_lowercase();
        let Some((_, host)) = value.split_once('@') else {
            continue;
        };
        if !domain::is_public(host) {
            continue;
        }
        let cued = MAIL_CUE.is_match(search.tail_before(found.start(), 120));
        let confidence = search.confidence(found.start(), found.end(), if cued { 75 } else { 40 });
        let note = (confidence == 40).then(|| "may be an address to write to".to_owned());
        search.add(Finding {
            kind: CandidateKind::Email,
            start: found.start(),
            end: found.end(),
            value,
            confidence,
            note,
        });
    }
}

pub(super) fn macs(search: &mut Search<'_, '_>) {
    for found in MAC.find_iter(search.text()) {
        let around = [
            search.char_before(found.start()),
            search.char_after(found.end()),
        ];
        if around.iter().flatten().any(|c| matches!(c, ':' | '-'))
            || !search.is_free(found.start(), found.end())
        {
            continue;
        }
        let confidence = search.confidence(found.start(), found.end(), 60);
        search.add(Finding {
            kind: CandidateKind::Mac,
            start: found.start(),
            end: found.end(),
            value: found.as_str().to_ascii_lowercase().replace('-', ":"),
            confidence,
            note: None,
        });
    }
}

pub(super) fn ipv4(search: &mut Search<'_, '_>) {
    for found in IPV4.find_iter(search.text()) {
        let (start, end) = (found.start(), found.end());
        // `std` refuses octets above 255 and leading zeros (RFC 6943 §3.1.1 tells why they are ambiguous).
        let Ok(address) = found.as_str().parse::<Ipv4Addr>() else {
            continue;
        };
        let rest = search.rest(end);
        let longer = search
            .char_before(start)
            .is_some_and(|c| matches!(c, '.' | '_'))
            || rest
                .strip_prefix('.')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
            || rest.starts_with('_');
        let certain = search.is_certain(start, end);
        let is_version = !certain && VERSION.is_match(search.tail_before(start, 32));
        if longer || is_version || !search.is_free(start, end) {
            continue;
        }
        if let Some((bits, used)) = prefix(rest, 32) {
            let (confidence, note) = judge_v4(search, address, start, end, 80);
            search.add(Finding {
                kind: CandidateKind::Ipv4Network,
                start,
                end: end + used,
                value: format!("{address}/{bits}"),
                confidence,
                note,
            });
            continue;
        }
        let (confidence, note) = judge_v4(search, address, start, end, 75);
        let port = PORT.captures(rest).and_then(|found| found.get(1));
        let note = note.or_else(|| port.map(|port| format!("with port {}", port.as_str())));
        search.add(Finding {
            kind: CandidateKind::Ipv4,
            start,
            end,
            value: address.to_string(),
            confidence,
            note,
        });
    }
}

/// The prefix length that follows an address, and the bytes it takes.
fn prefix(rest: &str, most: u8) -> Option<(u8, usize)> {
    let found = PREFIX.captures(rest)?.get(1)?;
    let bits: u8 = found.as_str().parse().ok()?;
    (bits <= most).then_some((bits, found.end()))
}

fn judge_v4(
    search: &Search<'_, '_>,
    address: Ipv4Addr,
    start: usize,
    end: usize,
    plain: u8,
) -> (u8, Option<String>) {
    if address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
    {
        // RFC 6890: an address that means something else in every network says nothing to another.
        return (20, Some("not routed in the internet".to_owned()));
    }
    if PUBLIC_RESOLVERS.contains(&address.octets()) && !search.text.is_defanged(start, end) {
        return (30, Some("a public resolver".to_owned()));
    }
    (search.confidence(start, end, plain), None)
}

/// Resolvers that reports name as what malware asks or administrators use.
const PUBLIC_RESOLVERS: [[u8; 4]; 6] = [
    [1, 0, 0, 1],
    [1, 1, 1, 1],
    [8, 8, 4, 4],
    [8, 8, 8, 8],
    [9, 9, 9, 9],
    [208, 67, 222, 222],
];

pub(super) fn ipv6(search: &mut Search<'_, '_>) {
    for found in IPV6.find_iter(search.text()) {
        let text = found.as_str();
        if text.bytes().filter(|byte| *byte == b':').count() < 2 {
            continue;
        }
        let before = search.char_before(found.start());
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')) {
            continue;
        }
        let trimmed = if text.ends_with("::") {
            text
        } else {
            text.trim_end_matches(':')
        };
        let (start, end) = (found.start(), found.start() + trimmed.len());
        let rest = search.rest(end);
        let longer = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let Ok(address) = trimmed.parse::<Ipv6Addr>() else {
            continue;
        };
        if longer || !search.is_free(start, end) || !looks_like_v6(trimmed) {
            continue;
        }
        let is_network = prefix(rest, 128);
        let confidence = if address.is_loopback()
            || address.is_unspecified()
            || address.is_multicast()
            || address.is_unicast_link_local()
            || address.is_unique_local()
        {
            20
        } else {
            search.confidence(start, end, 75)
        };
        let note = (confidence == 20).then(|| "not routed in the internet".to_owned());
        let (kind, value, end) = match is_network {
            Some((bits, used)) => (
                CandidateKind::Ipv6Network,
                format!("{address}/{bits}"),
                end + used,
            ),
            None => (CandidateKind::Ipv6, address.to_string(), end),
        };
        search.add(Finding {
            kind,
            start,
            end,
            value,
            confidence,
            note,
        });
    }
}

/// Whether hex and colons are an address and not code (`dead::beef`) or a time.
fn looks_like_v6(text: &str) -> bool {
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let first = text.split(':').next().unwrap_or_default();
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    // RFC 4291 §2.4: global unicast is 2000::/3, local are fc00::/7 and fe80::/10.
    has_digit && (groups >= 3 || (first.len() == 4 && first.starts_with(['2', '3', 'f', 'F'])))
}

pub(super) fn domains(search: &mut Search<'_, '_>) {
    for found in DOMAIN.find_iter(search.text()) {
        let (start, end) = (found.start(), found.end());
        if !search.is_free(start, end) {
            continue;
        }
        let before = search.char_before(start);
        let after = search.char_after(end);
        let is_defanged = search.text.is_defanged(start, end);
        let wildcard = before == Some('.') && search.tail_before(start, 2) == "*.";
        if before.is_some_and(|c| {
            matches!(c, '@' | '/' | '\\' | '-' | '$' | '%') || (c == '.' && !wildcard)
        }) && !is_defanged
            || after.is_some_and(|c| matches!(c, '@' | '(' | '\\' | '_' | '-'))
        {
            continue;
        }
        // A word that goes on in letters beyond ASCII is not cut in the middle, save where the script has no spaces.
        if before.is_some_and(is_foreign_letter) || after.is_some_and(is_foreign_letter) {
            continue;
        }
        let certain = search.is_certain(start, end);
        let name = found.as_str();
        let lower = name.to_ascii_lowercase();
        let (kind, plain, mut note) = match domain::judge(name, certain) {
            Verdict::Domain if dictionary::is_reference(&lower) && !is_defanged => (
                CandidateKind::Domain,
                20,
                Some("a source that reports cite, written plainly"),
            ),
            Verdict::Domain if search.context.has_defanged() => (CandidateKind::Domain, 45, None),
            Verdict::Domain => (CandidateKind::Domain, 60, None),
            Verdict::DomainOrName => (
                CandidateKind::Domain,
                30,
                Some("may be the name of a company or product"),
            ),
            Verdict::File | Verdict::Neither => continue,
        };
        if wildcard {
            note = Some("with all names below it");
        }
        let confidence = if plain == 20 {
            plain
        } else {
            search.confidence(start, end, plain)
        };
        search.add(Finding {
            kind,
            start,
            end,
            value: lower,
            confidence,
            note: note.map(str::to_owned),
        });
    }
}

fn is_foreign_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic() && c < '\u{2e80}'
}
