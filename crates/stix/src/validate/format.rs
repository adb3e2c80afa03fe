//! The forms of strings.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::Format;

/// Why `text` does not have the form, in words; `None` if it has.
pub(super) fn complaint(format: Format, text: &str) -> Option<&'static str> {
    let (good, complaint) = match format {
        Format::CharacterSet => (
            is_character_set(text),
            "this is not a name of the IANA character set registry",
        ),
        Format::Country => (
            is_country(text),
            "this is not a country code of two letters as of ISO 3166-1",
        ),
        Format::Cpe => (is_cpe(text), "this is not a CPE 2.3 formatted string"),
        Format::DomainName => (is_domain_name(text), "this is not a domain name"),
        Format::EmailAddress => (
            is_email_address(text),
            "this is not an email address without display name",
        ),
        Format::Ipv4 => (
            is_network(text, 32, |address| address.parse::<Ipv4Addr>().is_ok()),
            "this is not an IPv4 address or network in CIDR notation",
        ),
        Format::Ipv6 => (
            is_network(text, 128, |address| address.parse::<Ipv6Addr>().is_ok()),
            "this is not an IPv6 address or network in CIDR notation",
        ),
        Format::Language => (
            is_language(text),
            "this is not a language tag as of RFC 5646",
        ),
        Format::Mac => (
            is_mac(text),
            "this is not a MAC address of six pairs of lower-case digits with colons between",
        ),
        Format::LowerCase | Format::Product => (
            text.bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
                || !text.contains(|c: char| c.is_uppercase() || c == ' ' || c == '_'),
            "such names are written in lower case with hyphens between words",
        ),
        Format::MediaType => (is_media_type(text), "this is not a media type of IANA's"),
        Format::PriorityClass => (
            text.ends_with("_CLASS"),
            "the name of a priority class ends in `_CLASS`",
        ),
        Format::RegistryKey => (
            !has_short_hive(text),
            "the hive of a registry key is written out, as in `HKEY_LOCAL_MACHINE`",
        ),
        Format::RelationshipType => (
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "the name of a relationship has only a-z, 0-9 and hyphens",
        ),
        Format::Url | Format::UrlSuggested => (is_url(text), "this is not a URL as of RFC 3986"),
    };
    (!good).then_some(complaint)
}

/// RFC 2978 §2.3 without the names that IANA never gave: no dot, a letter first.
fn is_character_set(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= 45
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'+-^_`{}~:()".contains(&byte))
}

/// NIST IR 7695 §6.2: `cpe:2.3:` and eleven components, a backslash quoting the next character.
fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else {
        return false;
    };
    let mut components = Vec::new();
    let mut current = String::new();
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' => components.push(std::mem::take(&mut current)),
            '\\' => match characters.next() {
                Some(quoted) if quoted.is_ascii_punctuation() => current.push('\\'),
                _ => return false,
            },
            _ if character.is_ascii_alphanumeric() || "._-*?".contains(character) => {
                current.push(character);
            }
            // Seen in the dictionary of NVD, though the grammar wants them quoted.
            '~' | '/' | '%' | '+' | '!' | '@' | '(' | ')' | ',' => current.push(character),
            _ => return false,
        }
    }
    components.push(current);
    components.len() == 11
        && components.iter().all(|component| !component.is_empty())
        && components
            .first()
            .is_some_and(|part| matches!(part.as_str(), "a" | "h" | "o" | "*" | "-"))
}

/// RFC 1034 §3.1 in lengths, RFC 5890 in characters; underscores are common and let through.
fn is_domain_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    !text.is_empty()
        && text.chars().count() <= 253
        && text.split('.').all(|label| {
            let ends = |character: char| character == '-';
            !label.is_empty()
                && label.chars().count() <= 63
                && !label.starts_with(ends)
                && !label.ends_with(ends)
                && label.chars().all(|character| {
                    character.is_ascii_alphanumeric()
                        || matches!(character, '-' | '_')
                        || (!character.is_ascii()
                            && !character.is_whitespace()
                            && !character.is_control())
                })
        })
}

/// The addr-spec of RFC 5322 §3.4.1, with RFC 6532's characters.
fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let local_good = quoted
        || (!local.is_empty()
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom.chars().all(|character| {
                        character.is_ascii_alphanumeric()
                            || "!#$%&'*+-/=?^_`{|}~".contains(character)
                            || (!character.is_ascii() && !character.is_whitespace())
                    })
            }));
    let literal = domain.starts_with('[') && domain.ends_with(']');
    local_good && (literal || is_domain_name(domain))
}

fn is_network(text: &str, bits: u8, is_address: impl Fn(&str) -> bool) -> bool {
    match text.split_once('/') {
        None => is_address(text),
        Some((address, length)) => {
            is_address(address)
                && (1..=3).contains(&length.len())
                && length.bytes().all(|byte| byte.is_ascii_digit())
                && (length == "0" || !length.starts_with('0'))
                && length.parse::<u8>().is_ok_and(|length| length <= bits)
        }
    }
}

/// Well-formed as of RFC 5646 §2.1.
pub(crate) fn is_language(tag: &str) -> bool {
    let lower = tag.to_ascii_lowercase();
    if GRANDFATHERED.contains(&lower.as_str()) {
        return true;
    }
    let mut parts = lower.split('-').peekable();
    let alphabetic = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let alphanumeric = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let Some(language) = parts.next() else {
        return false;
    };
    if language == "x" {
        return parts.peek().is_some() && parts.all(|part| alphanumeric(part, 1..=8));
    }
    if !alphabetic(language, 2..=8) {
        return false;
    }
    if language.len() <= 3 {
        for _ in 0..3 {
            parts.next_if(|part| alphabetic(part, 3..=3));
        }
    }
    parts.next_if(|part| alphabetic(part, 4..=4));
    parts.next_if(|part| {
        alphabetic(part, 2..=2)
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    while parts
        .next_if(|part| {
            alphanumeric(part, 5..=8)
                || (alphanumeric(part, 4..=4) && part.starts_with(|c: char| c.is_ascii_digit()))
        })
        .is_some()
    {}
    while parts
        .next_if(|part| alphanumeric(part, 1..=1) && *part != "x")
        .is_some()
    {
        let mut any = false;
        while parts.next_if(|part| alphanumeric(part, 2..=8)).is_some() {
            any = true;
        }
        if !any {
            return false;
        }
    }
    if parts.next_if_eq(&"x").is_some() {
        return parts.peek().is_some() && parts.all(|part| alphanumeric(part, 1..=8));
    }
    parts.next().is_none()
}

fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(at, byte)| {
            if at % 3 == 2 {
                byte == b':'
            } else {
                matches!(byte, b'0'..=b'9' | b'a'..=b'f')
            }
        })
}

/// One of IANA's top-level types, a slash and a name (RFC 6838 §4.2); parameters may follow.
fn is_media_type(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let Some((top, sub)) = essence.split_once('/') else {
        return false;
    };
    MEDIA_TYPES.contains(&top.to_ascii_lowercase().as_str())
        && !sub.is_empty()
        && sub.len() <= 127
        && sub
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
}

fn has_short_hive(key: &str) -> bool {
    let hive = key.split('\\').next().unwrap_or_default();
    SHORT_HIVES
        .iter()
        .any(|short| short.eq_ignore_ascii_case(hive))
}

/// A scheme, a colon and something without white space and the delimiters that RFC 3986 keeps out. Characters
/// beyond ASCII are let through: a URL as seen in a log has them.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the compiler looks at many bytes at once"
)]
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme_good = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    scheme_good
        && !rest.is_empty()
        && rest != "//"
        && (rest.bytes().fold(true, |good, byte| {
            good & (byte.wrapping_sub(b'!') < 94) & (byte != b'<') & (byte != b'>') & (byte != b'"')
        }) || !rest.contains(|character: char| {
            character.is_whitespace()
                || character.is_control()
                || matches!(character, '<' | '>' | '"')
        }))
}

/// RFC 4648 §4 with padding.
pub(super) fn is_base64(text: &str) -> bool {
    let stripped = text
        .strip_suffix("==")
        .or_else(|| text.strip_suffix('='))
        .unwrap_or(text);
    text.len().is_multiple_of(4)
        && stripped
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// §2.8.
pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2)
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `value` has the form of the algorithm's digests; algorithms that are not known have any.
pub(super) fn is_digest(algorithm: &str, value: &str) -> bool {
    let digits = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match algorithm {
        "MD5" => digits(value, 32),
        "SHA-1" => digits(value, 40),
        "SHA-256" | "SHA3-256" => digits(value, 64),
        "SHA-512" | "SHA3-512" => digits(value, 128),
        // 35 bytes; later versions write `T1` before them.
        "TLSH" => digits(value.strip_prefix("T1").unwrap_or(value), 70),
        "SSDEEP" => {
            let mut parts = value.splitn(3, ':');
            let size = parts.next().unwrap_or_default();
            let two = [parts.next(), parts.next()];
            !size.is_empty()
                && size.bytes().all(|byte| byte.is_ascii_digit())
                && two.iter().all(|part| {
                    part.is_some_and(|part| {
                        part.bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
                    })
                })
        }
        _ => true,
    }
}

/// §3.1, §7.3.2.1, §11.1.1: the names of properties.
pub(super) fn is_property_name(name: &str) -> bool {
    let characters = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    characters
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && ((3..=250).contains(&name.len()) || name == "id")
}

/// §2.3.
pub(super) fn is_dictionary_key(key: &str) -> bool {
    !key.is_empty() && is_hash_name_of(key, 1)
}

/// §2.7.
pub(super) fn is_hash_name(key: &str) -> bool {
    is_hash_name_of(key, 3)
}

fn is_hash_name_of(key: &str, least: usize) -> bool {
    (least..=250).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// `CVE-` with a year and four digits or more.
pub(super) fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
}

/// `CAPEC-` with digits.
pub(super) fn is_capec(text: &str) -> bool {
    text.strip_prefix("CAPEC-").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

const SHORT_HIVES: &[&str] = &["HKLM", "HKCC", "HKCR", "HKCU", "HKU"];

/// The top-level types of the IANA registry.
const MEDIA_TYPES: &[&str] = &[
    "application",
    "audio",
    "example",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
];

/// The irregular and regular tags of RFC 5646 §2.1 that the grammar does not cover.
const GRANDFATHERED: &[&str] = &[
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
    "art-lojban",
    "cel-gaulish",
    "no-bok",
    "no-nyn",
    "zh-guoyu",
    "zh-hakka",
    "zh-min",
    "zh-min-nan",
    "zh-xiang",
];

/// Whether the text is one of the codes, in either case: the standard does not say which.
fn is_country(text: &str) -> bool {
    text.len() == 2
        && COUNTRIES
            .split_ascii_whitespace()
            .any(|code| code.eq_ignore_ascii_case(text))
}

/// ISO 3166-1 alpha-2, the 249 codes that are officially assigned.
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO \
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
