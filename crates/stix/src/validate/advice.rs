//! What the standard recommends of single types, besides their tables.

use super::check;
use super::code;
use super::findings::{Findings, Path, shortened};
use crate::json::tree::{Members, Value};

/// Checks an object's advice; each only where it is asked for.
pub(super) fn check(kind: &str, properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    references(properties, root, findings);
    match kind {
        "extension-definition" => {
            missing(
                kind,
                &["description"],
                check::EXTENSION_DESCRIPTION,
                properties,
                root,
                findings,
            );
        }
        "indicator" => {
            let names = &["name", "description"];
            missing(
                kind,
                names,
                check::INDICATOR_PROPERTIES,
                properties,
                root,
                findings,
            );
        }
        "marking-definition" => custom_marking(properties, root, findings),
        "network-traffic" => traffic(properties, root, findings),
        "observed-data" => container(properties, root, findings),
        "file" => pdf(properties, root, findings),
        _ => {}
    }
}

/// §2.5.1: a reference with a URL should have hashes of what is there.
fn references(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    if !findings.asks(check::REFERENCE_HASHES, &code::ADVICE) {
        return;
    }
    let path = Path::Name(&root, "external_references");
    let entries = properties.get("external_references").and_then(Value::items);
    for (index, entry) in entries.into_iter().flatten().enumerate() {
        if entry.get("url").is_some() && entry.get("hashes").is_none() {
            findings.advise(
                check::REFERENCE_HASHES,
                &code::ADVICE,
                "STIX 2.1 §2.5.1",
                Path::Item(&path, index),
                "a reference with a `url` should have the `hashes` of what is there",
            );
        }
    }
}

/// Properties that should be there.
fn missing(
    kind: &str,
    names: &[&str],
    of: check::Check,
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    let section = match kind {
        "indicator" => "STIX 2.1 §4.7.1",
        "network-traffic" => "STIX 2.1 §6.12.1",
        _ => "STIX 2.1 §7.3.1",
    };
    for name in names.iter().filter(|name| !properties.contains_key(name)) {
        findings.advise(
            of,
            &code::ADVICE,
            section,
            Path::Name(&root, name),
            format_args!("`{kind}` should have a `{name}`"),
        );
    }
}

/// §7.2.1: `definition_type` is deprecated for all but the markings of the standard.
fn custom_marking(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let kind = properties.get("definition_type").and_then(Value::as_str);
    if let Some(kind) = kind.filter(|kind| !matches!(*kind, "statement" | "tlp")) {
        findings.advise(
            check::MARKING_TYPE,
            &code::MARKING_CUSTOM,
            "STIX 2.1 §7.2.1",
            Path::Name(&root, "definition_type"),
            format_args!("`{}` is not `statement` or `tlp`", shortened(kind)),
        );
    }
}

/// §6.12.
fn traffic(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let ports = &["src_port", "dst_port"];
    missing(
        "network-traffic",
        ports,
        check::PORTS,
        properties,
        root,
        findings,
    );
    let path = Path::Name(&root, "protocols");
    let protocols = properties.get("protocols").and_then(Value::items);
    for (index, protocol) in protocols.into_iter().flatten().enumerate() {
        if let Some(text) = protocol.as_str().filter(|text| !is_protocol(text)) {
            findings.advise(
                check::PROTOCOLS,
                &code::ADVICE,
                "STIX 2.1 §6.12.1",
                Path::Item(&path, index),
                format_args!(
                    "`{}` is not written as the names of IANA's registry of services and protocols",
                    shortened(text)
                ),
            );
        }
    }
    keys(
        properties.get("ipfix"),
        Path::Name(&root, "ipfix"),
        check::IPFIX,
        "STIX 2.1 §6.12.1",
        "an information element of IPFIX (IANA) in lower camel case",
        is_information_element,
        findings,
    );
    let extensions = Path::Name(&root, "extensions");
    let extension = |name: &str, part: &str| properties.get("extensions")?.get(name)?.get(part);
    let http = Path::Name(&extensions, "http-request-ext");
    keys(
        extension("http-request-ext", "request_header"),
        Path::Name(&http, "request_header"),
        check::HTTP_HEADERS,
        "STIX 2.1 §6.12.2",
        "the name of an HTTP request header, as in `User-Agent`",
        is_header,
        findings,
    );
    let socket = Path::Name(&extensions, "socket-ext");
    keys(
        extension("socket-ext", "options"),
        Path::Name(&socket, "options"),
        check::SOCKET_OPTIONS,
        "STIX 2.1 §6.12.5",
        "a socket option with the prefix of its level, as in `SO_KEEPALIVE`",
        is_socket_option,
        findings,
    );
}

/// §2.13: the container is deprecated, and its keys are numbers.
fn container(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let Some(objects) = properties.get("objects") else {
        return;
    };
    let path = Path::Name(&root, "objects");
    findings.advise(
        check::DEPRECATED,
        &code::ADVICE,
        "STIX 2.1 §4.14.1",
        path,
        "`objects` is deprecated: observables stand beside and are listed in `object_refs`",
    );
    keys(
        Some(objects),
        path,
        check::OBSERVABLE_OBJECT_KEYS,
        "STIX 2.1 §2.13",
        "a whole number that is not negative",
        |key| key.bytes().all(|byte| byte.is_ascii_digit()),
        findings,
    );
}

/// §6.7.4.
fn pdf(properties: Members<'_>, root: Path<'_>, findings: &mut Findings) {
    let information = properties
        .get("extensions")
        .and_then(|extensions| extensions.get("pdf-ext"))
        .and_then(|pdf| pdf.get("document_info_dict"));
    let extensions = Path::Name(&root, "extensions");
    let extension = Path::Name(&extensions, "pdf-ext");
    keys(
        information,
        Path::Name(&extension, "document_info_dict"),
        check::PDF_INFORMATION,
        "STIX 2.1 §6.7.4",
        "an entry of the document information dictionary of PDF, as in `Title`",
        |key| PDF_ENTRIES.contains(&key),
        findings,
    );
}

/// Checks the keys of a dictionary.
fn keys(
    dictionary: Option<Value<'_>>,
    path: Path<'_>,
    of: check::Check,
    section: &'static str,
    wanted: &str,
    is_good: impl Fn(&str) -> bool,
    findings: &mut Findings,
) {
    let members = dictionary.and_then(Value::members);
    for (key, _) in members.into_iter().flatten() {
        if !is_good(key) {
            findings.advise(
                of,
                &code::ADVICE,
                section,
                Path::Name(&path, key),
                format_args!("`{}` is not {wanted}", shortened(key)),
            );
        }
    }
}

/// The form of a service name, RFC 6335 §5.1, and of the names of other layers: lower case, digits, hyphens. The
/// registry itself changes weekly and is not carried along; a name of this form passes.
fn is_protocol(text: &str) -> bool {
    !text.is_empty()
        && !NOT_PROTOCOLS.contains(&text)
        && text.bytes().all(
            |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'+' | b'/'),
        )
}

/// Information elements are written in lower camel case (RFC 7012 §2.3), of two words at least.
fn is_information_element(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && key.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A field name (RFC 9110 §5.1) in the customary case: every word begins with a capital.
fn is_header(key: &str) -> bool {
    !key.is_empty()
        && key.split('-').all(|word| {
            word.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_socket_option(key: &str) -> bool {
    key.split_once('_').is_some_and(|(level, name)| {
        SOCKET_LEVELS.contains(&level)
            && !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

/// Words that are written where a protocol belongs and are none.
const NOT_PROTOCOLS: &[&str] = &["unknown", "none", "any", "foo", "bar", "test"];

/// ISO 32000-1 §14.3.3.
const PDF_ENTRIES: &[&str] = &[
    "Title",
    "Author",
    "Subject",
    "Keywords",
    "Creator",
    "Producer",
    "CreationDate",
    "ModDate",
    "Trapped",
];

/// The prefixes that §6.12.5 lists.
const SOCKET_LEVELS: &[&str] = &["SO", "ICMP", "ICMP6", "IP", "IPV6", "MCAST", "TCP", "IRLMP"];
