//! The one spelling of a value: what indicators and telemetry are brought to before they are compared.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Longest domain name in text form, RFC 1035 §2.3.4.
pub const NAME_BYTES: usize = 253;

/// Longest URL that is compared; browsers and proxies refuse far shorter ones.
pub const URL_BYTES: usize = 16 * 1024;

/// Reads an address; IPv4 mapped into IPv6 is read as IPv4.
#[inline]
pub fn address(text: &str) -> Option<IpAddr> {
    if let Some(address) = ipv4(text.as_bytes()) {
        return Some(IpAddr::V4(address));
    }
    let colon = text.as_bytes().iter().take(5).any(|byte| *byte == b':');
    // INVARIANT: an IPv6 address has a colon among its first five bytes, so names cost no parse.
    if !colon {
        return None;
    }
    let address: Ipv6Addr = text.parse().ok()?;
    Some(IpAddr::V6(address).to_canonical())
}

/// Reads a network in CIDR notation, host bits cut off; a bare address is a network of one.
pub fn network(text: &str) -> Option<IpNet> {
    let Some((before, bits)) = text.split_once('/') else {
        return address(text).map(IpNet::from);
    };
    let bits: u8 = bits.parse().ok()?;
    let written: IpAddr = before.parse().ok()?;
    let net = IpNet::new(written, bits).ok()?.trunc();
    match net {
        IpNet::V6(v6) if v6.addr().to_ipv4_mapped().is_some() && bits >= 96 => {
            let v4 = v6.addr().to_ipv4_mapped()?;
            IpNet::new(IpAddr::V4(v4), bits - 96).ok()
        }
        net => Some(net),
    }
}

/// Four decimal octets, no leading zeros: an address with leading zeros is read as octal by some and decimal by others.
#[inline]
fn ipv4(bytes: &[u8]) -> Option<Ipv4Addr> {
    if bytes.len() > 15 || bytes.len() < 7 {
        return None;
    }
    let mut address = 0_u32;
    let mut octet = 0_u32;
    let mut digits = 0_u32;
    let mut dots = 0_u32;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => {
                if digits > 0 && octet == 0 {
                    return None;
                }
                octet = octet * 10 + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if digits > 0 && octet <= 255 => {
                address = address << 8 | octet;
                octet = 0;
                digits = 0;
                dots += 1;
            }
            _ => return None,
        }
        if digits > 3 {
            return None;
        }
    }
    (dots == 3 && digits > 0 && octet <= 255).then(|| Ipv4Addr::from_bits(address << 8 | octet))
}

/// A domain name in lower case, as A-labels (IDNA, UTS 46), without the root's dot.
pub fn domain(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let name = if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(text).ok()?
    };
    let well_formed = !name.is_empty()
        && name.len() <= NAME_BYTES
        && name.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
    well_formed.then_some(name)
}

/// A mail address in lower case, its domain as A-labels; of `Name <address>` the address.
///
/// The local part is lowered too: RFC 5321 §2.4 lets a host tell cases apart, hardly one does, and senders vary it.
pub fn email(text: &str) -> Option<String> {
    let text = bare_email(text)?;
    let (local, host) = text.rsplit_once('@')?;
    if local.is_empty() {
        return None;
    }
    Some(format!("{}@{}", local.to_lowercase(), domain(host)?))
}

/// The address within `Name <address>`, or the text itself.
pub fn bare_email(text: &str) -> Option<&str> {
    let bare = match text.rsplit_once('<') {
        Some((_, rest)) => rest.split_once('>')?.0,
        None => text,
    };
    let bare = bare.trim();
    bare.contains('@').then_some(bare)
}

/// A hash in hexadecimal, `digits` long, in lower case.
pub fn hash(text: &str, digits: usize) -> Option<String> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| text.to_ascii_lowercase())
}

/// A URL normalised by RFC 3986 §6.2.2 and §6.2.3: scheme and host in lower case, the host as A-labels, no default
/// port, dot segments removed, percent-encoding in upper case and only where needed, an empty path as `/`; without
/// the fragment, which is not sent.
///
/// None where it is not absolute with an authority.
pub fn url(text: &str) -> Option<String> {
    if text.len() > URL_BYTES {
        return None;
    }
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let (scheme, rest) = text.split_once("://")?;
    let scheme_is_well_formed = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !scheme_is_well_formed {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let authority_bytes = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at_checked(authority_bytes)?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut url = format!("{scheme}://");
    push_authority(&mut url, &scheme, authority)?;
    let mut normal_path = String::with_capacity(path.len());
    push_percent_normal(&mut normal_path, path);
    push_without_dot_segments(&mut url, &normal_path);
    if let Some(query) = query {
        url.push('?');
        push_percent_normal(&mut url, query);
    }
    Some(url)
}

/// The host of a URL or a `Host` header value, port and brackets taken off.
pub fn host_of_authority(authority: &str) -> Option<&str> {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map(|(host, _)| host);
    }
    let host = authority
        .split_once(':')
        .map_or(authority, |(host, _)| host);
    (!host.is_empty()).then_some(host)
}

/// The host of a URL, as it is written.
pub(crate) fn host_of_url(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host_of_authority(authority)
}

fn push_authority(url: &mut String, scheme: &str, authority: &str) -> Option<()> {
    let host_and_port = match authority.rsplit_once('@') {
        Some((user, rest)) => {
            url.push_str(user);
            url.push('@');
            rest
        }
        None => authority,
    };
    let host = host_of_authority(host_and_port)?;
    let after = if host_and_port.starts_with('[') {
        host_and_port.split_once(']')?.1
    } else {
        host_and_port.get(host.len()..)?
    };
    match address(host) {
        Some(IpAddr::V6(address)) => write!(url, "[{address}]").ok()?,
        Some(IpAddr::V4(address)) => write!(url, "{address}").ok()?,
        None => url.push_str(&domain(host)?),
    }
    let port = match after.strip_prefix(':') {
        Some(port) => port,
        None if after.is_empty() => "",
        None => return None,
    };
    if port.is_empty() {
        return Some(());
    }
    let port: u16 = port.parse().ok()?;
    if default_port(scheme) != Some(port) {
        write!(url, ":{port}").ok()?;
    }
    Some(())
}

fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ => return None,
    })
}

/// RFC 3986 §6.2.2.1 and §6.2.2.2; what may not stand in a URL bare is encoded.
fn push_percent_normal(to: &mut String, text: &str) {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let encoded = if byte == b'%' {
            ahead.next().and_then(hex).zip(ahead.next().and_then(hex))
        } else {
            None
        };
        if let Some((high, low)) = encoded {
            bytes = ahead;
            let byte = high << 4 | low;
            if is_unreserved(byte) {
                to.push(char::from(byte));
            } else {
                push_encoded(to, byte);
            }
        } else if byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
        {
            to.push(char::from(byte));
        } else {
            push_encoded(to, byte);
        }
    }
}

fn push_encoded(to: &mut String, byte: u8) {
    to.push('%');
    for digit in [byte >> 4, byte & 15] {
        let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
        to.push(digit.to_ascii_uppercase());
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986 §5.2.4, for a path that starts at the root.
fn push_without_dot_segments(url: &mut String, path: &str) {
    let root = url.len();
    let segments = path.strip_prefix('/').unwrap_or(path);
    let mut last_is_dots = false;
    for segment in segments.split('/') {
        last_is_dots = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                let kept = url
                    .get(root..)
                    .and_then(|path| path.rfind('/'))
                    .map_or(root, |slash| root + slash);
                url.truncate(kept);
            }
            segment => {
                url.push('/');
                url.push_str(segment);
            }
        }
    }
    if last_is_dots || url.len() == root {
        url.push('/');
    }
}

#[cfg(test)]
mod tests;
